"""汇率台账: 每月一次."""

from collections.abc import Mapping
from typing import Any

from crm.ledgers.base import Column, Kind, Ledger, declare
from crm.models import Currency, ExchangeRate, User


def _find(values: Mapping[str, Any], by: User) -> ExchangeRate | None:
    month = values.get("month")
    if not values.get("currency") or month is None:
        return None
    meant = ExchangeRate(currency=values["currency"])
    meant.month = month
    mine = ExchangeRate.objects.visible_to(by)
    return mine.filter(currency=meant.currency, month_on=meant.month_on).first()


LEDGER = declare(
    Ledger(
        key="rates",
        label="汇率",
        model=ExchangeRate,
        place=70,
        lookup=(),
        find_row=_find,
        description="每月每种外币折合人民币；外币金额按所在月份折算，没有汇率的不折算、不猜。",
        columns=(
            Column("currency", "币种", Kind.CHOICE, choices=Currency, required=True,
                   in_list=True, is_filter=True),
            Column("month", "月份", Kind.WHEN, aliases=("年月",), required=True, in_list=True,
                   is_sortable=True, order_by="month_on", get=lambda row: row.month,
                   help="写到月，例如 2023-08。"),
            Column("yuan_per_100", "每百单位折合人民币", Kind.NUMBER, unit="元",
                   aliases=("汇率", "中间价"), required=True, in_list=True,
                   help="100 单位外币折合多少元，例如 717.3400。"),
        ),
    )
)  # fmt: skip
