"""`import_ledger FILE --ledger projects --as USER`: the importer on the command line."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from crm import ledgers
from crm.errors import Refused
from crm.ledgers import Ledger
from crm.management.base import LedgerCommand
from crm.models import User
from crm.spreadsheets.commit import import_file
from crm.spreadsheets.mapping import Mapping, read_mapping, with_proposals
from crm.spreadsheets.plan import Plan
from crm.spreadsheets.questions import Question
from crm.spreadsheets.writer import write_errors

_SHOWN = 20


class Command(LedgerCommand):
    """Exit 0 when the file was read, whatever became of its rows; else 1 with the reason."""

    # Not those of addresses and templates: they load the whole site, which a table has no use for.
    requires_system_checks = ("crm", "models")
    help = "把 Excel 或 CSV 文件导入一个台账；可疑的行退回，不影响其余的行。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        keys = [ledger.key for ledger in ledgers.every() if ledger.import_columns]
        parser.add_argument("file", type=Path, help="xlsx、xls、ods、csv 或系统导出的网页表格")
        parser.add_argument("--ledger", required=True, choices=keys, help="导入到哪个台账")
        parser.add_argument("--as", required=True, dest="user", metavar="USER", help="以谁的身份")
        parser.add_argument("--sheet", help="只读这个工作表；默认读表头相符的可见工作表")
        parser.add_argument("--mapping", type=Path, help="映射文件（JSON）")
        parser.add_argument(
            "--accept-proposals",
            action="store_true",
            help="把握大的取值建议直接采用，并列出采用了哪些",
        )
        parser.add_argument("--dry-run", action="store_true", help="只试算，不写入")
        parser.add_argument("--errors", type=Path, help="退回的行写到哪里（.xlsx 或 .csv）")
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        ledger = ledgers.get(options["ledger"])
        path: Path = options["file"]
        accepted: list[Question] = []
        try:
            by = _user(options["user"])
            given: dict[str, Any] = {
                "by": by,
                "mapping": _mapping(options["mapping"], ledger),
                "sheet": options["sheet"],
            }
            if options["accept_proposals"]:
                tried = import_file(path, path.name, ledger, dry_run=True, **given)
                accepted = [one for one in tried.questions.all() if one.sure]
                given["mapping"] = with_proposals(given["mapping"], accepted)
            plan = import_file(path, path.name, ledger, dry_run=options["dry_run"], **given)
        except Refused as refusal:
            raise CommandError(refusal.reason) from refusal
        errors = self._write_errors(plan, options["errors"], path, dry_run=options["dry_run"])
        if options["format"] == "json":
            told = plan.as_json()
            if options["accept_proposals"]:
                told["accepted"] = [_accepted(one) for one in accepted]
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=1))
            return
        for one in accepted:
            taken = _accepted(one)
            self.stdout.write(
                f"采用建议：【{taken['column']}】“{taken['word']}” → {taken['label']}"
            )
        for line in _summary(plan, errors, dry_run=options["dry_run"]):
            self.stdout.write(line)

    def _write_errors(
        self, plan: Plan, given: Path | None, source: Path, *, dry_run: bool
    ) -> Path | None:
        """The error file: where it was asked for, else in var/imports/; a dry run writes none
        unasked."""
        if given is None and dry_run:
            return None
        suffix = ".csv" if source.suffix.lower() in (".csv", ".txt") else ".xlsx"
        path = given or settings.VAR / "imports" / f"{source.stem}-错误行{suffix}"
        try:
            return path if write_errors(plan, path) else None
        except OSError as error:
            self.stderr.write(f"退回的行没有写成：{path} 不能写入（{error.strerror}）。")
            return None


def _accepted(question: Question) -> dict[str, str]:
    sure = question.sure
    assert sure is not None
    return {
        "column": question.heading,
        "field": question.column.name,
        "word": question.word,
        "value": sure.value,
        "label": sure.label,
    }


def _user(name: str) -> User:
    user = User.objects.filter(username=name, is_active=True).first()
    if user is None:
        raise CommandError(f"没有名为“{name}”的有效用户。")
    return user


def _mapping(path: Path | None, ledger: Ledger) -> Mapping:
    if path is None:
        return Mapping()
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"打不开映射文件“{path}”，须为 UTF-8 编码的 JSON。") from error
    return read_mapping(text, ledger.import_columns)


def _summary(plan: Plan, errors: Path | None, *, dry_run: bool) -> list[str]:
    counts = plan.counts
    done = "试算（没有写入）" if dry_run else "已导入" if plan.batch else "没有需要写入的内容"
    lines = [
        f"{plan.ledger.label}台账：{done}",
        f"新增 {counts['new']}，更新 {counts['changed']}，未变 {counts['same']}，"
        f"重复 {counts['duplicate']}，退回 {counts['refused']}",
        "列的对应：" + "；".join(_column_words(plan)),
    ]
    for refusal in [*plan.refused, *plan.conflicts][:_SHOWN]:
        where = f"{refusal.sheet} " if refusal.sheet else ""
        column = f"【{refusal.column}】" if refusal.column else ""
        lines.append(f"  {where}第 {refusal.row} 行{column}：{refusal.reason}")
    more = len(plan.refused) + len(plan.conflicts) - _SHOWN
    if more > 0:
        lines.append(f"  ……还有 {more} 行，见退回文件")
    for question in plan.questions.all()[:_SHOWN]:
        offered = "、".join(one.label for one in question.proposals[:3])
        lines.append(
            f"  待对照【{question.heading}】“{question.word}”（{len(question.rows)} 行"
            f"{'，已退回' if question.refuses else ''}）"
            + (f"，是不是：{offered}？" if offered else "")
        )
    if plan.to_check:
        lines.append(f"有 {len(plan.to_check)} 处没有读懂，行已导入，原文留在记录上待核：")
        for one in plan.to_check[:_SHOWN]:
            lines.append(f"  第 {one.row} 行【{one.column}】“{one.text}”：{one.reason}")
    lines += plan.notes
    if plan.ignored:
        lines.append(f"另有 {len(plan.ignored)} 行不是数据（合计、小标题、说明），未计入")
    if plan.batch:
        lines.append(f"导入批次 {plan.batch.pk}，可整批撤销")
    if errors:
        lines.append(f"退回的行在：{errors}（改好后可直接再导入）")
    return lines


def _column_words(plan: Plan) -> list[str]:
    fields = plan.columns
    return [
        f"{heading} → {words}" if fields[heading] else f"{heading} → （{words or '不导入'}）"
        for heading, words in plan.meanings.items()
    ]
