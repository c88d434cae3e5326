"""The tables of a web page: what many county systems export under the name .xls.

Each table is a sheet; which of them is the ledger is for the headings to tell.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from crm.spreadsheets._sheets import (
    MAX_CELL_TEXT,
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_ROWS,
    MAX_SHEETS,
    Unsafe,
    sheet,
    too_large,
    too_long,
    too_many_cells,
    too_many_sheets,
)
from crm.spreadsheets._text import decode, kept_as_text

MARKUP = re.compile(
    r"\s*<(?:!doctype|html|head|body|table|meta|\?xml|style|div|!--)", re.IGNORECASE
)
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]{2,20})", re.IGNORECASE)
_ALSO_KNOWN = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "cp950"}
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_SILENT = ("style", "script", "head", "title")
_BREAKS = ("br", "p", "div", "li")


def read_html(data: bytes) -> list[dict[str, Any]]:
    """Every table that has a filled cell, in the order of the page; Unsafe where there is none."""
    reading = _Tables()
    reading.feed(_decoded(data))
    reading.close()
    filled = [table for table in reading.tables if table.rows]
    if not filled:
        raise Unsafe(
            "文件内容是网页，里面没有可读的表格；请用 Excel 打开后另存为 .xlsx，再导入另存的文件。"
        )
    several = len(filled) > 1
    return [
        sheet(
            f"表格{number}" if several else "",
            table.rows,
            hidden_rows=table.hidden_rows,
            merged=table.merged,
        )
        for number, table in enumerate(filled, start=1)
    ]


def _decoded(data: bytes) -> str:
    if told := _CHARSET.search(data[:4096]):
        name = told[1].decode("ascii").lower()
        try:
            return data.decode(_ALSO_KNOWN.get(name, name))
        except (LookupError, UnicodeDecodeError):
            pass  # the page says what it is not
    return decode(data)


class _Table:
    """A table being read. hanging: column → rows further down that a cell above still covers."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, list[Any]]] = []
        self.merged: list[tuple[int, int, int, int]] = []
        self.hidden_rows: list[int] = []
        self.number = self.column = 0
        self.hanging: dict[int, int] = {}
        self.covered: set[int] = set()
        self.row: list[Any] = []
        self.texts: list[str] | None = None
        self.spans = (1, 1)
        self.is_hidden = False
        self.length = 0

    def open_row(self, *, is_hidden: bool) -> None:
        self.close_row()
        self.number += 1
        self.row, self.is_hidden = [], is_hidden
        self.column = 0
        self.covered = {column for column, left in self.hanging.items() if left}
        self.hanging = {column: left - 1 for column, left in self.hanging.items() if left > 1}

    def open_cell(self, down: int, right: int) -> None:
        if not self.number:
            self.open_row(is_hidden=False)
        self.close_cell()
        self.texts, self.spans, self.length = [], (down, right), 0

    def add(self, text: str) -> None:
        if self.texts is None:
            return
        self.length += len(text)
        if self.length > 2 * MAX_CELL_TEXT:
            raise too_long()
        self.texts.append(text)

    def close_cell(self) -> None:
        if self.texts is None:
            return
        lines = (" ".join(line.split()) for line in "".join(self.texts).split("\n"))
        text, self.texts = kept_as_text("\n".join(line for line in lines if line)), None
        if len(text) > MAX_CELL_TEXT:
            raise too_long()
        while self.column in self.covered:
            self.column += 1
        column, (down, right) = self.column, self.spans
        last = min(column + right, MAX_COLUMNS) - 1
        if text and (column >= MAX_COLUMNS or self.number > MAX_ROWS):
            raise too_large("", self.number, column)
        if text:
            self.row += [None] * (column - len(self.row)) + [text]
            if down > 1 or last > column:
                bottom = min(self.number + down - 1, MAX_ROWS)
                self.merged.append((self.number, column, bottom, last))
        if down > 1:
            self.hanging |= dict.fromkeys(range(column, last + 1), down - 1)
        self.column = max(last, column) + 1

    def close_row(self) -> None:
        self.close_cell()
        if self.row:
            self.rows.append((self.number, self.row))
            if self.is_hidden:
                self.hidden_rows.append(self.number)
            self.row = []


class _Tables(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[_Table] = []
        self.open: list[_Table] = []  # a page laid out in tables has some within others
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in _SILENT:
            self.silent += 1
        elif tag == "table":
            if len(self.tables) >= MAX_SHEETS:
                raise too_many_sheets()
            self.open.append(_Table())
            self.tables.append(self.open[-1])
        elif self.open and tag == "tr":
            self.silent = 0
            self.open[-1].open_row(is_hidden=bool(_HIDDEN.search(given.get("style") or "")))
        elif self.open and tag in ("td", "th"):
            self.open[-1].open_cell(_span(given.get("rowspan")), _span(given.get("colspan")))
        elif self.open and tag in _BREAKS:
            self.open[-1].add("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self.silent = max(0, self.silent - 1)
        elif self.open and tag == "table":
            self.open.pop().close_row()
        elif self.open and tag == "tr":
            self.open[-1].close_row()
        elif self.open and tag in ("td", "th"):
            self.open[-1].close_cell()

    def handle_data(self, data: str) -> None:
        if self.open and not self.silent:
            self.open[-1].add(data.replace("\n", " "))

    def close(self) -> None:
        super().close()
        while self.open:
            self.open.pop().close_row()
        if sum(len(row) for table in self.tables for _, row in table.rows) > MAX_CELLS:
            raise too_many_cells()


def _span(text: str | None) -> int:
    """How many cells it covers: at least itself, whatever the page says."""
    return min(int(text), MAX_ROWS) if text and text.isdecimal() and len(text) < 9 else 1
