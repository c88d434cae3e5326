"""A table without a line of headings: a list of names pasted in, an export of bare rows.

Its columns are called A列, B列 and so on, and mean nothing until a person or a mapping says so.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from crm.ledgers.base import Column
from crm.spreadsheets.cells import Cell, fold, is_blank, plain
from crm.spreadsheets.headings import Heading, Matcher, letter_of
from crm.spreadsheets.mapping import DATA, HEADINGS, Mapping
from crm.spreadsheets.match import Table, data_rows
from crm.spreadsheets.reader import Row, Sheet

_LOOK_THROUGH = 40
_MADE = re.compile("[a-z]{1,3}列")  # as a mapping keeps the headings we made
_HEADING = re.compile(
    r".{0,8}(?:名称|姓名|名单|序号|编号|代码|日期|时间|年份|年度|金额|投资额|单位|电话|手机|地址|地点|"
    r"备注|类型|类别|状态|阶段|面积|产业|行业|简介|内容|情况|来源|方式|联系人|负责人|责任人)(?:\(.*\))?"
)
_FULL_NAME = re.compile(r".+(?:有限|股份|集团|合作社|事务所)(?:责任)?(?:公司)?")


def without_headings(
    sheets: Sequence[Sheet], columns: Sequence[Column], needed: set[str], mapping: Mapping
) -> Table | None:
    """The fullest of these sheets as a table of made headings, if its first row looks like data or
    the mapping says so or names its columns by their letters; else None."""
    sheet = max(sheets, key=lambda one: len(one.rows), default=None)
    if sheet is None or not sheet.rows:
        return None
    matcher = Matcher(columns, needed, mapping)
    start = _first_full_row(sheet.rows)
    is_told = mapping.first_row == DATA or any(map(_MADE.fullmatch, mapping.columns))
    if mapping.first_row == HEADINGS:
        return None
    if not is_told and not _looks_like_data(sheet.rows[start:], matcher):
        return None
    width = max(len(row.cells) for row in sheet.rows)
    texts = [f"{letter_of(index)}列" for index in range(width)]
    headings = [
        Heading(index, text, field=mapping.columns.get(fold(text)))
        for index, text in enumerate(texts)
    ]
    if mapping.first_row == DATA:
        matcher = Matcher(columns, set(), mapping)  # nothing below is another table's headings
    rows, ignored, _ = data_rows(sheet, start, headings, needed, matcher)
    titles = [(row.number, "表格的标题") for row in sheet.rows[:start]]
    return Table(sheet, headings, rows, ignored=[*titles, *ignored], has_no_headings=True)


def _first_full_row(rows: Sequence[Row]) -> int:
    """Past the titles: lines of one cell above a table of several columns."""
    filled = [sum(not is_blank(cell) for cell in row.cells) for row in rows[:_LOOK_THROUGH]]
    times = Counter(filled)
    if max(times, key=lambda count: (times[count], count)) == 1:
        return 0
    return next((place for place, count in enumerate(filled) if count > 1), 0)


def _looks_like_data(rows: Sequence[Row], matcher: Matcher) -> bool:
    """Whether the first of these rows is one of the others' kind, and no line of headings that
    nobody knows."""
    first, below = rows[0], rows[1 : _LOOK_THROUGH + 1]
    cells = {index: cell for index, cell in enumerate(first.cells) if not is_blank(cell)}
    words = [plain(cell) for cell in cells.values() if isinstance(cell, str)]
    if any(matcher.knows(word) or _HEADING.fullmatch(word) for word in words):
        return False
    if len(cells) == 1 and all(len(row.cells) <= len(first.cells) for row in below):
        return bool(below)  # a list
    if any(not isinstance(cell, str) or _is_figure(cell) for cell in cells.values()):
        return True
    return any(_FULL_NAME.fullmatch(word) for word in words) or any(
        _stands_below(index, cell, below) for index, cell in cells.items()
    )


def _is_figure(text: str) -> bool:
    """A number, a date, a telephone number, a credit code."""
    bare = plain(text)
    return bare[:1].isdigit() and sum(sign.isdigit() for sign in bare) * 2 >= len(bare)


def _stands_below(index: int, cell: Cell, below: Sequence[Row]) -> bool:
    return any(index < len(row.cells) and row.cells[index] == cell for row in below)
