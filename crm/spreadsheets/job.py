"""What is done with an uploaded table: read, tried, written; in the request or by the worker."""

from __future__ import annotations

import logging
import tempfile
from enum import Enum
from pathlib import Path
from typing import Any

from crm import ledgers
from crm.actions.system import notifications, uploads
from crm.errors import Refused
from crm.ledgers import Ledger
from crm.models import ImportUpload, NotificationKind, UploadState, User
from crm.spreadsheets import shelf
from crm.spreadsheets.columns import Layout, lay_out
from crm.spreadsheets.commit import import_sheets
from crm.spreadsheets.mapping import FIRST_ROWS, Mapping, mapping_of
from crm.spreadsheets.plan import Plan, Refusal
from crm.spreadsheets.questions import Question
from crm.spreadsheets.reader import read_json
from crm.spreadsheets.remedy import remedy_of
from crm.spreadsheets.stage_words import SeveralStages
from crm.spreadsheets.writer import write_errors

SHOWN_WORDS = 300  # words that are asked on one page
SHOWN = 100  # refused rows on the page; the error file has them all
_log = logging.getLogger(__name__)


def ledger_of(upload: ImportUpload) -> Ledger:
    try:
        return ledgers.get(upload.ledger)
    except KeyError as error:
        raise Refused("这个台账已经没有了，请重新选择。", "stale") from error


def mapping_from(upload: ImportUpload, ledger: Ledger) -> Mapping:
    columns = ledger.import_columns
    given = uploads.usable(upload.settings, [column.name for column in columns])
    return mapping_of({name: given[name] for name in given if name != "sheet"}, columns)


def layout_of(
    upload: ImportUpload, *, sheet: str | None = None, first_row: str | None = None
) -> tuple[Layout, str]:
    """The headings to be settled; where nothing was settled yet, as far as an earlier file tells.
    The second part says what it was: "same", "similar" or "". `first_row`: as the person says it
    is, whatever it looks like."""
    if first_row is not None:
        said = first_row if first_row in FIRST_ROWS else ""
        upload.settings = {**upload.settings, "first_row": said}
    ledger = ledger_of(upload)
    chosen = upload.settings.get("sheet") if sheet is None else sheet or None
    sheets = shelf.sheets(upload)
    layout = lay_out(sheets, ledger, mapping_from(upload, ledger), chosen)
    if "columns" in upload.settings or upload.settings.get("first_row"):
        return layout, ""
    known, how = uploads.recall(upload.ledger, layout.print, layout.meanings, by=upload.by)
    if not how:
        return layout, ""
    upload.settings = {**known, "sheet": chosen}
    return lay_out(sheets, ledger, mapping_from(upload, ledger), chosen), how


class Step(Enum):
    READ, CHECK, WRITE = "read", "check", "write"


def step_of(upload: ImportUpload) -> Step:
    """What is to be done with it next: it was read once its sheets are kept, and tried once there
    is an outcome."""
    if not shelf.has(upload, shelf.SHEETS):
        return Step.READ
    return Step.WRITE if upload.outcome else Step.CHECK


def carry_on(upload: ImportUpload) -> ImportUpload:
    """The next step of an upload that waits for the worker; one that no longer waits is left."""
    if upload.state != UploadState.QUEUED or not upload.by.is_active:
        return upload
    verbs = {Step.READ: read, Step.CHECK: check, Step.WRITE: write}
    step = step_of(upload)
    upload = verbs[step](take_back(upload), by=upload.by)
    _tell(upload)
    return upload


def _tell(upload: ImportUpload) -> None:
    """Whoever left the page hears what became of it, or what waits for him."""
    said = "没有导成，请看原因。"
    if counts := upload.outcome.get("counts"):
        said = "已导入" if upload.state == UploadState.DONE else "试算好了，待您确认"
        said += f"：新增 {counts['new']} 条，更新 {counts['changed']} 条，"
        said += f"退回 {counts['refused']} 条。"
    elif upload.state == UploadState.COLUMNS and not upload.reason:
        said = "读好了，待您核对表头。"
    text = f"“{upload.file_name[:60]}”{said}"
    notifications.tell([upload.by], NotificationKind.IMPORT, None, text, by=None)


def take_back(upload: ImportUpload) -> ImportUpload:
    """After a worker was killed, or where none runs: the upload stands where it stood before."""
    before = {
        Step.READ: UploadState.NEW,
        Step.CHECK: UploadState.COLUMNS,
        Step.WRITE: UploadState.CHECKED,
    }
    return uploads.call_off(upload, by=upload.by, state=before[step_of(upload)])


