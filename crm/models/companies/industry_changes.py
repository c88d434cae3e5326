"""产业变更: a company turns to another industry, and counts for the former one until then."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from crm import access, dates
from crm.models.base import Corrected, RecordedRows
from crm.models.companies.companies import Company
from crm.models.states import number_of, told


class IndustryChanges(RecordedRows):
    def after(self, day: date) -> Self:
        """What took effect later than that day, the next one first."""
        return self.filter(effective_on__gt=day).order_by("effective_on", "pk")


class IndustryChange(Corrected):
    """From `changed` on a company is of another industry. Its own column says the present one: a
    change of that column alone corrects what it always was."""

    rights = access.Rights(access.REGISTERS)

    days: ClassVar = ("changed_on", "changed_until")
    hangs_on: ClassVar = "company"
    chain_keeps: ClassVar = ("company",)
    told_twice_by: ClassVar = ("changed_on", "changed_until", "from_industry_id", "to_industry_id")

    company = models.ForeignKey(
        "crm.Company", models.PROTECT, verbose_name="企业", related_name="industry_changes"
    )
    changed_on = models.DateField("变更时间")
    changed_until = models.DateField("最晚变更", editable=False)
    from_industry = models.ForeignKey(
        "crm.Industry", models.PROTECT, verbose_name="原产业", related_name="+"
    )
    to_industry = models.ForeignKey(
        "crm.Industry", models.PROTECT, verbose_name="新产业", related_name="+"
    )
    document = models.CharField("依据", max_length=200, blank=True)

    objects = IndustryChanges.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "产业变更"
        ordering = ["-changed_until", "-pk"]
        indexes = [models.Index(fields=["company", "effective_on"], name="industry_change_of")]

    def __str__(self) -> str:
        return f"{self.company} {self.changed or ''} 由{self.from_industry}转为{self.to_industry}"

    def clean(self) -> None:
        if self.from_industry_id == self.to_industry_id:
            raise ValidationError({"to_industry": "新产业和原产业相同。"})

    @property
    def changed(self) -> dates.When | None:
        return self.happened

    def contradicts(self, others: Iterable[Self]) -> Self | None:
        """Changes of one company follow each other; those of two cannot be threaded by a merge."""
        return next(iter(others), None)


def with_industry(rows: QuerySet, day: date, known_on: date | None) -> QuerySet:
    """Each of the rows with `industry_then`, what its company was of on a day: what it turned from
    next, else what it is of."""
    later: Any = IndustryChange.objects.standing(known_on).filter(company=OuterRef("company"))
    companies: Any = told(Company, known_on)
    now = companies.filter(**{number_of(companies.model): OuterRef("company")})
    was = Coalesce(
        Subquery(later.after(day).values("from_industry")[:1]),
        Subquery(now.values("industry")[:1]),
    )
    return rows.annotate(industry_then=was)
