"""项目月报: how a key project moved in a month, as those at the project report it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from crm import access, dates
from crm.exact import money_field, refuse_negative
from crm.models.base import Corrected, RecordedRows
from crm.models.pipeline.key_listings import KeyListing
from crm.models.pipeline.moves import StageMove
from crm.stages import Status

# A month is reported by this day of it, and asked for from so many days before.
DUE_DAY = 25
REMIND_DAYS = 10


class MonthState(models.TextChoices):
    REPORTED = "reported", "已报送"
    RETURNED = "returned", "退回"
    ACCEPTED = "accepted", "已认可"


MISSING = "missing"  # no report stands


class ProjectMonths(RecordedRows):
    def of_year(self, year: int) -> Self:
        return self.filter(month_on__gte=date(year, 1, 1), month_on__lte=date(year, 12, 1))

    def of_month(self, month: dates.When) -> Self:
        return self.filter(month_on=month.start)


class ProjectMonth(Corrected):
    """One month of one project: completed investment in the month and since January, in yuan, and
    what was done, what hinders, what comes next. It is no 到位资金 and enters no statistics. Filing
    again, returning and accepting each insert a row that `replaces` the one that stood; `reporter`
    is who filed what stands."""

    rights = access.Rights(access.MONTHS, parent="project", void=access.Action.CONFIRM)

    days: ClassVar = ("month_on", "month_until")
    told_twice_by: ClassVar = ("month_on", "invested", "cumulative", "progress", "state")

    project = models.ForeignKey(
        "crm.Project", models.PROTECT, verbose_name="项目", related_name="months"
    )
    month_on = models.DateField("月份")
    month_until = models.DateField("月末", editable=False)
    invested = money_field(verbose_name="本月完成投资", null=True, blank=True)
    cumulative = money_field(verbose_name="累计完成投资", null=True, blank=True)
    progress = models.TextField("形象进度", max_length=1000, blank=True)
    problems = models.TextField("存在问题", max_length=1000, blank=True)
    unit = models.CharField("责任单位", max_length=100, blank=True)
    next_plan = models.TextField("下月计划", max_length=1000, blank=True)
    why = models.CharField("核对或修订原因", max_length=200, blank=True)
    state = models.CharField("状态", max_length=10, choices=MonthState, default=MonthState.REPORTED)
    return_reason = models.CharField("退回原因", max_length=300, blank=True)
    reporter = models.ForeignKey(
        "crm.User",
        models.PROTECT,
        verbose_name="报送人",
        null=True,
        blank=True,
        related_name="+",
    )

    objects = ProjectMonths.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "项目月报"
        ordering = ["-month_on", "project", "pk"]
        indexes = [
            models.Index(fields=["project", "month_on"], name="month_of_project"),
            models.Index(fields=["month_on"], name="month_of_all"),
        ]

    def __str__(self) -> str:
        return f"{self.project} {self.month or ''}月报"

    def clean(self) -> None:
        refuse_negative(self, "invested", "cumulative")
        if self.invested is None and self.cumulative is None and not self.progress.strip():
            said = "请填写本月完成投资或形象进度；没有投资的填 0。"
            raise ValidationError({"invested": said})

    @property
    def month(self) -> dates.When | None:
        return self.happened

    def contradicts(self, others: Iterable[Self]) -> Self | None:
        """Another report of the same month."""
        return next((one for one in others if one.month_on == self.month_on), None)


def due_on(month: dates.When) -> date:
    """By when the month is to be reported."""
    return month.start.replace(day=DUE_DAY)


def month_asked_for(day: date) -> dates.When:
    """The month whose reports are looked for on a day: its own as its due day nears, until then
    the one before."""
    month = dates.month_of(day)
    is_near = day >= due_on(month) - timedelta(REMIND_DAYS)
    return month if is_near else dates.month_of(day, -1)


def reporting(projects: QuerySet[Any], month: dates.When) -> QuerySet[Any]:
    """The projects that have to report a month: those on a key list of its year that had begun and
    had not left (退出) by its end. One whose beginning nobody dated had begun."""
    listed = KeyListing.objects.of_year(month.start.year)
    moves = StageMove.objects.standing().filter(project=OuterRef("pk"))
    last = moves.filter(effective_on__lte=month.end).order_by("-place").values("to_status")[:1]
    undated = moves.filter(effective_on__gt=month.end, occurred_on=None)
    return (
        projects.filter(pk__in=listed.values("project"))
        .alias(status_then=Subquery(last))
        .filter(
            Q(status_then__in=[Status.ACTIVE, Status.STALLED])
            | Q(status_then=None) & Exists(undated)
        )
    )


def with_state(projects: QuerySet[Any], month: dates.When) -> QuerySet[Any]:
    """Each with `month_state`: how its report of the month stands, None where there is none."""
    told = ProjectMonth.objects.standing().of_month(month).filter(project=OuterRef("pk"))
    return projects.annotate(month_state=Subquery(told.order_by().values("state")[:1]))


def unreported(projects: QuerySet[Any], month: dates.When) -> QuerySet[Any]:
    """Of those that have to report a month the ones whose report is missing or was returned."""
    rows = with_state(reporting(projects, month), month)
    done = [MonthState.REPORTED, MonthState.ACCEPTED]
    return rows.filter(Q(month_state=None) | ~Q(month_state__in=done))
