"""Follow-ups: what was said with the investor, and what is promised next."""

from __future__ import annotations

from django.db import models

from crm import access
from crm.models.base import Row


class FollowUpKind(models.TextChoices):
    CALL = "call", "电话"
    VISIT = "visit", "外出拜访"
    RECEPTION = "reception", "来访接待"
    MEETING = "meeting", "会议"
    MESSAGE = "message", "微信邮件"
    OTHER = "other", "其他"


class FollowUp(Row):
    """One contact about a project (跟进), with the next step in the same breath."""

    rights = access.Rights(access.PIPELINE, parent="project")

    project = models.ForeignKey(
        "crm.Project", models.PROTECT, verbose_name="项目", related_name="follow_ups"
    )
    kind = models.CharField("方式", max_length=20, choices=FollowUpKind, default=FollowUpKind.CALL)
    held_on = models.DateField("日期")
    content = models.TextField("内容", max_length=4000)
    next_on = models.DateField("下次跟进", null=True, blank=True)
    next_step = models.CharField("下一步", max_length=200, blank=True)
    by = models.ForeignKey(
        "crm.User",
        models.PROTECT,
        db_index=False,
        verbose_name="跟进人",
        null=True,
        blank=True,
        related_name="follow_ups",
    )
    recorded_at = models.DateTimeField("登记时间", db_index=True)

    class Meta:
        verbose_name = verbose_name_plural = "跟进"
        ordering = ["-held_on", "-pk"]
        indexes = [models.Index(fields=["by", "recorded_at"], name="follow_up_by")]

    def __str__(self) -> str:
        return f"{self.held_on} {self.get_kind_display()}"
