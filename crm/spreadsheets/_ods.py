"""The sheets of an OpenDocument spreadsheet (.ods of LibreOffice, WPS or Excel).

Read here part by part, not by python-calamine: that tells neither hidden rows nor merged cells nor
errors nor unsaved formulas, loses line breaks, and fails at white space between elements. A file of
a kilobyte may repeat a cell a milliard times, so a repetition is counted and only then written out.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from crm.spreadsheets._archive import parse_part
from crm.spreadsheets._sheets import (
    ERROR_WORD,
    MAX_CELL_TEXT,
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_ROWS,
    MAX_SHEETS,
    UNSAVED,
    Unsafe,
    error_in_cell,
    sheet,
    too_large,
    too_long,
    too_many_cells,
    too_many_sheets,
)

_NUMBERS = ("float", "percentage", "currency")
_CELLS = ("table-cell", "covered-table-cell")
# What hangs on a cell and is none of its text: remarks, drawings, pronunciation.
_ASIDE = frozenset(
    ("annotation", "shapes", "forms", "tracked-changes", "ruby-text", "frame", "custom-shape",
     "rect", "ellipse", "line", "polyline", "polygon", "path", "connector", "caption", "measure",
     "control", "g")
)  # fmt: skip
_SPACE = re.compile("[ \t\r\n]+")


def read_ods(archive: zipfile.ZipFile) -> list[dict[str, Any]]:
    """Every sheet, in the child's own shape; Unsafe for what is encrypted or linked elsewhere."""
    names = set(archive.namelist())
    reading = _Reading()
    if "encrypted-package" in names:
        raise _encrypted()
    if "META-INF/manifest.xml" in names:
        parse_part(archive, "META-INF/manifest.xml", _refuse_encrypted)
    parse_part(archive, "content.xml", reading.start, reading.end, reading.text)
    return reading.sheets


def _refuse_encrypted(tag: str, _: Mapping[str, str]) -> None:
    if tag == "encryption-data":
        raise _encrypted()


def _encrypted() -> Unsafe:
    return Unsafe("工作簿加了打开密码，请取消密码后再导入。")


@dataclass
class _Cell:
    given: Mapping[str, str]
    paragraphs: list[str] = field(default_factory=list)
    length: int = 0
    is_in_paragraph: bool = False

    def add(self, text: str) -> None:
        self.length += len(text)
        if self.length > MAX_CELL_TEXT:
            raise too_long()
        self.paragraphs[-1] += text

    @property
    def value(self) -> Any:
        given, shown = self.given, "\n".join(self.paragraphs).strip()
        kind = given.get("office:value-type", "")
        if given.get("calcext:value-type") == "error" or ERROR_WORD.fullmatch(shown):
            return {"broken": error_in_cell(shown)}
        if "table:formula" in given and not kind and not shown:
            return {"broken": UNSAVED}
        if kind in _NUMBERS:
            number = float(given.get("office:value", "nan"))
            return number if number == number and abs(number) != float("inf") else None
        if kind == "boolean":
            return given.get("office:boolean-value") == "true"
        if kind == "date":
            return _moment(given.get("office:date-value", "")) or shown or None
        return shown or given.get("office:string-value", "").strip() or None


def _moment(text: str) -> dict[str, str] | None:
    try:
        if "T" not in text:
            return {"day": date.fromisoformat(text).isoformat()}
        return {"moment": datetime.fromisoformat(text).replace(tzinfo=None).isoformat()}
    except ValueError:
        return None


