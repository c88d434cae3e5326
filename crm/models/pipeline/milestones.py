"""Milestones (里程碑): dated facts of a project beside its stages."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models

from crm import access, clock, dates
from crm.exact import money_field, refuse_negative
from crm.models.base import Row, once


class MilestoneKind(models.TextChoices):
    """In the order in which a project usually passes them."""

    COMPANY = "company", "公司注册"
    FILING = "filing", "立项备案"
    LAND = "land", "供地"
    ENVIRONMENT = "environment", "环评"
    PERMIT = "permit", "施工许可"
    STATISTICS = "statistics", "纳统入库"


class Milestone(Row):
    """A step of a project on paper, happened between two days (equal when the day is known).

    Each kind happens once a project; 纳统入库 once a year, with the amount (yuan) that entered the
    statistics of that year. `year` is that year, 0 for the kinds that happen once.
    """

    rights = access.Rights(access.PIPELINE, parent="project")

    project = models.ForeignKey(
        "crm.Project", models.PROTECT, verbose_name="项目", related_name="milestones"
    )
    kind = models.CharField("里程碑", max_length=20, choices=MilestoneKind)
    achieved_on = models.DateField("完成日期")
    achieved_until = models.DateField("最晚日期")
    year = models.PositiveSmallIntegerField("纳统年度", default=0, editable=False)
    amount = money_field(verbose_name="纳统金额", null=True, blank=True)
    evidence = models.CharField("凭证", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "里程碑"
        ordering = ["achieved_until", "pk"]
        constraints = [
            once(
                "project",
                "kind",
                "year",
                name="milestone_once",
                message="本项目已登记过这个里程碑（纳统入库每年一次），请修改原来的一条。",
            )
        ]
        indexes = [models.Index(fields=["kind", "achieved_on"], name="milestone_achieved")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.project}"

    def clean(self) -> None:
        if self.achieved_on and self.achieved_on > clock.today():
            raise ValidationError({"achieved": "完成日期在今天之后；还没有办成的不登记。"})
        is_statistics = self.kind == MilestoneKind.STATISTICS
        if self.amount is not None and not is_statistics:
            raise ValidationError({"amount": "只有纳统入库登记金额，其他里程碑请留空。"})
        refuse_negative(self, "amount")
        # The statistical year (统计年度) is the calendar year.
        self.year = self.achieved_on.year if is_statistics and self.achieved_on else 0

    @property
    def achieved(self) -> dates.When | None:
        return dates.when(self.achieved_on, self.achieved_until)

    @achieved.setter
    def achieved(self, when: dates.When | None) -> None:
        self.achieved_on = when.start if when else None  # type: ignore[assignment]
        self.achieved_until = when.end if when else None  # type: ignore[assignment]
