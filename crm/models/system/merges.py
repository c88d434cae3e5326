"""Rows that turned out to be one: one stays, the other becomes a tombstone that leads to it."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Q, QuerySet

from crm import clock
from crm.models.base import Standing

UNDO_DAYS = 30


class Mergeable(models.Model):
    """A row that can be merged into another one of its kind: a withdrawn row that leads to the one
    that stands for it."""

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

    class Meta:
        abstract = True

    @classmethod
    def tombstones(cls) -> QuerySet:
        """The rows that were merged away."""
        return cls._base_manager.filter(withdrawn_at__isnull=False, merged_into__isnull=False)

    @property
    def survivor(self) -> Self:
        """The row that stands for this one, itself unless it was merged."""
        row = self
        while row.merged_into is not None:
            row = row.merged_into
        return row


def mergeable() -> dict[str, type[Mergeable]]:
    """The nouns whose rows can be merged."""
    return {
        str(model._meta.model_name): model
        for model in apps.get_app_config("crm").get_models()
        if issubclass(model, Mergeable)
    }


class StandingByNumber(Standing):
    """Hides withdrawn rows by number, not by column: an index that covers a count still does."""

    def get_queryset(self) -> Any:
        gone = self.model._base_manager.filter(withdrawn_at__isnull=False)
        return self.ever().exclude(pk__in=gone.values("pk"))


def gone_index(name: str) -> models.Index:
    """The few withdrawn rows of a large table."""
    return models.Index(fields=["withdrawn_at"], name=name, condition=Q(withdrawn_at__isnull=False))


class Merges(QuerySet):
    def losers(self, noun: str, known_on: date) -> QuerySet:
        """The numbers of the rows that were merged away at the end of that day."""
        then = clock.end_of(known_on)
        done = self.filter(noun=noun, recorded_at__lte=then).exclude(undone_at__lte=then)
        return done.values("loser_id")


class Merge(models.Model):
    """One merge of two rows, with all that is needed to undo it.

    details: take (fields taken from the loser), before / after (of the survivor), moved (child
    column → numbers of the rows re-pointed), aside (child rows that the survivor had already, and
    that are withdrawn), linked (pairs of many-to-many links that it had), copied (dated facts: of
    which table, the numbers of the copies), stayed (dated facts it had already).
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

    objects = Merges.as_manager()

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
