"""Who serves a project, and from when to when."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from crm import access
from crm.models.base import Row, Rows, Standing


class AssignmentKind(models.TextChoices):
    LIAISON = "liaison", "驻企联络员"
    LEAD_OFFICIAL = "lead_official", "包保领导"
    RESPONSIBLE_UNIT = "responsible_unit", "责任单位"
    SERVICE = "service", "专班成员"


# “1+1+6”: one lead official, one responsible unit, a service team of six.
SERVICE_TEAM = 6


def in_force_on(rows: Any, day: date) -> Any:
    """Those of the duties (or of what they said on an earlier day) that were held on that day."""
    return rows.filter(starts_on__lte=day).filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day))


class Assignments(Rows):
    def in_force_on(self, day: date) -> Self:
        found: Self = in_force_on(self, day)
        return found


class Assignment(Row):
    """A dated duty towards a project, held by a user of the ledger or by a named unit (an
    official who has no account is named there by office). `duty`: what a member of the service
    team sees to: land, approvals, power …"""

    rights = access.Rights(access.PIPELINE, parent="project")

    project = models.ForeignKey(
        "crm.Project", models.PROTECT, verbose_name="项目", related_name="assignments"
    )
    kind = models.CharField(
        "类型", max_length=20, choices=AssignmentKind, default=AssignmentKind.LIAISON
    )
    user = models.ForeignKey(
        "crm.User",
        models.PROTECT,
        verbose_name="人员",
        null=True,
        blank=True,
        related_name="assignments",
    )
    unit = models.CharField("单位", max_length=100, blank=True)
    duty = models.CharField("负责事项", max_length=60, blank=True)
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期", null=True, blank=True)

    objects = Standing.from_queryset(Assignments)()

    class Meta:
        verbose_name = verbose_name_plural = "服务分工"
        ordering = ["-starts_on", "-pk"]
        indexes = [
            models.Index(
                fields=["project", "kind", "starts_on", "ends_on"], name="assignment_in_force"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}：{self.user or self.unit}"

    def clean(self) -> None:
        if not self.user_id and not self.unit:
            raise ValidationError({"unit": "请填写人员或单位。"})
        if self.ends_on and self.starts_on and self.ends_on < self.starts_on:
            raise ValidationError({"ends_on": "结束日期早于开始日期。"})
