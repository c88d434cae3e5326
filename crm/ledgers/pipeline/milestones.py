"""里程碑台账: 公司注册、立项备案、供地、环评、施工许可、纳统入库."""

from collections.abc import Mapping
from typing import Any

from crm.ledgers.base import Column, Group, Kind, Ledger, declare
from crm.models import Milestone, MilestoneKind, User


def _find(values: Mapping[str, Any], by: User) -> Milestone | None:
    """A kind happens once a project, 纳统入库 once a year."""
    project, kind, achieved = (values.get(name) for name in ("project", "kind", "achieved"))
    if project is None or not kind or achieved is None:
        return None
    year = achieved.start.year if kind == MilestoneKind.STATISTICS else 0
    return Milestone.objects.visible_to(by).filter(project=project, kind=kind, year=year).first()


LEDGER = declare(
    Ledger(
        key="milestones",
        label="里程碑",
        group=Group.PROJECT,
        model=Milestone,
        place=40,
        known_on="achieved",
        timeline={"achieved": "里程碑"},
        seen_from={"companies": "project__company"},
        lookup=("project__name",),
        joins=("project",),
        ordering=("-achieved_until", "-pk"),
        find_row=_find,
        description="项目办成的要件和日期；每种一次，纳统入库每年一次并记金额。",
        columns=(
            Column("project", "项目", Kind.REFERENCE, reference="projects",
                   aliases=("项目名称",), required=True, in_list=True),
            Column("kind", "里程碑", Kind.CHOICE, choices=MilestoneKind,
                   aliases=("事项", "要件"), required=True, in_list=True, is_filter=True),
            Column("achieved", "完成日期", Kind.WHEN, aliases=("办结日期", "取得日期"),
                   required=True, in_list=True, is_sortable=True, order_by="achieved_on",
                   get=lambda row: row.achieved),
            Column("amount", "纳统金额", Kind.MONEY, unit="万元", aliases=("入库金额",),
                   in_list=True, is_sortable=True, is_summed=False,
                   help="只有纳统入库填写。"),
            Column("evidence", "凭证", aliases=("文号", "证号"), in_list=True,
                   help="文号、证号或备案代码。"),
        ),
    )
)  # fmt: skip
