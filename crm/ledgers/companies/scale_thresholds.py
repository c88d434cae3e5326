"""规上标准: a row a change of the threshold."""

from crm.ledgers.base import Column, Kind, Ledger, declare
from crm.models.companies.scale_thresholds import ScaleThreshold

LEDGER = declare(
    Ledger(
        key="scale-thresholds",
        label="规上标准",
        model=ScaleThreshold,
        place=44,
        natural_key=("since_year",),
        lookup=(),
        description="工业企业年主营业务收入达到多少是规上；标准变了就加一行，以前的年度仍按当时的标准。",
        columns=(
            Column("since_year", "起始年度", Kind.NUMBER, aliases=("年度", "执行年度"),
                   required=True, in_list=True, help="从哪一年起执行，例如 2011。"),
            Column("amount", "主营业务收入标准", Kind.MONEY, unit="万元", aliases=("标准", "起点"),
                   required=True, in_list=True, is_summed=False),
            Column("document", "依据文件", aliases=("文号", "依据"), in_list=True),
        ),
    )
)  # fmt: skip
