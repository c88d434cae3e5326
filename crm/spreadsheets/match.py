"""Where the table is on a sheet, and which of its headings is which column of the ledger.

Real sheets carry a title, notes and blank lines above the headings, headings on two merged lines,
totals and notes below. A heading matches a column by its whole text: 计划开工时间 is not 开工时间.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from crm.ledgers.base import Column, Kind
from crm.spreadsheets.cells import Cell, fold, is_blank, is_unknown, plain
from crm.spreadsheets.mapping import Mapping
from crm.spreadsheets.money import read_unit
from crm.spreadsheets.reader import Row, Sheet
from crm.spreadsheets.values import AREAS

_LOOK_THROUGH = 40  # rows above the data in which the headings are looked for
_COUNTS = {"人", "个", "家", "天"}
_NOTES = {
    "必填",
    "选填",
    "必填项",
    "可选",
    "全称",
    "年月",
    "年月日",
    "年/月/日",
    "单选",
    "下拉选择",
}
_IN_BRACKETS = re.compile(r"\(([^()]*)\)")
_AFTER_SLASH = re.compile(r"(.+)[/:_]([^/:_]+)")
_UNIT_AT_END = re.compile(
    r"(.+?)((?:[十百千]?[万亿]|百万|千万)(?:人民币|美|欧|港|日)?元|亩|平方米)"
)
_UNIT_COLUMN = {
    "单位",
    "金额单位",
    "投资单位",
    "计量单位",
    "货币单位",
    "投资额单位",
    "金额计量单位",
}
_OTHER_TIME = re.compile(r"计划|预计|预期|拟|目标|[0-9]{4}|上年|去年|同期|累计|当年|本年|本月")
_TOTAL = re.compile(r".{0,12}(?:合计|小计|总计|共计)(?::.*|\(.*\)|[0-9]+[个项家].*)?")
_NOTE = re.compile(
    r"(?:注|备注|说明|填表说明|填报说明|数据来源|来源)[:0-9.].*|填报人.*|制表.*|审核人.*|填表人.*"
)
_CAPTION = re.compile(r"(?:[一二三四五六七八九十]+[、.]|\([一二三四五六七八九十]+\)).*")


@dataclass(frozen=True)
class Heading:
    """One column of the table: what its heading says, and the unit the heading gives."""

    index: int
    text: str
    unit: str | None = None
    field: str | None = None


@dataclass(frozen=True)
class Table:
    """The table on one sheet. unit_columns: money field → index of the column with its units."""

    sheet: Sheet
    headings: list[Heading]
    rows: list[Row]
    unit_columns: dict[str, int] = field(default_factory=dict)
    ignored: list[tuple[int, str]] = field(default_factory=list)

    @property
    def fields(self) -> dict[str, Heading]:
        return {heading.field: heading for heading in self.headings if heading.field}


def find_table(
    sheet: Sheet, columns: Iterable[Column], needed: Iterable[str], mapping: Mapping
) -> Table | None:
    """The table whose headings name every `needed` field, or None when there is none."""
    columns, needed = list(columns), set(needed)
    matcher = _Matcher(columns, mapping)
    best: tuple[tuple[int, int], int, list[Heading]] | None = None
    for place, row in enumerate(sheet.rows[:_LOOK_THROUGH]):
        following = sheet.rows[place + 1] if place + 1 < len(sheet.rows) else None
        lines = [(1, matcher.headings([(text, "") for text in _filled(sheet, row)]))]
        if following and _may_be_second_line(following):
            lines.append((2, matcher.headings(_two_lines(sheet, row, following))))
        for count, headings in lines:
            found = {heading.field for heading in headings if heading.field}
            # Of two readings that find as much the shorter wins: a title is no line of headings.
            worth = (len(found), -count)
            if needed <= found and (best is None or worth > best[0]):
                best = worth, place + count, headings
    if best is None:
        return None
    _, start, headings = best
    rows, ignored = _data_rows(sheet, start, headings, needed)
    return Table(sheet, headings, rows, _unit_columns(headings, rows, columns, mapping), ignored)


class _Matcher:
    def __init__(self, columns: Sequence[Column], mapping: Mapping) -> None:
        self.mapping = mapping
        # Heading → (how well it fits, field): the label first, then the aliases in their order.
        self.known: dict[str, tuple[int, str]] = {}
        for column in columns:
            for rank, word in enumerate((column.label, column.name, *column.aliases)):
                self.known.setdefault(_canon(word), (rank, column.name))
                bare, unit = split_unit(word)
                if unit:
                    self.known.setdefault(_canon(bare), (rank, column.name))

    def headings(self, lines: list[tuple[str, str]]) -> list[Heading]:
        """The headings of one candidate row; a field goes to the heading that fits it best."""
        made: list[tuple[Heading, int]] = []
        for index, (top, under) in enumerate(lines):
            if text := "/".join(part for part in (top, under) if part):
                unit, rank, name = self._match(top, under)
                made.append((Heading(index, text, unit, name), rank))
        best: dict[str, tuple[int, int]] = {}
        for heading, rank in made:
            if heading.field and (heading.field not in best or rank < best[heading.field][0]):
                best[heading.field] = (rank, heading.index)
        return [
            heading
            if heading.field is None or best[heading.field][1] == heading.index
            else Heading(heading.index, heading.text, heading.unit)
            for heading, _ in made
        ]

    def _match(self, top: str, under: str) -> tuple[str | None, int, str | None]:
        units = [split_unit(text)[1] for text in (under, top)]
        unit = next((word for word in units if word), None)
        for text in (f"{top}/{under}" if under else top, under, f"{top}{under}"):
            if text and fold(text) in self.mapping.columns:
                return unit, -1, self.mapping.columns[fold(text)]
        for text in self._readings(top, under):
            if known := self.known.get(_canon(text)):
                return unit, *known
        return unit, 0, None

    @staticmethod
    def _readings(top: str, under: str) -> list[str]:
        """The texts a heading may be known by, the fullest first."""
        if not under:
            return [top, split_unit(top)[0]]
        bare_top, bare = split_unit(top)[0], split_unit(under)[0]
        together = [f"{top}{under}", f"{bare_top}{bare}"]
        if re.search("计划|预计|拟", top):
            return [*together, f"计划{bare}"]
        return together if _OTHER_TIME.search(top) else [*together, under, bare]


def split_unit(heading: str) -> tuple[str, str | None]:
    """`投资额（万元）`, `总投资/亿元`, `投资额万元` → the heading and its unit."""
    text = re.sub(r"\s+", "", plain(heading)).strip("*")
    unit = None
    for inside in _IN_BRACKETS.findall(text):
        word = inside.removeprefix("单位:").removeprefix("单位")
        if _is_unit(word):
            unit = word
        elif word not in _NOTES:
            continue
        text = text.replace(f"({inside})", "", 1)
    if unit is None and (match := _AFTER_SLASH.fullmatch(text)):
        rest = match[2].removeprefix("单位")
        if _is_unit(rest):
            text, unit = match[1], rest
    if unit is None and (match := _UNIT_AT_END.fullmatch(text)):
        text, unit = match[1], match[2]
    return text.rstrip(":*").removesuffix(":单位").removesuffix(",单位"), unit


def _is_unit(word: str) -> bool:
    return word in AREAS or word in _COUNTS or read_unit(word) is not None


def _canon(heading: str) -> str:
    return fold(heading).strip("*:").replace("时间", "日期")


def _filled(sheet: Sheet, row: Row) -> list[str]:
    """A heading line as text; a cell merged to the right says the same in each of its columns."""
    texts = ["" if is_blank(cell) else " ".join(str(cell).split()) for cell in row.cells]
    for top, left, bottom, right in sheet.merged:
        if top <= row.number <= bottom and left < right and left < len(texts):
            texts.extend([""] * (right + 1 - len(texts)))
            texts[left : right + 1] = [texts[left]] * (right + 1 - left)
    return texts


def _may_be_second_line(row: Row) -> bool:
    return all(isinstance(cell, str) for cell in row.cells if not is_blank(cell))


def _two_lines(sheet: Sheet, first: Row, second: Row) -> list[tuple[str, str]]:
    """Two heading lines as pairs. Where merges are lost (CSV), a blank above takes its left's."""
    tops, unders = _filled(sheet, first), _filled(sheet, second)
    width = max(len(tops), len(unders))
    tops += [""] * (width - len(tops))
    unders += [""] * (width - len(unders))
    for index in range(1, width):
        if not tops[index] and unders[index]:
            tops[index] = tops[index - 1]
    return [(top, "" if top == under else under) for top, under in zip(tops, unders, strict=True)]


