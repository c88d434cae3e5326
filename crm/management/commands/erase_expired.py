"""Forgets what is kept no longer: enquirers two years after their enquiry was dealt with, tables
nobody came back to for 30 days; the worker runs it every night."""

from __future__ import annotations

from typing import Any

from crm.actions.pipeline import enquiries
from crm.management.base import LedgerCommand
from crm.spreadsheets import shelf


class Command(LedgerCommand):
    help = "删除保存期满（办结两年）的咨询人信息和一直没有导完的表格；后台进程每夜运行"

    def handle(self, **options: Any) -> None:
        self.stdout.write(f"已删除 {enquiries.erase_expired()} 位咨询人的信息。")
        self.stdout.write(f"已删除 {shelf.clear_outdated()} 个一直没有导完的表格。")
