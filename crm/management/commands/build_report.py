"""Writes the report of a period to a file: the whole county, every figure computed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from crm.errors import Refused
from crm.management.base import LedgerCommand
from crm.reports import build, render_html
from crm.reports.build import Report

WRITERS = {"json": Report.as_json, "html": render_html.page}
LATER = {"docx": "Word", "xlsx": "Excel"}


class Command(LedgerCommand):
    help = (
        "生成报告：manage.py build_report --from 2023-01 --to 2023-08 --format json --out 报告.json"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", dest="since", required=True, help="起始月份，如 2023-01")
        parser.add_argument("--to", dest="until", required=True, help="截止月份（含），如 2023-08")
        parser.add_argument("--park", default="", help="园区代码；含其中的特色专业园区、园中园")
        parser.add_argument(
            "--as-known-on", default="", metavar="DATE", help="按台账在这一天所知重算"
        )
        parser.add_argument("--format", choices=[*WRITERS, *LATER], default="json")
        parser.add_argument("--out", required=True, help="写入的文件；- 为标准输出")

    def handle(self, **options: Any) -> None:
        if name := LATER.get(options["format"]):
            raise CommandError(f"{name} 格式以后提供；现在请用 --format json 或 --format html。")
        try:
            context = build.asked(
                options["since"],
                options["until"],
                park=options["park"],
                known_on=options["as_known_on"],
            )
        except Refused as refused:
            raise CommandError(refused.reason) from refused
        text = WRITERS[options["format"]](build.build(context))
        if options["out"] == "-":
            self.stdout.write(text)
            return
        try:
            Path(options["out"]).write_text(text + "\n", encoding="utf-8")
        except OSError as error:
            raise CommandError(f"写不进 {options['out']}：{error.strerror}。") from error
        self.stderr.write(f"已写入 {options['out']}（{context.period.text}）。")
