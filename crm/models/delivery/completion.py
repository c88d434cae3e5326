"""完成率: how much of the year's plan a project has invested, beside how much of the year is
over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from crm import prorata
from crm.models.delivery.investment_plans import InvestmentPlan, plan_for
from crm.models.delivery.project_months import ProjectMonth

Plans = Mapping[tuple[int, int], list[InvestmentPlan]]


@dataclass(frozen=True)
class Completion:
    """One project at the end of a month of the year. cumulative, plan: yuan, None = unknown."""

    month: int
    cumulative: Decimal | None
    plan: Decimal | None

    @property
    def percent(self) -> Decimal | None:
        """完成率; unknown without a plan, or where the plan is nothing."""
        if self.cumulative is None or not self.plan:
            return None
        return self.cumulative * 100 / self.plan

    @property
    def due(self) -> Decimal:
        """时序: the share of the year that is over, in percent."""
        return prorata.due(self.month)

    @property
    def ahead(self) -> Decimal | None:
        """超时序 (positive) or 欠进度 (negative), in percentage points."""
        return None if self.percent is None else self.percent - self.due

    @property
    def pace(self) -> tuple[str, str]:
        """超时序 3.2 or 欠进度 3.2, and how that looks; nothing where it is unknown."""
        return ("", "unknown") if self.ahead is None else prorata.pace(self.ahead)


def plans_of(
    projects: Collection[int], years: Collection[int], known_on: date | None = None
) -> Plans:
    """The standing plans of these projects (by number), by project and year; one query."""
    found = defaultdict(list)
    for plan in InvestmentPlan.objects.standing(known_on).of_years(projects, years):
        found[plan.project_id, plan.year].append(plan)
    return found


def completion(row: ProjectMonth, plans: Plans) -> Completion:
    plan = plan_for(plans.get((row.project_id, row.month_on.year), ()), row.month_until)
    return Completion(row.month_on.month, row.cumulative, plan)


def completions(rows: Iterable[ProjectMonth]) -> dict[int, Completion]:
    """Of many reports, by their number; the plans are asked for once."""
    some = list(rows)
    plans = plans_of({row.project_id for row in some}, {row.month_on.year for row in some})
    return {row.pk: completion(row, plans) for row in some}
