"""Carrying an import out: the accepted rows in one transaction, through the ledger's own verbs.

A refused row never holds up the others. Rows are taken in their order, so that one may refer to an
earlier one (a park to the park it lies in); what was written is one batch, reverted as one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from collections.abc import Mapping as ReadOnly
from contextlib import suppress
from pathlib import Path

from django.db import transaction
from django.db.models import Model

from crm import access, clock, personal
from crm.access import Action
from crm.actions import imports
from crm.errors import Refused
from crm.ledgers import Column, Kind, Ledger
from crm.ledgers.base import Guard
from crm.ledgers.columns import Value
from crm.models import ImportBatch, User
from crm.names import name_key
from crm.spreadsheets.cells import fold, is_unknown
from crm.spreadsheets.finding import Finder, Known
from crm.spreadsheets.keys import MANY
from crm.spreadsheets.mapping import Mapping
from crm.spreadsheets.match import Table
from crm.spreadsheets.numbers import HEADING
from crm.spreadsheets.plan import SAMPLES, Plan, Refusal, Sample, find_tables, needed_columns
from crm.spreadsheets.reader import Row, Sheet, load, read
from crm.spreadsheets.row_values import CURRENCY, FOREIGN, Reading, References, RowReader, RowValues
from crm.spreadsheets.samples import facts_of, name_of

Progress = Callable[[str, int, int], None]


def import_file(
    source: Path | bytes,
    name: str,
    ledger: Ledger,
    *,
    by: User,
    mapping: Mapping | None = None,
    sheet: str | None = None,
    dry_run: bool = False,
    is_demo: bool = False,
) -> Plan:
    """Reads a file and enters its rows as `by`. Refused when the file as a whole cannot be read or
    `by` may not import this ledger; single rows are refused within the plan."""
    _require(ledger, by)
    data = source if isinstance(source, bytes) else load(source)
    return import_sheets(
        read(data, name),
        name,
        ledger,
        by=by,
        file_hash=hashlib.sha256(data).hexdigest(),
        mapping=mapping,
        sheet=sheet,
        dry_run=dry_run,
        is_demo=is_demo,
    )


def _require(ledger: Ledger, by: User) -> None:
    if not ledger.import_columns:
        raise Refused(f"{ledger.label}台账不能导入。", code="not_allowed")
    access.require_noun(by, Action.IMPORT, ledger.noun)


def import_sheets(
    sheets: list[Sheet],
    name: str,
    ledger: Ledger,
    *,
    by: User,
    file_hash: str,
    mapping: Mapping | None = None,
    sheet: str | None = None,
    dry_run: bool = False,
    is_demo: bool = False,
    progress: Progress | None = None,
) -> Plan:
    """The same for a file that was read before. `progress` hears (step, rows done, rows)."""
    _require(ledger, by)
    mapping = mapping or Mapping()
    plan = Plan(ledger, find_tables(sheets, ledger, mapping, sheet))
    guard = ledger.guard(by) if ledger.guard is not None else None
    with suppress(_TakenBack), transaction.atomic():
        # Two imports at once by one person (a second click) run one after the other.
        User.objects.select_for_update().get(pk=by.pk)
        batch = imports.open_batch(
            ledger.key,
            by=by,
            file_name=name,
            file_hash=file_hash,
            is_demo=is_demo,
        )
        with imports.under(batch), imports.gathering(), clock.one_reading():
            with imports.alone(ledger.noun, is_trial=dry_run):
                _Import(plan, mapping, by, guard, batch).run(progress)
                if dry_run or not plan.accepted:
                    raise _TakenBack  # before the index hears of it, and with the batch itself
            if progress:
                progress("indexing", plan.accepted, plan.accepted)
        imports.close_batch(batch, plan.counts)
        plan.batch = batch
    if guard is not None:
        guard.settle(name)
    return plan


class _TakenBack(Exception):
    """Ends a dry run, or an import that found nothing to write: the transaction is rolled back."""


class _Import:
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
        self.finder = Finder(self.ledger, by)

    def run(self, progress: Progress | None) -> None:
        total = sum(len(table.rows) for table in self.plan.tables)
        done = 0
        if total >= MANY:
            self.finder.keys.load()
        readers = [
            RowReader(self.ledger, table, self.mapping, self.references)
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
        if reading.problems:
            columns = [heading for heading, _ in reading.problems]
            reasons = [reason for _, reason in reading.problems]
            if len(reasons) > 1:
                reasons = [f"{heading}：{reason}" for heading, reason in reading.problems]
            self._refuse(table, row, columns[0], "".join(reasons))
            return
        try:
            with transaction.atomic():
                self._enter(table, row, reading.values, known)
        except Refused as refusal:
            headings = [table.fields[name].text for name in refusal.fields if name in table.fields]
            self._refuse(table, row, headings[0] if headings else None, refusal.reason)
        else:
            if group:
                self.groups.add(group)

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

    def _enter(self, table: Table, row: Row, values: RowValues, known: Known | None) -> None:
        found = known.row if known else self.finder.by_key(values)
        if found is None:
            self._check_required(values)
            if self.guard is not None:
                self.guard.check(values)
            made = self.ledger.import_new(_without_none(values), by=self.by)
            self.seen[made.pk] = row.number
            self.finder.keys.add(made)
            self.plan.new += 1
            self._show("new", table, row, name_of(made), values)
            return
        changes = {
            name: value
            for name, value in values.items()
            if self._differs(name, found, value, values, by_number=known is not None)
        }
        if known and changes:
            self.finder.refuse_unsure(known)
        if found.pk in self.seen:
            self._repeat(table, row, found, changes)
            return
        if known and changes:
            self.finder.refuse_stale(known)
            self.finder.refuse_other(known, changes)
        before = {name: self._current(name, found) for name in changes}
        if changes and self._change(found, changes, row):
            self.plan.changed += 1
            self._show("changed", table, row, name_of(found), changes, before)
        else:
            self.seen[found.pk] = row.number
            self.plan.same += 1
            self._show("same", table, row, name_of(found))

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

    def _check_required(self, values: RowValues) -> None:
        lacking = [c for c in self.columns.values() if c.required and c.name not in values]
        if lacking:
            raise Refused(
                "缺少" + "、".join(column.label for column in lacking) + "，请填写。",
                "invalid",
                [column.name for column in lacking],
            )

    def _repeat(self, table: Table, row: Row, found: Model, changes: RowValues) -> None:
        self.plan.duplicate += 1
        self._show("duplicate", table, row, name_of(found))
        labels = [self.columns[name].label for name in changes if name in self.columns]
        if labels:
            first, differing = self.seen[found.pk], "、".join(labels)
            reason = f"与第 {first} 行是同一条，未导入；不同的有：{differing}。"
            self.plan.conflicts.append(Refusal(table.sheet.name, row.number, None, reason))

    def _change(self, found: Model, changes: RowValues, row: Row) -> bool:
        """Whether anything was really written: the verbs write nothing where nothing differs."""
        before = imports.last_entry(self.batch)
        changed = self.ledger.import_change(found, changes, by=self.by)
        if imports.last_entry(self.batch) == before:
            return False
        self.finder.keys.add(changed or found)
        self.seen[found.pk] = row.number
        self.seen[getattr(changed, "pk", None) or found.pk] = row.number
        return True

    def _differs(
        self, name: str, row: Model, value: Value, values: RowValues, *, by_number: bool
    ) -> bool:
        if name in (CURRENCY, FOREIGN) or (value is None and FOREIGN in values):
            return bool(getattr(row, name) != value)
        column = self.columns[name]
        current = column.value(row)
        if isinstance(current, list) and isinstance(value, list):
            return {other.pk for other in current} != {other.pk for other in value}
        if column.kind is Kind.PERSONAL:
            known, written = str(current or ""), str(value or "")
            if written == personal.masked(name, known):
                return False  # as our own export shows it
            if name == "phone":
                return personal.phone_key(known) != personal.phone_key(written)
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
