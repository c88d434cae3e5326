"""Funds in place (到位资金): dated receipts, never derived from progress."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar, Self

from django.db import models
from django.db.models import QuerySet

from crm import access, dates
from crm.exact import ExactField, money_field, refuse_negative
from crm.models.base import Corrected
from crm.models.pipeline.agreements import Agreement, AgreementKind
from crm.models.pipeline.confirmations import ConfirmedRows
from crm.models.pipeline.project_terms import Currency
from crm.models.pipeline.projects import Project
from crm.models.worth import Valuation, Valued, Worth, valuation, worths


class FundSource(models.TextChoices):
    OWN = "own", "自有资金"
    BANK = "bank", "银行贷款"
    FOREIGN = "foreign", "外资"
    FISCAL = "fiscal", "财政资金"
    OTHER = "other", "其他资金"


class FundForm(models.TextChoices):
    """到位形式: what was brought; plant and land count at their value."""

    MONEY = "money", "货币"
    EQUIPMENT = "equipment", "设备实物"
    LAND = "land", "土地"


class FundArea(models.TextChoices):
    """Where money comes from, as 到位资金 is reported; coarser than a project's 来源区域."""

    NATION = "nation", "国内省外"
    PROVINCE = "province", "市外省内"
    CITY = "city", "市内"
    ABROAD = "abroad", "境外"


class Receipts(ConfirmedRows):
    confirmed_by = "receipt"

    def to_confirm(self) -> Self:
        """What the deciding level has allowed (核定) needs no second person's word any more."""
        return self.filter(allowed_amount__isnull=True)

    def allowed(self) -> Self:
        return self.filter(allowed_amount__isnull=False)

    def received_in(self, start: date, end: date) -> Self:
        """Received wholly inside the days given; a month or a year that sticks out is not."""
        return self.filter(received_on__gte=start, effective_on__lte=end)


class FundingReceipt(Valued, Corrected):
    """What of an investment has arrived. `amount` is what was reported (上报数), in yuan; foreign
    money keeps its currency and is converted by the rate of its month. `allowed_amount` is what the
    deciding level allowed of it (核定数), empty until it has; the rest it disallowed (核减), with
    reason and document. A correction, and 核定, `replaces` the row that stood."""

    rights = access.Rights(access.PIPELINE, parent="project")

    days: ClassVar = ("received_on", "received_until")
    told_twice_by: ClassVar = (
        "received_on", "received_until", "amount", "currency", "foreign_amount", "source", "form",
    )  # fmt: skip

    project = models.ForeignKey(
        "crm.Project", models.PROTECT, verbose_name="项目", related_name="receipts"
    )
    received_on = models.DateField("到账日期")
    received_until = models.DateField("最晚日期", editable=False)
    amount = money_field(verbose_name="上报数", null=True, blank=True)
    currency = models.CharField("币种", max_length=3, choices=Currency, default=Currency.CNY)
    foreign_amount = ExactField(verbose_name="外币金额", scale=2, null=True, blank=True)
    source = models.CharField("资金来源", max_length=20, choices=FundSource, default=FundSource.OWN)
    form = models.CharField("到位形式", max_length=20, choices=FundForm, default=FundForm.MONEY)
    source_area = models.CharField("来源区域", max_length=20, choices=FundArea, blank=True)
    evidence = models.CharField("凭证", max_length=200, blank=True)
    allowed_amount = money_field(verbose_name="核定数", null=True, blank=True)
    allowance_reason = models.CharField("核减原因", max_length=300, blank=True)
    allowance_document = models.CharField("核定文件", max_length=200, blank=True)

    objects = Receipts.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "到位资金"
        ordering = ["-received_until", "-pk"]
        indexes = [models.Index(fields=["project", "received_on"], name="receipt_of_project")]

    def __str__(self) -> str:
        return f"到位资金 {self.received or ''} · {self.project}"

    def clean(self) -> None:
        refuse_negative(self, "amount", "foreign_amount", "allowed_amount")

    @property
    def needs_confirmation(self) -> bool:
        """As `to_confirm` says of rows."""
        return self.allowed_amount is None

    @property
    def disallowed(self) -> Decimal | None:
        """核减; None before 核定, or where it is unknown what the reported money is worth."""
        reported = self.yuan
        if self.allowed_amount is None or reported is None:
            return None
        return reported - self.allowed_amount

    @property
    def received(self) -> dates.When | None:
        return self.happened


@dataclass(frozen=True)
class Arrived:
    """到位资金 as reported (上报) and as far as the deciding level has allowed it (核定).
    `counted`: what was allowed where it has been decided, else what was reported."""

    reported: Valuation
    allowed: Valuation
    counted: Valuation


def arrived(rows: QuerySet[FundingReceipt], known_on: date | None = None) -> Arrived:
    """What these receipts come to, foreign money by the rates known on that day."""
    allowed = valuation(rows.filter(allowed_amount__isnull=False), "allowed_amount", known_on)
    undecided = valuation(rows.filter(allowed_amount__isnull=True), "amount", known_on)
    return Arrived(valuation(rows, "amount", known_on), allowed, allowed + undecided)


def counted_worths(rows: Sequence[FundingReceipt], known_on: date | None = None) -> list[Worth]:
    """What each of them counts for, as `arrived` adds it up."""
    return [
        reported if row.allowed_amount is None else Worth(row.allowed_amount)
        for row, reported in zip(rows, worths(rows, "amount", known_on), strict=True)
    ]


@dataclass(frozen=True)
class Funds:
    """What has arrived of what was agreed, in yuan; None = unknown."""

    arrived: Arrived
    agreed: Decimal | None

    @property
    def total(self) -> Decimal:
        """Of the receipts whose worth is known."""
        return self.arrived.counted.total or Decimal(0)

    @property
    def count(self) -> int:
        return self.arrived.counted.count

    @property
    def unknown_count(self) -> int:
        """Foreign ones without a rate."""
        return self.arrived.counted.unknown

    @property
    def percent(self) -> Decimal | None:
        """到位率: unknown without any receipt, without the agreed amount, or with a receipt of
        unknown worth. No receipt on record does not prove that nothing arrived."""
        if not self.count or self.unknown_count or not self.agreed:
            return None
        return self.total * 100 / self.agreed


def funds_of(project: Project, known_on: date | None = None) -> Funds:
    """Receipts over agreed investment: the 投资 agreement and its 增资, as far as not ended."""
    received = FundingReceipt.objects.standing(known_on).filter(project=project)
    counted = Agreement.objects.standing(known_on).filter(
        project=project,
        kind__in=(AgreementKind.INVESTMENT, AgreementKind.INCREASE),
        ended_on__isnull=True,
    )
    agreed = valuation(counted, "amount", known_on)
    return Funds(
        arrived(received, known_on), agreed.total if agreed.count and not agreed.unknown else None
    )
