"""What a registration asks before it writes: the ledger has one like it; is this another one?

Every door gets the same question from the verb: the form as a page that keeps what was typed, a
program as a refusal with the likeness, a file as a refused row. Whoever knows better says so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from crm.actions import _lock, _record
from crm.errors import Refused
from crm.models import AuditEntry, User


@dataclass(frozen=True)
class Anyway:
    """What was said for registering a row although the ledger has one like it.

    shown: the token of the likeness that was shown; None = whatever there may be (a program's
    reason, a file whose rows were looked for). reason: in words; somebody else's running first
    contact asks for one.
    """

    shown: str | None = ""
    reason: str = ""

    def covers(self, token: str) -> bool:
        return self.shown is None or self.shown == token


NOTHING_SAID = Anyway()
# For what was looked for by other means, such as a file's rows.
LOOKED_FOR = Anyway(shown=None)


@dataclass(frozen=True)
class Likeness:
    """What is like the row that was to be registered, a `noun`.

    seen: rows the asker may open. claim: all that is told of the others (crm/actions/hints.py).
    unchecked: why nothing could be told. token: what must be repeated to register all the same; it
    holds for this likeness alone.
    """

    noun: str
    seen: Sequence[Any] = ()
    claim: Any = None
    unchecked: str = ""
    typed: tuple[str, ...] = ()
    sentence: str = ""
    token: str = field(init=False, default="")

    def __post_init__(self) -> None:
        shown = [f"{row._meta.model_name}:{row.pk}" for row in self.seen]
        told = [*self.typed, *shown, str(self.claim or ""), self.unchecked]
        digest = hashlib.sha256("\n".join(told).encode("utf-8", "replace")).hexdigest()
        object.__setattr__(self, "token", digest[:16])


def refusal(likeness: Likeness) -> Refused:
    """The question, as every door answers with it."""
    if likeness.unchecked:
        return Refused(likeness.unchecked, "too_many", details=[likeness])
    said = likeness.sentence or (likeness.claim.sentence if likeness.claim else "")
    return Refused(
        f"可能重复：{said or '台账里已有相同的记录'}。确认不是同一个的，"
        "请带上 confirmed_duplicate_reason 说明理由再登记。",
        "likely_duplicate",
        ["confirmed_duplicate_reason"],
        [likeness],
    )


@contextmanager
def asking(
    row: Any, find: Callable[[], Sequence[Any]] | None, *keys: str, by: User, anyway: Anyway
) -> Iterator[None]:
    """The transaction in which a row is registered, while nobody else registers one of its keys. It
    begins with the question whether the rows of `find` are this one, and ends with the record that
    it was registered all the same. Without `find` nothing is asked."""
    with _lock.one_at_a_time(row._meta.model_name, *keys) if find else transaction.atomic():
        is_like = find is not None and _ask(row, find, anyway)
        yield
        settle(is_like, row, by=by, anyway=anyway)


def _ask(row: Any, find: Callable[[], Sequence[Any]], anyway: Anyway) -> bool:
    if anyway.shown is None:
        return False
    seen = _seen(find)
    if not seen:
        return False
    likeness = Likeness(row._meta.model_name, seen, sentence=_on_record(seen[0]))
    if anyway.covers(likeness.token):
        return True
    raise refusal(likeness)


def _seen(find: Callable[[], Sequence[Any]]) -> Sequence[Any]:
    try:
        return find()
    except KeyError:
        raise
    except LookupError as several:
        return getattr(several, "rows", ())


def _on_record(row: Any) -> str:
    """Since when, and by whom, the ledger has this row."""
    entries = AuditEntry.objects.filter(object_type=row._meta.label_lower, object_id=row.pk)
    entry = entries.order_by("pk").select_related("actor").first()
    at = getattr(row, "recorded_at", None) or (entry.at if entry else None)
    who = (entry.actor if entry else None) or "系统"
    when = f" {timezone.localtime(at).date()}" if at else ""
    return f"{who}{when} 已登记“{row}”"


def settle(is_like: bool, row: Any, *, by: User, anyway: Anyway) -> None:
    """Puts on record that, and why, a row was registered although the ledger has one like it."""
    if is_like or (anyway.shown is None and anyway.reason):
        _record.note("register_anyway", row, by=by, reason=anyway.reason)
