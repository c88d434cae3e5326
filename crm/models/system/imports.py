"""Imports, and the demo county, which is a set of imports."""

from __future__ import annotations

from django.db import models

from crm import access


class ImportBatch(models.Model):
    """The accepted rows of one file, written in one transaction and revertible as one."""

    rights = access.Rights(access.PERSONAL, own={access.Reach.OWN: "by"})

    ledger = models.CharField("台账", max_length=40)
    file_name = models.CharField("文件", max_length=200)
    file_hash = models.CharField(max_length=64, blank=True)
    by = models.ForeignKey("crm.User", models.PROTECT, verbose_name="导入人", related_name="+")
    at = models.DateTimeField("导入时间", auto_now_add=True)
    counts = models.JSONField("结果", default=dict)
    is_demo = models.BooleanField("演示数据", default=False)
    reverted_at = models.DateTimeField("撤销时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "导入批次"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.file_name}（{self.ledger}）"


class DemoCounty(models.Model):
    """At most one row: a demo county is loaded, and the clock stands on `pinned_on`."""

    rights = access.Rights(access.DEMO)

    name = models.CharField(max_length=60)
    pinned_on = models.DateField()
    loaded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "演示县"
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="one_demo_county"),
        ]

    def __str__(self) -> str:
        return self.name
