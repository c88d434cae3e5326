"""The headings of an uploaded file as a person is asked about them: what stands below each, which
column of the ledger it seems to mean, and in which unit."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crm.errors import Refused
from crm.ledgers import Column, Kind, Ledger
from crm.spreadsheets.cells import fold, is_blank, shown
from crm.spreadsheets.headings import letter_of
from crm.spreadsheets.mapping import Mapping
from crm.spreadsheets.match import Table, best_guess
from crm.spreadsheets.moments import ORDERS
from crm.spreadsheets.plan import find_tables, needed_columns, read_only
from crm.spreadsheets.reader import Sheet
from crm.spreadsheets.values import AREAS

SAMPLES = 3
_LOOKED_AT = 200  # rows in which samples are looked for
MONEY_UNITS = (
    "元", "万元", "百万元", "亿元", "美元", "万美元", "百万美元", "亿美元", "万欧元", "亿欧元",
    "万港元", "亿日元",
)  # fmt: skip
AREA_UNITS = ("亩", "㎡", "万㎡", "公顷", "平方公里")
DATE_ORDERS = {ORDERS[0]: "月/日/年（5/20/2003）", ORDERS[1]: "日/月/年（20/5/2003）"}


@dataclass
class FileColumn:
    """One heading. key: its folded text, by which the mapping names it. letter: as Excel calls the
    column. is_repeated: another column to the left has the same heading. aside: what it is for
    though it is not imported. stands_in: the field whose blank cells it fills."""

    key: str
    text: str
    letter: str
    field: str | None = None
    unit: str = ""
    chosen_unit: str = ""
    samples: list[str] = dataclasses.field(default_factory=list)
    is_repeated: bool = False
    aside: str = ""
    stands_in: str | None = None
    units_in: str = ""  # the heading of the column that holds its units


@dataclass
class SheetChoice:
    """left_out: why it is not read unless it is chosen, in words."""

    name: str
    row_count: int
    is_hidden: bool
    left_out: str


@dataclass
class Layout:
    """is_sure: the tables were found; else the headings are a guess that the person mends.
    has_numbers: its rows are known by the numbers of our own export. has_no_headings: its columns
    are called A列, B列, and `needed` says which of the ledger's have to be among them."""

    columns: list[FileColumn]
    sheets: list[SheetChoice]
    row_count: int
    is_sure: bool
    heading_row: int = 0
    has_numbers: bool = False
    has_no_headings: bool = False
    needed: list[str] = dataclasses.field(default_factory=list)

    @property
    def print(self) -> str:
        """Files with the same headings have the same one, whatever the order of their columns.
        Where there are none the first cells tell a file from others: A列 means nothing."""
        keys = sorted({column.key for column in self.columns})
        if self.has_no_headings:
            keys += [sample for column in self.columns for sample in column.samples]
        return hashlib.sha256("\n".join(keys).encode()).hexdigest()

    @property
    def meanings(self) -> dict[str, str | None]:
        if self.has_no_headings:
            return {}
        return {column.key: column.field for column in self.columns if not column.is_repeated}


def lay_out(
    sheets: Sequence[Sheet], ledger: Ledger, mapping: Mapping, sheet_name: str | None
) -> Layout:
    tables, is_sure = _tables(list(sheets), ledger, mapping, sheet_name)
    columns: dict[str, FileColumn] = {}
    repeated: list[FileColumn] = []
    for number, table in enumerate(tables):
        for heading in table.headings:
            key = fold(heading.text)
            made = FileColumn(
                key,
                heading.text,
                letter_of(heading.index),
                heading.field,
                heading.unit or "",
                mapping.units.get(heading.field or "", ""),
                _samples(table, heading.index),
                aside=table.aside(heading) or read_only(ledger, heading.text),
                stands_in=heading.also if heading.index in table.fills else None,
                units_in=_unit_heading(table, heading.field),
            )
            known = columns.setdefault(key, made)
            if known is made:
                continue
            if number == 0:
                made.is_repeated = True
                repeated.append(made)
            elif not known.samples:
                known.samples = made.samples
    first = tables[0] if tables else None
    left_out = dict(first.instead_of) if first else {}
    return Layout(
        sorted([*columns.values(), *repeated], key=lambda c: (len(c.letter), c.letter)),
        [
            SheetChoice(
                s.name,
                len(s.rows),
                s.hidden,
                left_out.get(s.name) or ("" if _is_matching(s, ledger, mapping) else "表头不符"),
            )
            for s in sheets
        ],
        sum(len(table.rows) for table in tables),
        is_sure,
        first.rows[0].number if first and first.rows else 0,
        all(table.numbers is not None for table in tables) if tables else False,
        bool(first and first.has_no_headings),
        [column.label for column in needed_columns(ledger)],
    )


