"""INSERT statements that are made once a table: for the thousands of rows of an import, making the
statement anew for each is most of what the ORM's `save` costs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, models

from crm.models.base import InsertOnly


def insert(row: models.Model) -> None:
    """`row.save(force_insert=True)`, which is what it does where the table has a `save` of its own
    (a person's key goes before the person). Facts come complete."""
    table = type(row)
    if table.save not in (models.Model.save, InsertOnly.save):
        row.save(force_insert=True)
        return
    statement, fields = _into(table, connection.vendor)
    with connection.cursor() as cursor:
        cursor.execute(f"{statement} RETURNING {_key(table)}", _values(row, fields))
        (row.pk,) = cursor.fetchone()
    row._state.adding, row._state.db = False, connection.alias


def insert_many(rows: Sequence[InsertOnly]) -> None:
    """Rows of one table whose numbers nobody needs to know."""
    statement, fields = _into(type(rows[0]), connection.vendor)
    with connection.cursor() as cursor:
        cursor.executemany(statement, [_values(row, fields) for row in rows])


@cache
def _into(table: type[models.Model], vendor: str) -> tuple[str, tuple[Any, ...]]:
    quoted = connection.ops.quote_name
    columns = table._meta.local_concrete_fields
    fields = tuple(f for f in columns if not (f.primary_key or f.generated))
    names = ", ".join(quoted(str(field.column)) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    return f"INSERT INTO {quoted(table._meta.db_table)} ({names}) VALUES ({marks})", fields


def _key(table: type[models.Model]) -> str:
    return connection.ops.quote_name(str(table._meta.pk.column))


def _values(row: models.Model, fields: Sequence[Any]) -> list[Any]:
    # The connection itself: what stands for it looks it up again at each of its attributes.
    real = connections[DEFAULT_DB_ALIAS]
    return [field.get_db_prep_save(field.pre_save(row, True), real) for field in fields]
