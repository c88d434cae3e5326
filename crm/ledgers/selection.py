"""The columns of a list as somebody chose them: what there is to choose, and reading many rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model, QuerySet

from crm.ledgers.base import Column, Kind, Ledger
from crm.ledgers.columns import Value


def offered(ledger: Ledger) -> tuple[Column, ...]:
    """The columns a list can show; what only an import understands is none of them."""
    return tuple(
        column
        for column in ledger.columns
        if column.in_list or column.in_form or column.in_api or column.read_all is not None
    )


def chosen(ledger: Ledger, names: Iterable[str]) -> list[Column]:
    """The columns of these names in their order, behind the one that names the row.

    A name no column has (any more) is left out; without any, the ledger's own list.
    """
    known = {column.name: column for column in offered(ledger)}
    wanted = [known[name] for name in dict.fromkeys(names) if name in known]
    if not wanted:
        return list(ledger.list_columns)
    title = ledger.list_columns[0]
    return [title, *(column for column in wanted if column is not title)]


def fetched(rows: QuerySet, ledger: Ledger, columns: Iterable[Column]) -> QuerySet:
    """`rows` with what these columns show of other tables fetched along."""
    for column in columns:
        if column.get is not None or column.name in ledger.joins:
            continue
        try:
            field = ledger.model._meta.get_field(column.name)
        except FieldDoesNotExist:
            continue
        if field.many_to_many and column.name not in ledger.prefetch:
            rows = rows.prefetch_related(column.name)
        elif field.many_to_one:
            rows = rows.select_related(column.name)
    return rows


class Values:
    """What some rows hold in some columns; columns that can are asked once for all rows."""

    def __init__(self, columns: Iterable[Column], rows: Sequence[Model]) -> None:
        self._read: dict[str, Mapping[int, Value]] = {
            column.name: column.read_all(rows) for column in columns if column.read_all is not None
        }

    def of(self, column: Column, row: Model) -> Value:
        if column.name not in self._read:
            return column.value(row)
        found = self._read[column.name].get(row.pk)
        return [] if found is None and column.kind is Kind.REFERENCES else found
