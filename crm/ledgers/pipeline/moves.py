"""阶段变动: read-only; a project moves by its own verbs."""

from crm.ledgers.base import Column, Group, Kind, Ledger, declare
from crm.models import Origin, Stage, StageMove, Status, judged_text

LEDGER = declare(
    Ledger(
        key="moves",
        label="阶段变动",
        group=Group.PROJECT,
        model=StageMove,
        place=90,
        verbs={"correct": "更正"},
        park="project__park",
        in_figures=("project", "occurred", "to_stage", "to_status", "park"),
        lookup=("project__name",),
        is_read_only=True,
        computed=lambda found: found.with_judgement(),
        joins=("project__park", "by"),
        timeline={"occurred": "阶段变动"},
        seen_from={"companies": "project__company"},
        description="项目在何时到了哪一步，由谁办理；只增不改。",
        columns=(
            Column("project", "项目", Kind.REFERENCE, reference="projects", in_list=True),
            Column("from_stage", "原阶段", Kind.STAGE, choices=Stage, in_list=True),
            Column("to_stage", "新阶段", Kind.STAGE, choices=Stage, in_list=True, is_filter=True),
            Column("to_status", "新状态", Kind.CHOICE, choices=Status, in_list=True,
                   is_filter=True),
            Column("occurred", "发生日期", Kind.WHEN, in_list=True, is_sortable=True,
                   order_by="occurred_on", get=lambda row: row.occurred),
            Column("recorded_at", "登记时间", Kind.DATE, in_list=True),
            Column("by", "经办人", Kind.REFERENCE, reference="users", in_list=True),
            Column("origin", "来源", Kind.CHOICE, choices=Origin, is_filter=True),
            Column("park", "落户园区", Kind.REFERENCE, reference="parks", in_form=False,
                   in_api=False, get=lambda row: row.project.park),
            Column("judged", "认定", get=judged_text),
            Column("evidence", "凭证"),
            Column("reason", "原因"),
        ),
    )
)  # fmt: skip
