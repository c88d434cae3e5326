"""Spreadsheets we hand out: exports, templates and the rows an import sent back.

Text is written as text, never as a formula: in xlsx as a text cell, in CSV with an apostrophe
before what a spreadsheet would compute. Our reader takes that apostrophe off again.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from crm.dates import When
from crm.spreadsheets.cells import Broken, Cell, number_text
from crm.spreadsheets.headings import Heading
from crm.spreadsheets.plan import Plan
from crm.spreadsheets.values import tidy

REASON = "错误原因"
# An apostrophe of the writer's own goes before one of ours too, so that taking one off is exact.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")  # what a reader of xlsx takes for a character
_LONGEST = 32_767
Writable = Cell | When  # what a table can be given


def write_rows(
    headings: Sequence[str], rows: Iterable[Sequence[Writable]], kind: str, title: str = "台账"
) -> bytes:
    """A table as the bytes of an xlsx or csv file."""
    return _csv(headings, rows) if kind == "csv" else _xlsx({title: [headings, *rows]})


def write_errors(plan: Plan, path: Path) -> int:
    """The rows an import sent back, as they were, with the reason beside; how many there are."""
    sheets: dict[str, list[Sequence[Writable]]] = {}
    returned = plan.returned()
    for table, row, reason in returned:
        width = max(
            max((heading.index for heading in table.headings), default=0) + 1,
            max((len(other.cells) for other in table.rows), default=0),
        )
        lines = sheets.setdefault(table.sheet.name or "导入", [])
        if not lines:
            lines.append([*_heading_line(plan, table.headings, width), REASON])
        cells: list[Cell] = [*row.cells, *[None] * (width - len(row.cells))]
        lines.append([*("" if isinstance(cell, Broken) else cell for cell in cells), reason])
    if returned:
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [line for part in sheets.values() for line in part]
        is_csv = path.suffix.lower() == ".csv"
        path.write_bytes(_csv(lines[0], lines[1:]) if is_csv else _xlsx(sheets))
    return len(returned)


def _heading_line(plan: Plan, headings: Sequence[Heading], width: int) -> list[str]:
    """One line of headings that our own matcher reads again; two merged lines become one."""
    line = [""] * width
    for heading in headings:
        text = heading.text
        if heading.field and "/" in text:
            label = plan.ledger.column(heading.field).label
            text = f"{label}（{heading.unit}）" if heading.unit else label
        line[heading.index] = text
    return line


def _xlsx(sheets: dict[str, list[Sequence[Writable]]]) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    for title, lines in sheets.items():
        sheet = book.create_sheet(re.sub(r"[\[\]:*?/\\]", " ", title)[:31])
        for line in lines:
            sheet.append([_xlsx_cell(sheet, value) for value in line])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _xlsx_cell(sheet: Any, value: Writable) -> Any:
    kept = _kept(value)
    if not isinstance(kept, str):
        return kept
    text = _ESCAPE.sub("_x005F_", ILLEGAL_CHARACTERS_RE.sub("", kept))[:_LONGEST]
    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"  # =1+1 stays the text it is
    return cell


def _csv(headings: Sequence[Writable], rows: Iterable[Sequence[Writable]]) -> bytes:
    out = io.StringIO(newline="")
    # One column has no comma to tell its separator by: quoted, its cells have none at all.
    writer = csv.writer(out, quoting=csv.QUOTE_ALL if len(headings) == 1 else csv.QUOTE_MINIMAL)
    for line in (headings, *rows):
        writer.writerow([_csv_cell(value) for value in line])
    return out.getvalue().encode("utf-8-sig")


def _csv_cell(value: Writable) -> str:
    kept = _kept(value)
    text = _text(kept).replace("\x00", "")
    return f"'{text}" if isinstance(kept, str) and _FORMULA.match(text) else text


def as_text(value: Writable) -> str:
    """What a cell says: alike for a value we would write and for the cell a file brings back."""
    return tidy(_text(_kept(value)), lines=True)


def _text(kept: Cell) -> str:
    if isinstance(kept, str):
        return kept
    if isinstance(kept, datetime) and (kept.hour or kept.minute or kept.second):
        return kept.isoformat(sep=" ", timespec="seconds")
    if isinstance(kept, date):
        return kept.isoformat()[:10]
    if isinstance(kept, bool):
        return "是" if kept else "否"
    if isinstance(kept, time):
        return str(kept)
    return "" if kept is None else number_text(kept)


def _kept(value: Writable) -> Cell:
    """A value as a cell holds it; exact numbers of more than 15 digits become text."""
    if isinstance(value, When):
        return value.start if value.start == value.end else value.text
    if isinstance(value, Decimal):
        return value if len(value.normalize().as_tuple().digits) <= 15 else number_text(value)
    if value is None or isinstance(value, (str, bool, int, float, date)):
        return value
    return str(value)
