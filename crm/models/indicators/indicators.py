"""Indicators 指标: what the county measures every month, as the publishing office defines it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from crm import access
from crm.models.base import Row, once


class Nature(models.TextChoices):
    """Cumulative numbers grow from January on; others tell what there is at a month's end."""

    CUMULATIVE = "cumulative", "累计"
    POINT = "point", "时点"


class Indicator(Row):
    """One number of the monthly report: what it counts, in which unit, and which office says it. By
    its `code` figures know it, so that the code stays what it was."""

    rights = access.Rights(access.REGISTERS)

    name = models.CharField("指标名称", max_length=60)
    code = models.SlugField("代码", max_length=40)
    unit = models.CharField("计量单位", max_length=20)
    nature = models.CharField(
        "累计或时点", max_length=10, choices=Nature, default=Nature.CUMULATIVE
    )
    definition = models.CharField("口径", max_length=500, blank=True)
    source_office = models.CharField("来源单位", max_length=60, blank=True)
    has_january = models.BooleanField("1月单独公布", default=False)
    may_be_negative = models.BooleanField("可为负数", default=False)
    is_confidential = models.BooleanField("单户数据保密", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "指标"
        ordering = ["pk"]
        constraints = [
            once("name", name="indicator_once", message="已有同名的指标。"),
            once("code", name="indicator_code_once", message="这个代码已有指标使用。"),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.pk is None:
            return
        before: Any = type(self)._base_manager.filter(pk=self.pk).first()
        if before is not None and before.code != self.code and before.has_readings:
            raise ValidationError({"code": "已有读数的指标不改代码：报告按代码认它。"})
        if before is not None and before.unit != self.unit and before.has_readings:
            raise ValidationError(
                {"unit": "已有读数的指标不改计量单位；换了单位的，请另登记一个指标。"}
            )
        if before is not None and before.is_confidential != self.is_confidential:
            self._refuse_where_companies_stand()

    @property
    def has_readings(self) -> bool:
        related: Any = self
        return bool(related.readings.exists() or related.reservedreadings.exists())

    def _refuse_where_companies_stand(self) -> None:
        """Numbers of single companies lie in a table of those who may read them, and stay there."""
        related: Any = self
        open_ones = related.readings.filter(company__isnull=False)
        if open_ones.exists() or related.reservedreadings.exists():
            raise ValidationError(
                {"is_confidential": "已有单户读数，不改保密与否；确需改的，请另登记一个指标。"}
            )
