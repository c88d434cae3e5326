"""指标读数台账: an indicator in a month a row, of the county or a part of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from crm.actions.indicators import readings
from crm.actions.questions import NOTHING_SAID, Anyway
from crm.exact import trimmed
from crm.ledgers import given
from crm.ledgers.base import Column, Group, Kind, Ledger, declare, one
from crm.models import User
from crm.models.indicators.readings import MonthlyReading, Reading

NUMBERS = ("value", "in_month", "base", "growth")


def register_in(table: type[MonthlyReading]) -> Callable[..., MonthlyReading]:
    """Enters what a form or a file gives of a reading, in this table alone."""

    def register(
        values: Mapping[str, Any], *, by: User, anyway: Anyway = NOTHING_SAID
    ) -> MonthlyReading:
        kept = given.needed(values, {"indicator": "请选择指标。", "month": "请填写月份。"})
        indicator = kept.pop("indicator")
        return readings.record_reading(indicator, by=by, anyway=anyway, table=table, **kept)

    return register


def change(
    row: MonthlyReading,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    reason: str = "按表格修订",
) -> MonthlyReading:
    """Revises a reading; it stays that of its indicator, month and subject."""
    said = "读数不能换到另一个指标、月份或对象；请作废这一条后另行登记。"
    kept = given.unmoved(values, row, "indicator", "month", *row.subjects, said=said)
    told = kept.get("why") or reason
    return readings.revise_reading(row, kept, by=by, reason=str(told)) if kept else row


def find_in(table: type[MonthlyReading]) -> Callable[..., MonthlyReading | None]:
    """Finds the reading of an indicator, a month and a subject."""

    def find(values: Mapping[str, Any], by: User) -> MonthlyReading | None:
        indicator, month = values.get("indicator"), values.get("month")
        if indicator is None or month is None:
            return None
        like = table(indicator=indicator, month_on=month.start.replace(day=1))
        for name in table.subjects:
            setattr(like, name, values.get(name))
        found = table.objects.standing().visible_to(by)
        same = found.filter(indicator=indicator, month_on=like.month_on, **like.same_subject)
        return one(same)

    return find


def _with_unit(row: MonthlyReading) -> str:
    return "" if row.value is None else f"{trimmed(Decimal(row.value))}{row.indicator.unit}"


# What every reading states, whatever it is of.
NAMED = (
    Column(
        "indicator",
        "指标",
        Kind.REFERENCE,
        reference="indicators",
        aliases=("指标名称",),
        required=True,
        in_list=True,
        is_filter=True,
    ),
    Column(
        "month",
        "月份",
        Kind.WHEN,
        aliases=("年月", "报告期", "月度"),
        required=True,
        in_list=True,
        is_sortable=True,
        order_by="month_on",
        get=lambda row: row.month,
        help="写到月，例如 2023-08。",
    ),
)
STATED = (
    Column("told", "读数和单位", in_list=True, in_form=False, in_import=False, get=_with_unit),
    Column(
        "value",
        "读数",
        Kind.NUMBER,
        aliases=("累计", "累计数", "本期累计", "本年累计", "数值", "本期数"),
        is_summed=False,
        is_signed=True,
        help="按指标的计量单位；累计指标填 1 月至当月的累计数。",
    ),
    Column(
        "in_month",
        "当月数",
        Kind.NUMBER,
        aliases=("当月", "本月", "本月数"),
        is_summed=False,
        is_signed=True,
    ),
    Column(
        "base",
        "同期可比数",
        Kind.NUMBER,
        aliases=("同期数", "上年同期", "可比基数", "去年同期"),
        is_summed=False,
        is_signed=True,
        help="统计口径可比的上年同期数，不一定是当年公布的数。",
    ),
    Column(
        "growth",
        "同比",
        Kind.NUMBER,
        unit="%",
        aliases=("增速", "同比增长", "同比增速", "增幅"),
        in_list=True,
        help="公布的增速，百分数。",
        is_summed=False,
        is_signed=True,
    ),
)
COMPANY = Column(
    "company", "企业", Kind.REFERENCE, reference="companies", aliases=("企业名称", "单位名称")
)
TOLD = (
    Column("document", "依据", aliases=("文件", "依据文件", "文号"), in_list=True),
    Column("why", "修订或核减原因", aliases=("修订原因", "核减原因", "说明")),
    Column("by", "经办人", Kind.REFERENCE, reference="users", in_form=False, in_import=False),
)

LEDGER = declare(
    Ledger(
        key="readings",
        label="指标读数",
        group=Group.ASSESSMENT,
        model=Reading,
        place=61,
        also=(("月报表格", "desk-reading-grid"),),
        verbs={"record_reading": "登记读数", "revise_reading": "修订读数"},
        known_on="month",
        park="park",
        in_figures=("indicator", "month", "subject", "growth"),
        lookup=("indicator__name", "company__name", "industry__name", "document"),
        joins=("indicator", "park", "zone", "industry", "company", "by"),
        ordering=("-month_on", "indicator", "pk"),
        register_verb=register_in(Reading),
        change_verb=change,
        find_row=find_in(Reading),
        parts=(
            ("", ("indicator", "month", "value", "base", "growth", "in_month", "document")),
            ("对象（全县的不填）", ("park", "zone", "industry", "company")),
            ("修订", ("why",)),
        ),
        description="每月公布或上报的数：累计或时点的读数、当月数、同期可比数、同比各是一件事，"
        "不知道的留空；同比以公布的为准，不由读数相除。",
        columns=(
            *NAMED,
            Column("subject", "对象", in_list=True, in_form=False, in_import=False,
                   get=lambda row: row.subject_name),
            *STATED,
            Column("park", "园区", Kind.REFERENCE, reference="parks", is_filter=True),
            Column("zone", "片区", Kind.REFERENCE, reference="zones"),
            Column("industry", "产业", Kind.REFERENCE, reference="industries", is_filter=True),
            COMPANY,
            *TOLD,
        ),
    )
)  # fmt: skip
