"""月度封账台账: the months whose readings are settled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crm.actions.indicators import readings
from crm.actions.questions import NOTHING_SAID, Anyway
from crm.ledgers import given
from crm.ledgers.base import Column, Group, Kind, Ledger, declare, one
from crm.models import User
from crm.models.indicators.closings import MonthClosing


def _register(
    values: Mapping[str, Any], *, by: User, anyway: Anyway = NOTHING_SAID
) -> MonthClosing:
    """A month is closed once: nothing is asked."""
    kept = given.needed(values, {"month": "请填写月份。"})
    return readings.close_month(kept["month"], by=by, note=kept.get("note") or "")


def _change(
    row: MonthClosing,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    reason: str = "按表格更正",
) -> MonthClosing:
    kept = given.unmoved(values, row, "month", said="封账不换月份：作废这一条，另封那个月。")
    return readings.correct_closing(row, kept, by=by, reason=reason) if kept else row


def _find(values: Mapping[str, Any], by: User) -> MonthClosing | None:
    month = values.get("month")
    if month is None:
        return None
    standing = MonthClosing.objects.standing().visible_to(by)
    return one(standing.filter(month_on=month.start.replace(day=1)))


LEDGER = declare(
    Ledger(
        key="closings",
        label="月度封账",
        group=Group.ASSESSMENT,
        model=MonthClosing,
        place=63,
        verbs={"close_month": "封账", "correct_closing": "更正封账备注"},
        known_on="month",
        lookup=("note",),
        joins=("by",),
        ordering=("-month_on", "pk"),
        register_verb=_register,
        change_verb=_change,
        find_row=_find,
        description="封了账的月份，读数再要登记或修订须写明原因；作废一条封账，就重新开放那个月。",
        columns=(
            Column("month", "月份", Kind.WHEN, aliases=("年月",), required=True, in_list=True,
                   is_sortable=True, order_by="month_on", get=lambda row: row.month,
                   help="写到月，例如 2023-06。"),
            Column("note", "备注", in_list=True),
            Column("by", "经办人", Kind.REFERENCE, reference="users", in_list=True,
                   in_form=False, in_import=False),
        ),
    )
)  # fmt: skip
