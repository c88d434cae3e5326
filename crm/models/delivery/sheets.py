"""A month of many projects at once, with what stands beside each report: the months of the year,
the plan, who answers for the project, the photos. Few queries, however many projects."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from crm.dates import When, month_of
from crm.models.delivery.completion import Completion, plans_of
from crm.models.delivery.investment_plans import plan_for
from crm.models.delivery.project_months import MonthState, ProjectMonth
from crm.models.pipeline.assignments import Assignment, AssignmentKind
from crm.models.pipeline.projects import Project
from crm.models.system.files import StoredFile


@dataclass(frozen=True)
class Sheet:
    """One project's month. row: its standing report, None = 待报. last: that of the month before,
    of the last year too. year: all of its year. plan: yuan, None = unknown. duty: the 责任单位 of
    its 服务分工."""

    project: Project
    month: When
    row: ProjectMonth | None
    last: ProjectMonth | None
    year: list[ProjectMonth]
    plan: Decimal | None
    duty: str = ""
    photos: list[StoredFile] = field(default_factory=list)

    @property
    def completion(self) -> Completion:
        told = self.row.cumulative if self.row else None
        return Completion(self.month.start.month, told, self.plan)

    @property
    def unit(self) -> str:
        """责任单位: as the report says, else as the duties do."""
        return (self.row.unit if self.row else "") or self.duty

    @property
    def state(self) -> str:
        return self.row.state if self.row else ""

    @property
    def state_word(self) -> str:
        return MonthState(self.row.state).label if self.row else "待报"


def sheets_of(projects: Sequence[Project], month: When) -> list[Sheet]:
    """Of these projects in their order: four queries."""
    ids = [project.pk for project in projects]
    year, before = month.start.year, month_of(month.start, -1)
    told = defaultdict(list)
    standing = ProjectMonth.objects.standing().filter(
        project__in=ids,
        month_on__gte=min(before.start, date(year, 1, 1)),
        month_on__lte=date(year, 12, 1),
    )
    for row in standing.select_related("reporter", "by").order_by("month_on"):
        told[row.project_id].append(row)
    plans = plans_of(ids, [year])
    duties = _duties(ids, month)
    photos = defaultdict(list)
    for one in StoredFile.objects.filter(project__in=ids, month_on=month.start).order_by("pk"):
        photos[one.project_id].append(one)
    found = []
    for project in projects:
        months = {row.month_on: row for row in told[project.pk]}
        found.append(
            Sheet(
                project,
                month,
                row=months.get(month.start),
                last=months.get(before.start),
                year=[row for row in told[project.pk] if row.month_on.year == year],
                plan=plan_for(plans.get((project.pk, year), ()), month.end),
                duty=duties.get(project.pk, ""),
                photos=photos[project.pk],
            )
        )
    return found


def _duties(ids: Sequence[int], month: When) -> dict[int, str]:
    """The 责任单位 of these projects at the end of the month."""
    held = Assignment.objects.in_force_on(month.end).filter(
        project__in=ids, kind=AssignmentKind.RESPONSIBLE_UNIT
    )
    return {
        duty.project_id: duty.unit or str(duty.user)
        for duty in held.select_related("user").order_by("starts_on", "pk")
    }
