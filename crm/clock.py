"""The product's only clock for business dates.

While a demo county is loaded the clock stands on the date the demo county stops at (演示日期), so
that its overdue and due-today lists stay true; `playing` sets it day by day while history is
loaded. Where DEMO_ALLOWED is off there is no pin and no query for one. Sign-in, tokens and audit
times use the machine's clock instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time

from django.apps import apps
from django.conf import settings
from django.utils import timezone

_played: ContextVar[date | None] = ContextVar("played", default=None)
# The pin as read for the request under way; () = not read yet.
_pin: ContextVar[tuple[date | None] | tuple[()]] = ContextVar("pin", default=())


def today() -> date:
    """The business date, local time."""
    return _played.get() or pinned_on() or timezone.localdate()


def now() -> datetime:
    """The business time: what `recorded_at` of moves, agreements and readings is."""
    fixed = _played.get() or pinned_on()
    if fixed is None:
        return machine()
    return timezone.make_aware(datetime.combine(fixed, machine().time()))


def machine() -> datetime:
    """The machine's own time, local: for its own work, which no demo date holds up."""
    return timezone.localtime()


def pinned_on() -> date | None:
    """The 演示日期 while a demo county is loaded, else None."""
    if not settings.DEMO_ALLOWED:
        return None
    known = _pin.get()
    if known:
        return known[0]
    county = apps.get_model("crm", "DemoCounty")
    return county._default_manager.values_list("pinned_on", flat=True).first()


@contextmanager
def one_reading() -> Iterator[None]:
    """Within it the pin is read once: a request sees one date from start to end."""
    token = _pin.set((pinned_on(),))
    try:
        yield
    finally:
        _pin.reset(token)


@contextmanager
def playing(on: date) -> Iterator[None]:
    """Within it the business date is `on`: how the demo county's history is played."""
    token = _played.set(on)
    try:
        yield
    finally:
        _played.reset(token)


def end_of(day: date) -> datetime:
    """The last instant of a local day: what was recorded by then was known on that day."""
    return timezone.make_aware(datetime.combine(day, time.max))
