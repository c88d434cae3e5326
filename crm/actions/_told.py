"""What a hint has told is counted by the hour and put on record, also where it was told by a
refusal: a registration asks inside its transaction, and a refusal takes the transaction back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from crm import limits

HOUR = 3600


class _Waiting:
    """What was told in a transaction that is not over: uses of the hour's measures, records."""

    def __init__(self) -> None:
        self.uses: Counter[tuple[str, int]] = Counter()
        self.records: list[Callable[[], object]] = []

    def settle(self) -> None:
        for (key, most), uses in self.uses.items():
            limits.take(key, most=most, seconds=HOUR, uses=uses)
        for record in self.records:
            record()


_waiting: ContextVar[_Waiting | None] = ContextVar("waiting", default=None)


@contextmanager
def counted() -> Iterator[None]:
    """Stands around the transaction of a verb that asks: what it is told is counted when that is
    over, whether it was committed or taken back. Of several, one in the other, the outermost."""
    if _waiting.get() is not None:
        yield
        return
    waiting = _Waiting()
    token = _waiting.set(waiting)
    try:
        yield
    finally:
        _waiting.reset(token)
        waiting.settle()


def take(key: str, *, most: int) -> bool:
    """Counts one use of `key`; False when they are more than `most` in this hour."""
    waiting = _waiting.get()
    if waiting is None:
        return limits.take(key, most=most, seconds=HOUR)
    is_left = left(key, most=most) > 0
    waiting.uses[key, most] += 1
    return is_left


def left(key: str, *, most: int) -> int:
    """How many uses of `key` this hour still has."""
    waiting = _waiting.get()
    used = waiting.uses[key, most] if waiting else 0
    return max(0, limits.left(key, most=most, seconds=HOUR) - used)


def record(entry: Callable[[], object]) -> None:
    """Writes the record of what was told, when nothing takes it back."""
    waiting = _waiting.get()
    if waiting is None:
        entry()
    else:
        waiting.records.append(entry)
