"""One cell of a row, read as its column says: money with its currency, dates, references, words."""

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
from crm.models.worth import Valued
from crm.spreadsheets.cells import (
    COORDINATES,
    Cell,
    UnknownWords,
    Unreadable,
    is_blank,
    is_unknown,
    plain,
    shown,
)
from crm.spreadsheets.headings import Heading
from crm.spreadsheets.mapping import Mapping
from crm.spreadsheets.match import Table
from crm.spreadsheets.moments import read_moment
from crm.spreadsheets.money import Money, read_money, read_unit
from crm.spreadsheets.reader import Row
from crm.spreadsheets.reading import Reading
from crm.spreadsheets.references import References
from crm.spreadsheets.slips import check_year
from crm.spreadsheets.values import (
    read_boolean,
    read_choice,
    read_integer,
    read_number,
    read_reference,
    read_text,
)
from crm.spreadsheets.words import Words
from crm.stages import Precision

CURRENCY, FOREIGN = "currency", "foreign_amount"  # as every `Valued` row calls them
_EXACT = (Kind.MONEY, Kind.NUMBER)
_SEVERAL = re.compile(r"([、,，;；/\n]+)")


class CellReader:
    """Reads the cells of one table for one ledger."""

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
        stated = None if is_beside else self._currency(row, is_needed=is_foreign)
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
        """Whether the row's 币种 says no other currency."""
        unit = read_unit(stated)
        return unit is None or unit.currency == money.currency

    def _of(self, row: Row, name: str) -> Cell:
        """What the row says in the column of a field; None where the table has no such column."""
        heading = self.headings.get(name)
        return self.cell(row, heading.index) if heading else None

    def _currency(self, row: Row, *, is_needed: bool) -> Cell:
        """The row's 币种, by what was answered of its word; where it is blank and an amount
        needs one, by what was answered of the whole column."""
        cell, column = self._of(row, CURRENCY), self.fields.get(CURRENCY)
        meaning = self.words.meaning(column, cell) if column else None
        if column and is_needed and is_unknown(cell):
            meaning = self.words.of_column(column)
        return meaning.cell if meaning and not (meaning.is_empty or meaning.refuses) else cell

    def _value(self, cell: Cell, heading: Heading, column: Column, reading: Reading) -> Value:
        stored = self.scopes.get(column.name)
        match column.kind:
            case Kind.WHEN | Kind.DATE:
                return self._date(cell, column)
            case Kind.CHOICE:
                choices = list(column.choices.choices) if column.choices else []
                unit = read_unit(cell) if column.name == CURRENCY else None
                known = unit.currency if unit and not unit.power else ""  # 美金 is 美元
                spelled = [(value, word) for word, value in column.spelled]
                told = known if known in dict(choices) else cell
                return read_choice(told, [*choices, *spelled])
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
                        rounds=column.name in COORDINATES,
                        signed=column.is_signed,
                    )
                )
                if number.remark:
                    reading.remarks[column.name] = number.remark
                return int(number.value) if is_whole and number.value is not None else number.value
            case Kind.PERSONAL if column.name != "name":
                # One person or number a line; 无 is none.
                return None if is_unknown(cell) else read_text(cell, lines=column.name != "email")
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
        parts = _SEVERAL.split(text)  # names, and between them what parts them
        found: list[models.Model] = []
        unknown: list[tuple[str, Unreadable]] = []
        at = 0
        while at < len(parts):
            if not parts[at].strip():
                at += 2
                continue
            wrong: Unreadable | None = None
            for end in (at, *range(at + 2, len(parts), 2)):
                try:
                    found += self._named("".join(parts[at : end + 1]), column)
                except Unreadable as error:
                    wrong = wrong or error
                else:
                    wrong, at = None, end
                    break
            if wrong:
                unknown.append((parts[at].strip(), wrong))
            at += 2
        if unknown:
            raise UnknownWords(unknown)
        return found

    def _named(self, name: str, column: Column) -> list[models.Model]:
        """The row one name of a list means; none where its word is to stay empty."""
        meaning = self.words.meaning(column, name)
        if meaning is not None and meaning.refuses:
            raise Unreadable(f"“{shown(name)}”按取值对照退回。")
        if meaning is not None and meaning.is_empty:
            return []
        find = self.references.finder(column.reference)
        meant = name if meaning is None else meaning.cell
        return [*filter(None, [read_reference(meant, find, label=column.label)])]

    def _date(self, cell: Cell, column: Column) -> date | When | None:
        moment = read_moment(
            cell,
            order=self.mapping.order_of(column.name),
            epoch_1904=self.table.sheet.epoch_1904,
            planned=column.is_planned,
        )
        if moment is not None:
            check_year(moment.start.year, cell)
        if moment is None or column.kind is Kind.WHEN:
            return moment
        if moment.precision is not Precision.DAY:
            raise Unreadable(f"{column.label}“{shown(cell)}”须写到日，例如 2023-08-31，或留空。")
        return moment.start


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
