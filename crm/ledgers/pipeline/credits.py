"""业绩份额: who has what part of a project's credit; written by an accepted transfer."""

from crm.ledgers.base import Column, Group, Kind, Ledger, declare
from crm.models import CreditShare

LEDGER = declare(
    Ledger(
        key="credits",
        label="业绩份额",
        group=Group.ASSESSMENT,
        model=CreditShare,
        place=10,
        verbs={"share_credit": "业绩分成"},
        lookup=("project__name", "team__name", "park__name"),
        is_read_only=True,
        joins=("project", "team", "park", "transfer", "by"),
        ordering=("-recorded_at", "-share", "pk"),
        description="流转后各方的业绩份额，科室合计 100%，园区合计 100%；没有流转的项目不分成。",
        columns=(
            Column("project_name", "项目", in_list=True, get=lambda row: row.project.name),
            Column("unit", "单位", in_list=True, get=lambda row: row.unit),
            Column("percent", "份额", Kind.NUMBER, unit="%", in_list=True,
                   get=lambda row: row.percent),
            Column("recorded_at", "登记时间", Kind.DATE, in_list=True, is_sortable=True),
            Column("team", "科室", Kind.REFERENCE, reference="teams", is_filter=True),
            Column("park", "园区", Kind.REFERENCE, reference="parks", is_filter=True),
            Column("by", "经办人", Kind.REFERENCE, reference="users"),
        ),
    )
)  # fmt: skip
