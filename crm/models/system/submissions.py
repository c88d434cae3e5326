"""Forms that were sent: what is sent twice is written once."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from crm.models.base import InsertOnly


class Submission(InsertOnly):
    """A form (or a program's request) was carried out: the token it carried, what was sent and the
    row that it made. Without a user it is a visitor's, whose token is signed."""

    user = models.ForeignKey(
        "crm.User", models.CASCADE, verbose_name="提交人", null=True, related_name="+"
    )
    token = models.CharField("表单标记", max_length=64)
    # A keyed hash of what was sent, so that another text under a used token is told from a repeat;
    # empty where nobody knows any more.
    content = models.CharField(max_length=64, blank=True)
    object_type = models.CharField("对象类型", max_length=60)
    object_id = models.BigIntegerField("对象编号")
    recorded_at = models.DateTimeField("提交时间")

    # Nobody lists it: it answers its own user alone.
    objects = models.Manager()

    class Meta:
        verbose_name = verbose_name_plural = "表单提交"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "token"], condition=Q(user__isnull=False), name="submission_once"
            ),
            models.UniqueConstraint(
                fields=["token"], condition=Q(user__isnull=True), name="visitors_submission_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.object_type} {self.object_id}"
