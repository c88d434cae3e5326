"""“XML 电子表格 2003”: the one XML file Excel used to write; many systems export it as .xls."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from xml.parsers import expat

from crm.spreadsheets._archive import parser_of
from crm.spreadsheets._sheets import (
    MAX_CELL_TEXT,
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_ROWS,
    MAX_SHEETS,
    UNSAVED,
    UNSURE_DAY,
    Unsafe,
    error_in_cell,
    sheet,
    too_large,
    too_long,
    too_many_cells,
    too_many_sheets,
)
from crm.spreadsheets._text import decode

NAMESPACE = "urn:schemas-microsoft-com:office:spreadsheet"
_ENCODING = re.compile(rb"<\?xml[^>]*encoding=[\"']([A-Za-z0-9_-]{2,20})[\"']")
_FIRST_SURE_DAY = date(1900, 3, 1)


def read_xml_book(data: bytes) -> list[dict[str, Any]]:
    """Every sheet, in the child's own shape; Unsafe for what is linked elsewhere or broken."""
    reading = _Reading()
    try:
        # As text: the parser itself knows no Chinese encoding.
        parser_of(reading.start, reading.end, reading.text).Parse(_decoded(data), True)
    except (expat.ExpatError, ValueError, IndexError) as error:
        raise Unsafe("XML 电子表格的内部结构有错误，请用 Excel 打开后另存为 .xlsx。") from error
    return reading.sheets


def _decoded(data: bytes) -> str:
    told = _ENCODING.match(data)
    name = told[1].decode("ascii").lower() if told else ""
    if name in ("gb2312", "gbk", "gb18030"):
        return data.decode("gb18030")
    return decode(data)


class _Reading:
    """What the parser has come by so far. `inside`: the element whose text is being collected."""

    def __init__(self) -> None:
        self.sheets: list[dict[str, Any]] = []
        self.epoch_1904 = False
        self.row = self.column = self.cell_count = 0
        self.cells: list[Any] = []
        self.is_hidden_row = self.is_aside = False
        self.has_formula = False
        self.last_of_span = self.right = self.down = 0
        self.value: Any = None
        self.kind = self.inside = ""
        self.texts: list[str] = []
        self.length = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        given = {name.rpartition(":")[2]: value for name, value in attributes.items()}
        if self.is_aside:
            return
        if tag == "SupBook":
            raise Unsafe("工作簿引用了其他文件，请在 Excel“数据→编辑链接”中断开链接后再导入。")
        if tag == "Worksheet":
            if len(self.sheets) == MAX_SHEETS:
                raise too_many_sheets()
            self.sheets.append(sheet(given.get("Name", ""), [], epoch_1904=self.epoch_1904))
            self.row = 0
        elif tag == "Row":
            self.row = max(int(given.get("Index", 0)), self.row + 1)
            self.last_of_span = self.row + max(0, int(given.get("Span", 0)))
            self.cells, self.column = [], 0
            self.is_hidden_row = given.get("Hidden") == "1"
        elif tag == "Cell":
            self.column = max(int(given.get("Index", 0)), self.column + 1)
            self.has_formula, self.value = "Formula" in given, None
            self.right, self.down = (max(0, int(given.get(n, 0))) for n in _MERGES)
        elif tag in ("Data", "Date1904", "Visible"):
            self.kind, self.inside, self.texts, self.length = given.get("Type", ""), tag, [], 0
        elif tag == "Comment":
            self.is_aside = True

    def text(self, data: str) -> None:
        if self.inside and not self.is_aside:
            self.length += len(data)
            if self.length > MAX_CELL_TEXT:
                raise too_long()
            self.texts.append(data)

    def end(self, tag: str) -> None:
        if tag == "Comment":
            self.is_aside = False
        elif self.is_aside:
            return
        elif tag == self.inside:
            self._end_text(tag, "".join(self.texts).strip())
            self.inside = ""
        elif tag == "Cell":
            self._end_cell(self.sheets[-1])
        elif tag == "Row":
            self._end_row(self.sheets[-1])

    def _end_text(self, tag: str, text: str) -> None:
        if tag == "Date1904":
            self.epoch_1904 = True
        elif tag == "Visible":
            self.sheets[-1]["hidden"] = text != "SheetVisible"
        else:
            self.value = self._value(text)

    def _value(self, text: str) -> Any:
        if self.kind == "Error":
            return {"broken": error_in_cell(text)}
        if self.kind == "Number":
            number = float(text or "nan")
            return number if number == number and abs(number) != float("inf") else None
        if self.kind == "Boolean":
            return text == "1"
        if self.kind == "DateTime":
            moment = datetime.fromisoformat(text)
            if moment.year == 1899:
                return moment.time().isoformat()
            if moment.date() < _FIRST_SURE_DAY and not self.epoch_1904:
                return {"broken": UNSURE_DAY}
            if moment.time() == time():
                return {"day": moment.date().isoformat()}
            return {"moment": moment.isoformat()}
        return text or None

    def _end_cell(self, sheet: dict[str, Any]) -> None:
        value, first = self.value, self.column - 1
        if value is None and self.has_formula and not self.kind:
            value = {"broken": UNSAVED}
        self.kind = ""
        if value is not None:
            if self.column > MAX_COLUMNS or self.row > MAX_ROWS:
                raise too_large(sheet["name"], self.row, first)
            self.cells += [None] * (first - len(self.cells)) + [value]
            if self.right or self.down:
                last = min(first + self.right, MAX_COLUMNS)
                sheet["merged"].append((self.row, first, min(self.row + self.down, MAX_ROWS), last))
        self.column += self.right

    def _end_row(self, sheet: dict[str, Any]) -> None:
        if self.cells:
            self.cell_count += len(self.cells)
            if self.cell_count > MAX_CELLS:
                raise too_many_cells()
            sheet["rows"].append((self.row, self.cells))
            if self.is_hidden_row:
                sheet["hidden_rows"].append(self.row)
        self.row = self.last_of_span


_MERGES = ("MergeAcross", "MergeDown")
