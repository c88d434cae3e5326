"""Compare the ledger with every index, both ways."""

from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError

from search import engine
from search.backends.base import Unavailable

WORDS = {"missing": "缺失", "stale": "陈旧", "ghost": "多余"}


class Command(BaseCommand):
    help = "双向核对台账与检索索引：缺失、陈旧、多余。有差异且未修复时退出码为 1。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--repair", action="store_true", help="修复找到的差异")
        parser.add_argument("--format", choices=("text", "json"), default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = engine.verify(repair=options["repair"])
        except Unavailable as error:
            raise CommandError(f"Elasticsearch 没有应答，无法核对：{error}") from error
        if options["format"] == "json":
            answer = {
                "differences": [asdict(one) for one in found],
                "repaired": bool(found) and options["repair"],
            }
            self.stdout.write(orjson.dumps(answer).decode())
        else:
            for one in found:
                self.stdout.write(f"{one.backend} {one.kind} {one.object_id}：{WORDS[one.what]}")
            self.stdout.write(f"共 {len(found)} 处差异{'，已修复' if options['repair'] else ''}。")
        if found and not options["repair"]:
            raise CommandError("索引与台账不一致，用 --repair 修复。")
