"""From one row of a table to the values a ledger's verbs take.

A blank cell says nothing: it is left out, so that it neither erases nor becomes zero. Of a row that
is known by its number, only the cells that were edited are read.
"""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

from crm.ledgers import Column, Kind, Ledger
from crm.models import Said
from crm.spreadsheets import phrases, standing
from crm.spreadsheets.cell_reader import CURRENCY, FOREIGN, CellReader
from crm.spreadsheets.cells import (
    Cell,
    Remark,
    UnknownWords,
    Unreadable,
    Unsettled,
    fold,
    is_blank,
    plain,
    shown,
    typed,
)
from crm.spreadsheets.export import Written
from crm.spreadsheets.headings import Heading
from crm.spreadsheets.mapping import Mapping
from crm.spreadsheets.match import Table
from crm.spreadsheets.moments import Planned
from crm.spreadsheets.money import NoCurrency
from crm.spreadsheets.people import settle_person
from crm.spreadsheets.reader import Row
from crm.spreadsheets.reading import Query, Reading, Unread
from crm.spreadsheets.references import References
from crm.spreadsheets.slips import (
    OF_FILE,
    OF_LEDGER,
    Slip,
    check_amount,
    is_measured,
    middle_of,
)
from crm.spreadsheets.stage_words import SPLIT, Standing, furthest_of, read_phases, read_standing
from crm.spreadsheets.words import ASKED, WHOLE, Words


