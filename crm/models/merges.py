"""Rows that turned out to be one: one stays, the other becomes a tombstone that leads to it."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q, QuerySet

UNDO_DAYS = 30


class Mergeable(models.Model):
    """A row that can be merged into another one of its kind. `objects` knows standing rows alone,
    so that nothing counts, lists or finds a tombstone."""

    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        verbose_name="合并到",
        null=True,
        blank=True,
        editable=False,
        db_index=False,
        related_name="merged_from",
    )
    merged_at = models.DateTimeField("合并时间", null=True, blank=True, editable=False)

    class Meta:
        abstract = True

    @classmethod
    def tombstones(cls) -> QuerySet:
        return cls._base_manager.filter(merged_into__isnull=False)

    @property
    def survivor(self) -> Self:
        """The row that stands for this one, itself unless it was merged."""
        row = self
        while row.merged_into is not None:
            row = row.merged_into
        return row


class StandingManager(models.Manager):
    """Hides tombstones by number, not by column: an index that covers a count still covers it."""

    def get_queryset(self) -> Any:
        rows = super().get_queryset()
        return rows.exclude(pk__in=self.model.tombstones().values("pk"))


def tombstone_index(name: str) -> models.Index:
    return models.Index(fields=["merged_into"], name=name, condition=Q(merged_into__isnull=False))


class Merge(models.Model):
    """One merge of two rows, with all that is needed to undo it.

    details: take (fields taken from the loser), before / after (of the survivor), released (unique
    values the loser gave up), moved (child column → numbers of the rows re-pointed), aside (child
    rows that the survivor had already, in full), stayed (dated facts it had already).
    """

    noun = models.CharField("类型", max_length=30)
    survivor_id = models.BigIntegerField("保留")
    loser_id = models.BigIntegerField("并入")
    survivor_text = models.CharField(max_length=200, blank=True)
    loser_text = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey("crm.User", models.PROTECT, verbose_name="合并人", related_name="+")
    recorded_at = models.DateTimeField("合并时间", db_index=True)
    reason = models.CharField("原因", max_length=300, blank=True)
    details = models.JSONField(default=dict)
    undone_at = models.DateTimeField("撤销时间", null=True, blank=True)
    undone_by = models.ForeignKey(
        "crm.User", models.PROTECT, verbose_name="撤销人", null=True, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "合并"
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["noun", "survivor_id"], name="merge_of_survivor"),
            models.Index(fields=["noun", "loser_id"], name="merge_of_loser"),
        ]

    def __str__(self) -> str:
        return f"{self.loser_text} → {self.survivor_text}"

    @property
    def is_undone(self) -> bool:
        return self.undone_at is not None
