"""The demo county's dated facts, from milestones to activities, each entered through
its ledger on the day it became known, so that a gate finds what the county had by then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Any

from crm import demo
from crm.access import Action
from crm.actions.demo import files
from crm.actions.system import notifications
from crm.errors import Refused
from crm.ledgers import Kind, Ledger
from crm.models import Project, User
from crm.spreadsheets.mapping import Mapping
from crm.spreadsheets.match import Table
from crm.spreadsheets.moments import read_moment
from crm.spreadsheets.plan import find_tables
from crm.spreadsheets.reader import Row, read
from crm.spreadsheets.row_values import References, RowReader
from crm.spreadsheets.words import Words


def facts(by: User) -> Iterator[tuple[date, Any]]:
    """Each fact with its day (the ledger's first day for older ones) and the writing of it."""
    for ledger in files.dated():
        name = f"{ledger.key}.csv"
        for table in find_tables(read(demo.FOLDER / name, name), ledger, Mapping()):
            for row in table.rows:
                yield _known_on(ledger, table, row), partial(_enter, ledger, table, row, by)


def _known_on(ledger: Ledger, table: Table, row: Row) -> date:
    """The last day the row tells of, an exit or a revocation too; a row without its own day was
    heard of at the end."""
    places = {
        column.name: table.fields[column.name].index
        for column in ledger.import_columns
        if column.kind in (Kind.DATE, Kind.WHEN) and column.name in table.fields
    }
    told = {
        name: read_moment(row.cells[place])
        for name, place in places.items()
        if place < len(row.cells)
    }
    if told.get(ledger.known_on) is None:
        return demo.PINNED_ON
    return max(demo.OPENED_ON, *(when.end for when in told.values() if when))


def _enter(ledger: Ledger, table: Table, row: Row, by: User) -> None:
    """Read on its day, for only then the project it names is in the ledger."""
    references, words = References(by, ledger.key), Words(ledger, {}, by)
    reading = RowReader(ledger, table, Mapping(), references, words).read(row)
    place = f"demo/{ledger.key}.csv 第 {row.number} 行"
    wrong = [reason for _, reason in reading.problems] + [one.reason for one in reading.unread]
    if wrong:
        raise Refused(f"{place}：{wrong[0]}", "demo_refused")
    project = reading.values.get("project")
    teller = _teller(ledger, project) if isinstance(project, Project) else None
    try:
        _tell(ledger, reading.values, by=teller or by)
    except Refused as refused:
        raise Refused(f"{place}：{refused.reason}", "demo_refused") from refused


def _teller(ledger: Ledger, project: Project) -> User | None:
    """Who at the project keeps this ledger: its officer, else a liaison."""
    if project.officer and ledger.can(project.officer, Action.REGISTER):
        return project.officer
    at_it = notifications.holders(project)
    return next((user for user in at_it if user and ledger.can(user, Action.REGISTER)), None)


def _tell(ledger: Ledger, values: dict[str, Any], *, by: User) -> None:
    """A later line about a row that is there says what became of it."""
    row = ledger.find(values, by=by)
    if row is None:
        ledger.import_new(values, by=by)
        return
    columns = [ledger.column(name) for name in values]
    new = {c.name: values[c.name] for c in columns if values[c.name] not in (None, c.value(row))}
    ledger.import_change(row, new, by=by)
