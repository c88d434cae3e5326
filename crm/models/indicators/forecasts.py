"""Forecasts 全年预计: what the county expects of an indicator by the year's end, and since when."""

from __future__ import annotations

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models

from crm import access, dates
from crm.exact import ExactField
from crm.models.base import Corrected, RecordedRows
from crm.models.indicators.indicators import Indicator
from crm.models.indicators.readings import SCALE


class Forecast(Corrected):
    """What was expected of a whole year on one day, in the indicator's unit. A later forecast
    stands beside it, and the newest is printed. `last_year` is last year's actual number as stated
    then, which is not summed from months; the growth is stated against it."""

    rights = access.Rights(access.REGISTERS)

    days: ClassVar = ("made_on", "made_until")
    chain_keeps: ClassVar = ("indicator",)
    told_twice_by: ClassVar = ("indicator_id", "year", "made_on", "value", "growth")

    indicator = models.ForeignKey(
        Indicator, models.PROTECT, verbose_name="指标", related_name="forecasts"
    )
    year = models.PositiveSmallIntegerField("年度")
    value = ExactField(verbose_name="全年预计", scale=SCALE, null=True, blank=True)
    growth = ExactField(verbose_name="预计增长", scale=2, null=True, blank=True)
    last_year = ExactField(verbose_name="上年实际", scale=SCALE, null=True, blank=True)
    made_on = models.DateField("预计日期")
    made_until = models.DateField("最晚预计", editable=False)
    document = models.CharField("依据", max_length=200, blank=True)

    objects = RecordedRows.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "全年预计"
        ordering = ["-year", "-made_on", "pk"]
        indexes = [models.Index(fields=["indicator", "year"], name="forecast_of_year")]

    def __str__(self) -> str:
        return f"{self.year}年 {self.indicator} 全年预计"

    def clean(self) -> None:
        if not 2000 <= int(self.year or 0) <= 2100:
            raise ValidationError({"year": "年度请写四位，例如 2023。"})
        if self.value is None and self.growth is None:
            raise ValidationError({"value": "请填写全年预计的数或增长。"})

    @property
    def made(self) -> dates.When | None:
        return self.happened