def _data_rows(
    sheet: Sheet, start: int, headings: list[Heading], needed: set[str]
) -> tuple[list[Row], list[tuple[int, str]]]:
    keys = [heading.index for heading in headings if heading.field in needed]
    used = {heading.index for heading in headings}
    titles = {heading.index: fold(heading.text) for heading in headings}
    wide = {top for top, left, bottom, right in sheet.merged if top == bottom and right - left >= 2}
    rows: list[Row] = []
    ignored: list[tuple[int, str]] = []
    for row in sheet.rows[start:]:
        inside = {
            index: cell
            for index, cell in enumerate(row.cells)
            if index in used and not is_blank(cell)
        }
        if reason := _why_no_data(row, inside, keys, titles, wide):
            ignored.append((row.number, reason))
        else:
            rows.append(row)
    return rows, ignored


def _why_no_data(
    row: Row, inside: dict[int, Cell], keys: list[int], titles: dict[int, str], wide: set[int]
) -> str | None:
    if not inside:
        return "表格以外的内容"
    first = fold(next(iter(inside.values())))
    words = [fold(inside[index]) for index in keys if index in inside]
    if any(_TOTAL.fullmatch(word) for word in (first, *words)):
        return "合计行"
    if _NOTE.fullmatch(first):
        return "表下的说明"
    if all(fold(cell) == titles[index] for index, cell in inside.items()):
        return "重复的表头"
    if len(inside) == 1 and (row.number in wide or _CAPTION.fullmatch(first)):
        return "小标题或说明"
    return None


def _unit_columns(
    headings: list[Heading], rows: list[Row], columns: Sequence[Column], mapping: Mapping
) -> dict[str, int]:
    """A column 单位 belongs to the money column on its left, or to the only one there is."""
    kinds = {column.name: column.kind for column in columns}
    money = [
        heading for heading in headings if heading.field and kinds[heading.field] is Kind.MONEY
    ]
    found: dict[str, int] = {}
    for heading in headings:
        if heading.field or split_unit(heading.text)[0] not in _UNIT_COLUMN:
            continue
        cells = [row.cells[heading.index] for row in rows if heading.index < len(row.cells)]
        known = [read_unit(cell) is not None for cell in cells if not is_unknown(cell)]
        owners = [other for other in money if other.index < heading.index][-1:] or money
        if len(owners) != 1 or not known or sum(known) * 2 < len(known):
            continue
        name = owners[0].field or ""
        left_out = mapping.columns.get(fold(heading.text), "") is None
        if not (left_out and mapping.unit_of(name)):
            found[name] = heading.index
    return found
