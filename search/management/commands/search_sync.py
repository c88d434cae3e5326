"""Send what Elasticsearch has not heard of yet."""

from argparse import ArgumentParser
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError

from search import engine
from search.backends.base import Unavailable


class Command(BaseCommand):
    help = "把尚未送达的改动送到 Elasticsearch；没有配置时什么也不做。可每分钟运行一次。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--format", choices=("text", "json"), default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            counts = engine.sync()
        except Unavailable as error:
            raise CommandError(f"Elasticsearch 没有应答，改动都留在发件箱里：{error}") from error
        if options["format"] == "json":
            self.stdout.write(orjson.dumps(counts).decode())
        else:
            self.stdout.write(f"已送达 {counts['sent']} 条，待送 {counts['pending']} 条。")
