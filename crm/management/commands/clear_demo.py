"""Takes the demo county out of the ledger; what users entered themselves stays."""

from __future__ import annotations

from typing import Any

from crm.actions.demo import county
from crm.management.base import LedgerCommand


class Command(LedgerCommand):
    help = "清除演示县：演示数据和挂在其上的记录全部删除，演示账号停用；用户自己的记录保留。"

    def handle(self, **options: Any) -> None:
        cleared = county.clear()
        if cleared is None:
            self.stdout.write("台账中没有演示县。")
            return
        self.stdout.write("演示县已清除，演示账号已停用，日期恢复为今天。")
        if cleared.kept:
            names = "、".join(f"{row._meta.verbose_name}“{row}”" for row in cleared.kept)
            self.stdout.write(f"仍被用户自己的记录引用，保留为正式数据：{names}。")
