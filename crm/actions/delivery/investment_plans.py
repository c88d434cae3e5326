"""年度计划投资: putting a project's plan of a year on record, and correcting it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from crm import access
from crm.access import Action
from crm.actions import _checks, _lock, _record
from crm.actions.questions import NOTHING_SAID, Anyway
from crm.dates import When
from crm.errors import Refused
from crm.models import Project, User
from crm.models.delivery.investment_plans import InvestmentPlan


def plan_investment(
    project: Project,
    *,
    by: User,
    year: int,
    amount: Decimal,
    made: When | date,
    document: str = "",
    note: str = "",
    anyway: Anyway = NOTHING_SAID,
) -> InvestmentPlan:
    """What a project is to invest in a year, in yuan, handed down on a day. An adjusted plan is
    another one, of its own day; there is one a day, so that there is nothing to ask `anyway`."""
    when = made if isinstance(made, When) else When.day(made)
    plan = InvestmentPlan(
        project=project,
        year=year,
        amount=amount,
        made_on=when.start,
        made_until=when.end,
        document=document,
        note=note,
    )
    access.require(by, Action.REGISTER, plan)
    with _lock.one_at_a_time("investmentplan", f"{project.pk}/{year}"):
        if same_plans(plan):
            raise Refused(f"“{plan}”当天已有一条，请更正那一条。", "exists", ["made"])
        return _insert(plan, by=by, verb="plan_investment")


def same_plans(plan: InvestmentPlan) -> list[InvestmentPlan]:
    """Those of the same project and year that were handed down at the same time."""
    same = InvestmentPlan.objects.standing().filter(project=plan.project, year=plan.year)
    return list(same.filter(made_on=plan.made_on, made_until=plan.made_until))


def correct_plan(
    plan: InvestmentPlan, values: Mapping[str, Any], *, by: User, reason: str
) -> InvestmentPlan:
    """Corrects what was written down wrong of a plan; an adjusted plan is another one."""
    access.require(by, Action.CHANGE, plan)
    _checks.require_reason(reason, "更正年度计划投资")
    standing = _checks.current(plan)
    row = _checks.corrected(standing, values)
    with _lock.one_at_a_time("investmentplan", f"{row.project_id}/{row.year}"):
        if any(one.pk != standing.pk for one in same_plans(row)):
            raise Refused(f"“{row}”当天已有另一条，请核对。", "exists", ["made"])
        return _insert(row, by=by, verb="correct_plan", reason=reason)


def _insert(plan: InvestmentPlan, *, by: User, verb: str, reason: str = "") -> InvestmentPlan:
    _checks.dated(plan, "made", "下达日期在今天之后；下达了再登记。")
    return _record.enter(plan, by=by, verb=verb, reason=reason)
