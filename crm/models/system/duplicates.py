"""Verdicts on rows that look alike."""

from __future__ import annotations

from django.db import models

from crm.models.base import InsertOnly


class NotSame(InsertOnly):
    """Somebody looked at two like rows and said that they are two: they are not listed again."""

    noun = models.CharField("类型", max_length=30)
    lower_id = models.BigIntegerField()
    higher_id = models.BigIntegerField()
    by = models.ForeignKey("crm.User", models.PROTECT, verbose_name="判断人", related_name="+")
    recorded_at = models.DateTimeField("时间")
    reason = models.CharField("说明", max_length=300, blank=True)

    # Nobody lists it: it is read with the rows it is about, within the rights on those.
    objects = models.Manager()

    class Meta:
        verbose_name = verbose_name_plural = "不是重复"
        constraints = [
            models.UniqueConstraint(fields=["noun", "lower_id", "higher_id"], name="not_same_once")
        ]

    def __str__(self) -> str:
        return f"{self.noun} {self.lower_id} ≠ {self.higher_id}"
