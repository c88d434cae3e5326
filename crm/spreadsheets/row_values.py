"""From one row of a table to the values a ledger's verbs take.

A blank cell says nothing: it is left out, so that it neither erases nor becomes zero. Of a row that
is known by its number, only the cells that were edited are read.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models

from crm import ledgers
from crm.dates import When
from crm.ledgers import Column, Kind, Ledger
from crm.ledgers.columns import Value
from crm.models import Said, User
from crm.models.worth import Valued
from crm.spreadsheets.cells import Cell, Unreadable, is_blank, is_unknown, plain, shown
from crm.spreadsheets.export import Written
from crm.spreadsheets.headings import Heading
from crm.spreadsheets.mapping import Mapping
from crm.spreadsheets.match import Table
from crm.spreadsheets.moments import read_moment
from crm.spreadsheets.money import read_money
from crm.spreadsheets.reader import Row
from crm.spreadsheets.stage_words import Standing, read_standing
from crm.spreadsheets.values import (
    read_boolean,
    read_choice,
    read_integer,
    read_number,
    read_reference,
    read_text,
)
from crm.spreadsheets.words import ASKED, Words
from crm.stages import Precision, Stage

CURRENCY, FOREIGN = "currency", "foreign_amount"  # as every `Valued` row calls them
_EXACT = (Kind.MONEY, Kind.NUMBER)
_SEVERAL = re.compile(r"([、,，;；/\n]+)")
# The planned dates, and which stage's date each is the plan of.
PLANNED_FOR = {Stage.CONSTRUCTION: "planned_start", Stage.OPERATION: "planned_operation"}


RowValues = dict[str, Value]


@dataclass(frozen=True)
class Unread:
    """A cell that gave no value, or none that says all of it: its text is kept with the row."""

    column: Column
    heading: str
    text: str
    said: Said
    reason: str = ""


@dataclass
class Reading:
    """What a row says. problems: (heading, reason) of cells that refuse the row. unread: cells that
    do not. known: (heading, word, what it means) of words that were understood. asked: (heading,
    column, cell, error) of words nobody has answered. cleared: headings of cells that were emptied
    since our export wrote them."""

    values: RowValues = field(default_factory=dict)
    problems: list[tuple[str, str]] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    asked: list[tuple[str, Column, Cell, Unreadable]] = field(default_factory=list)
    cleared: list[str] = field(default_factory=list)
    standing: Standing | None = None
    known: list[tuple[str, str, str]] = field(default_factory=list)


class References:
    """Rows of other ledgers by name, each name asked for once a file."""

    def __init__(self, by: User, importing: str) -> None:
        self._by, self._importing = by, importing
        self._known: dict[tuple[str, str], models.Model | None] = {}

    def finder(self, key: str) -> Callable[[str], models.Model | None]:
        def find(name: str) -> models.Model | None:
            if (key, name) not in self._known:
                found = ledgers.referred(key, name, by=self._by)
                if found is None and key == self._importing:
                    return None  # a later row of this very file may bring it
                self._known[key, name] = found
            return self._known[key, name]

        return find

    def forget(self, key: str, name: str) -> None:
        """A row of this name was entered: it is to be asked for again."""
        self._known.pop((key, name), None)


class RowReader:
    """Reads the rows of one table for one ledger."""

    def __init__(
        self, ledger: Ledger, table: Table, mapping: Mapping, references: References, words: Words
    ) -> None:
        self.ledger, self.table, self.mapping = ledger, table, mapping
        self.references, self.words = references, words
        columns = {column.name: column for column in ledger.import_columns}
        self.fields = columns
        self.columns = [(h, columns[h.field]) for h in table.headings if h.field in columns]
        self.scopes = _model_fields(ledger.model)
        # The amount whose foreign money the ledger can keep.
        self.main_amount = ledger.model.valued_as if issubclass(ledger.model, Valued) else ""
        self.from_above, self.shared_amounts = _down_merges(table)

    def read(self, row: Row, written: Written | None = None) -> Reading:
        """`written`: the row of the ledger that this one is, as our export writes it."""
        reading = Reading()
        for heading, column in self.columns:
            cell = self.cell(row, heading.index)
            if written and written.says(column, cell) and self._says_all(heading, column, cell):
                continue
            self._take_cell(row, heading, column, cell, reading, is_known=written is not None)
            if written and is_blank(cell):
                reading.cleared.append(heading.text)
        self._check_currency(reading)
        if reading.standing and reading.standing.plan:
            _plan(reading.standing.plan, reading.values)
        return reading

    def _take_cell(
        self,
        row: Row,
        heading: Heading,
        column: Column,
        cell: Cell,
        reading: Reading,
        *,
        is_known: bool,
    ) -> None:
        """The cell's value; else what is to be done about it."""
        if column.kind in ASKED and (meaning := self.words.meaning(column, cell)) is not None:
            if meaning.refuses:
                said = f"“{shown(cell)}”按取值对照退回。"
                reading.problems.append((heading.text, said))
                return
            if meaning.is_empty:
                reading.unread.append(Unread(column, heading.text, plain(cell), Said.MORE))
                return
            meant = meaning.cell
        else:
            meant = cell
        try:
            if column.kind is Kind.STAGE:
                self._take_stage(meant, cell, reading)
            else:
                self._read_cell(row, heading, column, meant, reading.values)
            if column.kind in ASKED and column.name in reading.values:
                told = column.text(reading.values[column.name])
                if column.kind is Kind.STAGE and reading.standing is not None:
                    told = reading.standing.text
                reading.known.append((heading.text, shown(cell), told))
        except Unreadable as error:
            if column.kind in ASKED:
                reading.asked.append((heading.text, column, cell, error))
            if self.costs_the_row(column, is_known=is_known):
                reading.problems.append((heading.text, error.reason))
            else:
                text = "" if column.kind is Kind.PERSONAL else shown_whole(cell)
                unread = Unread(column, heading.text, text, Said.UNREAD, error.reason)
                reading.unread.append(unread)

    def costs_the_row(self, column: Column, *, is_known: bool) -> bool:
        """Whether a row is refused for this cell: it names the row, or a figure would be false
        without it. A person is known by name and phone: without it the next file would enter him
        again, unless his row is known by its number."""
        if column.kind is Kind.PERSONAL and column.name == "phone" and not is_known:
            return True
        is_standing = column.kind is Kind.STAGE or column.is_moved
        return column.required or column.name in self.ledger.natural_key or is_standing

    def _take_stage(self, meant: Cell, cell: Cell, reading: Reading) -> None:
        standing = read_standing(meant, several=self.mapping.several_stages)
        if standing is None:
            return
        reading.standing = standing
        if standing.stage is not None:
            reading.values["stage"] = standing.stage
        if standing.status is not None and "status" in self.fields:
            reading.values.setdefault("status", standing.status)
            reading.values.setdefault("reason", plain(cell))

    def cell(self, row: Row, index: int) -> Cell:
        if (row.number, index) in self.from_above:
            return self.from_above[row.number, index]
        return row.cells[index] if index < len(row.cells) else None

    def number(self, row: Row) -> Cell:
        """What the row's cell under 编号 says."""
        return None if self.table.numbers is None else self.cell(row, self.table.numbers)

    def _says_all(self, heading: Heading, column: Column, cell: Cell) -> bool:
        """Whether the cell alone tells its value: a number does under the unit of our export."""
        unit = self.mapping.unit_of(column.name) or heading.unit or ""
        is_ours = plain(unit) == plain(column.unit) and column.name not in self.table.unit_columns
        return is_ours or is_blank(cell) or column.kind not in _EXACT

    def _read_cell(
        self, row: Row, heading: Heading, column: Column, cell: Cell, values: RowValues
    ) -> None:
        shared = (row.number, heading.index) in self.shared_amounts
        if column.kind in _EXACT and shared and not self.mapping.group_by:
            raise Unreadable(
                f"“{shown(cell)}”在合并单元格里，分不清是每行的数还是几行的合计，请拆开后逐行填写。"
            )
        if column.kind is Kind.MONEY:
            self._read_amount(row, cell, heading, column, values)
            return
        value = self._value(cell, heading, column)
        if value not in (None, "", []):
            values[column.name] = value

    def _read_amount(
        self, row: Row, cell: Cell, heading: Heading, column: Column, values: RowValues
    ) -> None:
        place = self.table.unit_columns.get(column.name)
        money = read_money(
            cell,
            unit=None if place is None else self.cell(row, place),
            default=self.mapping.unit_of(column.name) or heading.unit,
        )
        if money.foreign_amount is not None:
            known = dict(self.scopes[CURRENCY].flatchoices) if CURRENCY in self.scopes else {}
            if column.name != self.main_amount or money.currency not in known:
                raise Unreadable(f"“{shown(cell)}”是外币，{column.label}只能填人民币金额，或留空。")
            values |= {
                column.name: None, CURRENCY: money.currency, FOREIGN: money.foreign_amount
            }  # fmt: skip
        elif money.amount is not None:
            values[column.name] = money.amount

    def _check_currency(self, reading: Reading) -> None:
        values = reading.values
        currency = values.get(CURRENCY)
        if currency in (None, "CNY") or values.get(self.main_amount) is None:
            return
        if FOREIGN not in values:
            heading = self.table.fields[self.main_amount].text
            reading.problems.append(
                (
                    heading,
                    f"币种是 {currency}，金额却按人民币填写，请写成“300万美元”这样的外币金额。",
                )
            )

    def _value(self, cell: Cell, heading: Heading, column: Column) -> Value:
        stored = self.scopes.get(column.name)
        match column.kind:
            case Kind.WHEN | Kind.DATE:
                return self._date(cell, column)
            case Kind.CHOICE:
                return read_choice(cell, column.choices.choices if column.choices else [])
            case Kind.BOOLEAN:
                return read_boolean(cell)
            case Kind.NUMBER:
                if isinstance(stored, models.IntegerField):
                    return read_integer(cell, label=column.label)
                given = self.mapping.unit_of(column.name) or heading.unit
                scale = getattr(stored, "scale", 2)
                return read_number(
                    cell, scale=scale, label=column.label, unit=column.unit, given=given
                )
            case Kind.REFERENCE:
                find = self.references.finder(column.reference)
                return read_reference(cell, find, label=column.label)
            case Kind.REFERENCES:
                return [] if is_unknown(cell) else self._several(read_text(cell), column)
            case _:
                length = getattr(stored, "max_length", None)
                lines = column.kind is Kind.LONG_TEXT
                return read_text(cell, max_length=length, lines=lines)

    def _several(self, text: str, column: Column) -> list[models.Model]:
        """The rows a list names; a name may hold what else parts the names (新能源/新材料)."""
        find = self.references.finder(column.reference)
        parts = _SEVERAL.split(text)  # names, and between them what parts them
        found: list[models.Model] = []
        at = 0
        while at < len(parts):
            ends = [at] if parts[at].strip() else []
            ends += range(at + 2, len(parts), 2) if ends else []
            wrong: Unreadable | None = None
            for end in ends:
                try:
                    name = "".join(parts[at : end + 1])
                    found += filter(None, [read_reference(name, find, label=column.label)])
                except Unreadable as error:
                    wrong = wrong or error
                else:
                    wrong, at = None, end
                    break
            if wrong:
                raise wrong
            at += 2
        return found

    def _date(self, cell: Cell, column: Column) -> date | When | None:
        moment = read_moment(
            cell,
            order=self.mapping.order_of(column.name),
            epoch_1904=self.table.sheet.epoch_1904,
            planned=column.is_planned,
        )
        if moment is None or column.kind is Kind.WHEN:
            return moment
        if moment.precision is not Precision.DAY:
            raise Unreadable(f"{column.label}“{shown(cell)}”须写到日，例如 2023-08-31，或留空。")
        return moment.start


