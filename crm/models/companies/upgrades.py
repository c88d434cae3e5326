"""技改: technical-upgrade projects of companies, from their start to their end."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from crm import access, clock, dates
from crm.exact import money_field, refuse_negative
from crm.models.base import Row, once
from crm.models.states import State


class UpgradeKind(models.TextChoices):
    """技改类别: what is renewed."""

    CAPACITY = "capacity", "扩能改造"
    EQUIPMENT = "equipment", "设备更新"
    DIGITAL = "digital", "智能化数字化改造"
    GREEN = "green", "绿色化改造"
    SAFETY = "safety", "安全改造"
    OTHER = "other", "其他"


class Upgrade(Row):
    """One upgrade of one company. It is carried out from its start to its end, each known to the
    day, month or year; what is only planned has no start yet. Where it is also a project of the
    pipeline, that one names it (`Project.upgrade`): upgrades are everybody's to see, projects are
    not."""

    rights = access.Rights(access.COMPANIES)

    company = models.ForeignKey(
        "crm.Company", models.PROTECT, verbose_name="企业", related_name="upgrades"
    )
    name = models.CharField("技改项目名称", max_length=120)
    kind = models.CharField("技改类别", max_length=20, choices=UpgradeKind, blank=True)
    investment = money_field(verbose_name="技改总投资", null=True, blank=True)
    started_on = models.DateField("开工时间", null=True, blank=True)
    started_until = models.DateField("最晚开工", null=True, blank=True)
    ended_on = models.DateField("完工时间", null=True, blank=True)
    ended_until = models.DateField("最晚完工", null=True, blank=True)
    filing = models.CharField("备案号", max_length=100, blank=True)
    note = models.CharField("备注", max_length=300, blank=True)

    started = dates.span_of("started")
    ended = dates.span_of("ended")

    class Meta:
        verbose_name = verbose_name_plural = "技改项目"
        ordering = ["-started_on", "-pk"]
        constraints = [
            once(
                "company",
                "name",
                name="upgrade_once_a_company",
                message="这户企业已登记过同名的技改项目，请修改原来的一条。",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        refuse_negative(self, "investment")
        today, wrong = clock.today(), {}
        if self.started_on and self.started_on > today:
            wrong["started"] = "开工时间在今天之后；还没有开工的留空。"
        if self.ended_on and not self.started_on:
            wrong["ended"] = "填了完工时间，请填写开工时间。"
        elif self.ended_on and self.ended_on > today:
            wrong["ended"] = "完工时间在今天之后；完工后再登记。"
        elif self.ended_on and self._ends_before_it_starts():
            wrong["ended"] = "完工时间早于开工时间，请核对。"
        if wrong:
            raise ValidationError(wrong)

    def _ends_before_it_starts(self) -> bool:
        started, ended = self.started, self.ended
        return started is not None and ended is not None and ended.end < started.start


def carried_out(rows: Any, start: date, end: date) -> Any:
    """Those of the upgrades (or of what they said on an earlier day) that were surely under way on
    some day between these: begun by the last, and not ended before the first."""
    over = models.Q(ended_until__lt=start)
    return rows.filter(started_until__lte=end).exclude(over)


class UpgradeState(State):
    rights = Upgrade.rights

    row = models.ForeignKey(Upgrade, models.CASCADE, related_name="states")
    company = models.ForeignKey("crm.Company", models.PROTECT, related_name="+")
    started_on = models.DateField(null=True)
    started_until = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    ended_until = models.DateField(null=True)

    class Meta(State.Meta):
        verbose_name = verbose_name_plural = "技改项目旧值"
