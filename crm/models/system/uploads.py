"""Tables that wait to be imported, and what people settled about the headings of earlier ones."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models

from crm import access
from crm.models.sealed import SealedJSONField


class UploadState(models.TextChoices):
    """QUEUED, READING, CHECKING and WRITING are work under way; the others wait for somebody."""

    NEW = "new", "刚上传"
    QUEUED = "queued", "排队中"
    READING = "reading", "正在读取"
    COLUMNS = "columns", "待核对表头"
    CHECKING = "checking", "正在试算"
    CHECKED = "checked", "待确认"
    WRITING = "writing", "正在写入"
    DONE = "done", "已导入"
    REFUSED = "refused", "读不了"


UNDER_WAY = (UploadState.QUEUED, UploadState.READING, UploadState.CHECKING, UploadState.WRITING)


def new_token() -> str:
    """The folder of an upload: nothing of what the user typed reaches the file system."""
    return uuid.uuid4().hex


class ImportUpload(models.Model):
    """A table on its way into a ledger: its file waits in private storage while its owner goes back
    and forth between headings and dry run. No row of the ledger; seen by its owner alone.

    settings: the mapping as crm.spreadsheets.mapping reads it, and `sheet`. turn: counts the dry
    runs, so that what is confirmed is what was shown. outcome: the last dry run or import, for the
    page. reason: why the file or the mapping was refused as a whole.
    """

    rights = access.Rights(access.PERSONAL, own={access.Reach.OWN: "by"})

    ledger = models.CharField("台账", max_length=40)
    file_name = models.CharField("文件", max_length=200)
    file_hash = models.CharField(max_length=64)
    token = models.CharField(max_length=32, unique=True, default=new_token)
    by = models.ForeignKey("crm.User", models.CASCADE, verbose_name="上传人", related_name="+")
    at = models.DateTimeField("上传时间", auto_now_add=True)
    state = models.CharField("状态", max_length=10, choices=UploadState, default=UploadState.NEW)
    settings = models.JSONField(default=dict)
    turn = models.PositiveIntegerField(default=0)
    outcome: Any = SealedJSONField(default=dict, null=True)  # it quotes cells
    reason = models.TextField(blank=True)
    batch = models.ForeignKey(
        "crm.ImportBatch", models.SET_NULL, verbose_name="批次", null=True, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "待导入的表格"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_under_way(self) -> bool:
        return self.state in UNDER_WAY


class MappingMemory(models.Model):
    """How one person mapped a set of headings into a ledger; his team's next file of that shape
    starts from it. Headings only, nothing of the rows."""

    ledger = models.CharField("台账", max_length=40)
    print = models.CharField("表头指纹", max_length=64)
    settings = models.JSONField(default=dict)
    by = models.ForeignKey("crm.User", models.CASCADE, verbose_name="设定人", related_name="+")
    team = models.ForeignKey("crm.Team", models.CASCADE, null=True, related_name="+")
    used_at = models.DateTimeField("最近使用", auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "表头对应"
        ordering = ["-used_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["ledger", "print", "by"], name="one_memory_a_person")
        ]

    def __str__(self) -> str:
        return f"{self.ledger} {self.print[:8]}"
