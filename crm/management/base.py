"""What the ledger's commands share."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor


class LedgerCommand(BaseCommand):
    """A command that needs the tables of this version: on a database that has not got them it says
    what to do instead of failing somewhere inside."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except DatabaseError as error:
            if not _is_behind():
                raise
            raise CommandError(
                "数据库还没有升级到这个版本：请先运行 manage.py migrate，再运行这条命令。"
            ) from error


def _is_behind() -> bool:
    try:
        executor = MigrationExecutor(connection)
        return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except DatabaseError:
        return False
