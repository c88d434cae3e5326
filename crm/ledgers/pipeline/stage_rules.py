"""逾期规则: each stage's days without progress, as the bureau sets them."""

from crm.ledgers.base import Column, Kind, Ledger, declare
from crm.models import Stage, StageRule

LEDGER = declare(
    Ledger(
        key="stagerules",
        label="逾期规则",
        model=StageRule,
        place=80,
        natural_key=("stage",),
        lookup=(),
        description="项目在某个阶段多少天没有跟进或推进，就列为“久未推进”。没有规则的阶段不列。",
        columns=(
            Column("stage", "阶段", Kind.STAGE, choices=Stage, required=True, in_list=True),
            Column("idle_days", "多少天没有进展", Kind.NUMBER, unit="天", required=True,
                   in_list=True, aliases=("天数", "预警天数"),
                   help="超过这么多天没有跟进、也没有推进，就列为久未推进。"),
            Column("is_active", "启用", Kind.BOOLEAN, in_list=True),
        ),
    )
)  # fmt: skip
