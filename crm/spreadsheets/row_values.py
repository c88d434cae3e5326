"""From one row of a table to the values a ledger's verbs take.

A blank cell says nothing: it is left out, so that it neither erases nor becomes zero. Of a row that
is known by its number, only the cells that were edited are read.
"""

from __future__ import annotations

import re
from datetime import date
from functools import partial
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models

from crm.dates import When
from crm.ledgers import Column, Kind, Ledger
from crm.ledgers.columns import Value
from crm.models import Said
from crm.models.worth import Valued
from crm.spreadsheets import cells
from crm.spreadsheets.cells import (
    Cell,
    Unreadable,
    is_blank,
    is_unknown,
    plain,
    shown,
    typed,
)
from crm.spreadsheets.export import Written
from crm.spreadsheets.headings import Heading
from crm.spreadsheets.mapping import Mapping
from crm.spreadsheets.match import Table
from crm.spreadsheets.moments import read_moment
from crm.spreadsheets.money import Money, read_money, read_unit
from crm.spreadsheets.reader import Row
from crm.spreadsheets.reading import Reading, RowValues, Unread
from crm.spreadsheets.references import References
from crm.spreadsheets.stage_words import read_standing
from crm.spreadsheets.values import (
    first_phone,
    read_boolean,
    read_choice,
    read_integer,
    read_number,
    read_reference,
    read_text,
)
from crm.spreadsheets.words import ASKED, Words
from crm.stages import Precision, Stage

