"""Counters that bound how often a stranger may ask."""

from __future__ import annotations

from django.db import models


class Bucket(models.Model):
    """How many times `key` did something in the window that began at `window` (epoch seconds)."""

    key = models.CharField(max_length=120)
    window = models.BigIntegerField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = verbose_name_plural = "频次"
        constraints = [models.UniqueConstraint(fields=["key", "window"], name="one_bucket")]

    def __str__(self) -> str:
        return f"{self.key} {self.count}"
