"""A company is above scale once at a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db.models import Exists, F, OuterRef, Value
from django.db.models.functions import Coalesce

from crm.integrity.base import Broken, Scope, invariant, named
from crm.models.companies.spells import AboveScaleSpell

_NEVER = Value(date.max)


@invariant(
    "spell.overlap",
    "一户企业的两段规上时间不重叠",
    by_hand="请核对统计名录，更正其中一段的入库或退库时间，或作废多登记的一段。",
)
def in_twice(scope: Scope) -> Iterator[Broken]:
    """Of each stay: whether another one of the company begins before it ends, and ends after it
    begins."""
    until = Coalesce("left_until", _NEVER)
    others = (
        AboveScaleSpell.objects.standing()
        .filter(company=OuterRef("company"), effective_on__lt=OuterRef("until"))
        .exclude(pk=OuterRef("pk"))
        .annotate(ends=until)
        .filter(ends__gt=OuterRef("effective_on"))
        .filter(ends__gt=F("effective_on"))
    )
    rows = scope.standing(AboveScaleSpell).annotate(until=until)
    rows = rows.filter(Exists(others), until__gt=F("effective_on"))
    yield from named(rows, "与同一户企业的另一段重叠")
