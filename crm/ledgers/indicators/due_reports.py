"""报送事项台账: what goes to whom by which day."""

from crm.ledgers.base import Column, Group, Kind, Ledger, declare
from crm.models.indicators.due_reports import DueReport, Rhythm

LEDGER = declare(
    Ledger(
        key="due-reports",
        label="报送事项",
        group=Group.ASSESSMENT,
        model=DueReport,
        place=66,
        also=(("报送日历", "desk-calendar"),),
        natural_key=("name", "recipient"),
        lookup=("name", "recipient", "office"),
        joins=("user",),
        ordering=("day", "pk"),
        description="向上级按月、按季、按年报送的事项：报给谁、几日前报、谁负责；日历由它算出。",
        columns=(
            Column("name", "报送事项", aliases=("事项", "报表名称", "材料名称"), required=True,
                   in_list=True),
            Column("recipient", "报送给", aliases=("上报单位", "报送单位", "接收单位"),
                   required=True, in_list=True, is_filter=True),
            Column("content", "报送内容", aliases=("内容", "报表内容"),
                   help="报哪些指标、哪份报告或哪次填报的结果。"),
            Column("rhythm", "周期", Kind.CHOICE, choices=Rhythm, aliases=("报送周期", "频次"),
                   required=True, in_list=True, is_filter=True),
            Column("rule", "何时报", in_list=True, in_form=False, in_import=False,
                   get=lambda row: row.rule),
            Column("day", "几日前", Kind.NUMBER, aliases=("截止日", "每月几日", "报送日"),
                   required=True, help="1 到 31；当月没有这一天的，按月末，例如 10。"),
            Column("months_after", "期后第几个月", Kind.NUMBER, required=True,
                   help="0 是报告期最后一个月当月，1 是次月，例如 1。"),
            Column("starts_on", "从何时起报", Kind.DATE, aliases=("开始日期",), required=True,
                   help="这一天所在的报告期起计入日历。"),
            Column("ends_on", "报到何时", Kind.DATE, aliases=("结束日期",),
                   help="不再报送的，填最后一期里的一天。"),
            Column("office", "责任单位", aliases=("责任科室", "牵头科室"), in_list=True),
            Column("user", "责任人", Kind.REFERENCE, reference="users", aliases=("经办人",),
                   in_list=True, help="到期前提醒他；没有的提醒统计员。"),
            Column("remind_days", "提前几天提醒", Kind.NUMBER, unit="天", aliases=("提醒天数",),
                   required=True, help="例如 3。"),
        ),
    )
)  # fmt: skip
