"""The new rows of an import, of which there may be thousands: each stands or falls by itself, in
one savepoint, and what nobody reads before the file is through is written for many at once.

That is the record (AuditEntry) and what reports read back (State): both say something of a row
that is in its table already. They are written between two rows, outside every savepoint, so that
no row's refusal takes another row's record along; a refused row takes back its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import DataError, IntegrityError, transaction

from crm.actions import _statements
from crm.models.base import InsertOnly

AT_ONCE = 300
# What a table says no to within a new row comes as it is; taken once more as any other row, each
# write in a savepoint of its own, the row is refused at its field.
UNTOLD = (DataError, IntegrityError, OverflowError)

_waiting: ContextVar[list[InsertOnly] | None] = ContextVar("waiting", default=None)


class NewRows:
    """Those of one file. `settle` comes before any other row is written, and at the end."""

    def __init__(self) -> None:
        self._waiting: list[InsertOnly] = []

    @contextmanager
    def one(self) -> Iterator[None]:
        """The savepoint of one row that is new for certain. Raises UNTOLD."""
        if len(self._waiting) >= AT_ONCE:
            self.settle()
        before = len(self._waiting)
        token = _waiting.set(self._waiting)
        try:
            with transaction.atomic():
                yield
        except BaseException:
            del self._waiting[before:]
            raise
        finally:
            _waiting.reset(token)

    def settle(self) -> None:
        """Writes what waits, in its order."""
        by_table: dict[type[InsertOnly], list[InsertOnly]] = {}
        for fact in self._waiting:
            by_table.setdefault(type(fact), []).append(fact)
        for facts in by_table.values():
            _statements.insert_many(facts)
        self._waiting.clear()


def is_under_way() -> bool:
    return _waiting.get() is not None


def write(fact: InsertOnly) -> None:
    """Inserts it now, or with those of other new rows."""
    waiting = _waiting.get()
    if waiting is None:
        fact.save(force_insert=True)
    else:
        fact.complete()
        waiting.append(fact)