def _tables(
    sheets: list[Sheet], ledger: Ledger, mapping: Mapping, sheet_name: str | None
) -> tuple[list[Table], bool]:
    try:
        return find_tables(sheets, ledger, mapping, sheet_name, is_asking=True), True
    except Refused:
        wanted = [s for s in sheets if s.name == sheet_name] if sheet_name is not None else []
        wanted = wanted or [s for s in sheets if not s.hidden] or sheets
        fullest = max(wanted, key=lambda sheet: len(sheet.rows), default=None)
        if fullest is None or not fullest.rows:
            return [], False
        return [best_guess(fullest, ledger.import_columns, mapping)], False


def _is_matching(sheet: Sheet, ledger: Ledger, mapping: Mapping) -> bool:
    try:
        return bool(find_tables([sheet], ledger, mapping, sheet.name))
    except Refused:
        return False


def _unit_heading(table: Table, name: str | None) -> str:
    place = table.unit_columns.get(name or "")
    return next((h.text for h in table.headings if h.index == place), "")


def _samples(table: Table, index: int) -> list[str]:
    found: list[str] = []
    for row in table.rows[:_LOOKED_AT]:
        cell = row.cells[index] if index < len(row.cells) else None
        if is_blank(cell):
            continue
        text = shown(cell)
        if text and text not in found:
            found.append(text)
        if len(found) == SAMPLES:
            break
    return found


def unit_kind(column: Column) -> str:
    """Which list of units a column takes: money, area, date, or none."""
    if column.kind is Kind.MONEY:
        return "money"
    if column.kind in (Kind.DATE, Kind.WHEN):
        return "date"
    return "area" if column.kind is Kind.NUMBER and column.unit in AREAS else ""


def unit_choices() -> list[tuple[str, str, list[tuple[str, str]]]]:
    """(kind, label, [(value, label)]) of every list of units."""
    return [
        ("money", "金额单位", [(unit, unit) for unit in MONEY_UNITS]),
        ("area", "面积单位", [(unit, unit) for unit in AREA_UNITS]),
        ("date", "日期顺序", list(DATE_ORDERS.items())),
    ]


def settings_from(
    layout: Layout, ledger: Ledger, fields: Sequence[str], units: Sequence[str], **more: Any
) -> dict[str, Any]:
    """The mapping of a form: for each heading the field chosen, and its unit. Refused where one
    column of the ledger is given two headings, or a needed one none."""
    known = {column.name: column for column in ledger.import_columns}
    columns: dict[str, str | None] = {}
    chosen: dict[str, str] = {}
    kept_units: dict[str, str] = {}
    group_by: list[str] = []
    together, match = more.get("together", ()), more.get("match", ())
    matched: list[str] = []
    rows = zip(layout.columns, fields, units, strict=True)
    for index, (column, name, unit) in enumerate(rows):
        if column.is_repeated or (name not in known and column.stands_in in fields):
            continue  # what is not settled means what it means by itself
        columns[column.key] = name if name in known else None
        if name not in known:
            continue
        if name in chosen:
            raise _refused(
                f"“{chosen[name]}”和“{column.text}”都对应了{known[name].label}，"
                "请只留一列，另一列选“不导入”。"
            )
        chosen[name] = column.text
        if unit in _units_of(known[name]):
            kept_units[name] = unit
        if str(index) in match:
            matched.append(name)
        if str(index) in together:
            group_by.append(name)
    constants = {
        name: said.strip()
        for name, said in more.get("constants", {}).items()
        if said.strip() and name not in chosen
    }
    needed = () if layout.has_numbers else needed_columns(ledger)
    if lacking := [c.label for c in needed if c.name not in chosen and c.name not in constants]:
        raise _refused(f"请指出哪一列是{'、'.join(lacking)}：没有它认不出一行说的是谁。")
    return {
        "columns": columns,
        "units": kept_units,
        "group_by": group_by,
        "match": matched,
        "several_stages": more.get("several_stages") or "refuse",
        "constants": constants,
        "sheet": more.get("sheet") or None,
    }


def _units_of(column: Column) -> set[str]:
    kind = unit_kind(column)
    return {value for of, _, choices in unit_choices() if of == kind for value, _ in choices}


def _refused(reason: str) -> Refused:
    return Refused(reason, code="mapping_refused")
