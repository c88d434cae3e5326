"""What holds of every fact on record, whether it is entered for the first time or corrected.

Lengths, choices and amounts below zero are asked of the table itself (`_record.checked`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, TypeVar

from django.db.models import QuerySet

from crm import clock
from crm.actions import _record
from crm.dates import When, month_of
from crm.errors import Refused
from crm.models import Currency
from crm.models.base import Corrected, Recorded
from crm.models.worth import Valued

Fact = TypeVar("Fact", bound=Recorded)
STALE = "这一条已被更正或作废，请在最新的一条上操作。"


def require_reason(reason: str, what: str) -> None:
    """A change of what was on record says why."""
    if not reason.strip():
        raise Refused(f"{what}须写明原因。", "reason_needed", ["reason"])


def current(fact: Fact, stale: str = STALE) -> Fact:
    """The fact as it stands; refused with these words where it was corrected or withdrawn."""
    found: Any = type(fact).objects.standing().filter(pk=fact.pk).first()
    if found is None:
        raise Refused(stale, "stale")
    return found


def month(said: When | date) -> When:
    """The month that was said, or in which the day lies; refused where more than one was."""
    if not isinstance(said, When):
        return month_of(said)
    whole = month_of(said.start)
    if said.end > whole.end:
        raise Refused("请写到月，例如 2023-08。", "invalid", ["month"])
    return whole


def dated(fact: Corrected, field: str, future: str) -> None:
    """Its days follow each other, are not forgotten by a correction and not in the future."""
    first, last = (getattr(fact, name) for name in fact.days)
    label = str(fact._meta.get_field(fact.days[0]).verbose_name)  # type: ignore[union-attr]
    if first is None:
        before = fact.replaces
        if before is None or getattr(before, fact.days[0]) is not None:
            raise Refused(f"请填写{label}。", "invalid", [field])
        return
    if last is not None and last < first:
        raise Refused(f"{label}的最晚一天早于最早一天，请核对。", "invalid", [field])
    if first > clock.today():
        raise Refused(future, "future_date", [field])


def later_than(fact: Any, others: QuerySet[Any]) -> QuerySet[Any]:
    """Which of the others, apart from the row that this fact replaces, took effect when it did or
    later: changes of one thing follow each other."""
    itself = [pk for pk in (fact.pk, fact.replaces_id) if pk]
    return others.exclude(pk__in=itself).filter(effective_on__gte=fact.effective_on)


def money(fact: Valued) -> None:
    """A foreign amount has its currency, and a foreign currency its amount."""
    is_foreign = fact.currency != Currency.CNY
    if fact.foreign_amount is not None and not is_foreign:
        raise Refused("填了外币金额，请选择币种。", "invalid", ["currency"])
    if is_foreign and fact.foreign_amount is None:
        raise Refused("币种不是人民币，请填写外币金额。", "invalid", ["foreign_amount"])


def corrected(fact: Fact, values: Mapping[str, Any]) -> Fact:
    """The row that is to replace a standing one: what that said, with these values. A correction
    that names the first day alone means that very day."""
    row = type(fact)(**_record.told_by(fact), replaces=fact)
    for name, value in values.items():
        setattr(row, row._meta.get_field(name).name, value)
    if isinstance(row, Corrected):
        first, last = row.days
        if first in values and last not in values:
            setattr(row, last, values[first])
    return row
