"""项目月报台账: a project's month a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from crm.actions.delivery import project_months
from crm.actions.questions import NOTHING_SAID, Anyway
from crm.exact import rounded
from crm.ledgers import given
from crm.ledgers.base import Column, Group, Kind, Ledger, declare, one
from crm.models import User
from crm.models.delivery.completion import completions
from crm.models.delivery.project_months import MonthState, ProjectMonth


def _register(
    values: Mapping[str, Any], *, by: User, anyway: Anyway = NOTHING_SAID
) -> ProjectMonth:
    kept = given.needed(values, {"project": "请选择项目。", "month": "请填写月份。"})
    return project_months.file_month(kept.pop("project"), by=by, anyway=anyway, **kept)


def _change(
    row: ProjectMonth,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    reason: str = "按表格修订",
) -> ProjectMonth:
    said = "月报不能换到另一个项目或月份；请作废这一份后另行报送。"
    kept = given.unmoved(values, row, "project", "month", said=said)
    told = str(kept.get("why") or reason)
    return project_months.refile_month(row, kept, by=by, reason=told) if kept else row


def _find(values: Mapping[str, Any], by: User) -> ProjectMonth | None:
    """The report of this project and month."""
    project, month = values.get("project"), values.get("month")
    if project is None or month is None:
        return None
    mine = ProjectMonth.objects.standing().visible_to(by).filter(project=project)
    return one(mine.filter(month_on=month.start.replace(day=1)))


def _percents(rows: Sequence[ProjectMonth]) -> dict[int, Decimal | None]:
    return {pk: _short(told.percent) for pk, told in completions(rows).items()}


def _aheads(rows: Sequence[ProjectMonth]) -> dict[int, Decimal | None]:
    return {pk: _short(told.ahead) for pk, told in completions(rows).items()}


def _short(number: Decimal | None) -> Decimal | None:
    return None if number is None else Decimal(rounded(number, 1))


LEDGER = declare(
    Ledger(
        key="monthly-reports",
        label="项目月报",
        group=Group.PROJECT,
        model=ProjectMonth,
        place=62,
        also=(("月报汇总", "desk-project-months"),),
        verbs={
            "file_month": "报送月报", "refile_month": "重报月报", "accept_month": "认可月报",
            "return_month": "退回月报",
        },
        known_on="month",
        park="project__park",
        lookup=("project__name", "unit"),
        joins=("project", "reporter", "by"),
        ordering=("-month_on", "project", "pk"),
        register_verb=_register,
        change_verb=_change,
        find_row=_find,
        parts=(
            ("", ("project", "month", "invested", "cumulative", "progress", "problems", "unit",
                  "next_plan")),
            ("核对", ("why",)),
        ),
        description="重点项目每月完成的投资、形象进度、存在问题和下月计划；由项目上的人报送，"
        "科长认可或退回。不是到位资金，也不是纳统。",
        columns=(
            Column("project", "项目", Kind.REFERENCE, reference="projects",
                   aliases=("项目名称",), required=True, in_list=True),
            Column("month", "月份", Kind.WHEN, aliases=("年月", "报告期", "月度"), required=True,
                   in_list=True, is_sortable=True, order_by="month_on",
                   get=lambda row: row.month, help="写到月，例如 2023-08。"),
            Column("invested", "本月完成投资", Kind.MONEY, unit="万元",
                   aliases=("当月完成投资", "本月完成", "当月完成"), in_list=True,
                   is_sortable=True, lacking="没有报"),
            Column("cumulative", "累计完成投资", Kind.MONEY, unit="万元",
                   aliases=("本年累计完成投资", "累计完成", "1月至本月累计"), in_list=True,
                   is_sortable=True, is_summed=False, help="1 月至本月。"),
            Column("percent", "完成率", Kind.NUMBER, unit="%", in_list=True, in_form=False,
                   in_import=False, is_summed=False,
                   get=lambda row: _percents([row])[row.pk], read_all=_percents,
                   help="累计完成投资占年度计划投资；没有计划的不知道。"),
            Column("ahead", "比时序", Kind.NUMBER, unit="个百分点", in_list=True, in_form=False,
                   in_import=False, is_summed=False, is_signed=True,
                   get=lambda row: _aheads([row])[row.pk], read_all=_aheads,
                   help="完成率减去已过月份占全年的比例；负的是欠进度。"),
            Column("progress", "形象进度", Kind.LONG_TEXT, aliases=("工程形象进度", "进展情况")),
            Column("problems", "存在问题", Kind.LONG_TEXT, aliases=("存在的问题", "困难问题")),
            Column("unit", "责任单位", aliases=("责任部门", "牵头单位")),
            Column("next_plan", "下月计划", Kind.LONG_TEXT, aliases=("下月工作计划", "下步计划")),
            Column("why", "核对或修订原因", aliases=("修订原因", "说明")),
            Column("state", "状态", Kind.CHOICE, choices=MonthState, in_list=True, in_form=False,
                   in_import=False, is_filter=True),
            Column("return_reason", "退回原因", in_form=False, in_import=False),
            Column("reporter", "报送人", Kind.REFERENCE, reference="users", in_form=False,
                   in_import=False),
            Column("by", "经办人", Kind.REFERENCE, reference="users", in_form=False,
                   in_import=False),
        ),
    )
)  # fmt: skip