class _Reading:
    """What the parser has come by so far."""

    def __init__(self) -> None:
        self.sheets: list[dict[str, Any]] = []
        self.hidden_styles: set[str] = set()
        self.style = ""
        self.epoch_1904 = False
        self.aside = 0
        self.sheet: dict[str, Any] | None = None
        self.row = self.row_times = self.column = self.cell_count = 0
        self.cells: list[Any] = []
        self.is_hidden_row = False
        self.cell: _Cell | None = None

    def start(self, tag: str, given: Mapping[str, str]) -> None:
        if self.aside or tag in _ASIDE:
            self.aside += 1
        elif tag == "style":
            self.style = given.get("style:name", "")
        elif tag == "table-properties":
            if given.get("table:display") == "false":
                self.hidden_styles.add(self.style)
        elif tag == "null-date":
            self.epoch_1904 = given.get("table:date-value", "").startswith("1904")
        elif tag == "table-source":
            raise Unsafe("工作簿引用了其他文件，请断开链接（编辑→链接）后再导入。")
        elif tag == "table":
            self._open_sheet(given)
        elif self.sheet is not None and tag == "table-row":
            self.cells, self.column = [], 0
            self.row_times = _times(given, "table:number-rows-repeated")
            self.is_hidden_row = given.get("table:visibility") in ("collapse", "filter")
        elif self.sheet is not None and tag in _CELLS:
            self.cell = _Cell(given)
        elif self.cell is not None:
            self._start_text(self.cell, tag, given)

    @staticmethod
    def _start_text(cell: _Cell, tag: str, given: Mapping[str, str]) -> None:
        if tag == "p":
            cell.paragraphs.append("")
            cell.is_in_paragraph = True
        elif not cell.is_in_paragraph:
            return
        elif tag == "s":
            cell.add(" " * min(_times(given, "text:c"), MAX_CELL_TEXT + 1))
        elif tag in ("tab", "line-break"):
            cell.add("\t" if tag == "tab" else "\n")

    def text(self, data: str) -> None:
        if self.cell is not None and self.cell.is_in_paragraph and not self.aside:
            self.cell.add(_SPACE.sub(" ", data))

    def end(self, tag: str) -> None:
        if self.aside:
            self.aside -= 1
        elif tag == "table":
            self.sheet = None
        elif tag == "p" and self.cell is not None:
            self.cell.is_in_paragraph = False
        elif self.sheet is not None and tag == "table-row":
            self._end_row(self.sheet)
        elif self.sheet is not None and self.cell is not None and tag in _CELLS:
            self._end_cell(self.sheet, self.cell)
            self.cell = None

    def _open_sheet(self, given: Mapping[str, str]) -> None:
        if self.sheet is not None:
            raise Unsafe("工作表的单元格里套着另一张表，请用 Excel 打开后另存为 .xlsx。")
        hidden = given.get("table:style-name") in self.hidden_styles
        name = given.get("table:name", "")
        self.sheet = sheet(name, [], hidden=hidden, epoch_1904=self.epoch_1904)
        self.sheets.append(self.sheet)
        self.row = 0
        if len(self.sheets) > MAX_SHEETS:
            raise too_many_sheets()

    def _end_cell(self, sheet: dict[str, Any], cell: _Cell) -> None:
        times = _times(cell.given, "table:number-columns-repeated")
        value = cell.value
        if value is not None:
            if self.column + times > MAX_COLUMNS:
                raise too_large(sheet["name"], self.row + 1, self.column + times - 1)
            self.cells += [None] * (self.column - len(self.cells)) + [value] * times
            down = _times(cell.given, "table:number-rows-spanned")
            right = _times(cell.given, "table:number-columns-spanned")
            if down > 1 or right > 1:
                last = min(self.column + right - 1, MAX_COLUMNS)
                first = self.row + 1
                sheet["merged"].append((first, self.column, min(first + down - 1, MAX_ROWS), last))
        self.column += times

    def _end_row(self, sheet: dict[str, Any]) -> None:
        first, self.row = self.row + 1, self.row + self.row_times
        if not self.cells:
            return
        if self.row > MAX_ROWS:
            raise too_large(sheet["name"], self.row, len(self.cells) - 1)
        self.cell_count += len(self.cells) * self.row_times
        if self.cell_count > MAX_CELLS:
            raise too_many_cells()
        numbers = range(first, self.row + 1)
        sheet["rows"] += [(number, self.cells) for number in numbers]
        if self.is_hidden_row:
            sheet["hidden_rows"] += numbers


def _times(given: Mapping[str, str], name: str) -> int:
    return max(1, int(given.get(name, 1)))
