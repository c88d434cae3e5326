"""读数: putting on record what an indicator was in a month, revising it, and closing the month."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from crm import access, clock
from crm.access import Action
from crm.actions import _checks, _lock, _record
from crm.actions.questions import NOTHING_SAID, Anyway
from crm.actions.together import all_or_none
from crm.dates import When, month_of
from crm.errors import Refused
from crm.models import User
from crm.models.indicators.closings import MonthClosing
from crm.models.indicators.indicators import Indicator, Nature
from crm.models.indicators.readings import SUBJECTS, MonthlyReading, naming, table_of

STALE = "这一条已被修订或作废，请在最新的一条上操作。"


def record_reading(
    indicator: Indicator,
    *,
    by: User,
    month: When | date,
    value: Decimal | None = None,
    in_month: Decimal | None = None,
    base: Decimal | None = None,
    growth: Decimal | None = None,
    document: str = "",
    why: str = "",
    anyway: Anyway = NOTHING_SAID,
    table: type[MonthlyReading] | None = None,
    **subject: Any,
) -> MonthlyReading:
    """What an indicator was in a month, in its unit, `growth` in per cent; `subject` names a park,
    zone, industry or company, nothing the county. It goes where such numbers are kept, unless
    `table` says where somebody means to put it, which then refuses what is not its own. Refused
    where the month has a reading already: that is revised, so that there is nothing to ask
    `anyway`."""
    whole = _checks.month(month)
    named = {name: row for name in SUBJECTS if (row := subject.get(name)) is not None}
    kept_in = table or table_of(indicator, named.get("company"))
    if strange := [name for name in named if name not in kept_in.subjects]:
        raise Refused("单户的读数只写企业。", "invalid", strange)
    reading = kept_in(
        indicator=indicator,
        month_on=whole.start,
        month_until=whole.end,
        value=value,
        in_month=in_month,
        base=base,
        growth=growth,
        document=document,
        why=why,
        **named,
    )
    access.require(by, Action.REGISTER, reading)
    with _alone(reading):
        if (before := next(iter(same_readings(reading)), None)) is not None:
            raise Refused(f"“{before}”已经登记，请修订那一条。", "exists", ["month"])
        return _insert(reading, by=by, verb="record_reading")


def same_readings(reading: MonthlyReading) -> list[MonthlyReading]:
    """The standing reading of the same indicator, month and subject."""
    found = (
        type(reading)
        .objects.standing()
        .filter(indicator=reading.indicator, month_on=reading.month_on, **reading.same_subject)
    )
    return list(found)


def revise_reading(
    reading: MonthlyReading, values: Mapping[str, Any], *, by: User, reason: str
) -> MonthlyReading:
    """A later statement of the same number, which replaces it; of a closed month it shows in the
    next report's differences with its reason."""
    access.require(by, Action.CHANGE, reading)
    _checks.require_reason(reason, "修订读数")
    with _alone(reading):
        standing = _checks.current(reading, STALE)
        row = _checks.corrected(standing, {"why": reason.strip(), **values})
        return _insert(row, by=by, verb="revise_reading", reason=reason)


@dataclass(frozen=True)
class Stated:
    """A number of a month as a table or an answer tells it. fact: which of a reading's numbers it
    is. before: the standing reading it revises or completes. document: where it comes from, where
    that is known."""

    indicator: Indicator
    subject: Any
    month: When
    value: Decimal
    why: str = ""
    before: MonthlyReading | None = None
    document: str = ""
    fact: str = "value"


def record_all(stated: Iterable[Stated], *, by: User) -> dict[int, Refused]:
    """Enters or revises all of these, in their order, or none: what was refused, by its place."""
    return all_or_none(partial(record_stated, one, by=by) for one in stated)


def record_stated(one: Stated, *, by: User) -> MonthlyReading:
    """Enters one of them, or revises what stood."""
    document = {"document": one.document} if one.document else {}
    if one.before is not None:
        values = {one.fact: one.value, **document}
        return revise_reading(one.before, values, by=by, reason=one.why or "补填")
    told: dict[str, Any] = {"month": one.month, one.fact: one.value, "why": one.why, **document}
    return record_reading(one.indicator, by=by, **told, **naming(one.subject))


def _alone(reading: MonthlyReading) -> AbstractContextManager[None]:
    return _lock.one_at_a_time("reading", f"{reading.indicator_id}/{reading.month_on}")


def _insert(reading: MonthlyReading, *, by: User, verb: str, reason: str = "") -> MonthlyReading:
    if reading.month_on > clock.today():
        raise Refused("月份在今天之后；到月再登记。", "future_date", ["month"])
    if not reading.why.strip():
        _require_no_reason(reading)
    return _record.enter(reading, by=by, verb=verb, reason=reason)


def _require_no_reason(reading: MonthlyReading) -> None:
    """What is only taken with its reason: any change of a closed month, and a cumulative number
    below that of an earlier month (核减)."""
    if MonthClosing.objects.closes(reading.month_on):
        raise Refused(
            f"{reading.month}已经封账；确需登记或修订的，请写明修订原因。", "closed", ["why"]
        )
    if reading.value is None or reading.indicator.nature != Nature.CUMULATIVE:
        return
    earlier = (
        type(reading)
        .objects.standing()
        .filter(
            indicator=reading.indicator,
            month_on__gte=reading.month_on.replace(month=1),
            month_on__lt=reading.month_on,
            value__isnull=False,
            **reading.same_subject,
        )
        .order_by("-month_on")
        .first()
    )
    if earlier is not None and earlier.value > reading.value:
        raise Refused(
            f"累计数比{earlier.month}的少：有核减的，请写明原因；否则请核对。", "falling", ["why"]
        )


def close_month(month: When | date, *, by: User, note: str = "") -> MonthClosing:
    """封账: from now on readings of this month are taken with a reason only."""
    whole = month_of(month.start if isinstance(month, When) else month)
    closing = MonthClosing(month_on=whole.start, month_until=whole.end, note=note)
    access.require(by, Action.REGISTER, closing)
    if whole.end >= clock.today():
        raise Refused("这个月还没有结束，结束后再封账。", "future_date", ["month"])
    with _lock.one_at_a_time("monthclosing", whole.start.isoformat()):
        if MonthClosing.objects.closes(whole.start):
            raise Refused(f"{whole}已经封账。", "exists", ["month"])
        return _record.enter(closing, by=by, verb="close_month")


def correct_closing(
    closing: MonthClosing, values: Mapping[str, Any], *, by: User, reason: str
) -> MonthClosing:
    """Corrects what was written beside a closing; a month is opened again by withdrawing it."""
    access.require(by, Action.CHANGE, closing)
    _checks.require_reason(reason, "更正封账备注")
    row = _checks.corrected(_checks.current(closing, STALE), values)
    return _record.enter(row, by=by, verb="correct_closing", reason=reason)
