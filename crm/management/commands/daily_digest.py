"""Tells everybody once a day what waits for him; the worker runs it on working days."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from crm import tasks
from crm.actions.system import digests
from crm.management.base import LedgerCommand


class Command(LedgerCommand):
    help = "发出每日提要和跟进逾期提醒；后台进程每个工作日早上运行，一天内重复运行不会重复提醒"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--later", action="store_true", help="交给后台进程（db_worker）去发")

    def handle(self, *, later: bool, **options: Any) -> None:
        if later:
            tasks.send_digests.enqueue()
            self.stdout.write("已交给后台进程。")
            return
        sent = digests.send_all()
        self.stdout.write(f"已发提要 {sent.told} 条，邮件 {sent.mailed} 封。")
        if sent.failed:
            self.stderr.write(
                f"{sent.failed} 封邮件没有发出，提要已在工作台上；请检查 EMAIL_URL 后再运行一次。"
            )
