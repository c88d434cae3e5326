"""Target companies (目标企业): whom the county wants to win, and why."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models

from crm import access
from crm.models.base import Row
from crm.names import company_key


class ProspectState(models.TextChoices):
    WAITING = "waiting", "待对接"
    TALKING = "talking", "在对接"
    CONVERTED = "converted", "已转项目"
    DROPPED = "dropped", "不再对接"


class Priority(models.TextChoices):
    HIGH = "high", "高"
    MIDDLE = "middle", "中"
    LOW = "low", "低"


class Prospect(Row):
    """A company to be won for a link of a chain. `project` is what came of it: set by the verb
    `convert` alone, together with 已转项目."""

    rights = access.Rights(
        access.PIPELINE, own={access.Reach.OWN: "officer", access.Reach.TEAM: "team"}
    )

    name = models.CharField("目标企业", max_length=120)
    name_key = models.CharField(max_length=120, editable=False, db_index=True)
    industry = models.ForeignKey(
        "crm.Industry", models.PROTECT, verbose_name="产业", null=True, blank=True
    )
    link = models.ForeignKey(
        "crm.ChainGap",
        models.PROTECT,
        verbose_name="补链环节",
        null=True,
        blank=True,
        related_name="prospects",
    )
    area = models.CharField("所在地", max_length=100, blank=True)
    why = models.TextField("目标理由", max_length=1000, blank=True)
    priority = models.CharField("优先级", max_length=10, choices=Priority, default=Priority.MIDDLE)
    team = models.ForeignKey(
        "crm.Team", models.PROTECT, verbose_name="招商科室", null=True, blank=True
    )
    officer = models.ForeignKey(
        "crm.User", models.PROTECT, verbose_name="对接人", null=True, blank=True, related_name="+"
    )
    state = models.CharField(
        "状态", max_length=10, choices=ProspectState, default=ProspectState.WAITING
    )
    project = models.OneToOneField(
        "crm.Project",
        models.PROTECT,
        verbose_name="转成的项目",
        null=True,
        blank=True,
        related_name="prospect",
    )

    class Meta:
        verbose_name = verbose_name_plural = "目标企业"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        self.name_key = company_key(self.name)
        if (self.state == ProspectState.CONVERTED) != bool(self.project_id):
            raise ValidationError({"state": "“已转项目”由“转为线索”办理，不能直接改。"})
        if self.link and self.industry_id is None:
            self.industry = self.link.industry
        if self.link and self.link.industry_id != self.industry_id:
            raise ValidationError(
                {"link": f"环节“{self.link}”属于{self.link.industry}，与产业不符。"}
            )
