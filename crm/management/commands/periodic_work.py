"""What the worker does by itself, and how the last time went."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from crm import periodic
from crm.management.base import LedgerCommand
from crm.models import PeriodicWork


class Command(LedgerCommand):
    """Exit 1 when some work did not succeed the last time."""

    help = "列出后台进程（db_worker）定期做的工作和最近一次的结果。"

    def handle(self, **options: Any) -> None:
        known = {row.name: row for row in PeriodicWork.objects.all()}
        failed = []
        for work in periodic.works():
            row = known.get(work.name)
            self.stdout.write(f"{work.name}  {work.label}：{_outcome(row)}")
            if row is not None and row.is_done is False:
                failed.append(work.label)
        if failed:
            raise CommandError(f"最近一次没有办成：{'、'.join(failed)}。")


def _outcome(row: PeriodicWork | None) -> str:
    if row is None:
        return "还没有后台进程运行过"
    if row.started_at is None:
        return f"{_at(row.due_at)} 起等待下一次"
    if row.finished_at is None:
        return f"{_at(row.started_at)} 开始，还没有办完"
    done = "办完" if row.is_done else "没有办成"
    return f"{_at(row.finished_at)} {done}" + (f"：{row.said}" if row.said else "")


def _at(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"
