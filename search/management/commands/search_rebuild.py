"""Index every row anew, in the database and on Elasticsearch."""

from argparse import ArgumentParser
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError

from search import engine, index


class Command(BaseCommand):
    help = "重建检索索引：数据库全文索引与（若已配置）Elasticsearch。重建期间检索照常可用。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--kind", action="append", default=[], help="只重建这一类，可重复")
        parser.add_argument("--format", choices=("text", "json"), default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        unknown = [kind for kind in options["kind"] if index.get(kind) is None]
        if unknown:
            known = "、".join(one.kind for one in index.registered())
            raise CommandError(f"没有这一类：{'、'.join(unknown)}。可用的有：{known}")
        counts = engine.rebuild(options["kind"])
        if options["format"] == "json":
            self.stdout.write(orjson.dumps(counts).decode())
        else:
            for name, kinds in counts.items():
                told = "、".join(f"{kind} {count}" for kind, count in (kinds or {}).items())
                self.stdout.write(f"{name}：{'没有应答' if kinds is None else told or '没有内容'}")
        if None in counts.values():
            raise CommandError(
                "Elasticsearch 没有应答，只重建了数据库索引；恢复后请再运行 search_rebuild。"
            )
