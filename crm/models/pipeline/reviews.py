"""Reviews (评审): what a body decided about a project, and when."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models

from crm import access, clock
from crm.models.base import Row, once


class Verdict(models.TextChoices):
    PASSED = "passed", "通过"
    CONDITIONAL = "conditional", "有条件通过"
    REJECTED = "rejected", "不通过"


class Review(Row):
    """One body's verdict on one day; 有条件通过 names its conditions."""

    rights = access.Rights(access.PIPELINE, parent="project")

    project = models.ForeignKey(
        "crm.Project", models.PROTECT, verbose_name="项目", related_name="reviews"
    )
    body = models.CharField("评审机构", max_length=100)
    held_on = models.DateField("评审日期")
    verdict = models.CharField("结论", max_length=20, choices=Verdict)
    conditions = models.TextField("条件和意见", max_length=2000, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "项目评审"
        ordering = ["-held_on", "-pk"]
        constraints = [
            once(
                "project",
                "body",
                "held_on",
                name="review_once_a_day",
                message="这个机构当天对本项目的评审已登记，请修改原来的一条。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.body}{self.get_verdict_display()} · {self.project}"

    def clean(self) -> None:
        if self.held_on and self.held_on > clock.today():
            raise ValidationError({"held_on": "评审日期在今天之后；开过会再登记结论。"})
        if self.verdict == Verdict.CONDITIONAL and not self.conditions.strip():
            raise ValidationError({"conditions": "有条件通过须写明条件。"})
