"""From one row of a table to the values a ledger's verbs take.

A blank cell says nothing: it is left out, so that it neither erases nor becomes zero. Of a row that
is known by its number, only the cells that were edited are read.
"""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

from crm.ledgers import Column, Kind, Ledger
from crm.models import Said
from crm.spreadsheets.cell_reader import CURRENCY, FOREIGN, CellReader
from crm.spreadsheets.cells import (
    Cell,
    UnknownWords,
    Unreadable,
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
from crm.spreadsheets.people import settle_person
from crm.spreadsheets.reader import Row
from crm.spreadsheets.reading import Reading, RowValues, Unread
from crm.spreadsheets.references import References
from crm.spreadsheets.slips import (
    OF_FILE,
    OF_LEDGER,
    Slip,
    check_amount,
    is_measured,
    middle_of,
)
from crm.spreadsheets.stage_words import read_standing
from crm.spreadsheets.words import ASKED, Words
from crm.stages import Stage

# The planned dates, and which stage's date each is the plan of.
PLANNED_FOR = {
    Stage.SIGNED: "planned_signing",
    Stage.CONSTRUCTION: "planned_start",
    Stage.OPERATION: "planned_operation",
}


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
        self._keep_remarks(reading)
        settle_person(reading.values, self.person)
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
                self._take_stage(meant, cell, reading)
            else:
                self._read_cell(row, heading, column, meant, reading)
            if column.kind in ASKED and column.name in reading.values:
                told = column.text(reading.values[column.name])
                if column.kind is Kind.STAGE and reading.standing is not None:
                    told = reading.standing.text
                reading.known.append((heading.text, shown(cell), told))
            if is_measured(column) and meaning is None:
                self._check_slip(column, cell, reading)
        except Unreadable as error:
            if isinstance(error, Planned) and self._is_plan(column, heading, cell, error, reading):
                return
            if column.kind in ASKED or isinstance(error, Slip):
                words: list[tuple[Cell, Unreadable]] = [(cell, error)]
                if isinstance(error, UnknownWords):
                    words = [*error.words]
                reading.asked += [(heading.text, column, word, why) for word, why in words]
            reason = error.reason
            if meaning is not None and meaning.cell is not None:
                reason = f"“{shown(cell)}”按取值对照是“{shown(meaning.cell)}”，现在用不上：{reason}"
            if self.costs_the_row(column, is_known=is_known):
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
        plan = PLANNED_FOR.get(column.stage) if column.stage else None
        if plan is None or plan not in self.fields:
            return False
        own = self.headings.get(plan)
        if own is None or plan not in reading.values:
            reading.values.setdefault(plan, error.moment)
            said = f"写在“{heading.text}”里，是计划的时间，记在{self.fields[plan].label}。"
            reading.unread.append(
                Unread(self.fields[plan], heading.text, typed(cell), Said.MORE, said)
            )
        return True

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


def _plan(plan: str, values: RowValues) -> None:
    """A date under a stage that is only planned belongs to the plan: 拟开工, 2024年3月."""
    stage = next(stage for stage, name in PLANNED_FOR.items() if name == plan)
    date_ = values.pop(f"entered_{stage.value}", None)
    if date_ is not None:
        values.setdefault(plan, date_)
