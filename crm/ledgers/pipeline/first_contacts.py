"""首谈台账: read-only; a claim is made, renewed, contested and ruled on by its own verbs."""

from __future__ import annotations

from crm.ledgers.base import Column, Group, Kind, Ledger, declare
from crm.models import ClaimRuling, ClaimState, FirstContactClaim


def _ruling(row: FirstContactClaim) -> ClaimRuling | None:
    said = (one for one in row.rulings.all() if not hasattr(one, "replaced_by"))
    return next((one for one in said if not one.withdraws), None)


def _ruled(row: FirstContactClaim) -> str:
    """Who it went to, when and by whom: told without the other side's project."""
    ruling = _ruling(row)
    if ruling is None:
        return ""
    return f"{ruling.ruled_on} 归{ruling.winner.unit}（{ruling.decided_by}）"


LEDGER = declare(
    Ledger(
        key="claims",
        label="首谈",
        group=Group.PROJECT,
        model=FirstContactClaim,
        place=10,
        verbs={
            "claim": "认领首谈", "contest_claim": "首谈争议", "renew_claim": "首谈续期",
            "give_up_claim": "放弃首谈", "rule_claim": "裁定首谈",
        },
        lookup=("project__name", "team__name", "park__name"),
        is_read_only=True,
        joins=("project", "team", "park", "person", "against__team", "against__park"),
        prefetch=("rulings__winner__team", "rulings__winner__park", "rulings__replaced_by"),
        ordering=("-claimed_at", "-pk"),
        computed=lambda found: found.with_state(),
        description="谁先与投资方接洽：登记项目时自动记下，90 天内有跟进可续期，有争议由县里裁定。",
        columns=(
            Column("project", "项目", Kind.REFERENCE, reference="projects", in_list=True),
            Column("unit", "首谈单位", in_list=True, get=lambda row: row.unit),
            Column("state", "状态", Kind.CHOICE, choices=ClaimState, in_list=True, is_filter=True,
                   get=lambda row: row.state_now),
            Column("claimed_on", "首谈日期", Kind.DATE, in_list=True, is_sortable=True,
                   order_by="claimed_at", get=lambda row: row.claimed_on),
            Column("valid_until", "有效期至", Kind.DATE, in_list=True, is_filter=True,
                   is_sortable=True),
            Column("person", "首谈人", Kind.REFERENCE, reference="users", in_list=True),
            Column("team", "首谈科室", Kind.REFERENCE, reference="teams", is_filter=True),
            Column("park", "首谈园区", Kind.REFERENCE, reference="parks", is_filter=True),
            Column("against", "争议对象",
                   get=lambda row: row.against.unit if row.against else ""),
            Column("reason", "说明"),
            Column("ruling", "裁定", get=_ruled),
        ),
    )
)  # fmt: skip