class RowReader(CellReader):
    """Reads the rows of one table for one ledger, and says what of a row could not be read."""

    def __init__(
        self, ledger: Ledger, table: Table, mapping: Mapping, references: References, words: Words
    ) -> None:
        super().__init__(ledger, table, mapping, references, words)
        self.person = {c.person_part: c.name for c in self.fields.values() if c.person_part}
        # Of columns of amounts, by field: what the ledger has, and the middle of file and ledger.
        self.known: dict[str, list[Decimal]] = {}
        self.middles: dict[str, list[Decimal]] = {}
        self.constants = [
            (Heading(-1, column.heading, column.unit or None, name), column, said)
            for name, said in mapping.constants.items()
            if name not in self.headings and (column := self.fields.get(name)) is not None
        ]

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
        for heading, column, said in self.constants if written is None else ():
            self._take_cell(row, heading, column, said, reading, is_known=False)
        self._check_currency(reading)
        settle_person(reading.values, self.person)
        if reading.standing and reading.standing.plan and not reading.phases:
            standing.to_plan(reading.standing.plan, reading.values)

        def said_in(name: str) -> tuple[str, Cell]:
            return self._said_in(row, name)

        standing.check_dates(reading, self.fields, self.words, said_in)
        if reading.phases:
            reading.parts = standing.parts_of(reading, self.fields, said_in)
        self._keep_remarks(reading)
        return reading

    def _said_in(self, row: Row, name: str) -> tuple[str, Cell]:
        """The heading of a field and the row's cell there, or what is said of every row."""
        if heading := self.headings.get(name):
            return heading.text, self.cell(row, heading.index)
        constants = (
            (heading, said) for heading, column, said in self.constants if column.name == name
        )
        return next(((heading.text, said) for heading, said in constants), (name, None))

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
        meaning = self.words.meaning(column, cell)
        if meaning is not None:
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
                self._take_stage(meant, cell, reading, is_known=is_known)
            else:
                self._read_cell(row, heading, column, meant, reading)
            if column.kind in ASKED and column.name in reading.values:
                told = column.text(reading.values[column.name])
                if column.kind is Kind.STAGE and reading.standing is not None:
                    told = reading.standing.text
                reading.known.append((heading.text, shown(cell), told))
            if is_measured(column) and meaning is None:
                self._check_slip(column, cell, reading)
            if meaning is not None and column.kind not in ASKED:
                _keep_answered(column, cell, meant, reading)
        except Unreadable as error:
            if isinstance(error, Planned) and self._is_plan(column, heading, cell, error, reading):
                return
            costs_the_row = self.costs_the_row(column, is_known=is_known)
            if isinstance(error, NoCurrency) and (of := self.fields.get(CURRENCY)):
                reading.asked.append(Query(heading.text, of, WHOLE, error, refuses=False))
            if column.kind in ASKED or isinstance(error, Unsettled):
                words: list[tuple[Cell, Unreadable]] = [(cell, error)]
                if isinstance(error, UnknownWords):
                    words = [*error.words]
                reading.asked += [
                    Query(heading.text, column, word, why, costs_the_row) for word, why in words
                ]
            reason = error.reason
            if meaning is not None and meaning.cell is not None:
                reason = f"“{shown(cell)}”按取值对照是“{shown(meaning.cell)}”，现在用不上：{reason}"
            if costs_the_row:
                reading.problems.append((heading.text, reason))
            else:
                text = "" if column.kind is Kind.PERSONAL else typed(cell)
                unread = Unread(column, heading.text, text, Said.UNREAD, reason)
                reading.unread.append(unread)

    def costs_the_row(self, column: Column, *, is_known: bool) -> bool:
        """Whether a row is refused for this cell: it names the row, or a figure would be false
        without it. A person is known by name and phone: without it the next file would enter him
        again, unless his row is known by its number."""
        if column.name == "phone" and column.kind is Kind.PERSONAL and not is_known:
            return True
        is_standing = column.kind is Kind.STAGE or column.is_moved
        return column.required or column.name in self.ledger.natural_key or is_standing

    def _check_slip(self, column: Column, cell: Cell, reading: Reading) -> None:
        """Asks for an amount that is hardly meant; one the ledger has is meant."""
        value = reading.values.get(column.name)
        if not isinstance(value, Decimal) or column.name not in self.headings:
            return
        if column.name not in self.known:
            self.known[column.name] = known = self.references.amounts(self.ledger, column)
            self.middles[column.name] = [
                *middle_of(self._amounts(column), OF_FILE),
                *middle_of(known, OF_LEDGER),
            ]
        try:
            check_amount(value, self.middles[column.name], cell)
        except Slip:
            if value in self.known[column.name]:
                return
            reading.values.pop(column.name)
            reading.remarks.pop(column.name, None)
            raise

    def _amounts(self, column: Column) -> list[Decimal]:
        """What the column of the file says, as far as it can be read."""
        found: list[Decimal] = []
        heading = self.headings[column.name]
        for row in self.table.rows:
            said = Reading()
            with suppress(Unreadable):
                self._read_cell(row, heading, column, self.cell(row, heading.index), said)
            value = said.values.get(column.name)
            if isinstance(value, Decimal):
                found.append(value)
        return found

    def _is_plan(
        self, column: Column, heading: Heading, cell: Cell, error: Planned, reading: Reading
    ) -> bool:
        """A planned date in a column of facts goes to its plan, whose own column goes first."""
        plan = standing.PLANNED_FOR.get(column.stage) if column.stage else None
        if plan is None or plan not in self.fields:
            return False
        own = self.headings.get(plan)
        if own is None or plan not in reading.values:
            standing.keep_as_plan(reading, self.fields[plan], heading.text, cell, error.moment)
        return True

    def _take_stage(self, meant: Cell, cell: Cell, reading: Reading, *, is_known: bool) -> None:
        """A project that the ledger knows by its number is not parted any more."""
        if self.mapping.several_stages == SPLIT and not is_known:
            reading.phases = read_phases(meant)
        if reading.phases:
            said: Standing | None = furthest_of(reading.phases)
            is_moved = any(phase.standing.status for phase in reading.phases)
        else:
            said = read_standing(meant, several=self.mapping.several_stages)
            is_moved = said is not None and said.status is not None
        if said is None:
            return
        reading.standing = said
        if said.stage is not None:
            reading.values["stage"] = said.stage
        if is_moved and "status" in self.fields:
            reading.values.setdefault("reason", plain(cell))
            if said.status is not None:
                reading.values.setdefault("status", said.status)

    def _keep_remarks(self, reading: Reading) -> None:
        """What cells said beyond their values is kept as text."""
        for name, remark in reading.remarks.items():
            column, place = self.fields[name], self.headings.get(name)
            heading = place.text if place else column.label
            reading.unread.append(Unread(column, heading, remark.text, remark.said))

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


def _keep_answered(column: Column, cell: Cell, meant: Cell, reading: Reading) -> None:
    """An amount or a date that was settled by an answer keeps what the cell said: of a range the
    number is only about right."""
    if fold(cell) != fold(meant):
        is_range = phrases.ends_of(phrases.squeezed(cell)) is not None
        said = Said.ABOUT if is_range and column.kind is not Kind.WHEN else Said.MORE
        reading.remarks.setdefault(column.name, Remark(said, typed(cell)))
