"""Funds in place (到位资金): dated receipts, never derived from progress."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar, Self

from django.db import models

from crm import access, dates
from crm.exact import ExactField, money_field, refuse_negative
from crm.models.agreements import Agreement, AgreementKind
from crm.models.confirmations import ConfirmedRows
from crm.models.project_terms import Currency
from crm.models.projects import Project
from crm.models.rows import Corrected
from crm.models.worth import Valued, valuation


class FundSource(models.TextChoices):
    OWN = "own", "自有资金"
    BANK = "bank", "银行贷款"
    FOREIGN = "foreign", "外资"
    FISCAL = "fiscal", "财政资金"
    OTHER = "other", "其他资金"


class Receipts(ConfirmedRows):
    confirmed_by = "receipt"

    def received_in(self, start: date, end: date) -> Self:
        """Received wholly inside the days given; a month or a year that sticks out is not."""
        return self.filter(received_on__gte=start, effective_on__lte=end)


class FundingReceipt(Valued, Corrected):
    """Money of an investment that has arrived. `amount` is yuan; foreign money keeps its currency
    and is converted by the rate of its month. A correction `replaces` the wrong receipt; one
    entered by mistake is corrected to zero."""

    rights = access.Rights(access.PIPELINE, parent="project")

    days: ClassVar = ("received_on", "received_until")
    told_twice_by: ClassVar = (
        "received_on", "received_until", "amount", "currency", "foreign_amount", "source",
    )  # fmt: skip

    project = models.ForeignKey(
        "crm.Project", models.PROTECT, verbose_name="项目", related_name="receipts"
    )
    received_on = models.DateField("到账日期")
    received_until = models.DateField("最晚日期", editable=False)
    amount = money_field(verbose_name="到位金额", null=True, blank=True)
    currency = models.CharField("币种", max_length=3, choices=Currency, default=Currency.CNY)
    foreign_amount = ExactField(verbose_name="外币金额", scale=2, null=True, blank=True)
    source = models.CharField("资金来源", max_length=20, choices=FundSource, default=FundSource.OWN)
    evidence = models.CharField("凭证", max_length=200, blank=True)

    needs_confirmation = True

    objects = Receipts.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "到位资金"
        ordering = ["-received_until", "-pk"]
        indexes = [models.Index(fields=["project", "received_on"], name="receipt_of_project")]

    def __str__(self) -> str:
        return f"到位资金 {self.received or ''} · {self.project}"

    def clean(self) -> None:
        refuse_negative(self, "amount", "foreign_amount")

    @property
    def received(self) -> dates.When | None:
        return self.happened


@dataclass(frozen=True)
class Funds:
    """What has arrived of what was agreed, in yuan; None = unknown.

    total: of the receipts whose worth is known. unknown_count: foreign ones without a rate.
    """

    total: Decimal
    count: int
    unknown_count: int
    agreed: Decimal | None

    @property
    def percent(self) -> Decimal | None:
        """到位率: unknown without any receipt, without the agreed amount, or with a receipt of
        unknown worth. No receipt on record does not prove that nothing arrived."""
        if not self.count or self.unknown_count or not self.agreed:
            return None
        return self.total * 100 / self.agreed


def funds_of(project: Project, known_on: date | None = None) -> Funds:
    """Receipts over agreed investment: the 投资 agreement and its 增资, as far as not ended."""
    received = valuation(
        FundingReceipt.objects.standing(known_on).filter(project=project), "amount"
    )
    counted = Agreement.objects.standing(known_on).filter(
        project=project,
        kind__in=(AgreementKind.INVESTMENT, AgreementKind.INCREASE),
        ended_on__isnull=True,
    )
    agreed = valuation(counted, "amount")
    return Funds(
        total=received.total or Decimal(0),
        count=received.count,
        unknown_count=received.unknown,
        agreed=agreed.total if agreed.count and not agreed.unknown else None,
    )