def _plan(plan: str, values: RowValues) -> None:
    """A date under a stage that is only planned belongs to the plan: 拟开工, 2024年3月."""
    stage = next(stage for stage, name in PLANNED_FOR.items() if name == plan)
    date_ = values.pop(f"entered_{stage.value}", None)
    if date_ is not None:
        values.setdefault(plan, date_)


def shown_whole(cell: Cell) -> str:
    """A cell's text as it is kept beside the field: printable, and as long as it was."""
    return "".join(sign if sign.isprintable() else " " for sign in str(cell)).strip()


def _model_fields(model: type[models.Model]) -> dict[str, Any]:
    names = [f.name for f in model._meta.get_fields() if not f.auto_created]
    found = {}
    for name in names:
        try:
            found[name] = model._meta.get_field(name)
        except FieldDoesNotExist:
            continue
    return found


def _down_merges(table: Table) -> tuple[dict[tuple[int, int], Cell], set[tuple[int, int]]]:
    """Cells merged downwards: what they say in each row, and all the places they cover."""
    rows = {row.number: row for row in table.rows}
    from_above: dict[tuple[int, int], Cell] = {}
    covered: set[tuple[int, int]] = set()
    for top, left, bottom, right in table.sheet.merged:
        if left != right or bottom == top or top not in rows:
            continue
        cells = rows[top].cells
        cell = cells[left] if left < len(cells) else None
        for number in range(top, bottom + 1):
            if number in rows:
                covered.add((number, left))
                from_above[number, left] = cell
    return from_above, covered
