"""服务分工台账: 驻企联络员、包保领导、责任单位、专班成员."""

from collections.abc import Mapping
from typing import Any

from crm.actions.pipeline import assignments
from crm.ledgers.base import Column, Group, Kind, Ledger, declare, one
from crm.models import Assignment, AssignmentKind, User


def _find(values: Mapping[str, Any], by: User) -> Assignment | None:
    """The same duty from the same day; of a service team, the same member's."""
    project, kind, starts_on = (values.get(name) for name in ("project", "kind", "starts_on"))
    if project is None or not kind or starts_on is None:
        return None
    same = Assignment.objects.visible_to(by).filter(project=project, kind=kind, starts_on=starts_on)
    if kind == AssignmentKind.SERVICE:
        same = same.filter(user=values.get("user"), unit=values.get("unit") or "")
    return one(same)


LEDGER = declare(
    Ledger(
        key="assignments",
        label="服务分工",
        group=Group.PROJECT,
        model=Assignment,
        place=80,
        park="project__park",
        in_figures=("project", "starts_on", "holder"),
        natural_key=("project", "kind", "starts_on"),
        lookup=("project__name", "unit"),
        find_row=_find,
        register_verb=assignments.assign,
        change_verb=assignments.change,
        joins=("project", "user"),
        description="谁从何时到何时服务哪个项目；报告数期末在岗的驻企联络员项目。",
        columns=(
            Column("project", "项目", Kind.REFERENCE, reference="projects",
                   aliases=("项目名称",), required=True, in_list=True),
            Column("kind", "类型", Kind.CHOICE, choices=AssignmentKind, aliases=("分工",),
                   required=True, in_list=True, is_filter=True),
            Column("user", "人员", Kind.REFERENCE, reference="users", in_list=True),
            Column("holder", "担任人", in_form=False, in_import=False, in_api=False,
                   get=lambda row: str(row.user or row.unit)),
            Column("unit", "单位", aliases=("派出单位", "单位或职务"), in_list=True,
                   help="没有账号的领导写职务，例如“县委常委、副县长”。"),
            Column("duty", "负责事项", aliases=("职责", "负责工作"), in_list=True,
                   help="专班成员管什么，例如用地、审批、用电。"),
            Column("starts_on", "开始日期", Kind.DATE, required=True, in_list=True,
                   is_sortable=True),
            Column("ends_on", "结束日期", Kind.DATE, in_list=True),
        ),
    )
)  # fmt: skip
