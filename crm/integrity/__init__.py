"""The ledger's word, proved: what must be true of its rows, a file a family. Reads only; what can
be derived anew `crm/actions/system/mending.py` puts right."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules

from django.db import connection

from crm.integrity.base import Broken, Invariant, Scope, declared
from crm.models import AuditEntry, ImportBatch
from crm.models.states import state_of

for _found in iter_modules(__path__, f"{__name__}."):
    import_module(_found.name)

__all__ = ["Broken", "Finding", "Invariant", "every", "verify"]

NAMED = 500  # rows of one finding that are named; further ones are counted


@dataclass(frozen=True)
class Finding:
    """An invariant that does not hold: the first of the `count` rows that break it."""

    invariant: Invariant
    rows: list[Broken]
    count: int


def every(batch: ImportBatch | None = None) -> list[Invariant]:
    """All invariants, or those that are asked of one import."""
    found = [declared[key] for key in sorted(declared)]
    return [one for one in found if batch is None or not one.is_of_whole]


def verify(batch: ImportBatch | None = None, keys: Collection[str] = ()) -> list[Finding]:
    """What is broken in the ledger, or in what one import wrote and the projects it is about; with
    `keys` these invariants alone are asked."""
    asked = [one for one in every(batch) if not keys or one.key in keys]
    if batch is not None:
        _let_the_planner_count(Scope(batch))
    found = _ask(asked, Scope(batch))
    # Between two queries somebody may have written; what is really broken is so a moment later too.
    return _ask([finding.invariant for finding in found], Scope(batch))


def _let_the_planner_count(scope: Scope) -> None:
    """An import asks before it is committed, when PostgreSQL still takes the tables for as large as
    they were: it would go through them once a row. Elsewhere nothing is to be done."""
    if connection.vendor != "postgresql":
        return
    written = {AuditEntry, *scope.tables()}
    written |= {table for model in written if (table := state_of(model)) is not None}
    names = ", ".join(connection.ops.quote_name(model._meta.db_table) for model in written)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {names}")


def _ask(invariants: list[Invariant], scope: Scope) -> list[Finding]:
    found = [(one, *_first(one.find(scope))) for one in invariants]
    return [Finding(one, rows, count) for one, rows, count in found if count]


def _first(broken: Iterable[Broken]) -> tuple[list[Broken], int]:
    rows: list[Broken] = []
    count = 0
    for count, row in enumerate(broken, 1):
        if count <= NAMED:
            rows.append(row)
    return rows, count
