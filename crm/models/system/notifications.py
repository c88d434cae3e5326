"""Notifications (提醒): what a user should hear of without looking for it."""

from __future__ import annotations

from typing import Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from crm import access
from crm.models.base import Rows


class NotificationKind(models.TextChoices):
    ASSIGNED = "assigned", "指派给我"
    MOVED = "moved", "我的项目有推进"
    OVERDUE = "overdue", "跟进逾期"
    ENQUIRY = "enquiry", "新咨询待研判"
    CONFIRM = "confirm", "待认定"
    MONTH = "month", "项目月报"
    CLAIM = "claim", "首谈争议和裁定"
    TRANSFER = "transfer", "流转待确认"
    COLLECTED = "collected", "填报收到答复"
    REPORT_DUE = "report_due", "报送到期"
    IMPORT = "import", "导入完成"
    DIGEST = "digest", "每日提要"
    SYSTEM = "system", "系统运行"


class Notifications(Rows):
    def unread(self) -> Self:
        return self.filter(read_at=None)

    def visible_to(self, user: Any, action: access.Action = access.Action.VIEW) -> Self:
        """The user's own, without those about a row that he may not see now or that is gone: they
        show nothing and count for nothing."""
        mine = super().visible_to(user, action)
        about = Q(object_type="")
        for label in mine.order_by().values_list("object_type", flat=True).distinct():
            if label:
                model = apps.get_model(label)
                # Looked up row by row: the bell of every page must not read a whole ledger.
                seen = model._default_manager.filter(
                    access.scope_q(user, access.Action.VIEW, model), pk=OuterRef("object_id")
                )
                about |= Q(object_type=label) & Q(Exists(seen))
        return mine.filter(about)


class Notification(models.Model):
    """One sentence to one user about one row, or about none (每日提要).

    `key` keeps the same thing from being told twice. `at` is the business time; the text holds no
    personal data, for it is kept, and mailed, in the clear.
    """

    rights = access.Rights(access.PERSONAL, own={access.Reach.OWN: "user"})

    user = models.ForeignKey(
        "crm.User", models.CASCADE, verbose_name="收件人", related_name="notifications"
    )
    kind = models.CharField("类别", max_length=20, choices=NotificationKind)
    text = models.CharField("内容", max_length=200)
    object_type = models.CharField("对象类型", max_length=60, blank=True)
    object_id = models.BigIntegerField("对象编号", null=True, blank=True)
    key = models.CharField(max_length=100, blank=True)
    at = models.DateTimeField("时间")
    read_at = models.DateTimeField("已读时间", null=True, blank=True)
    mailed_at = models.DateTimeField("邮件发出时间", null=True, blank=True)

    objects = Notifications.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "提醒"
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["user", "read_at"], name="notification_unread"),
            models.Index(fields=["user", "at"], name="notification_newest"),
            models.Index(fields=["object_type", "object_id"], name="notification_about"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], condition=~Q(key=""), name="told_once"),
        ]

    def __str__(self) -> str:
        return self.text


class NotificationSetting(models.Model):
    """What a user does not want to be told of, and whether the daily digest is mailed too. Without
    a row: everything is told, and mailed where the account has an address."""

    user = models.OneToOneField(
        "crm.User", models.CASCADE, verbose_name="用户", related_name="notification_setting"
    )
    muted = models.JSONField("不提醒的类别", default=list, blank=True)
    mails_digest = models.BooleanField("每日提要发到邮箱", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "提醒设置"

    def __str__(self) -> str:
        return f"{self.user}的提醒设置"
