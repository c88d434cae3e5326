"""指标台账: what the county measures every month."""

from crm.ledgers.base import Column, Group, Kind, Ledger, declare
from crm.models.indicators.indicators import Indicator, Nature

LEDGER = declare(
    Ledger(
        key="indicators",
        label="指标",
        group=Group.ASSESSMENT,
        model=Indicator,
        place=60,
        natural_key=("name",),
        lookup=("name", "code", "source_office"),
        description="县里每月统计的指标：口径、计量单位、累计还是时点、由谁发布。",
        columns=(
            Column("name", "指标名称", aliases=("指标", "名称"), required=True, in_list=True,
                   is_sortable=True),
            Column("code", "代码", required=True, in_list=True,
                   help="报告按它认指标，例如 output。"),
            Column("unit", "计量单位", aliases=("单位",), required=True, in_list=True,
                   help="读数都以它为单位，例如 亿元。"),
            Column("nature", "累计或时点", Kind.CHOICE, choices=Nature, in_list=True,
                   is_filter=True),
            Column("source_office", "来源单位", aliases=("发布单位", "数据来源"), in_list=True,
                   is_filter=True),
            Column("has_january", "1月单独公布", Kind.BOOLEAN,
                   help="不单独公布的，1 月没有读数不算缺。"),
            Column("may_be_negative", "可为负数", Kind.BOOLEAN, help="例如利润。"),
            Column("is_confidential", "单户数据保密", Kind.BOOLEAN,
                   help="税收等：单户的数登记在“单户保密读数”里，只有少数人能看。"),
            Column("definition", "口径", Kind.LONG_TEXT, aliases=("指标解释", "口径说明")),
        ),
    )
)  # fmt: skip
