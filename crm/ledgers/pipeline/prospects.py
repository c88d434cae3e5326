"""目标企业台账: 想引进的企业，从待对接到已转项目."""

from collections.abc import Mapping
from typing import Any

from crm.actions.pipeline import prospects
from crm.ledgers.base import Column, Group, Kind, Ledger, declare, one
from crm.models import Priority, Prospect, ProspectState, User
from crm.names import company_key


def _find(values: Mapping[str, Any], by: User) -> Prospect | None:
    """The same company, its legal form aside, for the same team where the file names one."""
    same = Prospect.objects.visible_to(by).filter(name_key=company_key(values.get("name") or ""))
    if values.get("team"):
        same = same.filter(team=values["team"])
    return one(same)


LEDGER = declare(
    Ledger(
        key="prospects",
        label="目标企业",
        group=Group.PIPELINE,
        model=Prospect,
        place=60,
        verbs={"convert_prospect": "转为线索"},
        natural_key=("name",),
        lookup=("name", "area"),
        joins=("industry", "link", "team", "officer"),
        register_verb=prospects.register,
        find_row=_find,
        description="按产业链想引进的企业：为什么找它、谁去对接、谈成没有；谈开了就转为线索。",
        columns=(
            Column("name", "目标企业", aliases=("企业名称", "目标企业名称", "拟引进企业"),
                   required=True, in_list=True, is_sortable=True),
            Column("state", "状态", Kind.CHOICE, choices=ProspectState,
                   aliases=("对接状态", "对接情况"), in_list=True, is_filter=True),
            Column("industry", "产业", Kind.REFERENCE, reference="industries",
                   aliases=("产业链", "所属产业"), in_list=True, is_filter=True),
            Column("link", "补链环节", Kind.REFERENCE, reference="chain",
                   aliases=("环节", "产业链环节", "缺失环节"), in_list=True, is_filter=True),
            Column("priority", "优先级", Kind.CHOICE, choices=Priority, in_list=True,
                   is_filter=True),
            Column("area", "所在地", aliases=("企业所在地", "总部所在地"), in_list=True),
            Column("why", "目标理由", Kind.LONG_TEXT, aliases=("理由", "引进理由", "企业简介")),
            Column("officer", "对接人", Kind.REFERENCE, reference="users",
                   aliases=("对接责任人",), in_list=True, is_filter=True),
            Column("team", "招商科室", Kind.REFERENCE, reference="teams",
                   aliases=("责任科室", "对接单位"), is_filter=True),
        ),
    )
)  # fmt: skip
