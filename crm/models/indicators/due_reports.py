"""报送: what goes to whom by which day of each period, and when it went."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from crm import access, clock, dates
from crm.dates import When, months_on
from crm.models.base import Corrected, Row, once


class Rhythm(models.TextChoices):
    """How often something is due; the months of each period."""

    MONTH = "month", "每月"
    QUARTER = "quarter", "每季"
    HALF = "half", "每半年"
    YEAR = "year", "每年"

    @property
    def months(self) -> int:
        return {"month": 1, "quarter": 3, "half": 6, "year": 12}[self.value]


class DueState(models.TextChoices):
    AWAITED = "awaited", "待报"
    SENT = "sent", "已报"
    OVERDUE = "overdue", "逾期"


class DueReport(Row):
    """One thing that is sent up again and again (报送事项): of each period, by a day of the month
    that lies `months_after` months behind the period's last one. A day the month does not have is
    its last."""

    rights = access.Rights(access.COLLECTIONS)

    name = models.CharField("报送事项", max_length=80)
    recipient = models.CharField("报送给", max_length=80)
    content = models.CharField("报送内容", max_length=200, blank=True)
    rhythm = models.CharField("周期", max_length=10, choices=Rhythm, default=Rhythm.MONTH)
    months_after = models.PositiveSmallIntegerField(
        "期后第几个月", default=1, validators=[MaxValueValidator(12)]
    )
    day = models.PositiveSmallIntegerField(
        "几日前", validators=[MinValueValidator(1), MaxValueValidator(31)]
    )
    starts_on = models.DateField("从何时起报")
    ends_on = models.DateField("报到何时", null=True, blank=True)
    office = models.CharField("责任单位", max_length=60, blank=True)
    user = models.ForeignKey(
        "crm.User", models.PROTECT, verbose_name="责任人", null=True, blank=True, related_name="+"
    )
    remind_days = models.PositiveSmallIntegerField(
        "提前几天提醒", default=3, validators=[MaxValueValidator(60)]
    )

    class Meta:
        verbose_name = verbose_name_plural = "报送事项"
        ordering = ["day", "pk"]
        constraints = [
            once(
                "name",
                "recipient",
                name="due_report_once",
                message="向这个单位报送的同名事项已登记，请修改原来的一条。",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValidationError({"ends_on": "早于开始报送的日期，请核对。"})

    @property
    def rule(self) -> str:
        """When it is due, in words: 每月，次月 10 日前."""
        after = {0: "当月", 1: "次月"}.get(self.months_after, f"期后第 {self.months_after} 个月")
        after = "期末当月" if not self.months_after and self.rhythm != Rhythm.MONTH else after
        return f"{Rhythm(self.rhythm).label}，{after} {self.day} 日前"

    def due_on(self, period: When) -> date:
        month = months_on(period.end, self.months_after)
        return month.replace(day=min(self.day, monthrange(month.year, month.month)[1]))

    def period_of(self, day: date) -> When:
        """The period in which a day lies."""
        length = Rhythm(self.rhythm).months
        first = (day.month - 1) // length * length + 1
        return When.months(day.year, first, first + length - 1)

    def periods_due(self, start: date, end: date) -> list[When]:
        """The periods whose day lies in this span, the earliest first."""
        length = Rhythm(self.rhythm).months
        period = self.period_of(months_on(start, -self.months_after - length))
        found = []
        while (due := self.due_on(period)) <= end:
            if due >= start and self._covers(period):
                found.append(period)
            first = months_on(period.start, length)
            period = self.period_of(first)
        return found

    def _covers(self, period: When) -> bool:
        return period.end >= self.starts_on and not (self.ends_on and period.start > self.ends_on)


class ReportSending(Corrected):
    """That one period's report went out: on which day, by whom, and what came back (回执)."""

    rights = access.Rights(access.COLLECTIONS)

    days: ClassVar = ("sent_on", "sent_until")
    chain_keeps: ClassVar = ("due_report",)

    due_report = models.ForeignKey(
        DueReport, models.PROTECT, verbose_name="报送事项", related_name="sendings"
    )
    period_on = models.DateField("报告期")
    period_until = models.DateField("报告期末", editable=False)
    sent_on = models.DateField("报出日期")
    sent_until = models.DateField(editable=False)
    sent_by = models.CharField("报送人", max_length=60, blank=True)
    receipt = models.CharField("回执", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "报送记录"
        ordering = ["-sent_on", "-pk"]
        indexes = [models.Index(fields=["due_report", "period_on"], name="sending_of_period")]

    def __str__(self) -> str:
        return f"{self.due_report} {self.period}"

    @property
    def period(self) -> When | None:
        return dates.when(self.period_on, self.period_until)


@dataclass(frozen=True)
class Occurrence:
    """One period of an item, with the day it is due and what was sent of it."""

    item: DueReport
    period: When
    due_on: date
    sending: ReportSending | None

    @property
    def state(self) -> DueState:
        if self.sending is not None:
            return DueState.SENT
        return DueState.OVERDUE if self.due_on < clock.today() else DueState.AWAITED

    @property
    def is_overdue(self) -> bool:
        return self.state is DueState.OVERDUE

    @property
    def is_sent(self) -> bool:
        return self.state is DueState.SENT

    @property
    def was_late(self) -> bool:
        return self.sending is not None and self.sending.sent_on > self.due_on


def occurrences(items: list[DueReport], start: date, end: date) -> list[Occurrence]:
    """What of these items is due in a span of days, by day; the sendings are asked for once."""
    known = {
        (one.due_report_id, one.period_on): one
        for one in ReportSending.objects.standing().filter(due_report__in=items)
    }
    found = [
        Occurrence(item, period, item.due_on(period), known.get((item.pk, period.start)))
        for item in items
        for period in item.periods_due(start, end)
    ]
    return sorted(found, key=lambda one: (one.due_on, one.item.pk))


LOOKED_BACK = timedelta(days=400)  # how long something unsent is still asked for


def outstanding(items: list[DueReport], on: date) -> list[Occurrence]:
    """What has not been sent and is overdue, or due within the days its item reminds before."""
    longest = max((item.remind_days for item in items), default=0)
    due = occurrences(items, on - LOOKED_BACK, on + timedelta(days=longest))
    return [
        one
        for one in due
        if one.sending is None and one.due_on <= on + timedelta(days=one.item.remind_days)
    ]
