"""规上标准: from which revenue of main business on an industrial company is above scale."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from crm import access
from crm.exact import money_field, refuse_negative
from crm.models.base import Row, Rows, Standing, once
from crm.models.states import State, told

YEARS = (MinValueValidator(1998), MaxValueValidator(2100))


class ScaleThresholds(Rows):
    def amount_of(self, year: int, known_on: date | None = None) -> Decimal | None:
        """The threshold in force in that year: the last one set by then; None before any."""
        return self.amounts_of([year], known_on)[year]

    def amounts_of(
        self, years: Collection[int], known_on: date | None = None
    ) -> dict[int, Decimal | None]:
        """The threshold in force in each of these years, asked for at once; None before any."""
        rows: Any = told(ScaleThreshold, known_on)
        earlier = rows.filter(since_year__lte=max(years, default=0)).order_by("since_year")
        told_since = list(earlier.values_list("since_year", "amount"))
        return {
            year: next((amount for since, amount in reversed(told_since) if since <= year), None)
            for year in years
        }


class ScaleThreshold(Row):
    """The revenue of main business a year, in yuan, from `since_year` until another is set."""

    rights = access.Rights(access.REGISTERS)

    since_year = models.PositiveSmallIntegerField("起始年度", validators=YEARS)
    amount = money_field(verbose_name="主营业务收入标准")
    document = models.CharField("依据文件", max_length=200, blank=True)

    objects = Standing.from_queryset(ScaleThresholds)()

    class Meta:
        verbose_name = verbose_name_plural = "规上标准"
        ordering = ["-since_year"]
        constraints = [
            once(
                "since_year",
                name="threshold_once_a_year",
                message="这一年度起的标准已登记，请修改原来的一条。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.since_year} 年起"

    def clean(self) -> None:
        refuse_negative(self, "amount")


class ThresholdState(State):
    rights = ScaleThreshold.rights

    row = models.ForeignKey(ScaleThreshold, models.CASCADE, related_name="states")
    since_year = models.PositiveSmallIntegerField()
    amount = money_field()

    class Meta(State.Meta):
        verbose_name = verbose_name_plural = "规上标准旧值"
