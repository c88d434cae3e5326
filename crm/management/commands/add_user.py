"""Opens a staff account from the server's command line: the first user of a new installation."""

from __future__ import annotations

import getpass
import os
from typing import Any

from django.core.management.base import CommandError, CommandParser

from crm.access import Role
from crm.actions.system import users
from crm.errors import Refused
from crm.management.base import LedgerCommand
from crm.models import Park, Team


class Command(LedgerCommand):
    help = "新建账号：manage.py add_user 用户名 --role officer [--team 科室] [--park 园区代码]"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--role", required=True, choices=Role.values)
        parser.add_argument("--name", default="", help="显示名")
        parser.add_argument("--team", default="", help="科室名称")
        parser.add_argument("--park", action="append", default=[], help="园区代码，可多次")

    def handle(self, **options: Any) -> None:
        team = None
        if options["team"]:
            team = Team.objects.filter(name=options["team"]).first()
            if team is None:
                raise CommandError(f"没有科室“{options['team']}”。")
        parks = list(Park.objects.filter(slug__in=options["park"]))
        if len(parks) != len(set(options["park"])):
            raise CommandError("有园区代码不在台账里，请核对。")
        # From the environment for scripts, else asked for without an echo.
        password = os.environ.get("NEW_PASSWORD") or getpass.getpass("密码：")
        try:
            user = users.add_user(
                options["username"],
                role=options["role"],
                by=None,
                name=options["name"],
                team=team,
                parks=parks,
                password=password,
            )
        except Refused as refused:
            raise CommandError(refused.reason) from refused
        self.stdout.write(f"已新建 {user.username}（{user.get_role_display()}）。")
