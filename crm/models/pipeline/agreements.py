"""Agreements: where signing counts."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Self

from django.db import models

from crm import access, dates
from crm.exact import ExactField, money_field, refuse_negative
from crm.models.base import Corrected, RecordedRows
from crm.models.pipeline.project_terms import Currency
from crm.models.worth import Valued


class AgreementKind(models.TextChoices):
    """A framework agreement is not a signing; 增资 counts in its project's total only."""

    INVESTMENT = "investment", "投资协议"
    FRAMEWORK = "framework", "框架协议"
    SUPPLEMENT = "supplement", "补充协议"
    INCREASE = "increase", "增资协议"


class Agreements(RecordedRows):
    def signings(self, known_on: date | None = None) -> Self:
        """The standing 投资 agreements with a park: one a project, however often celebrated."""
        return self.standing(known_on).filter(kind=AgreementKind.INVESTMENT, park__isnull=False)

    def investments_in_force(self, known_on: date | None = None) -> Self:
        """The standing 投资 agreements nobody has ended."""
        return self.standing(known_on).filter(kind=AgreementKind.INVESTMENT, ended_on__isnull=True)

    def signed_in(self, start: date, end: date) -> Self:
        """Signed wholly inside the days given, and not ended by their last day."""
        return self.filter(signed_on__gte=start, effective_on__lte=end).exclude(ended_on__lte=end)


class Agreement(Valued, Corrected):
    """A paper the county and an investor signed. Ending or correcting one inserts a new row that
    `replaces` it. `amount` is yuan, unknown when empty; foreign amounts keep their currency."""

    rights = access.Rights(access.PIPELINE, parent="project")

    days: ClassVar = ("signed_on", "signed_until")
    told_twice_by: ClassVar = (
        "kind", "signed_on", "signed_until", "amount", "currency", "foreign_amount", "ended_on",
    )  # fmt: skip

    project = models.ForeignKey(
        "crm.Project", models.PROTECT, verbose_name="项目", related_name="agreements"
    )
    kind = models.CharField(
        "协议类型", max_length=20, choices=AgreementKind, default=AgreementKind.INVESTMENT
    )
    signed_on = models.DateField("签订日期", null=True, blank=True)
    signed_until = models.DateField("最晚日期", null=True, blank=True, editable=False)
    amount = money_field(verbose_name="协议投资额", null=True, blank=True)
    currency = models.CharField("币种", max_length=3, choices=Currency, default=Currency.CNY)
    foreign_amount = ExactField(verbose_name="外币金额", scale=2, null=True, blank=True)
    increase_of = models.ForeignKey(
        "self",
        models.PROTECT,
        verbose_name="增资对象",
        null=True,
        blank=True,
        related_name="increases",
    )
    park = models.ForeignKey(
        "crm.Park",
        models.PROTECT,
        verbose_name="落户园区",
        null=True,
        blank=True,
        related_name="agreements",
    )
    scan = models.ForeignKey(
        "crm.StoredFile", models.PROTECT, verbose_name="扫描件", null=True, blank=True
    )
    note = models.CharField("备注", max_length=200, blank=True)
    ended_on = models.DateField("终止日期", null=True, blank=True)

    objects = Agreements.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "协议"
        db_table = "crm_agreement"
        ordering = ["-signed_on", "-pk"]
        indexes = [models.Index(fields=["kind", "signed_on"], name="agreement_signed")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.project}"

    def clean(self) -> None:
        refuse_negative(self, "amount", "foreign_amount")

    @property
    def signed(self) -> dates.When | None:
        return self.happened
