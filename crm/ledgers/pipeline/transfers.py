"""流转台账: read-only; an offer is made on the project's page and decided by the other side."""

from crm.ledgers.base import Column, Group, Kind, Ledger, declare
from crm.models import Transfer, TransferState

LEDGER = declare(
    Ledger(
        key="transfers",
        label="流转",
        group=Group.PROJECT,
        model=Transfer,
        place=20,
        verbs={
            "propose_transfer": "提出流转", "accept_transfer": "接收流转",
            "decline_transfer": "不接收流转", "withdraw_transfer": "撤回流转",
        },
        lookup=("project__name", "reason"),
        is_read_only=True,
        joins=("project", "from_team", "from_park", "to_team", "to_park", "proposed_by",
               "decided_by"),
        ordering=("-proposed_at", "-pk"),
        description="项目在科室、园区之间移交：一方提出，另一方接收，业绩按约定分成，首谈不变。",
        columns=(
            # Its name alone: the receiving side cannot open the project before it accepts.
            Column("project_name", "项目", in_list=True, get=lambda row: row.project.name),
            Column("giver", "转出方", in_list=True, get=lambda row: row.giver),
            Column("receiver", "接收方", in_list=True, get=lambda row: row.receiver),
            Column("percent", "接收方业绩", Kind.NUMBER, unit="%", in_list=True,
                   get=lambda row: row.percent),
            Column("state", "状态", Kind.CHOICE, choices=TransferState, in_list=True,
                   is_filter=True),
            Column("reason", "流转原因", Kind.LONG_TEXT),
            Column("proposed_by", "提出人", Kind.REFERENCE, reference="users"),
            Column("proposed_at", "提出时间", Kind.DATE, in_list=True, is_sortable=True),
            Column("decided_by", "接收人", Kind.REFERENCE, reference="users"),
            Column("decided_at", "办理时间", Kind.DATE),
            Column("note", "接收意见"),
            Column("to_team", "接收科室", Kind.REFERENCE, reference="teams", is_filter=True),
            Column("to_park", "接收园区", Kind.REFERENCE, reference="parks", is_filter=True),
        ),
    )
)  # fmt: skip
