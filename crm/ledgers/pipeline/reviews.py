"""项目评审台账."""

from crm.ledgers.base import Column, Group, Kind, Ledger, declare
from crm.models import Review, Verdict

LEDGER = declare(
    Ledger(
        key="reviews",
        label="项目评审",
        group=Group.PROJECT,
        model=Review,
        place=50,
        known_on="held_on",
        natural_key=("project", "body", "held_on"),
        lookup=("project__name", "body"),
        joins=("project",),
        description="评审会对项目的结论；有条件通过的写明条件。",
        columns=(
            Column("project", "项目", Kind.REFERENCE, reference="projects",
                   aliases=("项目名称",), required=True, in_list=True),
            Column("body", "评审机构", aliases=("评审会", "评审单位"), required=True,
                   in_list=True),
            Column("held_on", "评审日期", Kind.DATE, aliases=("日期", "评审时间"),
                   required=True, in_list=True, is_filter=True, is_sortable=True),
            Column("verdict", "结论", Kind.CHOICE, choices=Verdict, aliases=("评审结论",),
                   required=True, in_list=True, is_filter=True),
            Column("conditions", "条件和意见", Kind.LONG_TEXT,
                   aliases=("评审意见", "附加条件"), in_list=True),
        ),
    )
)  # fmt: skip
