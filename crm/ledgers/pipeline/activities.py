"""招商活动台账."""

from crm.ledgers.base import Column, Group, Kind, Ledger, declare
from crm.models import Activity, ActivityKind

LEDGER = declare(
    Ledger(
        key="activities",
        label="招商活动",
        group=Group.PIPELINE,
        model=Activity,
        place=50,
        park="park",
        in_figures=("name", "held_on", "kind", "place"),
        known_on="held_on",
        natural_key=("name", "held_on"),
        joins=("team", "park"),
        prefetch=("hosts",),
        description="推介会、外出考察、来访接待和集中签约，见了谁、带回哪些线索；报告按举办日期计数。",
        columns=(
            Column("name", "活动名称", aliases=("名称", "活动"), required=True, in_list=True),
            Column("kind", "类型", Kind.CHOICE, choices=ActivityKind, aliases=("活动类型",),
                   required=True, in_list=True, is_filter=True),
            Column("held_on", "举办日期", Kind.DATE, aliases=("日期", "时间", "活动时间"),
                   required=True, in_list=True, is_filter=True, is_sortable=True),
            Column("place", "地点", aliases=("活动地点",), in_list=True),
            Column("team", "招商科室", Kind.REFERENCE, reference="teams", aliases=("科室",),
                   is_filter=True),
            Column("park", "园区", Kind.REFERENCE, reference="parks"),
            Column("hosts", "我方人员", Kind.REFERENCES, reference="users",
                   aliases=("参加人员", "带队人员", "我方参加人员")),
            Column("met", "会见企业和人员", aliases=("对方企业", "会见企业", "拜访企业"),
                   help="写企业和职务；对方的姓名电话请登记为联系人。"),
            Column("summary", "成效", Kind.LONG_TEXT),
        ),
    )
)  # fmt: skip
