"""年度计划投资: what a project is to invest in a year, and since when that is said."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal
from typing import ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models

from crm import access, dates
from crm.exact import money_field, refuse_negative
from crm.models.base import Corrected, RecordedRows


class InvestmentPlans(RecordedRows):
    def of_years(self, projects: Collection[int], years: Collection[int]) -> Self:
        """Those of these projects (by number) for these years, the oldest first."""
        found = self.filter(project__in=projects, year__in=years)
        return found.order_by("effective_on", "pk")


class InvestmentPlan(Corrected):
    """What a project is to invest in one year, in yuan, as handed down on a day. An adjusted plan
    stands beside the first one and holds from its own day on."""

    rights = access.Rights(access.DELIVERY, parent="project")

    days: ClassVar = ("made_on", "made_until")
    told_twice_by: ClassVar = ("year", "made_on", "made_until", "amount")

    project = models.ForeignKey(
        "crm.Project", models.PROTECT, verbose_name="项目", related_name="investment_plans"
    )
    year = models.PositiveSmallIntegerField("年度")
    amount = money_field(verbose_name="年度计划投资")
    made_on = models.DateField("下达日期")
    made_until = models.DateField("最晚下达", editable=False)
    document = models.CharField("文件", max_length=200, blank=True)
    note = models.CharField("备注", max_length=200, blank=True)

    objects = InvestmentPlans.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "年度计划投资"
        ordering = ["-year", "-made_on", "pk"]
        indexes = [models.Index(fields=["project", "year"], name="plan_of_year")]

    def __str__(self) -> str:
        return f"{self.project} {self.year}年计划投资"

    def clean(self) -> None:
        if not 2000 <= int(self.year or 0) <= 2100:
            raise ValidationError({"year": "年度请写四位，例如 2023。"})
        refuse_negative(self, "amount")

    @property
    def made(self) -> dates.When | None:
        return self.happened

    def contradicts(self, others: Iterable[Self]) -> Self | None:
        """Another amount for the same year, handed down at the same time."""
        mine = (self.year, self.made_on, self.made_until)
        return next(
            (one for one in others if (one.year, one.made_on, one.made_until) == mine), None
        )


def plan_for(plans: Iterable[InvestmentPlan], day: date) -> Decimal | None:
    """What of one project's plans of a year, the oldest first, holds on a day: the newest one
    handed down by then. The first one is for the whole year, also for the months before it came;
    None = nobody has said a plan."""
    some = list(plans)
    by_then = [plan for plan in some if plan.effective_on <= day]
    plan = by_then[-1] if by_then else next(iter(some), None)
    return None if plan is None else Decimal(plan.amount)
