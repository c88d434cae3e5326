"""The one record of who changed what."""

from __future__ import annotations

from django.db import models

from crm import access
from crm.models.base import InsertOnly, InsertOnlyRows


class AuditEntry(InsertOnly):
    """One verb on one object: before → after of what changed. Append-only; machine time.

    Every row of the ledger has the one entry that wrote it (`is_new`). Timeline, undo and the
    conflict page read it. Personal fields appear only as “changed”.
    """

    rights = access.Rights(access.AUDIT)

    at = models.DateTimeField("时间", auto_now_add=True, db_index=True)
    verb = models.CharField("动作", max_length=40)
    actor = models.ForeignKey(
        "crm.User", models.PROTECT, verbose_name="操作人", null=True, related_name="+"
    )
    # Who came by a personal link has no account: the link is named in the actor's place.
    link = models.CharField("填报链接", max_length=120, blank=True)
    object_type = models.CharField("对象类型", max_length=60)
    object_id = models.BigIntegerField("对象编号", null=True)
    object_text = models.CharField("对象", max_length=200, blank=True)
    is_new = models.BooleanField("写入新行", default=False)
    changes = models.JSONField("变更", default=dict)
    # A person's parts before a change, sealed with that person's key; undo alone opens them.
    sealed = models.JSONField(default=dict, editable=False)
    reason = models.CharField("原因", max_length=500, blank=True)
    batch = models.ForeignKey(
        "crm.ImportBatch",
        models.PROTECT,
        verbose_name="导入批次",
        null=True,
        related_name="entries",
    )

    objects = InsertOnlyRows.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "操作记录"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["object_type", "object_id"], name="audit_of_object")]

    def __str__(self) -> str:
        return f"{self.verb} {self.object_type} {self.object_id}"
