"""Investment promotion activities (招商活动)."""

from __future__ import annotations

from django.db import models

from crm import access
from crm.models.base import Row


class ActivityKind(models.TextChoices):
    FAIR = "fair", "推介会"
    VISIT = "visit", "外出考察"
    RECEPTION = "reception", "来访接待"
    SIGNING = "signing", "集中签约"
    SEMINAR = "seminar", "专题座谈"
    OTHER = "other", "其他"


class Activity(Row):
    """An event held to attract investment: who of ours met whom, and the leads that came of it
    (`leads`, projects that name it). The report counts those held in its period."""

    rights = access.Rights(
        access.PIPELINE, own={access.Reach.TEAM: "team", access.Reach.PARK: "park"}
    )

    kind = models.CharField("类型", max_length=20, choices=ActivityKind, default=ActivityKind.VISIT)
    name = models.CharField("活动名称", max_length=150)
    held_on = models.DateField("举办日期", db_index=True)
    place = models.CharField("地点", max_length=100, blank=True)
    team = models.ForeignKey(
        "crm.Team", models.PROTECT, verbose_name="招商科室", null=True, blank=True
    )
    park = models.ForeignKey("crm.Park", models.PROTECT, verbose_name="园区", null=True, blank=True)
    hosts = models.ManyToManyField(
        "crm.User", verbose_name="我方人员", blank=True, related_name="activities"
    )
    # Persons of the other side who matter are contacts; here stand firms and offices held.
    met = models.CharField("会见企业和人员", max_length=300, blank=True)
    summary = models.TextField("成效", max_length=2000, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "招商活动"
        ordering = ["-held_on", "-pk"]

    def __str__(self) -> str:
        return self.name
