"""重点项目台账: 省、市、县重点，按年度."""

from crm.ledgers.base import Column, Group, Kind, Ledger, declare
from crm.models import KeyLevel, KeyListing

LEDGER = declare(
    Ledger(
        key="keyprojects",
        label="重点项目",
        group=Group.PROJECT,
        model=KeyListing,
        place=60,
        natural_key=("project", "level", "year"),
        lookup=("project__name", "document"),
        joins=("project",),
        description="列入省、市、县重点项目名单的项目，一个年度一条。",
        columns=(
            Column("project", "项目", Kind.REFERENCE, reference="projects",
                   aliases=("项目名称",), required=True, in_list=True),
            Column("level", "级别", Kind.CHOICE, choices=KeyLevel,
                   aliases=("重点级别", "项目级别"), required=True, in_list=True, is_filter=True),
            Column("year", "年度", Kind.NUMBER, aliases=("年份",), required=True, in_list=True,
                   is_filter=True, is_sortable=True),
            Column("batch", "批次", in_list=True),
            Column("document", "文号", aliases=("文件号", "名单文号"), in_list=True),
            Column("note", "备注"),
        ),
    )
)  # fmt: skip
