"""What the machine does by itself at set times, and how the last time went."""

from __future__ import annotations

from django.db import models


class PeriodicWork(models.Model):
    """One row for each work of crm/periodic.py. `due_at` is the newest set time that was taken up,
    which at most one worker does; without `finished_at` it is under way, or was broken off. Machine
    time throughout."""

    name = models.CharField("名称", max_length=40, unique=True)
    due_at = models.DateTimeField("应办时间")
    started_at = models.DateTimeField("开始时间", null=True)
    finished_at = models.DateTimeField("结束时间", null=True)
    is_done = models.BooleanField("办成", null=True)
    said = models.CharField("结果", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "定期工作"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
