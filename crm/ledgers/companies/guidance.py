"""一对一辅导和走访台账."""

from collections.abc import Mapping
from typing import Any

from crm.actions import rows
from crm.actions.questions import NOTHING_SAID, Anyway
from crm.ledgers.base import Column, Kind, Ledger, declare
from crm.models import User
from crm.models.companies.guidance import Guidance, Visit

LEDGER = declare(
    Ledger(
        key="guidance",
        label="一对一辅导",
        model=Guidance,
        place=51,
        natural_key=("company", "starts_on"),
        lookup=("company__name", "team_name"),
        joins=("company", "liaison"),
        known_on="starts_on",
        timeline={"starts_on": "开始一对一辅导", "ends_on": "结束一对一辅导"},
        description="一户企业一个专班：谁牵头、谁辅导、谁联络，从哪一天到哪一天；同一时间只有一个。",
        columns=(
            Column("company", "企业", Kind.REFERENCE, reference="companies",
                   aliases=("企业名称", "单位名称", "辅导企业", "服务企业"), required=True,
                   in_list=True, is_filter=True),
            Column("team_name", "专班", aliases=("专班名称", "服务专班", "工作专班"),
                   required=True, in_list=True),
            Column("lead_official", "牵头领导", aliases=("联系领导", "包联领导", "包保领导"),
                   in_list=True),
            Column("members", "专班成员", aliases=("成员", "成员单位"),
                   help="几个人用顿号分隔。"),
            Column("mentor", "辅导导师", aliases=("导师", "辅导员", "辅导老师"), in_list=True),
            Column("liaison", "企业联络员", Kind.REFERENCE, reference="users",
                   aliases=("联络员", "驻企联络员"), in_list=True, is_filter=True,
                   help="在辅导期间看得到这户企业的园惠贷。"),
            Column("starts_on", "开始日期", Kind.DATE, aliases=("起始日期", "辅导开始"),
                   required=True, in_list=True, is_sortable=True),
            Column("ends_on", "结束日期", Kind.DATE, aliases=("辅导结束", "终止日期"),
                   in_list=True, is_planned=True, is_eventual=True, help="还在辅导的留空。"),
            Column("note", "备注", is_eventual=True),
        ),
    )
)  # fmt: skip


def _register_visit(values: Mapping[str, Any], *, by: User, anyway: Anyway = NOTHING_SAID) -> Visit:
    visit: Visit = rows.register(
        Visit, {**values, "by": by}, by=by, anyway=anyway,
        same=lambda: [row for row in (VISITS.find(values, by=by),) if row is not None],
    )  # fmt: skip
    return visit


VISITS = declare(
    Ledger(
        key="visits",
        label="走访",
        model=Visit,
        place=52,
        natural_key=("company", "visited_on", "visitors"),
        lookup=("company__name", "visitors"),
        joins=("company", "by"),
        known_on="visited_on",
        timeline={"visited_on": "走访"},
        register_verb=_register_visit,
        description="到企业走访：谁去的，企业提了什么，下一步怎么办。",
        columns=(
            Column("company", "企业", Kind.REFERENCE, reference="companies",
                   aliases=("企业名称", "单位名称", "走访企业"), required=True, in_list=True,
                   is_filter=True),
            Column("visited_on", "走访日期", Kind.DATE, aliases=("日期", "走访时间"),
                   required=True, in_list=True, is_filter=True, is_sortable=True),
            Column("visitors", "走访人", aliases=("走访人员", "走访领导", "参加人员"),
                   required=True, in_list=True),
            Column("asked", "企业诉求", Kind.LONG_TEXT,
                   aliases=("诉求", "反映问题", "存在问题", "问题诉求"), in_list=True),
            Column("next_step", "下一步", aliases=("下一步措施", "办理措施", "处理意见"),
                   in_list=True),
            Column("by", "登记人", Kind.REFERENCE, reference="users", in_form=False,
                   in_import=False),
        ),
    )
)  # fmt: skip
