"""Puts the demo county into a development machine's ledger; the second time it changes nothing."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError

from crm.actions.demo import county
from crm.errors import Refused
from crm.management.base import LedgerCommand
from crm.models import Project


class Command(LedgerCommand):
    help = "装入演示县（只限开发环境）；已装入时什么也不改。"

    def handle(self, **options: Any) -> None:
        try:
            is_new = county.load()
        except Refused as refused:
            raise CommandError(refused.reason) from refused
        loaded = county.loaded()
        if not loaded:  # cleared by somebody else in this very moment
            raise CommandError("演示县刚刚被清除，请重新执行 load_demo。")
        done = f"已装入，台账共有 {Project.objects.count()} 个项目" if is_new else "已在台账中"
        self.stdout.write(f"演示县“{loaded.name}”{done}，演示日期 {loaded.pinned_on}。")
