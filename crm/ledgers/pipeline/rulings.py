"""首谈裁定: read-only; a ruling is made on a contested claim, and replaced by the next one."""

from crm.ledgers.base import Column, Group, Kind, Ledger, declare
from crm.models import ClaimRuling

LEDGER = declare(
    Ledger(
        key="rulings",
        label="首谈裁定",
        group=Group.PROJECT,
        model=ClaimRuling,
        place=15,
        lookup=("project__name", "decided_by"),
        is_read_only=True,
        joins=("project", "winner__team", "winner__park", "by"),
        prefetch=("claims__team", "claims__park"),
        ordering=("-ruled_on", "-pk"),
        description="首谈有争议时由县里裁定归谁；重新裁定的，以最后一次为准。",
        columns=(
            Column("project", "项目", Kind.REFERENCE, reference="projects", in_list=True),
            Column("winner", "裁定归属", in_list=True, get=lambda row: row.winner.unit),
            Column("parties", "争议各方", in_list=True,
                   get=lambda row: "、".join(one.unit for one in row.claims.all())),
            Column("ruled_on", "裁定日期", Kind.DATE, in_list=True, is_filter=True,
                   is_sortable=True),
            Column("decided_by", "裁定人或文件", in_list=True),
            Column("reason", "裁定理由"),
            Column("by", "经办人", Kind.REFERENCE, reference="users"),
        ),
    )
)  # fmt: skip