def read(upload: ImportUpload, *, by: User) -> ImportUpload:
    """Opens the file once; from then on its sheets are kept as JSON of our own."""
    upload = uploads.begin(upload, UploadState.READING, by=by)
    progress = shelf.Progress(upload)
    progress("reading", 0, 0)
    try:
        shelf.put(
            upload, shelf.SHEETS, read_json(shelf.take(upload, shelf.SOURCE), upload.file_name)
        )
    except Refused as refused:
        shelf.drop(upload)
        return uploads.finish(upload, UploadState.REFUSED, by=by, reason=refused.reason)
    shelf.drop(upload, shelf.SOURCE)
    return uploads.finish(upload, UploadState.COLUMNS, by=by)


def check(upload: ImportUpload, *, by: User) -> ImportUpload:
    """The dry run. What refuses the file as a whole leads back to its headings, with the reason."""
    upload = uploads.begin(upload, UploadState.CHECKING, by=by)
    try:
        plan = _carry_out(upload, by=by, dry_run=True)
    except Refused as refused:
        return uploads.finish(upload, UploadState.COLUMNS, by=by, reason=refused.reason)
    except Exception:
        uploads.finish(upload, UploadState.COLUMNS, by=by, reason=_BROKEN)
        raise
    return uploads.finish(upload, UploadState.CHECKED, by=by, outcome=outcome_of(plan), reason="")


def write(upload: ImportUpload, *, by: User, turn: int | None = None) -> ImportUpload:
    """The import itself, if `turn` is the dry run that was last shown."""
    upload = uploads.begin(upload, UploadState.WRITING, by=by, turn=turn)
    try:
        plan = _carry_out(upload, by=by, dry_run=False)
    except Refused as refused:
        return uploads.finish(upload, UploadState.COLUMNS, by=by, reason=refused.reason)
    except Exception:
        uploads.finish(upload, UploadState.CHECKED, by=by, reason=_BROKEN)
        raise
    shelf.drop(upload, shelf.SHEETS)
    return uploads.finish(
        upload, UploadState.DONE, by=by, outcome=outcome_of(plan), batch=plan.batch, reason=""
    )


_BROKEN = "处理时系统出错，什么也没有写入。请再试一次；仍然不行请联系管理员。"


def _carry_out(upload: ImportUpload, *, by: User, dry_run: bool) -> Plan:
    ledger = ledger_of(upload)
    plan = import_sheets(
        shelf.sheets(upload),
        upload.file_name,
        ledger,
        by=by,
        file_hash=upload.file_hash,
        mapping=mapping_from(upload, ledger),
        sheet=upload.settings.get("sheet"),
        dry_run=dry_run,
        progress=shelf.Progress(upload),
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / shelf.ERRORS
        if write_errors(plan, path):
            shelf.put(upload, shelf.ERRORS, path.read_bytes())
        else:
            shelf.drop(upload, shelf.ERRORS)
    return plan


def outcome_of(plan: Plan) -> dict[str, Any]:
    """What the page shows of a plan, as JSON."""
    return {
        "counts": plan.counts,
        "accepted": plan.accepted,
        "samples": {name: [vars(one) for one in found] for name, found in plan.samples.items()},
        "refused": _refusals(plan.refused),
        "more_refused": max(0, len(plan.refused) - SHOWN),
        "conflicts": _refusals(plan.conflicts),
        "ignored": [list(one) for one in plan.ignored[:SHOWN]],
        "columns": [list(one) for one in plan.meanings.items()],
        "notes": plan.notes,
        "questions": [_question(one) for one in plan.questions.all()[:SHOWN_WORDS]],
        "known": [
            [heading, [[word, told, rows] for (word, told), rows in words.most_common(SHOWN)]]
            for heading, words in plan.known.items()
        ],
        "to_check": [vars(one) for one in plan.to_check[:SHOWN]],
        "to_check_count": len(plan.to_check),
        "writes": plan.writes,
        "remedy": remedy.as_json() if (remedy := remedy_of(plan)) else None,
        "has_sheets": len({table.sheet.name for table in plan.tables}) > 1,
    }


def _question(question: Question) -> dict[str, Any]:
    told = question.as_json() | {"label": question.column.label, "refuses": question.refuses}
    is_several = isinstance(question.error, SeveralStages)
    return told | {"reason": question.reason, "is_several": is_several}


def _refusals(found: list[Refusal]) -> list[dict[str, Any]]:
    return [vars(one) for one in found[:SHOWN]]
