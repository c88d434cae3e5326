"""服务分工台账: 驻企联络员、包保领导、责任单位."""

from crm.ledgers.base import Column, Group, Kind, Ledger, declare
from crm.models import Assignment, AssignmentKind

LEDGER = declare(
    Ledger(
        key="assignments",
        label="服务分工",
        group=Group.PROJECT,
        model=Assignment,
        natural_key=("project", "kind", "starts_on"),
        lookup=("project__name",),
        joins=("project", "user"),
        description="谁从何时到何时服务哪个项目；报告数期末在岗的驻企联络员项目。",
        columns=(
            Column("project", "项目", Kind.REFERENCE, reference="projects",
                   aliases=("项目名称",), required=True, in_list=True),
            Column("kind", "类型", Kind.CHOICE, choices=AssignmentKind, aliases=("分工",),
                   required=True, in_list=True, is_filter=True),
            Column("user", "人员", Kind.REFERENCE, reference="users", in_list=True),
            Column("unit", "单位", aliases=("派出单位",), in_list=True),
            Column("starts_on", "开始日期", Kind.DATE, required=True, in_list=True,
                   is_sortable=True),
            Column("ends_on", "结束日期", Kind.DATE, in_list=True),
        ),
    )
)  # fmt: skip
