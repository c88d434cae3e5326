"""认定: read-only; what second persons said of moves and receipts."""

from __future__ import annotations

from crm.ledgers.base import Column, Group, Kind, Ledger, declare
from crm.models import Confirmation, Judgement


def _about(row: Confirmation) -> str:
    """The row the word is about."""
    return f"进入{row.move.get_to_stage_display()}" if row.move else "到位资金"


def _when(row: Confirmation) -> str:
    said = row.move or row.receipt
    return said.happened.text if said and said.happened else ""


LEDGER = declare(
    Ledger(
        key="confirmations",
        label="认定",
        group=Group.PROJECT,
        model=Confirmation,
        place=95,
        is_in_menu=False,  # read from the rows it is about; what waits has a page of its own
        verbs={"confirm": "认定", "send_back": "退回"},
        lookup=("project__name", "note"),
        is_read_only=True,
        joins=("project", "move", "receipt", "by"),
        ordering=("-pk",),
        description="谁对哪一步、哪一笔到位资金认定或退回过；以最后一次为准。",
        columns=(
            Column("project", "项目", Kind.REFERENCE, reference="projects", in_list=True),
            Column("about", "事项", in_list=True, get=_about),
            Column("happened", "发生日期", in_list=True, get=_when),
            Column("judgement", "结论", Kind.CHOICE, choices=Judgement, in_list=True,
                   is_filter=True),
            Column("note", "说明", in_list=True),
            Column("recorded_at", "办理时间", Kind.DATE, in_list=True, is_sortable=True),
            Column("by", "办理人", Kind.REFERENCE, reference="users", in_list=True),
        ),
    )
)  # fmt: skip
