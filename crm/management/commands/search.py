"""Searches the ledger as a user would: for scripts, and for judging relevance."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import orjson
from django.core.management.base import CommandError, CommandParser

from crm import access
from crm.management.base import LedgerCommand
from crm.models import User
from search import engine, index
from search.query import Query, Result


class Command(LedgerCommand):
    help = "检索台账：manage.py search 文本 --as 用户名 [--kind project] [--format json]"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("text", nargs="?", help="要找的文本")
        parser.add_argument("--batch", metavar="FILE", help="每行一个查询的文件，- 为标准输入")
        parser.add_argument("--as", dest="username", required=True, help="以谁的权限检索")
        parser.add_argument("--kind", default="", help="只找一类：project、company、park")
        parser.add_argument("--limit", type=int, default=10)
        parser.add_argument("--backend", default="", help="database 或 elasticsearch")
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, **options: Any) -> None:
        if (options["text"] is None) == (options["batch"] is None):
            raise CommandError("请给出一个查询文本，或用 --batch 给出文件，二者选一。")
        if not 1 <= options["limit"] <= 200:
            raise CommandError("--limit 须在 1 到 200 之间。")
        if options["kind"] and index.get(options["kind"]) is None:
            known = "、".join(one.kind for one in index.registered())
            raise CommandError(f"没有这一类：{options['kind']}；可用的有 {known}。")
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(f"没有用户 {options['username']}。")
        scope = access.search_scope(user)
        for text in self._texts(options):
            try:
                result = engine.run(
                    Query(
                        text=text,
                        scope=scope,
                        kinds=(options["kind"],) if options["kind"] else (),
                        limit=options["limit"],
                        backend=options["backend"],
                    )
                )
            except ValueError as error:
                raise CommandError(f"没有这个检索引擎：{options['backend']}。") from error
            self._print(text, result, options)

    def _texts(self, options: dict[str, Any]) -> list[str]:
        if options["text"] is not None:
            return [options["text"]]
        if options["batch"] == "-":
            return sys.stdin.read().splitlines()
        path = Path(options["batch"])
        if not path.is_file():
            raise CommandError(f"没有文件 {path}。")
        # Split at line ends alone: one line in is one line out, blank ones too.
        text = path.read_text(encoding="utf-8-sig", errors="replace")
        lines = text.replace("\r\n", "\n").split("\n")
        return lines[:-1] if lines[-1] == "" else lines

    def _print(self, text: str, result: Result, options: dict[str, Any]) -> None:
        if options["format"] == "json":
            self.stdout.write(orjson.dumps(as_json(result)).decode())
            return
        for understood in result.filters:
            self.stdout.write(f"按条件：{understood.text}")
        for hit in result.hits:
            label = index.get(hit.kind).label
            self.stdout.write(f"{label} {hit.object_id}  {hit.title}  （{hit.why}）")
        more = "以上" if result.capped else ""
        self.stdout.write(f"“{text}”共 {result.total} 条{more}，{result.took_ms} 毫秒")
        if result.degraded:
            self.stderr.write("检索引擎没有回应，以上由数据库检索。")


def as_json(result: Result) -> dict[str, Any]:
    """The stable shape for programs; `title` is the stored name without marks."""
    return {
        "hits": [
            {"kind": hit.kind, "id": hit.object_id, "title": hit.title, "why": hit.why}
            for hit in result.hits
        ],
        "total": result.total,
        "filters": [
            {"field": one.field, "value": one.value, "text": one.text} for one in result.filters
        ],
        "degraded": result.degraded,
        "took_ms": result.took_ms,
    }
