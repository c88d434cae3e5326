"""填报: what is asked of companies, parks and departments by a personal link, and what they say."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Count, Q

from crm import access, clock, dates
from crm.models.base import Row, Rows, Standing
from crm.models.indicators.indicators import Indicator
from crm.models.people import Person
from crm.models.sealed import SealedJSONField

READINGS = "readings"  # asked as numbers of a month, indicator by indicator


class RecipientKind(models.TextChoices):
    COMPANY = "company", "企业"
    PARK = "park", "园区"
    DEPARTMENT = "department", "部门"


class AnswerState(models.TextChoices):
    WAITING = "waiting", "未填"
    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "已提交"
    RETURNED = "returned", "已退回"
    TAKEN = "taken", "已接收"


# What has been answered, and what the other side still has to do.
ANSWERED = (AnswerState.SUBMITTED, AnswerState.TAKEN)
OWED = (AnswerState.WAITING, AnswerState.DRAFT, AnswerState.RETURNED)


class Collections(Rows):
    def counted(self) -> Self:
        """With how many were asked, how many answered, and how many were taken over."""

        def those(*states: AnswerState) -> Count:
            return Count("recipients", filter=Q(recipients__state__in=states))

        return self.annotate(
            asked_count=Count("recipients"),
            answered_count=those(*ANSWERED),
            taken_count=those(AnswerState.TAKEN),
        )


class Collection(Row):
    """One round (填报): the same question to several recipients. It asks either for numbers of
    chosen indicators in a month, or for chosen columns of one ledger."""

    rights = access.Rights(access.COLLECTIONS)

    name = models.CharField("标题", max_length=80)
    kind = models.CharField("填报对象", max_length=12, choices=RecipientKind)
    register = models.CharField("填报内容", max_length=40, default=READINGS)
    columns = models.JSONField("栏目", default=list, blank=True)
    indicators = models.ManyToManyField(
        Indicator, verbose_name="指标", blank=True, related_name="collections"
    )
    month_on = models.DateField("月份", null=True, blank=True)
    due_on = models.DateField("截止日期")
    asked_by = models.CharField("发起单位", max_length=60)
    phone = models.CharField("咨询电话", max_length=30, blank=True)
    note = models.TextField("填报说明", max_length=1000, blank=True)
    maker = models.ForeignKey(
        "crm.User", models.PROTECT, verbose_name="发起人", null=True, related_name="+"
    )
    due_report = models.ForeignKey(
        "crm.DueReport",
        models.PROTECT,
        verbose_name="用于报送",
        null=True,
        blank=True,
        related_name="collections",
    )

    objects = Standing.from_queryset(Collections)()

    class Meta:
        verbose_name = verbose_name_plural = "填报"
        ordering = ["-due_on", "-pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def month(self) -> dates.When | None:
        return dates.month_of(self.month_on) if self.month_on else None

    @property
    def is_of_readings(self) -> bool:
        return self.register == READINGS

    @property
    def is_late(self) -> bool:
        return self.due_on < clock.today()


class Recipients(Rows):
    def owed(self) -> Self:
        """Those from whom an answer is still awaited."""
        return self.filter(state__in=OWED)


class CollectionRecipient(Person, Row):
    """One recipient of a round with the answer: what was typed stays sealed and is read by no
    figure until it is taken over (接收). The person is the contact there."""

    rights = access.Rights(access.COLLECTIONS, parent="collection")

    collection = models.ForeignKey(
        Collection, models.PROTECT, verbose_name="填报", related_name="recipients"
    )
    company = models.ForeignKey(
        "crm.Company", models.PROTECT, verbose_name="企业", null=True, blank=True, related_name="+"
    )
    park = models.ForeignKey(
        "crm.Park", models.PROTECT, verbose_name="园区", null=True, blank=True, related_name="+"
    )
    department = models.CharField("部门", max_length=60, blank=True)
    state = models.CharField(
        "状态", max_length=10, choices=AnswerState, default=AnswerState.WAITING
    )
    answer = SealedJSONField(null=True, editable=False)
    saved_at = models.DateTimeField("保存时间", null=True, blank=True)
    submitted_at = models.DateTimeField("提交时间", null=True, blank=True)
    return_reason = models.CharField("退回原因", max_length=300, blank=True)
    taken_at = models.DateTimeField("接收时间", null=True, blank=True)
    taken_by = models.ForeignKey(
        "crm.User", models.PROTECT, verbose_name="接收人", null=True, blank=True, related_name="+"
    )
    # The rows the answer became, as [noun, number].
    written = models.JSONField("写入", default=list, blank=True)
    reminded_on = models.DateField("催报日期", null=True, blank=True)
    reminded_by_mail = models.BooleanField("邮件催报", default=False)

    objects = Standing.from_queryset(Recipients)()

    class Meta:
        verbose_name = verbose_name_plural = "填报对象"
        ordering = ["collection", "pk"]

    def __str__(self) -> str:
        return self.subject_name

    @property
    def subject(self) -> Any:
        """The company or park whose rows these are; None for a department, which speaks for the
        county."""
        return self.company or self.park

    @property
    def subject_name(self) -> str:
        return str(self.subject or self.department)

    @property
    def is_owed(self) -> bool:
        return self.state in OWED

    @property
    def may_be_filled(self) -> bool:
        return self.state != AnswerState.TAKEN


class Links(Rows):
    def valid(self) -> Self:
        """Those that still open: not revoked, not past their last day."""
        return self.filter(revoked_at__isnull=True, expires_on__gte=clock.today())


class CollectionLink(Row):
    """A personal link (填报链接): who holds it may fill in one recipient's answer, without an
    account. Only a keyed hash of its token is kept. It opens until the end of `expires_on`."""

    rights = access.Rights(access.COLLECTIONS, parent="recipient")

    recipient = models.ForeignKey(
        CollectionRecipient, models.PROTECT, verbose_name="填报对象", related_name="links"
    )
    print = models.CharField(max_length=64, unique=True, editable=False)
    expires_on = models.DateField("有效期至")
    revoked_at = models.DateTimeField("停用时间", null=True, blank=True)
    opened_on = models.DateField("最近打开", null=True, blank=True)

    objects = Standing.from_queryset(Links)()

    class Meta:
        verbose_name = verbose_name_plural = "填报链接"

    def __str__(self) -> str:
        return f"填报链接 #{self.pk}（{self.recipient.subject_name}）"[:120]
