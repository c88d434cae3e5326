"""报送记录台账: which period of an item was sent up when, with its receipt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crm.actions.indicators import due_reports
from crm.actions.questions import NOTHING_SAID, Anyway
from crm.ledgers import given
from crm.ledgers.base import Column, Group, Kind, Ledger, declare, one
from crm.models import User
from crm.models.indicators.due_reports import ReportSending


def _register(
    values: Mapping[str, Any], *, by: User, anyway: Anyway = NOTHING_SAID
) -> ReportSending:
    lacking = {
        "due_report": "请选择报送事项。",
        "period": "请填写报告期。",
        "sent_on": "请填写报出日期。",
    }
    kept = given.needed(values, lacking)
    return due_reports.record_sending(kept.pop("due_report"), by=by, anyway=anyway, **kept)


def _change(
    row: ReportSending,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    reason: str = "按表格更正",
) -> ReportSending:
    said = "报送记录不换事项和报告期；请作废这一条后另行登记。"
    kept = given.unmoved(values, row, "due_report", "period", said=said)
    return due_reports.correct_sending(row, kept, by=by, reason=reason) if kept else row


def _find(values: Mapping[str, Any], by: User) -> ReportSending | None:
    item, period = values.get("due_report"), values.get("period")
    if item is None or period is None:
        return None
    standing = ReportSending.objects.standing().visible_to(by)
    return one(standing.filter(due_report=item, period_on=period.start))


LEDGER = declare(
    Ledger(
        key="report-sendings",
        label="报送记录",
        group=Group.ASSESSMENT,
        model=ReportSending,
        place=67,
        verbs={"record_sending": "登记报出", "correct_sending": "更正报送记录"},
        lookup=("due_report__name", "receipt"),
        joins=("due_report", "by"),
        ordering=("-sent_on", "-pk"),
        register_verb=_register,
        change_verb=_change,
        find_row=_find,
        description="每一期何时报出、谁报的、回执是什么；登记了就不再提醒。",
        columns=(
            Column("due_report", "报送事项", Kind.REFERENCE, reference="due-reports",
                   aliases=("事项", "报表名称"), required=True, in_list=True, is_filter=True),
            Column("period", "报告期", Kind.WHEN, aliases=("所属期", "期间"), required=True,
                   in_list=True, is_sortable=True, order_by="period_on",
                   get=lambda row: row.period,
                   help="月报写到月，例如 2023-01；季报写 2023年一季度，年报写 2023。"),
            Column("sent_on", "报出日期", Kind.DATE, aliases=("报送日期", "上报日期"),
                   required=True, in_list=True, is_sortable=True),
            Column("sent_by", "报送人", aliases=("经手人",), in_list=True,
                   help="不填就是登记的人。"),
            Column("receipt", "回执", aliases=("回执号", "收文号"), in_list=True,
                   help="对方的签收、文号或系统的提交编号。"),
            Column("by", "经办人", Kind.REFERENCE, reference="users", in_form=False,
                   in_import=False),
        ),
    )
)  # fmt: skip
