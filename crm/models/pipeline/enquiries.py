"""Enquiries from the public site (投资咨询)."""

from __future__ import annotations

import secrets

from django.db import models

from crm import access
from crm.models.base import Row
from crm.models.people import Person


class EnquiryState(models.TextChoices):
    NEW = "new", "待研判"
    ACCEPTED = "accepted", "已受理"
    DECLINED = "declined", "未受理"


def new_receipt_code() -> str:
    """128 random bits: who holds the code may read the state of this enquiry, nobody else."""
    return secrets.token_urlsafe(16)


class Enquiry(Person, Row):
    """What an investor asked on the public site; accepted, it becomes a project at 线索."""

    rights = access.Rights(
        access.PIPELINE,
        own={
            access.Reach.OWN: "decided_by",
            access.Reach.TEAM: "team",
            access.Reach.PARK: "park",
        },
    )

    code = models.CharField("回执码", max_length=40, unique=True, default=new_receipt_code)
    park = models.ForeignKey(
        "crm.Park",
        models.PROTECT,
        verbose_name="意向园区",
        null=True,
        blank=True,
        related_name="enquiries",
    )
    team = models.ForeignKey(
        "crm.Team", models.PROTECT, verbose_name="招商科室", null=True, blank=True
    )
    organisation = models.CharField("单位", max_length=120, blank=True)
    industry = models.CharField("意向产业", max_length=100, blank=True)
    investment = models.CharField("拟投资额", max_length=60, blank=True)
    message = models.TextField("咨询内容", max_length=4000)
    language = models.CharField("语言", max_length=10, default="zh-hans")
    source = models.CharField("来源页面", max_length=300, blank=True)
    consent_version = models.CharField("告知版本", max_length=20)
    consented_at = models.DateTimeField("同意时间")
    received_at = models.DateTimeField("收到时间", db_index=True)
    state = models.CharField("状态", max_length=10, choices=EnquiryState, default=EnquiryState.NEW)
    decided_at = models.DateTimeField("处理时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        "crm.User", models.PROTECT, verbose_name="处理人", null=True, blank=True, related_name="+"
    )
    decision_note = models.CharField("处理说明", max_length=300, blank=True)
    project = models.ForeignKey(
        "crm.Project",
        models.PROTECT,
        verbose_name="形成项目",
        null=True,
        blank=True,
        related_name="enquiries",
    )

    class Meta:
        verbose_name = verbose_name_plural = "投资咨询"
        ordering = ["-received_at", "-pk"]

    def __str__(self) -> str:
        return self.organisation or f"投资咨询 {self.pk}"
