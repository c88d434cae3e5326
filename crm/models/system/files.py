"""Files of the ledger: private, served by one view that asks access."""

from __future__ import annotations

import uuid

from django.core.files.storage import Storage, storages
from django.db import models

from crm import access


def private_storage() -> Storage:
    return storages["private"]


def private_name(instance: StoredFile, filename: str) -> str:
    """A random name: nothing of what the user typed reaches the file system."""
    return f"{uuid.uuid4().hex[:2]}/{uuid.uuid4().hex}"


class StoredFile(models.Model):
    """One uploaded file that belongs to a project; whoever may see the project may open it."""

    rights = access.Rights(access.PIPELINE, parent="project")

    project = models.ForeignKey(
        "crm.Project", models.PROTECT, verbose_name="项目", related_name="files"
    )
    follow_up = models.ForeignKey(
        "crm.FollowUp",
        models.PROTECT,
        verbose_name="跟进",
        null=True,
        blank=True,
        related_name="files",
    )
    # The month whose 形象进度 a photo shows.
    month_on = models.DateField("月报月份", null=True, blank=True)
    file = models.FileField("文件", storage=private_storage, upload_to=private_name)
    name = models.CharField("文件名", max_length=200)
    content_type = models.CharField("类型", max_length=100, default="application/octet-stream")
    size = models.PositiveBigIntegerField("大小")
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey("crm.User", models.PROTECT, verbose_name="上传人", null=True, blank=True)
    at = models.DateTimeField("上传时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "文件"

    def __str__(self) -> str:
        return self.name

    @property
    def is_image(self) -> bool:
        return self.content_type in ("image/jpeg", "image/png")
