"""Targets (年度目标): what the county, a park, a department, a township or a team is to reach."""

from __future__ import annotations

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import models

from crm import access
from crm.exact import YI, ExactField
from crm.models.base import Row, once


class TargetLevel(models.TextChoices):
    COUNTY = "county", "全县"
    PARK = "park", "园区"
    TEAM = "team", "科室"
    DEPARTMENT = "department", "部门"
    TOWNSHIP = "township", "乡镇"


class TargetIndicator(models.TextChoices):
    """What is measured; each is a figure of crm/reports, never typed."""

    SIGNED_PROJECTS = "signed_projects", "签约项目"
    AGREED_INVESTMENT = "agreed_investment", "签约项目协议投资额"
    STARTED = "started", "开工项目"
    IN_OPERATION = "in_operation", "投产项目"
    FUNDS_IN_PLACE = "funds_in_place", "到位资金"

    @property
    def is_money(self) -> bool:
        return self in (TargetIndicator.AGREED_INVESTMENT, TargetIndicator.FUNDS_IN_PLACE)

    @property
    def unit(self) -> str:
        return "亿元" if self.is_money else "个"

    @property
    def factor(self) -> Decimal:
        """How many yuan, or pieces, one unit is."""
        return YI if self.is_money else Decimal(1)


class Target(Row):
    """One unit's target of one indicator for a year, `value` in yuan or in pieces. A changed one
    shows in its audit what it was; no report reads it back in time."""

    rights = access.Rights(access.REGISTERS)

    year = models.PositiveSmallIntegerField("年度")
    level = models.CharField("层级", max_length=20, choices=TargetLevel)
    park = models.ForeignKey(
        "crm.Park", models.PROTECT, verbose_name="园区", null=True, blank=True, related_name="+"
    )
    team = models.ForeignKey(
        "crm.Team", models.PROTECT, verbose_name="科室", null=True, blank=True, related_name="+"
    )
    unit = models.CharField("部门或乡镇", max_length=100, blank=True)
    indicator = models.CharField("指标", max_length=30, choices=TargetIndicator)
    value = ExactField(verbose_name="目标值", scale=2)
    # Year, level, unit and indicator in one: a constraint over empty columns would hold nothing.
    key = models.CharField("目标", max_length=200, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "年度目标"
        ordering = ["-year", "pk"]
        constraints = [
            once(
                "key",
                name="target_once",
                message="这个单位当年这项指标的目标已登记，请修改原来的一条。",
            )
        ]
        indexes = [models.Index(fields=["year", "level"], name="target_of_year")]

    def __str__(self) -> str:
        return f"{self.year}年 {self.unit_name} {self.get_indicator_display()}"

    def clean(self) -> None:
        if self.level not in TargetLevel.values:
            return  # said by the field itself
        self.unit = self.unit.strip()
        unit = self.park_id or self.team_id or self.unit
        self.key = key_of(self.year, self.level, unit, self.indicator)
        wanted = {TargetLevel.PARK: "park", TargetLevel.TEAM: "team"}.get(
            TargetLevel(self.level), "" if self.level == TargetLevel.COUNTY else "unit"
        )
        wrong = {}
        for name in ("park", "team", "unit"):
            field = f"{name}_id" if name != "unit" else name
            label = {"park": "园区", "team": "科室", "unit": "部门或乡镇"}[name]
            level = TargetLevel(self.level).label
            if name == wanted and not getattr(self, field):
                wrong[name] = f"{level}的目标请填写{label}。"
            elif name != wanted and getattr(self, field):
                wrong[name] = f"{level}的目标不填{label}。"
        if not 2000 <= int(self.year) <= 2100:
            wrong["year"] = "年度请写四位，例如 2023。"
        if self.value is not None and Decimal(self.value) <= 0:
            wrong["value"] = "目标值应大于 0；没有目标的不登记。"
        if wrong:
            raise ValidationError(wrong)

    @property
    def unit_name(self) -> str:
        return str(self.park or self.team or self.unit or TargetLevel.COUNTY.label)

    @property
    def shown(self) -> Decimal:
        """The target in its indicator's unit."""
        return self.value / TargetIndicator(self.indicator).factor


def key_of(year: object, level: str, unit: int | str, indicator: str) -> str:
    return f"{year}/{level}/{unit}/{indicator}"
