"""技改项目台账."""

from crm.ledgers.base import Column, Kind, Ledger, declare
from crm.models.companies.upgrades import Upgrade, UpgradeKind

LEDGER = declare(
    Ledger(
        key="upgrades",
        label="技改项目",
        model=Upgrade,
        place=48,
        known_on="started",
        timeline={"started": "技改开工", "ended": "技改完工"},
        park="company__park",
        in_figures=("company", "name", "started", "ended", "investment"),
        natural_key=("company", "name"),
        lookup=("name", "company__name", "filing"),
        joins=("company",),
        description="企业的技术改造，从开工到完工；报告数期间内实施的技改项目。",
        columns=(
            Column("name", "技改项目名称", aliases=("项目名称", "技改项目", "技术改造项目"),
                   required=True, in_list=True),
            Column("company", "企业", Kind.REFERENCE, reference="companies",
                   aliases=("企业名称", "实施单位", "建设单位", "单位名称"),
                   required=True, in_list=True, is_filter=True),
            Column("kind", "技改类别", Kind.CHOICE, choices=UpgradeKind,
                   spelled=(("扩能", UpgradeKind.CAPACITY), ("技改扩能", UpgradeKind.CAPACITY),
                            ("设备更新改造", UpgradeKind.EQUIPMENT),
                            ("智能化改造", UpgradeKind.DIGITAL),
                            ("数字化转型", UpgradeKind.DIGITAL),
                            ("节能改造", UpgradeKind.GREEN)),
                   aliases=("改造类型", "技改类型"), in_list=True, is_filter=True),
            Column("investment", "技改总投资", Kind.MONEY, unit="万元",
                   aliases=("总投资", "计划总投资", "项目总投资", "技改投资"),
                   in_list=True, is_filter=True, is_sortable=True),
            Column("started", "开工时间", Kind.WHEN,
                   aliases=("开工日期", "实施时间", "开始时间", "启动时间"),
                   in_list=True, is_sortable=True, order_by="started_on",
                   get=lambda row: row.started, help="还没有开工的留空；例如 2023-02。"),
            Column("ended", "完工时间", Kind.WHEN,
                   aliases=("完工日期", "竣工时间", "结束时间", "完成时间"),
                   in_list=True, is_sortable=True, order_by="ended_on",
                   get=lambda row: row.ended, help="没有完工的留空；例如 2023-08。"),
            Column("filing", "备案号", aliases=("备案文号", "项目代码", "备案编号")),
            Column("note", "备注"),
        ),
    )
)  # fmt: skip
