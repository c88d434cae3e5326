"""年度计划投资台账: a project's plan of a year a row, with the day it was handed down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crm.actions.delivery import investment_plans
from crm.actions.questions import NOTHING_SAID, Anyway
from crm.ledgers import given
from crm.ledgers.base import Column, Group, Kind, Ledger, declare, one
from crm.models import User
from crm.models.delivery.investment_plans import InvestmentPlan


def _register(
    values: Mapping[str, Any], *, by: User, anyway: Anyway = NOTHING_SAID
) -> InvestmentPlan:
    lacking = {
        "project": "请选择项目。", "year": "请填写年度。", "amount": "请填写年度计划投资。",
        "made": "请填写下达日期。",
    }  # fmt: skip
    kept = given.with_year(given.needed(values, lacking))
    return investment_plans.plan_investment(kept.pop("project"), by=by, anyway=anyway, **kept)


def _change(
    row: InvestmentPlan,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    reason: str = "按表格更正",
) -> InvestmentPlan:
    said = "计划不能换到另一个项目；请作废后另行登记。"
    kept = given.with_year(
        given.with_days(given.unmoved(values, row, "project", said=said), "made")
    )
    return investment_plans.correct_plan(row, kept, by=by, reason=reason) if kept else row


def _find(values: Mapping[str, Any], by: User) -> InvestmentPlan | None:
    """The plan of this project and year that was handed down then."""
    project, year, made = (values.get(name) for name in ("project", "year", "made"))
    if project is None or made is None or not str(year or "").isdecimal():
        return None
    mine = InvestmentPlan.objects.standing().visible_to(by).filter(project=project)
    return one(mine.filter(year=int(str(year)), made_on=made.start, made_until=made.end))


LEDGER = declare(
    Ledger(
        key="investment-plans",
        label="年度计划投资",
        group=Group.PROJECT,
        model=InvestmentPlan,
        place=64,
        verbs={"plan_investment": "登记年度计划投资", "correct_plan": "更正年度计划投资"},
        known_on="made",
        park="project__park",
        lookup=("project__name", "document"),
        joins=("project", "by"),
        ordering=("-year", "-made_on", "pk"),
        register_verb=_register,
        change_verb=_change,
        find_row=_find,
        description="项目一年计划完成的投资，连同下达的日期；年中调整的另登一条，从那天起按新的算。",
        columns=(
            Column("project", "项目", Kind.REFERENCE, reference="projects",
                   aliases=("项目名称",), required=True, in_list=True),
            Column("year", "年度", aliases=("年份", "计划年度"), required=True, in_list=True,
                   is_filter=True, is_sortable=True, help="例如 2023。",
                   get=lambda row: str(row.year)),
            Column("amount", "年度计划投资", Kind.MONEY, unit="万元",
                   aliases=("年度投资计划", "当年计划投资", "本年计划投资", "计划投资"),
                   required=True, in_list=True, is_sortable=True),
            Column("made", "下达日期", Kind.WHEN, aliases=("计划日期", "日期"), required=True,
                   in_list=True, is_sortable=True, order_by="made_on", get=lambda row: row.made),
            Column("document", "文件", aliases=("文号", "依据"), in_list=True),
            Column("note", "备注"),
            Column("by", "经办人", Kind.REFERENCE, reference="users", in_form=False,
                   in_import=False),
        ),
    )
)  # fmt: skip
