"""A list as a table to take along: the list's columns and the form's, under headings our own
importer reads again, and each row's number, so that the file imported unchanged changes nothing and
a changed cell its row alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import chain, islice
from typing import Any, TypeVar

from django.db.models import Count, Model, QuerySet
from django.utils import timezone

from crm import ledgers, personal
from crm.actions import exports
from crm.ledgers import Column, Kind, Ledger
from crm.ledgers.columns import Value
from crm.ledgers.selection import Values, fetched
from crm.models import User
from crm.spreadsheets import numbers
from crm.spreadsheets.cells import Cell
from crm.spreadsheets.writer import Writable, as_text, write_rows

Part = TypeVar("Part")
MOST = 20_000
_AT_ONCE = 1_000


def export(
    ledger: Ledger, rows: QuerySet, *, by: User, columns: Sequence[Column] = (), kind: str = "xlsx"
) -> tuple[bytes, int]:
    """The first 20,000 of `rows` as an xlsx or csv file, and how many it holds; a cut is stated on
    top. Without `columns`: all that our own importer reads again."""
    columns = columns or export_columns(ledger)
    total = rows.count()
    count = min(total, MOST)
    cells, mark = Cells(by), exports.installation_mark()
    found = fetched(rows, ledger, columns)[:MOST].iterator(chunk_size=_AT_ONCE)
    lines = (
        [
            *(cells.value(column, values.of(column, row)) for column in columns),
            numbers.number_of(row, ledger, mark),
        ]
        for part in batched(found, _AT_ONCE)
        for values in [Values(columns, part)]
        for row in part
    )
    headings = [*(column.heading for column in columns), numbers.HEADING]
    if total > MOST:
        note = f"说明：共 {total} 条，本表只有前 {MOST} 条。请按园区、阶段等筛选后分几次导出。"
        return write_rows([note], chain([headings], lines), kind, ledger.label), count
    return write_rows(headings, lines, kind, ledger.label), count


def export_columns(ledger: Ledger) -> list[Column]:
    return [column for column in ledger.columns if column.in_list or column.in_form]


def batched(rows: Iterable[Part], size: int) -> Iterator[list[Part]]:
    """`rows` in lists of at most `size`."""
    remaining = iter(rows)
    while part := list(islice(remaining, size)):
        yield part


def _called(row: Any) -> str:
    """The name by which files refer to a row."""
    return str(row.name)


class Cells:
    """What the cells of a table hold, for one user."""

    def __init__(self, user: User) -> None:
        self.user = user
        self._shared: dict[str, frozenset[str]] = {}

    def value(self, column: Column, value: Value) -> Writable:
        match value:
            case None | "":
                return None
            case Decimal() if column.kind is Kind.MONEY:
                return value / column.factor
            case list():
                return "、".join(self._name(column.reference, other) for other in value)
            case Model():
                return self._name(column.reference, value)
            case str() if column.choices is not None:
                return str(column.choices(value).label)
            case str() if column.kind is Kind.PERSONAL:
                return personal.masked(column.person_part, value)
            case datetime():
                return timezone.localtime(value).replace(tzinfo=None)
        return value

    def spellings(self, column: Column, value: Value) -> set[str]:
        """The texts of a cell that still says `value`: since the file was made others may have got
        the same name, or lost it, so that a name counts with its number and without."""
        found = {as_text(self.value(column, value))}
        if isinstance(value, Model):
            found |= {as_text(_called(value)), as_text(f"{_called(value)} #{value.pk}")}
        if isinstance(value, list):
            found.add(as_text("、".join(map(_called, value))))
        return found

    def _name(self, key: str, row: Model) -> str:
        """As the importer finds it again: a name that several share carries its number."""
        if key not in self._shared:
            self._shared[key] = frozenset(self._names_of_several(key))
        name = _called(row)
        return f"{name} #{row.pk}" if name in self._shared[key] else name

    def _names_of_several(self, key: str) -> Iterator[str]:
        name = "first_name" if key == "users" else "name"
        named = ledgers.referable(key, by=self.user).order_by().values(name)
        for found in named.annotate(count=Count("pk")).filter(count__gt=1):
            yield found[name]


class Written:
    """A row of the ledger as this export writes it: a cell that still says so was not edited, even
    where it cannot be read back (a masked phone, a colleague who has left)."""

    def __init__(self, row: Model, columns: Sequence[Column], cells: Cells) -> None:
        self._row, self._cells = row, cells
        self._values = Values(columns, [row])

    def says(self, column: Column, cell: Cell) -> bool:
        value = self._values.of(column, self._row)
        return as_text(cell) in self._cells.spellings(column, value)
