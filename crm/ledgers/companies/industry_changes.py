"""产业变更台账."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crm.actions.companies import industry_changes
from crm.actions.questions import NOTHING_SAID, Anyway
from crm.ledgers import given
from crm.ledgers.base import Column, Kind, Ledger, declare, one
from crm.models import User
from crm.models.companies.industry_changes import IndustryChange

_LABELS = {
    "company": "请选择企业。",
    "to_industry": "请选择新产业。",
    "changed": "请填写变更时间。",
}


def _register(
    values: Mapping[str, Any], *, by: User, anyway: Anyway = NOTHING_SAID
) -> IndustryChange:
    kept = given.needed(values, _LABELS)
    return industry_changes.change_industry(
        kept.pop("company"), kept.pop("to_industry"), by=by, anyway=anyway, **kept
    )


def _change(
    row: IndustryChange,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    reason: str = "按表格更正",
) -> IndustryChange:
    said = "产业变更不能换到另一户企业；请作废这一条后另行登记。"
    kept = given.with_days(given.unmoved(values, row, "company", said=said), "changed")
    if not kept:
        return row
    return industry_changes.correct_industry_change(row, kept, by=by, reason=reason)


def _find(values: Mapping[str, Any], by: User) -> IndustryChange | None:
    company, changed = values.get("company"), values.get("changed")
    if company is None or changed is None:
        return None
    known = IndustryChange.objects.standing().visible_to(by).filter(company=company)
    return one(known.filter(changed_on=changed.start, changed_until=changed.end))


LEDGER = declare(
    Ledger(
        key="industry-changes",
        label="产业变更",
        model=IndustryChange,
        place=46,
        verbs={
            "change_industry": "变更产业",
            "correct_industry_change": "更正产业变更",
        },
        known_on="changed",
        timeline={"changed": "产业变更"},
        park="company__park",
        in_figures=("company", "changed", "from_industry", "to_industry"),
        lookup=("company__name",),
        joins=("company", "from_industry", "to_industry", "by"),
        ordering=("-changed_until", "-pk"),
        register_verb=_register,
        change_verb=_change,
        find_row=_find,
        description="企业转行：从哪一天起算另一个产业，以前的报告仍按原产业计。",
        columns=(
            Column("company", "企业", Kind.REFERENCE, reference="companies",
                   aliases=("企业名称", "单位名称"), required=True, in_list=True,
                   is_filter=True),
            Column("changed", "变更时间", Kind.WHEN, aliases=("变更日期", "转行时间"),
                   required=True, in_list=True, is_sortable=True, order_by="changed_on",
                   get=lambda row: row.changed),
            Column("from_industry", "原产业", Kind.REFERENCE, reference="industries",
                   tab="转出的企业", in_list=True, in_form=False, in_import=False),
            Column("to_industry", "新产业", Kind.REFERENCE, reference="industries",
                   tab="转入的企业", aliases=("变更后产业", "现产业"), required=True, in_list=True,
                   is_filter=True),
            Column("document", "依据", aliases=("依据文件", "变更依据")),
            Column("by", "经办人", Kind.REFERENCE, reference="users", in_form=False,
                   in_import=False),
        ),
    )
)  # fmt: skip
