"""Targets of indicators (指标目标): what a published number is to be at the year's end."""

from __future__ import annotations

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from crm import access
from crm.exact import ExactField
from crm.models.base import Row, once
from crm.models.indicators.indicators import Indicator
from crm.models.indicators.readings import SCALE

TWICE = "这一年度这项指标的目标已登记，请修改原来的一条。"


class IndicatorTarget(Row):
    """What one indicator of the county, or of a park, is to be for a whole year, in the indicator's
    unit. `last_year` is last year's actual number as stated when the target was set, which is not
    summed from months. A changed one shows in its audit what it was; no report reads it back."""

    rights = access.Rights(access.REGISTERS)

    indicator = models.ForeignKey(
        Indicator, models.PROTECT, verbose_name="指标", related_name="targets"
    )
    year = models.PositiveSmallIntegerField("年度")
    park = models.ForeignKey(
        "crm.Park", models.PROTECT, verbose_name="园区", null=True, blank=True, related_name="+"
    )
    value = ExactField(verbose_name="目标值", scale=SCALE)
    last_year = ExactField(verbose_name="上年实际", scale=SCALE, null=True, blank=True)
    document = models.CharField("依据", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "指标目标"
        ordering = ["-year", "indicator", "pk"]
        constraints = [
            once("indicator", "year", "park", name="indicator_target_once", message=TWICE),
            once(
                "indicator",
                "year",
                name="indicator_target_once_county",
                message=TWICE,
                condition=Q(park__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year}年 {self.unit_name} {self.indicator}"

    def clean(self) -> None:
        wrong = {}
        if not 2000 <= int(self.year or 0) <= 2100:
            wrong["year"] = "年度请写四位，例如 2023。"
        if self.value is not None and Decimal(self.value) <= 0:
            wrong["value"] = "目标值应大于 0；没有目标的不登记。"
        if (
            self.last_year is not None
            and self.last_year < 0
            and self.indicator_id
            and not self.indicator.may_be_negative
        ):
            wrong["last_year"] = f"{self.indicator}不会小于 0，请核对。"
        if wrong:
            raise ValidationError(wrong)

    @property
    def unit_name(self) -> str:
        return str(self.park or "全县")

    @property
    def growth(self) -> Decimal | None:
        """What growth the target asks for, in per cent; None where last year is unknown or 0."""
        return (self.value / self.last_year - 1) * 100 if self.last_year else None
