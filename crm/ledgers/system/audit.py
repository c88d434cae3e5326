"""操作记录: read-only, for the auditor alone."""

from crm.ledgers.base import Column, Group, Kind, Ledger, declare
from crm.ledgers.registry import label_of, verb_word
from crm.models import AuditEntry

LEDGER = declare(
    Ledger(
        key="audit",
        label="操作记录",
        group=Group.SYSTEM,
        model=AuditEntry,
        place=10,
        title=lambda row: f"{verb_word(row.verb)} {label_of(row.object_type)}",
        lookup=(),
        is_read_only=True,
        joins=("actor",),
        description="谁在何时做了什么；只增不改。",
        columns=(
            Column("at", "时间", Kind.DATE, in_list=True),
            Column("verb", "动作", in_list=True, is_filter=True, words=verb_word),
            Column("actor", "操作人", Kind.REFERENCE, reference="users", in_list=True),
            Column("link", "填报链接", in_list=True),
            Column("object_type", "对象类型", in_list=True, words=label_of),
            Column("object_id", "对象编号", in_list=True),
            Column("reason", "原因"),
        ),
    )
)  # fmt: skip
