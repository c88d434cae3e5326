"""规上 spells: from when to when a company is above scale (规模以上工业企业), and by what basis."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, OuterRef, Q

from crm import access, dates
from crm.exact import money_field, refuse_negative
from crm.models.base import Corrected, RecordedRows
from crm.models.companies.scale_thresholds import ScaleThreshold


class EntryMode(models.TextChoices):
    """入库方式: a plant that is new enters in the month in which it passes the threshold, others
    once a year by the annual report."""

    MONTHLY = "monthly", "月度入库"
    YEARLY = "yearly", "年度入库"


class ExitReason(models.TextChoices):
    BELOW = "below", "收入低于标准"
    STOPPED = "stopped", "停产"
    CLOSED = "closed", "注销、吊销或破产"
    LOW_OUTPUT = "low_output", "产出低效"
    MOVED = "moved", "迁出"
    TAKEN_OVER = "taken_over", "兼并重组"
    OTHER_TRADE = "other_trade", "转行"
    UNLAWFUL = "unlawful", "违法违规"
    OTHER = "other", "其他"


class Spells(RecordedRows):
    def in_force_on(self, day: date) -> Self:
        """Entered by `day`, and not known to have left wholly by then."""
        still = Q(left_until__isnull=True) | Q(left_until__gt=day)
        return self.filter(still, effective_on__lte=day)

    def entered_in(self, start: date, end: date) -> Self:
        """Entered wholly inside the days given; a month or a year that sticks out is not."""
        return self.filter(entered_on__gte=start, effective_on__lte=end)

    def with_order(self) -> Self:
        """Each with `entered_before`: whether its company had been above scale before."""
        standing = AboveScaleSpell.objects.standing()
        return self.annotate(entered_before=Exists(_before(standing, OuterRef)))


def _before(spells: Any, of: Any) -> Any:
    """Those of the spells that began before the one at hand."""
    return spells.filter(company=of("company"), effective_on__lt=of("effective_on"))


class AboveScaleSpell(Corrected):
    """One stay of a company in the statistics bureau's list. It counts from the day it takes effect
    until the last day it may have left; two stays of one company never share a day. Leaving and
    correcting insert a new row that `replaces` the one that stood."""

    rights = access.Rights(access.REGISTERS)

    days: ClassVar = ("entered_on", "entered_until")
    hangs_on: ClassVar = "company"
    chain_keeps: ClassVar = ("company",)
    told_twice_by: ClassVar = (
        "entered_on", "entered_until", "left_on", "left_until", "mode", "revenue", "exit_reason",
    )  # fmt: skip

    company = models.ForeignKey(
        "crm.Company", models.PROTECT, verbose_name="企业", related_name="spells"
    )
    entered_on = models.DateField("入库时间")
    entered_until = models.DateField("最晚入库", editable=False)
    mode = models.CharField("入库方式", max_length=10, choices=EntryMode, blank=True)
    revenue = money_field(verbose_name="主营业务收入", null=True, blank=True)
    document = models.CharField("入库文件", max_length=200, blank=True)
    left_on = models.DateField("退库时间", null=True, blank=True)
    left_until = models.DateField("最晚退库", null=True, blank=True, editable=False)
    exit_reason = models.CharField("退库原因", max_length=20, choices=ExitReason, blank=True)
    exit_document = models.CharField("退库文件", max_length=200, blank=True)
    note = models.CharField("备注", max_length=300, blank=True)

    left = dates.span_of("left")
    objects = Spells.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "规上入退库"
        ordering = ["-entered_until", "-pk"]
        indexes = [
            models.Index(fields=["company", "effective_on"], name="spell_of_company"),
            models.Index(fields=["effective_on", "left_until"], name="spell_in_force"),
        ]

    def __str__(self) -> str:
        until = f"，{self.left} 退库" if self.left else ""
        return f"{self.company} {self.entered or ''} 入库{until}"

    def clean(self) -> None:
        refuse_negative(self, "revenue")
        if self.left_on is None and (self.exit_reason or self.exit_document):
            filled = ["exit_reason"] if self.exit_reason else ["exit_document"]
            said = "写了退库原因或文件，请填写退库时间。"
            raise ValidationError(dict.fromkeys(["left", *filled], said))
        if self.left_on is not None and not self.exit_reason:
            raise ValidationError({"exit_reason": "退库的请选择退库原因。"})

    @property
    def entered(self) -> dates.When | None:
        return self.happened

    @property
    def is_open(self) -> bool:
        return self.left_on is None

    @property
    def is_reentry(self) -> bool:
        """Whether the company had been above scale before."""
        known = getattr(self, "entered_before", None)
        if known is not None:
            return bool(known)
        standing = AboveScaleSpell.objects.standing()
        return bool(_before(standing, lambda name: getattr(self, name)).exists())

    def contradicts(self, others: Iterable[Self]) -> Self | None:
        """Another stay that shares a day with this one."""
        return next((other for other in others if self._shares_a_day(other)), None)

    def _shares_a_day(self, other: Self) -> bool:
        begins = max(self.effective_on, other.effective_on)
        ends = min(one.left_until or date.max for one in (self, other))
        return begins < ends

    @property
    def margin(self) -> Any:
        """What its revenue is above the threshold of the year it entered, below it negative; None
        where one of them is unknown."""
        if self.revenue is None or self.entered_on is None:
            return None
        threshold = ScaleThreshold.objects.amount_of(self.entered_on.year)
        return None if threshold is None else self.revenue - threshold
