"""操作记录: read-only, for the auditor alone."""

from crm.ledgers.base import Column, Group, Kind, Ledger, declare
from crm.models import AuditEntry

LEDGER = declare(
    Ledger(
        key="audit",
        label="操作记录",
        group=Group.SYSTEM,
        model=AuditEntry,
        lookup=(),
        is_read_only=True,
        joins=("actor",),
        description="谁在何时做了什么；只增不改。",
        columns=(
            Column("at", "时间", Kind.DATE, in_list=True),
            Column("verb", "动作", in_list=True, is_filter=True),
            Column("actor", "操作人", Kind.REFERENCE, reference="users", in_list=True),
            Column("object_type", "对象类型", in_list=True),
            Column("object_id", "对象编号", in_list=True),
            Column("reason", "原因"),
        ),
    )
)  # fmt: skip
