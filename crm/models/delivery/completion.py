"""完成率 of a project: what it has invested of the year's plan, by the plan that held."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date

from crm.models.delivery.investment_plans import InvestmentPlan, plan_for
from crm.models.delivery.project_months import ProjectMonth
from crm.prorata import Completion

Plans = Mapping[tuple[int, int], list[InvestmentPlan]]


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
