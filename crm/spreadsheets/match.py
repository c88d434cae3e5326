"""Where the tables are on a sheet, and which of their rows are data.

Real sheets carry a title, notes and blank lines above the headings, headings on two merged lines,
totals and notes below, and sometimes a second table below the first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from crm.ledgers.base import Column, Kind
from crm.spreadsheets.cells import Cell, fold, is_blank, is_unknown, plain
from crm.spreadsheets.headings import OTHER_TIME, Heading, Matcher, is_unit_alone, split_unit
from crm.spreadsheets.mapping import Mapping
from crm.spreadsheets.money import read_unit
from crm.spreadsheets.numbers import numbers_in, read_number
from crm.spreadsheets.reader import Row, Sheet
from crm.spreadsheets.stage_words import is_standing
from crm.spreadsheets.values import AREAS

_STAGE_WORD = 12  # 一期投产二期在建 has eight signs; a longer text tells a story
_SAYS_WHERE = re.compile("进度|进展|状态|阶段|现状|推进情况|建设情况")
_LOOK_THROUGH = 40  # rows above the data in which the headings are looked for
_UNIT_COLUMN = {
    "单位",
    "金额单位",
    "投资单位",
    "计量单位",
    "货币单位",
    "投资额单位",
    "金额计量单位",
}
_UNITS_ABOVE = re.compile(r"单位[::]([^():;。]+)")
_TOTAL = re.compile(
    r".{0,12}(?:合计|小计|总计|共计)(?::.*|\(.*\)|[0-9]+[个项家条户宗].*)?"
    r"|.{0,8}共[0-9]+[个项家条户宗](?:重点)?(?:项目|企业|公司|单位|园区|地块)?(?:[,;。].*)?"
)
_NOTE = re.compile(
    r"(?:注|备注|说明|填表说明|填报说明|数据来源|来源)[:0-9.].*|填报人.*|制表.*|审核人.*|填表人.*"
)
_CAPTION = re.compile(r"(?:[一二三四五六七八九十]+[、.]|\([一二三四五六七八九十]+\)).*")


@dataclass(frozen=True)
class Table:
    """The table on one sheet. unit_columns: money field → index of the column with its units.
    numbers: the index of the column with the numbers of our own export. has_no_headings: its
    headings are made (A列, B列). instead_of: (sheet, why) of those left out, for this one fits
    better. fills: columns whose cells stand in for blank ones of another with the same meaning."""

    sheet: Sheet
    headings: list[Heading]
    rows: list[Row]
    unit_columns: dict[str, int] = field(default_factory=dict)
    ignored: list[tuple[int, str]] = field(default_factory=list)
    numbers: int | None = None
    has_no_headings: bool = False
    instead_of: list[tuple[str, str]] = field(default_factory=list)
    fills: frozenset[int] = frozenset()

    def aside(self, heading: Heading) -> str:
        """What a column that is not imported is for, in words."""
        if heading.index in self.unit_columns.values():
            return "金额的单位"
        if heading.index == self.numbers:
            return "用来找行"
        taken = self.fields.get(heading.also or "")
        return f"“{taken.text}”为空时用它" if taken and heading.index in self.fills else ""

    @property
    def fields(self) -> dict[str, Heading]:
        return {heading.field: heading for heading in self.headings if heading.field}


def tables_on(
    sheet: Sheet, columns: Iterable[Column], needed: Iterable[str], mapping: Mapping
) -> list[Table]:
    """The tables whose headings name every `needed` field, or whose rows have their numbers, one
    below the other."""
    columns, needed = list(columns), set(needed)
    matcher = Matcher(columns, needed, mapping)
    tables: list[Table] = []
    start = 0
    while (found := _headings_from(sheet, start, matcher, needed)) is not None:
        first, data_from, headings = found
        above = sheet.rows[start:first]
        rows, ignored, start = data_rows(sheet, data_from, headings, needed, matcher)
        headings = _with_stages(headings, rows, columns, mapping)
        rows, fills = _filled_in(headings, rows)
        units = _unit_columns(headings, rows, columns, mapping)
        headings = _with_units_above(headings, above, columns, units)
        numbers = numbers_in(headings, rows)
        tables.append(Table(sheet, headings, rows, units, ignored, numbers, fills=fills))
    return tables


def best_guess(sheet: Sheet, columns: Iterable[Column], mapping: Mapping) -> Table:
    """The table of a sheet whose headings do not name what they should: the line that names most
    columns, else the first line with the most words."""
    matcher = Matcher(list(columns), set(), mapping)
    places = range(min(_LOOK_THROUGH, len(sheet.rows)))
    readings = [_best_reading(sheet, place, matcher, set()) for place in places]

    def worth(place: int) -> tuple[int, int]:
        reading = readings[place]
        words = {cell for cell in sheet.rows[place].cells if isinstance(cell, str)}
        return (reading[0] if reading else 0, len(words))

    best = readings[max(places, key=worth)]
    if best is None:  # an empty sheet has no line at all
        return Table(sheet, [], [])
    return Table(sheet, best[3], sheet.rows[best[2] :])


def _headings_from(
    sheet: Sheet, start: int, matcher: Matcher, needed: set[str]
) -> tuple[int, int, list[Heading]] | None:
    """Where the first headings stand, where their data begin, and what they are. A line that names
    one column alone counts only where there is no better one: a title may look like it."""
    single: tuple[int, int, list[Heading]] | None = None
    for place in range(start, min(start + _LOOK_THROUGH, len(sheet.rows))):
        found = _best_reading(sheet, place, matcher, needed)
        if found and found[0] > 1:
            # A line above the headings reads the next line too, but not the one after that.
            later = _best_reading(sheet, place + 1, matcher, needed)
            return later[1:] if later and later[0] > found[0] else found[1:]
        single = single or (found[1:] if found else None)
    return single


def _best_reading(
    sheet: Sheet, place: int, matcher: Matcher, needed: set[str]
) -> tuple[int, int, int, list[Heading]] | None:
    """This row as headings, this row and the next, or the next alone: what names most columns.
    Of two that name as many the shorter wins, for a title is no line of headings."""
    if place >= len(sheet.rows):
        return None
    row, following, has_units = sheet.rows[place], None, False
    readings = [(1, place + 1, matcher.headings([(text, "") for text in _filled(sheet, row)]))]
    if place + 1 < len(sheet.rows):
        following = sheet.rows[place + 1]
    if following and _may_be_second_line(following):
        has_units = _says_units_alone(following)
        alone = [(text, "") for text in _filled(sheet, following)]
        readings += [
            (1, place + 2, matcher.headings(alone)),
            (2, place + 2, matcher.headings(_two_lines(sheet, row, following))),
        ]
    best: tuple[tuple[int, int], int, int, list[Heading]] | None = None
    for lines, data_from, headings in readings:
        found = {heading.field for heading in headings if heading.field}
        # A line that says nothing but units is the second of two, whatever else is found.
        worth = (len(found), lines if has_units else -lines)
        if best is not None and worth <= best[0]:
            continue
        below = sheet.rows[data_from : data_from + _LOOK_THROUGH]
        if needed <= found or (found and numbers_in(headings, below) is not None):
            best = worth, data_from - lines, data_from, headings
    if best is None:
        return None
    (count, _), first, data_from, headings = best
    return count, first, data_from, headings


def _with_units_above(
    headings: list[Heading], above: list[Row], columns: Sequence[Column], own: dict[str, int]
) -> list[Heading]:
    """A unit told once above the table (单位：万元) is that of every amount without one of its own;
    so is one of areas. Two different ones tell nothing."""
    told = {
        word
        for row in above
        for cell in row.cells
        if isinstance(cell, str)
        for inside in _UNITS_ABOVE.findall("".join(plain(cell).split()))
        for word in re.split("[、,/和]", inside)
    }
    money = {word for word in told if read_unit(word) is not None}
    areas = told & set(AREAS)
    kinds = {column.name: column for column in columns}

    def unit_of(heading: Heading) -> str | None:
        column = kinds.get(heading.field or "")
        if heading.unit or column is None or column.name in own:
            return heading.unit
        if column.kind is Kind.MONEY and len(money) == 1:
            return next(iter(money))
        if column.kind is Kind.NUMBER and column.unit in AREAS and len(areas) == 1:
            return next(iter(areas))
        return None

    return [replace(heading, unit=unit_of(heading)) for heading in headings]


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


def _says_units_alone(row: Row) -> bool:
    texts = [str(cell) for cell in row.cells if not is_blank(cell)]
    return bool(texts) and all(is_unit_alone(text) for text in texts)


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


def data_rows(
    sheet: Sheet, start: int, headings: list[Heading], needed: set[str], matcher: Matcher
) -> tuple[list[Row], list[tuple[int, str]], int]:
    """The data rows, what is left out, and where they end: at the end, or at other headings."""
    keys = {heading.index: heading.field for heading in headings if heading.field in needed}
    used = {heading.index for heading in headings}
    fields = {heading.index for heading in headings if heading.field or heading.also}
    titles = {heading.index: fold(heading.text) for heading in headings}
    wide = {top for top, left, bottom, right in sheet.merged if top == bottom and right - left >= 2}
    numbers = numbers_in(headings, sheet.rows[start:])
    rows: list[Row] = []
    ignored: list[tuple[int, str]] = []
    for place in range(start, len(sheet.rows)):
        row = sheet.rows[place]
        inside = {
            index: cell
            for index, cell in enumerate(row.cells)
            if index in used and not is_blank(cell)
        }
        if numbers in inside and read_number(inside[numbers]):
            rows.append(row)
        elif reason := _why_no_data(row, inside, list(keys), titles, wide, fields):
            ignored.append((row.number, reason))
        elif matcher.may_be_headings(row.cells) and _names_all(sheet, row, matcher, needed):
            while rows and sum(not is_blank(cell) for cell in rows[-1].cells) == 1:
                ignored.append((rows.pop().number, "下一张表的标题"))
            return rows, ignored, place
        else:
            rows.append(row)
    return rows, ignored, len(sheet.rows)


def _names_all(sheet: Sheet, row: Row, matcher: Matcher, needed: set[str]) -> bool:
    headings = matcher.headings([(text, "") for text in _filled(sheet, row)])
    return needed <= {heading.field for heading in headings}


def _why_no_data(
    row: Row,
    inside: dict[int, Cell],
    keys: list[int],
    titles: dict[int, str],
    wide: set[int],
    fields: set[int],
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
    if len(inside) == 1:
        (index,) = inside
        if row.number in wide or _CAPTION.fullmatch(first):
            return "小标题或说明"
        if keys and index not in fields:  # nothing that would be imported
            return "只有序号" if first.strip(".、").isdigit() else "小标题或说明"
    return None


def _with_stages(
    headings: list[Heading], rows: list[Row], columns: Sequence[Column], mapping: Mapping
) -> list[Heading]:
    """Which column holds the stages, by what stands in it, unless the mapping says it: one that
    tells each project's story (进展情况) does not, and where none is called so, one whose words are
    nearly all stages (形象进度, 当前状态) does."""
    stages = {column.name for column in columns if column.kind is Kind.STAGE}
    # The words of a status are none of a stage: a column that has some of them is one.
    moved = {
        column.name: set(column.choices.labels)
        for column in columns
        if column.is_moved and column.choices and column.kind is Kind.CHOICE
    }
    if not stages:
        return headings

    def words(heading: Heading) -> list[str]:
        texts = [plain(row.cells[heading.index]) for row in rows if heading.index < len(row.cells)]
        return [text for text in texts if not is_unknown(text)]

    def is_settled(heading: Heading) -> bool:
        return fold(heading.text) in mapping.columns

    def tells_stories(heading: Heading) -> bool:
        filled = words(heading)
        return sum(len(text) > _STAGE_WORD for text in filled) * 2 > len(filled)

    found = [
        replace(heading, field=None)
        if heading.field in stages and not is_settled(heading) and tells_stories(heading)
        else heading
        for heading in headings
    ]
    if any(heading.field in stages for heading in found):
        return found
    for place, heading in enumerate(found):
        may_be = heading.field in moved or (not heading.field and _SAYS_WHERE.search(heading.text))
        if is_settled(heading) or not may_be or OTHER_TIME.search(heading.text):
            continue
        filled = words(heading)
        of_status = moved.get(heading.field or "", set())
        if tells_stories(heading) or of_status.intersection(filled):
            continue
        if filled and sum(map(is_standing, filled)) * 5 >= len(filled) * 4:
            found[place] = replace(heading, field=min(stages))
            break
    return found


def _filled_in(headings: list[Heading], rows: list[Row]) -> tuple[list[Row], frozenset[int]]:
    """Two columns of one meaning (用地, 占地面积), of which no row has both, are one: where the
    better heading's cell is blank, the other's stands there."""
    owners = {heading.field: heading for heading in headings if heading.field}
    fills: dict[int, int] = {}
    for heading in headings:
        owner = owners.get(heading.also or "")
        if owner is None or heading.field or owner.unit != heading.unit:
            continue
        if not any(_both(row, owner.index, heading.index) for row in rows):
            fills[heading.index] = owner.index
    if not fills:
        return rows, frozenset()
    return [_with_fills(row, fills) for row in rows], frozenset(fills)


def _both(row: Row, *places: int) -> bool:
    return all(at < len(row.cells) and not is_blank(row.cells[at]) for at in places)


def _with_fills(row: Row, fills: dict[int, int]) -> Row:
    cells = [*row.cells]
    for source, owner in fills.items():
        if source < len(cells) and not is_blank(cells[source]):
            cells += [None] * (owner + 1 - len(cells))
            cells[owner] = cells[source]
    return replace(row, cells=cells)


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
