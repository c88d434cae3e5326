"""The rows of a file, each taken into the ledger by itself or refused.

Rows are taken in their order, so that one may refer to an earlier one (a park to the park it lies
in). A cell that cannot be read costs the row only where it names the row or a figure would be false
without it; else the row comes in without that value, and the text is kept beside it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from collections.abc import Mapping as ReadOnly
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Model

from crm import ledgers, personal
from crm.actions import imports
from crm.actions.system import originals
from crm.errors import Refused
from crm.ledgers import Column, Kind, Ledger
from crm.ledgers.base import Guard
from crm.ledgers.columns import Value
from crm.models import ImportBatch, Said, User
from crm.models.people import Person
from crm.names import name_key
from crm.spreadsheets.cell_reader import CURRENCY, FOREIGN
from crm.spreadsheets.cells import fold, is_unknown, plain
from crm.spreadsheets.finding import Finder, Known
from crm.spreadsheets.keys import MANY
from crm.spreadsheets.mapping import Mapping
from crm.spreadsheets.match import Table
from crm.spreadsheets.numbers import HEADING
from crm.spreadsheets.plan import (
    SAMPLES,
    Plan,
    Refusal,
    Sample,
    ToCheck,
    needed_columns,
)
from crm.spreadsheets.reader import Row
from crm.spreadsheets.reading import Reading, RowValues, Unread
from crm.spreadsheets.references import References
from crm.spreadsheets.row_values import RowReader
from crm.spreadsheets.samples import facts_of, name_of
from crm.spreadsheets.words import Words

Progress = Callable[[str, int, int], None]
_OUTCOMES = ("new", "changed", "same", "duplicate")


@dataclass(frozen=True)
class Entered:
    """What became of one row of the ledger. values: what was written, or would have been. replaced:
    the fact that a new row corrects."""

    outcome: str
    row: Model
    values: ReadOnly[str, Value] = field(default_factory=dict)
    before: ReadOnly[str, Value] = field(default_factory=dict)
    replaced: Model | None = None


class Intake:
    def __init__(
        self, plan: Plan, mapping: Mapping, by: User, guard: Guard | None, batch: ImportBatch
    ) -> None:
        self.plan, self.mapping, self.by, self.batch = plan, mapping, by, batch
        self.guard = guard
        self.ledger = plan.ledger
        self.columns = {column.name: column for column in self.ledger.import_columns}
        self.needed = needed_columns(self.ledger)
        self.references = References(by, self.ledger.key)
        self.seen: dict[int, int] = {}  # row of the ledger → row of the file that named it first
        self.groups: set[tuple[str, ...]] = set()
        self.finder = Finder(self.ledger, by, mapping.match)
        self.new_rows = imports.NewRows()

    def run(self, progress: Progress | None) -> None:
        total = sum(len(table.rows) for table in self.plan.tables)
        done = 0
        if total >= MANY:
            self.finder.keys.load()
        words = Words(self.ledger, self.mapping.values, self.by)
        self._make_entries(words)
        readers = [
            RowReader(self.ledger, table, self.mapping, self.references, words)
            for table in self.plan.tables
        ]
        for reader in readers:
            self.finder.count(reader.number(row) for row in reader.table.rows)
        for reader in readers:
            for row in reader.table.rows:
                self._take(reader.table, row, reader)
                done += 1
                if progress:
                    progress("rows", done, total)
        self.new_rows.settle()
        self.plan.questions.propose(self.by)

    def _take(self, table: Table, row: Row, reader: RowReader) -> None:
        group = self._group(table, row, reader)
        if group in self.groups:
            self.plan.duplicate += 1
            self._show("duplicate", table, row, "、".join(group or ()))
            return
        try:
            known = self.finder.numbered(reader.number(row))
        except Refused as refusal:
            self._refuse(table, row, HEADING, refusal.reason)
            return
        reading = self._read(row, reader, known)
        for heading, word, told in reading.known:
            self.plan.known.setdefault(heading, Counter())[word, told] += 1
        for query in reading.asked:
            self.plan.questions.ask(query, row.number)
        if reading.problems:
            columns = [heading for heading, _ in reading.problems]
            reasons = [reason for _, reason in reading.problems]
            if len(reasons) > 1:
                reasons = [f"{heading}：{reason}" for heading, reason in reading.problems]
            self._refuse(table, row, columns[0], "".join(reasons))
            return
        is_new = known is None and not reading.parts and self.finder.is_new(reading.values)
        while True:
            try:
                with self._savepoint(is_new=is_new):
                    entered = self._enter_all(reading, known)
                break
            except imports.UNTOLD:
                if not is_new:
                    raise
                is_new = False  # taken again like one of which less is known, it is told why
            except Refused as refusal:
                if not self._spare(
                    refusal, table, row, reading, reader, is_known=known is not None
                ):
                    places = [table.fields[n].text for n in refusal.fields if n in table.fields]
                    self._refuse(table, row, places[0] if places else None, refusal.reason)
                    return
        self._count(table, row, entered)
        for one in reading.unread:
            if one.said == Said.UNREAD:
                self.plan.to_check.append(
                    ToCheck(table.sheet.name, row.number, one.heading, one.text, one.reason)
                )
        if group:
            self.groups.add(group)

    def _savepoint(self, *, is_new: bool) -> AbstractContextManager[None]:
        if is_new:
            return self.new_rows.one()
        self.new_rows.settle()
        return transaction.atomic()

    def _spare(
        self,
        refusal: Refused,
        table: Table,
        row: Row,
        reading: Reading,
        reader: RowReader,
        *,
        is_known: bool,
    ) -> bool:
        """Whether the row can be taken without what its table refused: an optional value that it
        would not have (a trade the standard does not know) comes in empty, and is kept as text,
        but for personal data."""
        if refusal.code != "invalid" or not refusal.fields:
            return False
        spared = {
            name: self.columns[name]
            for name in refusal.fields
            if name in self.columns
            and name in reading.values
            # A number may come out of a name's cell, and has none of its own.
            and (name in table.fields or self.columns[name].kind is Kind.PERSONAL)
        }
        # Amounts and dates that do not fit each other are no matter of one cell.
        if len(spared) < len(refusal.fields) or any(
            column.kind not in (Kind.TEXT, Kind.PERSONAL)
            or reader.costs_the_row(column, is_known=is_known)
            for column in spared.values()
        ):
            return False
        with_cells = [name for name in spared if name in table.fields]
        for name, column in spared.items():
            reading.values.pop(name)
            if with_cells and name not in with_cells:
                continue
            place = table.fields.get(name)
            heading, text = place.text if place else column.label, ""
            if place is not None and column.kind is not Kind.PERSONAL:
                text = plain(reader.cell(row, place.index))
            reading.unread.append(Unread(column, heading, text, Said.UNREAD, refusal.reason))
        return True

    def _keep_texts(self, found: Model, unread: list[Unread]) -> None:
        """What cells said beyond their values stays with the row that holds the field."""
        texts: dict[Model, list[dict[str, str]]] = {}
        for one in unread:
            place = one.column.holder
            holder, name = place(found) if place else (found, one.column.name)
            if holder is not None and one.text:
                told = {"field": name, "heading": one.heading, "text": one.text}
                told |= {"said": one.said, "reason": one.reason}
                texts.setdefault(holder, []).append(told)
        for holder, said in texts.items():
            self.plan.kept_texts += originals.keep(holder, said)

    def _make_entries(self, words: Words) -> None:
        """Enters what the answers say is new, before the rows that name it."""
        for (key, name), given in words.new_entries(self.columns.values()).items():
            if self.references.finder(key)(name) is not None:
                continue
            of = ledgers.get(key)
            facts: dict[str, Value] = {"name": name}
            for column in of.form_columns:
                if column.reference and (named := given.get(column.name)):
                    facts[column.name] = self.references.finder(column.reference)(str(named))
            of.register(facts, by=self.by)
            self.references.forget(key, name)

    def _read(self, row: Row, reader: RowReader, known: Known | None) -> Reading:
        """What the row says; of a row known by its number, what was edited in it."""
        if known is None:
            reading = reader.read(row)
            self._check_needed(reader.table, reading)
            self.plan.foreign_numbers += self.finder.is_foreign(reader.number(row))
            return reading
        in_file = [column for _, column in reader.columns]
        reading = reader.read(row, self.finder.written(known, in_file))
        for heading in reading.cleared:
            self.plan.cleared.setdefault(heading, []).append(row.number)
        return reading

    def _group(self, table: Table, row: Row, reader: RowReader) -> tuple[str, ...] | None:
        cells = [reader.cell(row, table.fields[name].index) for name in self.mapping.group_by]
        if not cells or any(is_unknown(cell) for cell in cells):
            return None
        return tuple(fold(cell) for cell in cells)

    def _check_needed(self, table: Table, reading: Reading) -> None:
        unread = {heading for heading, _ in reading.problems}
        for column in self.needed:
            place = table.fields.get(column.name)
            heading = place.text if place else column.label
            if column.name not in reading.values and heading not in unread:
                reading.problems.append((heading, f"缺少{column.label}，请填写。"))

    def _refuse(self, table: Table, row: Row, column: str | None, reason: str) -> None:
        self.plan.refused.append(Refusal(table.sheet.name, row.number, column, reason))

    def _enter_all(self, reading: Reading, known: Known | None) -> list[Entered]:
        """What the row says, or each phase of it as a project of its own; all or nothing."""
        if reading.parts and (whole := self.finder.by_key(reading.values)) is not None:
            raise Refused(
                f"台账里已有“{name_of(whole)}”，没有分期；请先在项目页改名为其中一期，再导入各期。",
                "ambiguous",
            )
        entered: list[Entered] = []
        for values in reading.parts or [reading.values]:
            entered.append(self._enter(values, known))
            self._keep_texts(entered[-1].row, reading.unread)
        return entered

    def _enter(self, values: RowValues, known: Known | None) -> Entered:
        found = known.row if known else self.finder.by_key(values)
        if found is None:
            self._make_up(values)
            self._check_required(values)
            if self.guard is not None:
                self.guard.check(values)
            made = self.ledger.import_new(_without_none(values), by=self.by)
            return Entered("new", made, values)
        changes = {
            name: value
            for name, value in values.items()
            if self._differs(name, found, value, values, by_number=known is not None)
        }
        if known and changes:
            self.finder.refuse_unsure(known)
        if found.pk in self.seen:
            return Entered("duplicate", found, changes)
        if known and changes:
            self.finder.refuse_stale(known)
            self.finder.refuse_other(known, changes)
        before = {name: self._current(name, found) for name in changes}
        last = imports.last_entry(self.batch) if changes else 0
        changed = self.ledger.import_change(found, changes, by=self.by) if changes else found
        # The verbs write nothing where nothing differs.
        if not changes or imports.last_entry(self.batch) == last:
            return Entered("same", found)
        return Entered("changed", changed or found, changes, before, replaced=found)

    def _count(self, table: Table, row: Row, entered: list[Entered]) -> None:
        """A row is one of the five, however many projects it was: new where any of them is."""
        for one in entered:
            if one.outcome == "duplicate":
                continue
            if one.outcome != "same":
                self.finder.keys.add(one.row)
            self.seen[one.row.pk] = row.number
            self.seen[(one.replaced or one.row).pk] = row.number
        told = min(entered, key=lambda one: _OUTCOMES.index(one.outcome))
        if told.outcome == "duplicate":
            self._repeat(table, row, told.row, told.values)
            return
        setattr(self.plan, told.outcome, getattr(self.plan, told.outcome) + 1)
        self.plan.entered += sum(one.outcome == "new" for one in entered)
        for one in entered:
            if one.outcome == told.outcome:
                self._show(one.outcome, table, row, name_of(one.row), one.values, one.before)

    def _current(self, name: str, row: Model) -> Value:
        held: Value = getattr(row, name, None)
        return self.columns[name].value(row) if name in self.columns else held

    def _show(
        self,
        outcome: str,
        table: Table,
        row: Row,
        name: str,
        values: ReadOnly[str, Value] | None = None,
        before: ReadOnly[str, Value] | None = None,
    ) -> None:
        """Keeps one of the first rows of an outcome for the page."""
        shown = self.plan.samples.setdefault(outcome, [])
        if len(shown) < SAMPLES:
            facts = facts_of(name, self.columns, values or {}, before or {})
            shown.append(Sample(table.sheet.name, row.number, name, facts))

    def _make_up(self, values: RowValues) -> None:
        """What a new row needs and no real list has is made of what it says."""
        for column in self.columns.values():
            if column.made is not None and column.name not in values:
                values[column.name] = column.made(values)

    def _check_required(self, values: RowValues) -> None:
        lacking = [c for c in self.columns.values() if c.required and c.name not in values]
        if lacking:
            raise Refused(
                "缺少" + "、".join(column.label for column in lacking) + "，请填写。",
                "invalid",
                [column.name for column in lacking],
            )

    def _repeat(self, table: Table, row: Row, found: Model, changes: ReadOnly[str, Value]) -> None:
        self.plan.duplicate += 1
        self._show("duplicate", table, row, name_of(found))
        labels = [self.columns[name].label for name in changes if name in self.columns]
        if labels:
            first, differing = self.seen[found.pk], "、".join(labels)
            reason = f"与第 {first} 行是同一条，未导入；不同的有：{differing}。"
            self.plan.conflicts.append(Refusal(table.sheet.name, row.number, None, reason))

    def _differs(
        self, name: str, row: Model, value: Value, values: RowValues, *, by_number: bool
    ) -> bool:
        if name in (CURRENCY, FOREIGN) or (value is None and FOREIGN in values):
            return bool(getattr(row, name) != value)
        column = self.columns[name]
        if column.holds is not None:
            return not column.holds(row, values, self.by)
        current = column.value(row)
        if isinstance(current, list) and isinstance(value, list):
            return {other.pk for other in current} != {other.pk for other in value}
        if column.kind is Kind.PERSONAL:
            known, written = str(current or ""), str(value or "")
            if written == personal.masked(column.person_part, known):
                return False  # as our own export shows it
            if column.person_part == "phone":
                phones = [known] if by_number or not isinstance(row, Person) else row.phones
                return personal.phone_key(written) not in map(personal.phone_key, phones)
        # A row known by its number may be given another spelling of its name.
        if not by_number and _is_spelling(column, self.ledger):
            return name_key(str(current or "")) != name_key(str(value))
        return bool(current != value)


def _is_spelling(column: Column, ledger: Ledger) -> bool:
    """A name by which rows are recognised, and a person's: width and brackets are no change."""
    by_name = column.kind is Kind.TEXT and column.name in ledger.natural_key
    return by_name or column.kind is Kind.PERSONAL


def _without_none(values: RowValues) -> RowValues:
    return {name: value for name, value in values.items() if value is not None}
