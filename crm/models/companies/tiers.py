"""企业梯队: from which output of twelve months on a company is of a tier (10亿级, 20亿级)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, OuterRef, QuerySet, Subquery

from crm import access, dates
from crm.exact import ExactField, refuse_negative
from crm.models.base import Row, once
from crm.models.indicators.readings import SCALE, Reading
from crm.models.states import State, told

UNIT = "亿元"


class TierMeasure(models.TextChoices):
    """What of a company is measured: the code of an indicator in 亿元."""

    OUTPUT = "output", "产值"
    REVENUE = "revenue", "营业收入"


class Tier(Row):
    """A company is of the highest tier whose threshold (亿元) its twelve months reach. By the
    `code` figures of the report know a tier, so that it stays what it was."""

    rights = access.Rights(access.REGISTERS)

    name = models.CharField("梯队", max_length=40)
    code = models.SlugField("代码", max_length=40)
    threshold = ExactField(verbose_name="门槛", scale=SCALE)
    measure = models.CharField(
        "衡量指标", max_length=20, choices=TierMeasure, default=TierMeasure.OUTPUT
    )
    document = models.CharField("依据文件", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "企业梯队"
        ordering = ["-threshold", "pk"]
        constraints = [
            once("name", name="tier_once", message="已有同名的梯队。"),
            once("code", name="tier_code_once", message="这个代码已有梯队使用。"),
            once(
                "measure",
                "threshold",
                name="tier_threshold_once",
                message="这个指标已有同一门槛的梯队，请修改原来的一条。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        refuse_negative(self, "threshold")
        before: Any = type(self)._base_manager.filter(pk=self.pk).first() if self.pk else None
        if before is not None and before.code != self.code:
            raise ValidationError({"code": "梯队的代码不改：报告按代码认它。"})


class TierState(State):
    rights = Tier.rights

    row = models.ForeignKey(Tier, models.CASCADE, related_name="states")
    code = models.CharField(max_length=40)
    threshold = ExactField(scale=SCALE)
    measure = models.CharField(max_length=20)

    class Meta(State.Meta):
        verbose_name = verbose_name_plural = "企业梯队旧值"


def with_twelve_months(rows: QuerySet, month: date, known_on: date | None = None) -> QuerySet:
    """The readings of companies of that month, each with `rolling`: what the twelve months to its
    end come to, which is its cumulative number, and `last_year` less `same_month`, those of last
    December and of the same month last year as published then; unknown where one of them is."""
    standing: Any = Reading.objects.standing(known_on)
    of_company = standing.filter(indicator=OuterRef("indicator"), company=OuterRef("company"))
    last = month.year - 1

    def stated(day: date) -> Subquery:
        return Subquery(of_company.filter(month_on=day).values("value")[:1])

    found = rows.filter(company__isnull=False, indicator__unit=UNIT, month_on=month)
    found = found.annotate(
        last_year=stated(date(last, 12, 1)), same_month=stated(date(last, month.month, 1))
    )
    return found.annotate(rolling=F("value") + F("last_year") - F("same_month"))


def newly_of_tier(rows: QuerySet, code: str, known_on: date | None) -> QuerySet:
    """Those of the readings `with_twelve_months` that reach the tier of this code and no higher
    one, while last year's did not reach it."""
    tiers: Any = told(Tier, known_on)
    own = tiers.filter(code=code).values("threshold")[:1]
    found = rows.annotate(threshold=Subquery(own)).filter(
        rolling__gte=F("threshold"), last_year__lt=F("threshold")
    )
    higher = tiers.filter(
        measure=OuterRef("indicator__code"),
        threshold__gt=OuterRef("threshold"),
        threshold__lte=OuterRef("rolling"),
    )
    return found.filter(~Exists(higher))


@dataclass(frozen=True)
class TwelveMonths:
    """What a company's twelve months to the end of its newest month come to, in 亿元; None where
    one of the three numbers (`lacking`: its month) is unknown."""

    measure: str
    month: date
    value: Decimal | None
    lacking: tuple[dates.When, ...] = ()

    @property
    def span(self) -> str:
        """The months: 2022年9月至2023年8月."""
        since, until = dates.month_of(self.month, -11), dates.month_of(self.month)
        return f"{since.text}至{until.text}"


def twelve_months_of(company: Any) -> list[TwelveMonths]:
    """By each measure a tier has, of the newest month the company states by it."""
    measures = list(Tier.objects.order_by().values_list("measure", flat=True).distinct())
    stated = Reading.objects.standing().filter(
        company=company, indicator__unit=UNIT, indicator__code__in=measures, value__isnull=False
    )
    numbers: dict[str, dict[date, Decimal]] = {}
    for code, month, value in stated.order_by("month_on").values_list(
        "indicator__code", "month_on", "value"
    ):
        numbers.setdefault(code, {})[month] = value
    return [_rolled(code, of_months) for code, of_months in sorted(numbers.items())]


def _rolled(code: str, numbers: dict[date, Decimal]) -> TwelveMonths:
    month = max(numbers)
    december, same = date(month.year - 1, 12, 1), date(month.year - 1, month.month, 1)
    lacking = tuple(dates.month_of(day) for day in sorted({december, same}) if day not in numbers)
    value = None if lacking else numbers[month] + numbers[december] - numbers[same]
    return TwelveMonths(code, month, value, lacking)


def tiers_of(found: Sequence[TwelveMonths]) -> list[Tier]:
    """The highest tier by each measure."""
    known = list(Tier.objects.order_by("-threshold"))
    reached = []
    for one in found:
        fits = (
            tier
            for tier in known
            if tier.measure == one.measure and one.value is not None and one.value >= tier.threshold
        )
        if (tier := next(fits, None)) is not None:
            reached.append(tier)
    return reached
