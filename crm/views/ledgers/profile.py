"""What hangs on a row, on its own page: a tab with its count for each ledger whose rows point to
it, and one timeline of all that is dated among them. Nobody reads or counts what he may not see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db import models
from django.db.models import F, IntegerField, QuerySet, Value
from django.http import HttpRequest, QueryDict
from django.urls import reverse

from crm import ledgers
from crm.access import Action
from crm.ledgers import Column, Hanging, Kind, Ledger
from crm.ledgers.selection import fetched
from crm.views.base import Link, address, pages_beside
from crm.views.ledgers.cells import Cell, Line, Shower
from crm.views.ledgers.lists import Heading, readable

SHOWN = 20  # rows of a tab; the ledger has them all
EVENTS = 30  # on a page of the timeline
MOST_COLUMNS = 6
# What says itself what it is.
PLAIN = ("status", "long")


@dataclass(frozen=True)
class Event:
    """One dated fact: `when` as precisely as it is known, `what` happened, to which row."""

    when: str
    what: str
    title: str
    url: str
    text: str = ""


@dataclass(frozen=True)
class Table:
    """The first rows of one ledger that hang here, in its order; `new_url` is empty where this
    user may not register one here."""

    hanging: Hanging
    headings: list[Heading]
    lines: list[Line]
    count: int
    list_url: str
    new_url: str

    @property
    def is_cut(self) -> bool:
        return self.count > len(self.lines)


@dataclass(frozen=True)
class Profile:
    """The tabs, and what the chosen one shows: a table, else a page of the timeline."""

    tabs: list[Link]
    table: Table | None = None
    page: Page | None = None
    pages: dict[str, str] | None = None
    events: Sequence[Event] = ()

    @property
    def shown(self) -> list[Link]:
        """The tabs that have something, and the chosen one."""
        return [tab for tab in self.tabs if tab.count != 0 or tab.is_current]

    @property
    def empty(self) -> list[Link]:
        """The others, which open a form to enter the first."""
        return [tab for tab in self.tabs if tab.count == 0 and not tab.is_current]


def of_row(request: HttpRequest, ledger: Ledger, row: Any) -> Profile | None:
    """`tab` of the address is the name of one; None where nothing can hang on the row as far as
    this user sees."""
    user, params = request.user, readable(request.GET)
    found = [one for one in ledgers.hanging_on(ledger.key) if one.ledger.can(user, Action.VIEW)]
    if not found:
        return None
    counts = {one.name: _rows(one, row, user).count() for one in found}
    is_dated = any(one.ledger.timeline for one in found)
    chosen = next((one for one in found if one.name == params.get("tab")), None)
    if chosen is None and not is_dated:
        chosen = next((one for one in found if counts[one.name]), found[0])
    tabs = [
        Link(one.label, _tab_url(params, one.name), counts[one.name], one is chosen)
        for one in found
    ]
    if is_dated:
        tabs.insert(0, Link("经过", _tab_url(params, None), is_current=chosen is None))
    if chosen is not None:
        return Profile(tabs, _table(chosen, ledger, row, user, counts[chosen.name]))
    page = Paginator(_dated(found, row, user), EVENTS).get_page(params.get("page"))
    events = _events(page, found, user)
    return Profile(tabs, page=page, pages=pages_beside(page, params), events=events)


def begun(ledger: Ledger, row: Any, user: Any) -> list[Link]:
    """The rows of other ledgers that are begun on this page, filled in as far as it knows."""
    others = [ledgers.get(key) for key in ledger.gives]
    return [
        Link(f"新{one.ledger.label}", _new_url(one, ledger, row))
        for one in ledgers.hanging_on(ledger.key)
        if one.is_typed and one.ledger in others and one.ledger.can(user, Action.REGISTER)
    ]


def _tab_url(params: QueryDict, name: str | None) -> str:
    return address(params, page=None, tab=name)


def _rows(one: Hanging, row: Any, user: Any) -> QuerySet:
    return one.ledger.rows(user).filter(**{one.path: row.pk})


# One ledger's rows


def _table(one: Hanging, ledger: Ledger, row: Any, user: Any, count: int) -> Table:
    columns = [column for column in one.ledger.list_columns if column.name != one.path]
    rows = list(fetched(_rows(one, row, user), one.ledger, columns)[:SHOWN]) if count else []
    lines = Shower(user).lines(one.ledger, columns, rows)
    kept = _worth_showing(one.ledger, columns, lines)
    may_register = one.is_direct and one.ledger.can(user, Action.REGISTER)
    return Table(
        one,
        [_heading(columns[at]) for at in kept],
        [replace(line, cells=[line.cells[at] for at in kept]) for line in lines],
        count,
        f"{reverse('desk-list', args=[one.ledger.key])}?{urlencode({one.path: row.pk})}",
        _new_url(one, ledger, row) if may_register else "",
    )


def _worth_showing(ledger: Ledger, columns: list[Column], lines: list[Line]) -> list[int]:
    """The places of the columns there is room for: the first, the dates, then those that say
    something of any of these rows."""
    said = [at for at in range(len(columns)) if any(not line.cells[at].is_empty for line in lines)]
    first = sorted(said, key=lambda at: (at > 0, columns[at].name not in ledger.timeline))
    return sorted(first[:MOST_COLUMNS])


def _heading(column: Column) -> Heading:
    is_number = column.kind in (Kind.MONEY, Kind.NUMBER)
    return Heading(column.heading, "number" if is_number else "text")


def _new_url(one: Hanging, ledger: Ledger, row: Any) -> str:
    given = {one.path: str(row.pk)}
    for name, source in ledger.gives.get(one.ledger.key, {}).items():
        value = ledger.column(source).value(row)
        given[name] = str(value.pk if isinstance(value, models.Model) else value or "")
    filled = {name: value for name, value in given.items() if value}
    return f"{reverse('desk-new', args=[one.ledger.key])}?{urlencode(filled)}"


# The timeline


def _dated(found: Sequence[Hanging], row: Any, user: Any) -> QuerySet:
    """(place of the hanging's ledger, place of its column, number of the row, day) of each dated
    fact, newest first. A row that hangs here by two paths is told once."""
    kept = _ledgers(found)
    parts = []
    for one in found:
        for at, name in enumerate(one.ledger.timeline):
            day = _day(one.ledger.column(name))
            rows = _rows(one, row, user).filter(**{f"{day}__isnull": False})
            parts.append(
                rows.order_by()
                .annotate(
                    told_ledger=Value(kept.index(one.ledger), IntegerField()),
                    told_column=Value(at, IntegerField()),
                    told_on=F(day),
                )
                .values_list("told_ledger", "told_column", "pk", "told_on")
            )
    union = parts[0].union(*parts[1:]) if len(parts) > 1 else parts[0]
    return union.order_by("-told_on", "told_ledger", "-pk", "told_column")


def _ledgers(found: Sequence[Hanging]) -> list[Ledger]:
    return list({one.ledger.key: one.ledger for one in found}.values())


def _day(column: Column) -> str:
    """The field by which the ledger's own list sorts this date."""
    return column.order_by or column.name


def _events(page: Page, found: Sequence[Hanging], user: Any) -> list[Event]:
    """The facts of one page; the rows of each ledger are read at once."""
    kept, told = _ledgers(found), list(page.object_list)
    wanted: dict[int, set[int]] = defaultdict(set)
    for ledger_at, _, pk, _ in told:
        wanted[ledger_at].add(pk)
    shower, lines = Shower(user), {}
    # A column that leads to the row whose page it is would say the same at each event.
    own = {(one.ledger.key, one.path) for one in found}
    for ledger_at, pks in wanted.items():
        ledger = kept[ledger_at]
        columns = [c for c in _columns(ledger) if (ledger.key, c.name) not in own]
        rows = list(fetched(ledger.rows(user).filter(pk__in=pks), ledger, columns))
        for line in shower.lines(ledger, columns, rows):
            lines[ledger_at, line.row.pk] = line
    return [
        _event(kept[ledger_at], column_at, line)
        for ledger_at, column_at, pk, _ in told
        if (line := lines.get((ledger_at, pk))) is not None
    ]


def _columns(ledger: Ledger) -> list[Column]:
    """The columns of the list, and the dates of the timeline it does not show."""
    dates = [ledger.column(name) for name in ledger.timeline]
    return [*ledger.list_columns, *(column for column in dates if not column.in_list)]


def _event(ledger: Ledger, at: int, line: Line) -> Event:
    name, what = list(ledger.timeline.items())[at]
    cells = {cell.name: cell for cell in line.cells}
    others = [
        cell
        for cell in line.cells
        if not cell.is_empty and cell.kind != "date" and cell.name not in ledger.timeline
    ]
    title = others[0].text if others else ledger.label
    texts = [_said(ledger, cell) for cell in others[1:5]]
    return Event(cells[name].text, what, title, line.url, "　".join(texts))


def _said(ledger: Ledger, cell: Cell) -> str:
    """A value beside others: with its label and unit, where it does not say itself what it is."""
    if cell.kind in PLAIN or ledger.column(cell.name).kind is Kind.CHOICE:
        return cell.text if len(cell.text) <= 80 else f"{cell.text[:80]}…"
    return f"{cell.label} {cell.note}{cell.text}{cell.unit}"
