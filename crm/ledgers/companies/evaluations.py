"""亩均评价结果台账: published results, read only; and 申诉."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crm.actions import rows
from crm.actions.companies import evaluations
from crm.actions.questions import NOTHING_SAID, Anyway
from crm.evaluation import Grade
from crm.ledgers import given
from crm.ledgers.base import Column, Group, Kind, Ledger, declare, one
from crm.models import User
from crm.models.companies.evaluations import AppealState, Evaluation, EvaluationAppeal


def _parts(row: Evaluation) -> str:
    """亩均税收 18.2 万元/亩，得 36.40 分；…"""
    return "；".join(
        f"{part['name']} {part['value']}{part['unit']}，得 {part['points']} 分"
        for part in row.parts
    )


RESULTS = declare(
    Ledger(
        key="evaluations",
        label="亩均评价结果",
        group=Group.ASSESSMENT,
        model=Evaluation,
        place=70,
        also=(("亩均评价", "desk-evaluation"),),
        verbs={"publish": "公布亩均评价", "uphold_appeal": "申诉成立"},
        park="company__park",
        in_figures=("company", "year", "verdict", "score"),
        lookup=("company__name", "scheme__name"),
        is_read_only=True,
        joins=("company", "scheme", "by"),
        ordering=("-year", "scheme", "is_exempt", "rank", "pk"),
        timeline={"published_on": "亩均评价公布"},
        description="公布了的亩均评价结果，按公布时的办法和数据定格；申诉成立的换上改后的一条。",
        columns=(
            Column("company", "企业", Kind.REFERENCE, reference="companies", in_list=True,
                   is_filter=True),
            Column("verdict", "结果", in_list=True),
            Column("year", "年度", in_list=True, is_filter=True, is_sortable=True,
                   get=lambda row: str(row.year)),
            Column("scheme_name", "评价办法", in_list=True, get=lambda row: str(row.scheme)),
            Column("grade", "档次", Kind.CHOICE, choices=Grade, is_filter=True),
            Column("score", "得分", Kind.NUMBER, in_list=True, is_sortable=True,
                   is_summed=False),
            Column("rank", "位次", Kind.NUMBER, in_list=True, is_sortable=True, is_summed=False),
            Column("is_exempt", "免评", Kind.BOOLEAN, is_filter=True),
            Column("remark", "说明", in_list=True),
            Column("parts", "各项得分", Kind.LONG_TEXT, get=_parts),
            Column("published_on", "公布日期", Kind.DATE, in_list=True, is_sortable=True),
            Column("document", "公布文件"),
            Column("by", "经办人", Kind.REFERENCE, reference="users"),
        ),
    )
)  # fmt: skip


def _register(
    values: Mapping[str, Any], *, by: User, anyway: Anyway = NOTHING_SAID
) -> EvaluationAppeal:
    return rows.register(
        EvaluationAppeal,
        given.with_year(values),
        by=by,
        anyway=anyway,
        same=lambda: [row for row in (_find(values, by),) if row is not None],
    )


def _change(
    row: EvaluationAppeal, values: Mapping[str, Any], *, by: User, version: int | None = None
) -> EvaluationAppeal:
    return evaluations.change_appeal(row, given.with_year(values), by=by, version=version)


def _find(values: Mapping[str, Any], by: User) -> EvaluationAppeal | None:
    company, year, day = (values.get(name) for name in ("company", "year", "appealed_on"))
    if company is None or day is None or not str(year or "").isdecimal():
        return None
    seen = EvaluationAppeal.objects.visible_to(by)
    return one(seen.filter(company=company, year=int(str(year)), appealed_on=day))


APPEALS = declare(
    Ledger(
        key="evaluation-appeals",
        label="亩均评价申诉",
        group=Group.ASSESSMENT,
        model=EvaluationAppeal,
        place=75,
        verbs={"uphold_appeal": "申诉成立", "reject_appeal": "申诉不成立"},
        park="company__park",
        lookup=("company__name", "content"),
        joins=("company", "result__company"),
        register_verb=_register,
        change_verb=_change,
        find_row=_find,
        timeline={"appealed_on": "亩均评价申诉", "ruled_on": "亩均评价申诉裁定"},
        description="企业对评价结果或数据的申诉；成立的更正数据，重新公布这户企业的结果。",
        columns=(
            Column("company", "企业", Kind.REFERENCE, reference="companies",
                   aliases=("企业名称", "单位名称"), required=True, in_list=True,
                   is_filter=True),
            Column("state", "状态", Kind.CHOICE, choices=AppealState, in_list=True,
                   in_form=False, in_import=False, is_filter=True),
            Column("year", "年度", aliases=("评价年度",), required=True, in_list=True,
                   is_filter=True, help="例如 2022。", get=lambda row: str(row.year)),
            Column("appealed_on", "申诉日期", Kind.DATE, aliases=("日期",), required=True,
                   in_list=True, is_sortable=True),
            Column("content", "申诉内容", Kind.LONG_TEXT, aliases=("内容", "理由"),
                   required=True),
            Column("ruled_on", "裁定日期", Kind.DATE, in_list=True, in_form=False,
                   in_import=False),
            Column("ruling", "裁定意见", in_form=False, in_import=False),
            Column("result", "改后的结果", Kind.REFERENCE, reference="evaluations",
                   in_form=False, in_import=False),
        ),
    )
)  # fmt: skip
