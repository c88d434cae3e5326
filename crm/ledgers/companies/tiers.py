"""企业梯队: a row a tier."""

from crm.ledgers.base import Column, Kind, Ledger, declare
from crm.models.companies.tiers import Tier, TierMeasure

LEDGER = declare(
    Ledger(
        key="tiers",
        label="企业梯队",
        model=Tier,
        place=45,
        natural_key=("code",),
        lookup=("name", "code"),
        description="企业近十二个月的产值或营业收入达到多少亿元算哪一级；改了门槛，"
        "以后的报告按新的算，以前的报告不变。镇园之宝是列名的，登记在荣誉认定里。",
        columns=(
            Column("name", "梯队", aliases=("梯队名称", "级别"), required=True, in_list=True),
            Column("threshold", "门槛", Kind.NUMBER, unit="亿元", aliases=("标准",),
                   required=True, in_list=True, is_summed=False),
            Column("measure", "衡量指标", Kind.CHOICE, choices=TierMeasure, aliases=("指标",),
                   spelled=(("营收", TierMeasure.REVENUE), ("总产值", TierMeasure.OUTPUT)),
                   in_list=True),
            Column("code", "代码", required=True,
                   help="报告按代码认梯队，登记后不改，例如 tier_5bn。"),
            Column("document", "依据文件", aliases=("文号", "依据")),
        ),
    )
)  # fmt: skip
