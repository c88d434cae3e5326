"""The demo county's dated facts, from milestones to activities, each entered through
its ledger on the day it became known, so that a gate finds what the county had by then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Any

from crm import demo
from crm.actions.demo import files
from crm.errors import Refused
from crm.ledgers import Ledger
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
            place = table.fields[ledger.known_on].index
            for row in table.rows:
                known = read_moment(row.cells[place]) if place < len(row.cells) else None
                day = max(known.end, demo.OPENED_ON) if known else demo.PINNED_ON
                yield day, partial(_enter, ledger, table, row, by)


def _enter(ledger: Ledger, table: Table, row: Row, by: User) -> None:
    """Read on its day, for only then the project it names is in the ledger."""
    references, words = References(by, ledger.key), Words(ledger, {}, by)
    reading = RowReader(ledger, table, Mapping(), references, words).read(row)
    place = f"demo/{ledger.key}.csv 第 {row.number} 行"
    wrong = [reason for _, reason in reading.problems] + [one.reason for one in reading.unread]
    if wrong:
        raise Refused(f"{place}：{wrong[0]}", "demo_refused")
    project = reading.values.get("project")
    officer = project.officer if isinstance(project, Project) else None
    try:
        ledger.import_new(reading.values, by=officer or by)
    except Refused as refused:
        raise Refused(f"{place}：{refused.reason}", "demo_refused") from refused
