"""Writing thousands of rows in one transaction: facts that nothing points to are inserted together.

Audit entries and a new project's moves are inserted once and never touched again, so they may wait
for one another. Outside `together` each is written at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from crm.models.rows import InsertOnly

AT_ONCE = 500
_waiting: ContextVar[list[InsertOnly] | None] = ContextVar("waiting", default=None)


@contextmanager
def together() -> Iterator[None]:
    """Within it facts wait for one another; what waits at the end is written.

    Where the work on a row is taken back to a savepoint, its facts go too: `count` before it,
    `drop` after. Whoever reads facts back calls `write` first.
    """
    token = _waiting.set([])
    try:
        yield
        write()
    finally:
        _waiting.reset(token)


def is_open() -> bool:
    return _waiting.get() is not None


def insert(fact: InsertOnly) -> None:
    waiting = _waiting.get()
    if waiting is None:
        fact.save(force_insert=True)
        return
    fact.complete()
    waiting.append(fact)


def count() -> int:
    return len(_waiting.get() or ())


def drop(since: int) -> None:
    """Forgets the facts of what was taken back."""
    del (_waiting.get() or [])[since:]


def write(*, at_least: int = 1) -> None:
    """Writes what waits, if it is that much: between two rows, so that memory stays small."""
    waiting = _waiting.get() or []
    if len(waiting) < at_least:
        return
    kinds: dict[type[InsertOnly], list[InsertOnly]] = defaultdict(list)
    for fact in waiting:
        kinds[type(fact)].append(fact)
    for kind, facts in kinds.items():
        kind._default_manager.bulk_create(facts, batch_size=AT_ONCE)
    waiting.clear()
