"""小升规培育库台账."""

from crm.ledgers.base import Column, Kind, Ledger, declare
from crm.models.companies.candidates import CandidateState, ScaleCandidate, distances

LEDGER = declare(
    Ledger(
        key="scale-candidates",
        label="小升规培育库",
        model=ScaleCandidate,
        place=43,
        verbs={
            "file_candidate": "申报入库",
            "return_candidate": "退回申报",
            "approve_candidate": "批准入库",
        },
        natural_key=("company", "year"),
        lookup=("company__name",),
        joins=("company", "spell"),
        timeline={"filed_on": "申报升规", "decided_on": "办理升规申报"},
        description="要培育成规上的企业：上年收入离标准还差多少，申报、退回到哪一步；批准即入库。",
        columns=(
            Column("company", "企业", Kind.REFERENCE, reference="companies",
                   aliases=("企业名称", "单位名称", "培育企业"), required=True, in_list=True,
                   is_filter=True),
            Column("year", "培育年度", Kind.NUMBER, aliases=("年度", "入库年度"), required=True,
                   in_list=True, is_filter=True, is_sortable=True,
                   help="打算哪一年入库，例如 2023。"),
            Column("revenue", "上年主营业务收入", Kind.MONEY, unit="万元",
                   aliases=("主营业务收入", "上年营业收入", "上年收入", "营业收入"),
                   in_list=True, is_sortable=True),
            Column("distance", "离标准还差", Kind.MONEY, unit="万元", in_list=True, in_form=False,
                   in_import=False, is_summed=False, get=lambda row: row.distance,
                   read_all=distances, help="按培育年度的规上标准；0 是已经够了。"),
            Column("state", "状态", Kind.CHOICE, choices=CandidateState, in_list=True,
                   in_form=False, in_import=False, is_filter=True),
            Column("filed_on", "申报日期", Kind.DATE, in_list=True, in_form=False,
                   in_import=False),
            Column("decided_on", "办理日期", Kind.DATE, in_form=False, in_import=False,
                   help="退回或批准的日期。"),
            Column("return_reason", "退回原因", in_form=False, in_import=False),
            Column("note", "备注"),
        ),
    )
)  # fmt: skip