_COORDINATES = ("latitude", "longitude")  # a map gives more places than a ledger keeps
CURRENCY, FOREIGN = "currency", "foreign_amount"  # as every `Valued` row calls them
_EXACT = (Kind.MONEY, Kind.NUMBER)
_SEVERAL = re.compile(r"([、,，;；/\n]+)")
# The planned dates, and which stage's date each is the plan of.
PLANNED_FOR = {Stage.CONSTRUCTION: "planned_start", Stage.OPERATION: "planned_operation"}


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
        self.headings = table.fields
        self.from_above, self.shared_amounts = _down_merges(table)

    def read(self, row: Row, written: Written | None = None) -> Reading:
        """`written`: the row of the ledger that this one is, as our export writes it."""
        reading = Reading()
        for heading, column in self.columns:
            cell = self.cell(row, heading.index)
            if written and written.says(column, cell) and self._says_all(heading, column, cell):
                continue
            self._take_cell(row, heading, column, cell, reading)
            if written and is_blank(cell):
                reading.cleared.append(heading.text)
        self._check_currency(reading)
        self._keep_remarks(reading)
        if reading.standing and reading.standing.plan:
            _plan(reading.standing.plan, reading.values)
        return reading

    def _take_cell(
        self, row: Row, heading: Heading, column: Column, cell: Cell, reading: Reading
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
                self._read_cell(row, heading, column, meant, reading)
            if column.kind in ASKED and column.name in reading.values:
                told = column.text(reading.values[column.name])
                if column.kind is Kind.STAGE and reading.standing is not None:
                    told = reading.standing.text
                reading.known.append((heading.text, shown(cell), told))
        except Unreadable as error:
            if column.kind in ASKED:
                reading.asked.append((heading.text, column, cell, error))
            if self.costs_the_row(column):
                reading.problems.append((heading.text, error.reason))
            else:
                text = "" if column.kind is Kind.PERSONAL else typed(cell)
                unread = Unread(column, heading.text, text, Said.UNREAD, error.reason)
                reading.unread.append(unread)

    def costs_the_row(self, column: Column) -> bool:
        """Whether a row is refused for this cell: it names the row, or a figure would be false
        without it."""
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
        self, row: Row, heading: Heading, column: Column, cell: Cell, reading: Reading
    ) -> None:
        shared = (row.number, heading.index) in self.shared_amounts
        if column.kind in _EXACT and shared and not self.mapping.group_by:
            raise Unreadable(
                f"“{shown(cell)}”在合并单元格里，分不清是每行的数还是几行的合计，请拆开后逐行填写。"
            )
        if column.kind is Kind.MONEY or (column.name == FOREIGN and self.main_amount):
            self._read_amount(row, cell, heading, column, reading)
            return
        value = self._value(cell, heading, column, reading)
        if value not in (None, "", []):
            reading.values[column.name] = value

    def _read_amount(
        self, row: Row, cell: Cell, heading: Heading, column: Column, reading: Reading
    ) -> None:
        """An amount, and its foreign money where the ledger keeps that of this very amount. In a
        row that fills in 外币金额, 币种 tells the currency of that and not of its other amounts."""
        name, main = column.name, self.main_amount
        is_foreign = name == FOREIGN
        is_beside = not is_foreign and not is_unknown(self._of(row, FOREIGN))
        stated = None if is_beside else self._currency(row)
        place = self.table.unit_columns.get(name)
        read = partial(
            read_money,
            cell,
            unit=None if place is None else self.cell(row, place),
            default=self.mapping.unit_of(name) or heading.unit,
            foreign=is_foreign,
        )
        try:
            money = read(currency=stated)
        except Unreadable:
            if is_foreign or name == main or stated is None:
                raise
            money = read()  # 币种 is of the main amount; this one may name its own
        target = name
        keeps_foreign = (is_foreign or name == main) and not is_beside
        if keeps_foreign and money.foreign_amount is not None and self._may_be(money, stated):
            reading.values |= {CURRENCY: money.currency, FOREIGN: money.foreign_amount}
            if name == main or (money.amount is not None and is_unknown(self._of(row, main))):
                reading.values[main] = money.amount
        elif money.amount is not None:
            if is_foreign and not is_unknown(self._of(row, main)):
                raise Unreadable(f"“{shown(cell)}”按币种是人民币，金额栏已另外填写，请核对后留空。")
            target = main if is_foreign else name
            reading.values[target] = money.amount
        elif money.foreign_amount is not None:
            raise Unreadable(
                f"“{shown(cell)}”是外币（{money.currency}），{column.label}这一栏留不下，"
                "请填人民币金额，或留空。"
            )
        if money.remark:
            reading.remarks[target] = money.remark

    def _may_be(self, money: Money, stated: Cell) -> bool:
        """Whether the ledger's list has the currency, and the row's 币种 says no other."""
        unit = read_unit(stated)
        listed = dict(self.scopes[CURRENCY].flatchoices)
        return money.currency in listed and (unit is None or unit.currency == money.currency)

    def _of(self, row: Row, name: str) -> Cell:
        """What the row says in the column of a field; None where the table has no such column."""
        heading = self.headings.get(name)
        return self.cell(row, heading.index) if heading else None

    def _currency(self, row: Row) -> Cell:
        """The row's 币种, by what was answered of its word."""
        cell, column = self._of(row, CURRENCY), self.fields.get(CURRENCY)
        meaning = self.words.meaning(column, cell) if column else None
        return meaning.cell if meaning and not (meaning.is_empty or meaning.refuses) else cell

    def _keep_remarks(self, reading: Reading) -> None:
        """What cells said beyond their values is kept as text, but for what a person's row seals:
        there it is to be looked at."""
        for name, remark in reading.remarks.items():
            column, place = self.fields[name], self.headings.get(name)
            heading = place.text if place else column.label
            if column.kind is Kind.PERSONAL:
                reason = f"{column.label}有几个，记下了第一个；其余的请写进备注。"
                reading.unread.append(Unread(column, heading, "", Said.UNREAD, reason))
            else:
                said = Said(remark.said.value)
                reading.unread.append(Unread(column, heading, remark.text, said))

    def _check_currency(self, reading: Reading) -> None:
        """A currency whose amount could not be read says nothing: 币种 without 外币金额."""
        if FOREIGN in reading.values or reading.values.get(CURRENCY) == "CNY":
            return
        amounts = {
            heading.text
            for name in (self.main_amount, FOREIGN)
            if (heading := self.headings.get(name))
        }
        unread = [*(one.heading for one in reading.unread), *(text for text, _ in reading.problems)]
        if amounts.intersection(unread):
            reading.values.pop(CURRENCY, None)

    def _value(self, cell: Cell, heading: Heading, column: Column, reading: Reading) -> Value:
        stored = self.scopes.get(column.name)
        match column.kind:
            case Kind.WHEN | Kind.DATE:
                return self._date(cell, column)
            case Kind.CHOICE:
                choices = list(column.choices.choices) if column.choices else []
                unit = read_unit(cell) if column.name == CURRENCY else None
                known = unit.currency if unit and not unit.power else ""  # 美金 is 美元
                return read_choice(known if known in dict(choices) else cell, choices)
            case Kind.BOOLEAN:
                return read_boolean(cell)
            case Kind.NUMBER:
                is_whole = isinstance(stored, models.IntegerField)
                number = (
                    read_integer(cell, label=column.label, unit=column.unit)
                    if is_whole
                    else read_number(
                        cell,
                        scale=getattr(stored, "scale", 2),
                        label=column.label,
                        unit=column.unit,
                        given=self.mapping.unit_of(column.name) or heading.unit,
                        rounds=column.name in _COORDINATES,
                    )
                )
                if number.remark:
                    reading.remarks[column.name] = number.remark
                return int(number.value) if is_whole and number.value is not None else number.value
            case Kind.PERSONAL if column.name == "phone":
                text = read_text(cell)
                first, others = first_phone(text)
                if others:
                    reading.remarks[column.name] = cells.Remark(cells.Said.MORE, text)
                return first
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
