"""Readings 读数: what an indicator was in a month, of the county or a part of it, as stated."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q, Subquery

from crm import access, dates
from crm.exact import ExactField
from crm.models.base import Corrected, RecordedRows
from crm.models.indicators.indicators import Indicator

SUBJECTS = ("park", "zone", "industry", "company")
SCALE = 8  # one yuan of a number in 亿元


def naming(subject: Any) -> dict[str, Any]:
    """The field of a reading that names this park, zone, industry or company; none for the
    county."""
    return {} if subject is None else {str(subject._meta.model_name): subject}


class Readings(RecordedRows):
    def of_county(self) -> Self:
        """What is stated of the county as a whole."""
        return self.filter(**dict.fromkeys(SUBJECTS))

    def of_industries(self) -> Self:
        return self.filter(industry__isnull=False)

    def of(self, code: str | Subquery, month_on: date) -> Self:
        """Of one indicator, by its code, in the month that begins on that day."""
        return self.filter(indicator__code=code, month_on=month_on)


class MonthlyReading(Corrected):
    """What is stated of one indicator in one month: the number, last year's comparable base and the
    growth are three facts, each of which may be unknown: growth is what was published, not what
    they come to. Numbers are in the indicator's unit, cumulative since January where it is
    cumulative; a revision is a new row."""

    days: ClassVar = ("month_on", "month_until")
    hangs_on: ClassVar = "company"
    chain_keeps: ClassVar = ("indicator",)
    told_twice_by: ClassVar = ("indicator_id", "month_on", "value", "in_month", "base", "growth")

    indicator = models.ForeignKey(
        Indicator, models.PROTECT, verbose_name="指标", related_name="%(class)ss"
    )
    month_on = models.DateField("月份")
    month_until = models.DateField("月末", editable=False)
    company = models.ForeignKey(
        "crm.Company", models.PROTECT, verbose_name="企业", null=True, blank=True,
        related_name="%(class)ss",
    )  # fmt: skip
    value = ExactField(verbose_name="读数", scale=SCALE, null=True, blank=True)
    in_month = ExactField(verbose_name="当月数", scale=SCALE, null=True, blank=True)
    base = ExactField(verbose_name="同期可比数", scale=SCALE, null=True, blank=True)
    growth = ExactField(verbose_name="同比", scale=2, null=True, blank=True)
    document = models.CharField("依据", max_length=200, blank=True)
    why = models.CharField("修订或核减原因", max_length=200, blank=True)

    objects = Readings.as_manager()

    # What it may be of, beside the county as a whole.
    subjects: ClassVar[tuple[str, ...]] = ("company",)

    class Meta:
        abstract = True
        ordering = ["-month_on", "indicator", "pk"]

    def __str__(self) -> str:
        return f"{self.subject_name} {self.month or ''} {self.indicator}"

    def clean(self) -> None:
        if all(getattr(self, name) is None for name in ("value", "in_month", "base", "growth")):
            raise ValidationError({"value": "请至少填写读数、当月数、同期可比数、同比中的一个。"})
        if not self.indicator_id or self.indicator.may_be_negative:
            return
        wrong = {
            name: f"{self.indicator}不会小于 0，请核对。"
            for name in ("value", "in_month", "base")
            if (getattr(self, name) or 0) < 0
        }
        if wrong:
            raise ValidationError(wrong)

    @property
    def month(self) -> dates.When | None:
        return self.happened

    @property
    def subject(self) -> Any:
        """The park, zone, industry or company it is of; None = the county."""
        return next(
            (row for name in self.subjects if (row := getattr(self, name)) is not None), None
        )

    @property
    def subject_name(self) -> str:
        return str(self.subject or "全县")

    @property
    def same_subject(self) -> dict[str, int | None]:
        """The condition by which the readings of the same subject are found."""
        return {f"{name}_id": getattr(self, f"{name}_id") for name in self.subjects}

    @property
    def quotient(self) -> Decimal | None:
        """The growth that number and comparable base come to, in per cent; None = unknown."""
        if self.value is None or not self.base:
            return None
        return (self.value / self.base - 1) * 100

    def contradicts(self, others: Iterable[Self]) -> Self | None:
        """Another number of the same indicator and month."""
        mine = (self.indicator_id, self.month_on)
        return next((one for one in others if (one.indicator_id, one.month_on) == mine), None)


class Reading(MonthlyReading):
    """Of the county, or of one park, zone, industry or company."""

    rights = access.Rights(access.REGISTERS)
    subjects: ClassVar = SUBJECTS

    park = models.ForeignKey(
        "crm.Park", models.PROTECT, verbose_name="园区", null=True, blank=True,
        related_name="readings",
    )  # fmt: skip
    zone = models.ForeignKey(
        "crm.Zone", models.PROTECT, verbose_name="片区", null=True, blank=True,
        related_name="readings",
    )  # fmt: skip
    industry = models.ForeignKey(
        "crm.Industry", models.PROTECT, verbose_name="产业", null=True, blank=True,
        related_name="readings",
    )  # fmt: skip

    class Meta(MonthlyReading.Meta):
        verbose_name = verbose_name_plural = "指标读数"
        indexes = [
            models.Index(fields=["indicator", "month_on"], name="reading_of_month"),
            # A few rows among those of thousands of companies.
            models.Index(
                fields=["indicator", "month_on"],
                condition=Q(**{f"{name}__isnull": True for name in SUBJECTS}),
                name="reading_of_county",
            ),
            models.Index(fields=["company", "indicator", "month_on"], name="reading_of_company"),
        ]

    def clean(self) -> None:
        named = [name for name in SUBJECTS if getattr(self, f"{name}_id")]
        if len(named) > 1:
            said = "一条读数只属于一个对象：全县的都不填，其余只填园区、片区、产业、企业中的一个。"
            raise ValidationError(dict.fromkeys(named[1:], said))
        if self.company_id and self.indicator_id and self.indicator.is_confidential:
            said = f"{self.indicator}的单户数据保密，请登记在“单户保密读数”里。"
            raise ValidationError({"company": said})
        super().clean()


class ReservedReading(MonthlyReading):
    """Of one company, where single companies' numbers are nobody else's business (tax): a table of
    its own, so that no list, page, figure or search of readings can show one."""

    rights = access.Rights(access.RESERVED)

    class Meta(MonthlyReading.Meta):
        verbose_name = verbose_name_plural = "单户保密读数"
        indexes = [
            models.Index(fields=["indicator", "month_on"], name="reserved_reading_of_month"),
            models.Index(
                fields=["company", "indicator", "month_on"], name="reserved_reading_of_company"
            ),
        ]

    def clean(self) -> None:
        if not self.company_id:
            raise ValidationError({"company": "请选择企业。"})
        if self.indicator_id and not self.indicator.is_confidential:
            said = f"{self.indicator}的单户数据不保密，请登记在“指标读数”里。"
            raise ValidationError({"indicator": said})
        super().clean()


def table_of(indicator: Indicator, subject: Any) -> type[MonthlyReading]:
    """Where the readings of an indicator of this subject (None = the county) are kept."""
    is_company = subject is not None and subject._meta.model_name == "company"
    return ReservedReading if is_company and indicator.is_confidential else Reading
