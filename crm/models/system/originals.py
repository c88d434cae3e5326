"""What a table said that the ledger could not keep as a value: 原文, kept beside the field."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from crm import access, clock
from crm.models.base import Standing


class Said(models.TextChoices):
    """What the text says beyond the value that was taken. UNREAD: no value was taken at all, so the
    row is 待核 until somebody has looked."""

    UNREAD = "unread", "没读懂"
    ABOUT = "about", "约数"  # 约, 近, 左右, 余
    OVER = "over", "超过"  # 超, 以上, 不低于, 多, +
    UNDER = "under", "不足"  # 不超过, 以内, 不足
    CONVERTED = "converted", "换算"  # into the column's unit, and rounded: 33819㎡ → 50.73亩
    MORE = "more", "另有说明"  # 114亩（新增80亩）, 3.89亿元（约4700万欧元）


# The value counts as the number, and is not the exact one.
APPROXIMATE = (Said.ABOUT, Said.OVER, Said.UNDER)


class OriginalTexts(models.QuerySet):
    def open(self, known_on: Any = None) -> Self:
        """Those nobody has settled: by checking them, or by writing the field anew."""
        if known_on is None:
            return self.filter(settled_at=None, withdrawn_at=None)
        end = clock.end_of(known_on)
        standing = Q(withdrawn_at=None) | Q(withdrawn_at__gt=end)
        unsettled = Q(settled_at=None) | Q(settled_at__gt=end)
        return self.filter(standing, unsettled, recorded_at__lte=end)

    def to_check(self) -> Self:
        return self.open().filter(said=Said.UNREAD)

    def about(self, row: models.Model) -> Self:
        return self.filter(noun=row._meta.model_name, object_id=row.pk)


class OriginalText(models.Model):
    """The text of one cell, for one field of one row. It never holds what a person's row keeps
    sealed."""

    rights = access.NOBODY  # it is shown with its row, to whoever sees that

    noun = models.CharField("类别", max_length=40)
    object_id = models.PositiveBigIntegerField("编号")
    field = models.CharField("栏目", max_length=60)
    heading = models.CharField("表头", max_length=100)
    text = models.CharField("原文", max_length=500)
    said = models.CharField("说的是", max_length=10, choices=Said)
    reason = models.CharField("为什么没读懂", max_length=500, blank=True)
    batch = models.ForeignKey(
        "crm.ImportBatch", models.PROTECT, verbose_name="导入批次", null=True, related_name="+"
    )
    recorded_at = models.DateTimeField("登记时间")
    settled_at = models.DateTimeField("核对时间", null=True, blank=True)
    settled_by = models.ForeignKey(
        "crm.User", models.PROTECT, verbose_name="核对人", null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField("作废时间", null=True, blank=True)

    objects = Standing.from_queryset(OriginalTexts)()

    class Meta:
        verbose_name = verbose_name_plural = "原文"
        ordering = ["pk"]
        indexes = [models.Index(fields=["noun", "object_id"], name="original_of_row")]

    def __str__(self) -> str:
        return f"{self.heading}：{self.text}"

    @property
    def is_to_check(self) -> bool:
        return self.said == Said.UNREAD and self.settled_at is None

    @property
    def day(self) -> str:
        return timezone.localtime(self.recorded_at).date().isoformat()


def to_check(model: type[models.Model]) -> Exists:
    """Whether a row of this table is 待核, as a condition."""
    return Exists(
        OriginalText.objects.to_check().filter(
            noun=model._meta.model_name, object_id=OuterRef("pk")
        )
    )


def of_rows(rows: Iterable[models.Model]) -> dict[int, list[OriginalText]]:
    """The open texts of rows of one table, by the row's number."""
    some = list(rows)
    found: dict[int, list[OriginalText]] = {}
    if some:
        noun = some[0]._meta.model_name
        ids = [row.pk for row in some]
        for one in OriginalText.objects.open().filter(noun=noun, object_id__in=ids):
            found.setdefault(one.object_id, []).append(one)
    return found
