"""Proves the ledger's word: every invariant of crm/integrity, with the rows that break it."""

from __future__ import annotations

from typing import Any

import orjson
from django.core.management.base import CommandError, CommandParser

from crm import integrity
from crm.actions.system import mending
from crm.integrity import Broken, Finding
from crm.management.base import LedgerCommand
from crm.models import ImportBatch

SHOWN = 20  # rows of one finding on the screen; --format json names more


class Command(LedgerCommand):
    """Exit 0 when everything holds (with --mend: when it holds afterwards), else 1."""

    help = "核对台账是否自洽：列出不成立的各项和涉及的记录；--mend 补好能推出的，其余说明怎么办。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--batch", type=int, metavar="N", help="只核对这次导入涉及的记录")
        parser.add_argument("--mend", action="store_true", help="补好能从其余记录推出的")
        parser.add_argument("--tell", action="store_true", help="有不成立的，把记录告诉统计员")
        parser.add_argument("--format", choices=("text", "json"), default="text")

    def handle(self, **options: Any) -> None:
        batch = _batch(options["batch"])
        mended = mending.mend(batch) if options["mend"] else []
        findings = integrity.verify(batch)
        if options["format"] == "json":
            answer = _as_json(batch, mended, findings)
            self.stdout.write(orjson.dumps(answer, option=orjson.OPT_INDENT_2).decode())
        else:
            for line in _lines(mended, findings):
                self.stdout.write(line)
        if options["tell"]:
            mending.tell(findings)
        if findings:
            hint = "" if options["mend"] else "；能推出的用 --mend 补好"
            raise CommandError(f"台账自查：{mending.summary(findings)}{hint}。")


def _batch(number: int | None) -> ImportBatch | None:
    if number is None:
        return None
    batch = ImportBatch.objects.filter(pk=number).first()
    if batch is None:
        raise CommandError(f"没有编号为 {number} 的导入批次。")
    return batch


def _lines(mended: list[tuple[str, Broken]], findings: list[Finding]) -> list[str]:
    lines = [f"已补好 {row}" for _, row in mended]
    for finding in findings:
        lines.append(f"不成立：{finding.invariant.sentence}（{finding.invariant.key}）")
        lines += [f"  {row}" for row in finding.rows[:SHOWN]]
        if finding.count > SHOWN:
            lines.append(f"  ……共 {finding.count} 条")
        lines.append(f"  {_advice(finding)}")
    if not findings:
        lines.append("台账自查：没有发现问题。")
    return lines


def _advice(finding: Finding) -> str:
    if by_hand := finding.invariant.by_hand:
        return f"不能自动补：{by_hand}"
    return "能从其余记录推出：运行 ledger_verify --mend 补好。"


def _as_json(
    batch: ImportBatch | None, mended: list[tuple[str, Broken]], findings: list[Finding]
) -> dict[str, Any]:
    return {
        "batch": batch.pk if batch else None,
        "asked": len(integrity.every(batch)),
        "mended": [{"key": key, **_row(row)} for key, row in mended],
        "broken": [
            {
                "key": one.invariant.key,
                "sentence": one.invariant.sentence,
                "can_mend": not one.invariant.by_hand,
                "by_hand": one.invariant.by_hand,
                "count": one.count,
                "rows": [_row(row) for row in one.rows],
            }
            for one in findings
        ],
    }


def _row(row: Broken) -> dict[str, Any]:
    return {"table": row.table, "noun": row.noun, "id": row.number, "name": row.name,
            "what": row.what}  # fmt: skip
