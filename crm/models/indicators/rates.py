"""Exchange rates by month: how foreign amounts become yuan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import models

from crm import access, clock, dates
from crm.exact import ExactField
from crm.models.base import Row, Rows, Standing, once
from crm.models.pipeline.project_terms import Currency

_FEN = Decimal("0.01")


class Converted(NamedTuple):
    """Foreign money in yuan and the rate that made it so; both None while that is unknown."""

    yuan: Decimal | None
    per_100: Decimal | None


@dataclass(frozen=True)
class RateBook:
    """The rates on record, read once: (currency, first of the month) → yuan for 100."""

    rates: Mapping[tuple[str, date], Decimal]

    def in_yuan(self, amount: Decimal | None, currency: str, when: dates.When | None) -> Converted:
        """A foreign amount in yuan, to the 分, by the rate of the month it lies in.

        Unknown: the amount, its month (a year alone has none) or that month's rate.
        """
        rate = None
        if amount is not None and when and _month(when.start) == _month(when.end):
            rate = self.rates.get((currency, _month(when.start)))
        if amount is None or rate is None:
            return Converted(None, None)
        return Converted((amount * rate / 100).quantize(_FEN, ROUND_HALF_UP), rate)


class Rates(Rows):
    def book(self, known_on: date | None = None) -> RateBook:
        """The rates as they stand, or as they were on record at the end of that day."""
        from crm.models.states import RateState

        rows: models.QuerySet = RateState.objects.known_on(known_on) if known_on else self
        found = rows.values_list("currency", "month_on", "yuan_per_100")
        return RateBook({(currency, month): rate for currency, month, rate in found})


class ExchangeRate(Row):
    """Yuan for 100 units of a currency in a month, as the central bank states it."""

    rights = access.Rights(access.REGISTERS)

    currency = models.CharField("币种", max_length=3, choices=Currency)
    month_on = models.DateField("月份")
    yuan_per_100 = ExactField(verbose_name="每百单位折合人民币", scale=4)

    objects = Standing.from_queryset(Rates)()

    class Meta:
        verbose_name = verbose_name_plural = "汇率"
        ordering = ["-month_on", "currency"]
        constraints = [
            once(
                "currency",
                "month_on",
                name="rate_once_a_month",
                message="这种外币当月的汇率已登记，请修改原来的一条。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_currency_display()} {self.month or ''}".strip()

    def clean(self) -> None:
        if self.month_on is None:
            raise ValidationError({"month": "请写到月，例如 2023-08。"})
        if self.month_on > clock.today():
            raise ValidationError({"month": "月份在今天之后；到月再登记。"})
        if self.currency == Currency.CNY:
            raise ValidationError({"currency": "人民币不用折算，请选择外币。"})
        if self.yuan_per_100 is not None and self.yuan_per_100 <= 0:
            raise ValidationError({"yuan_per_100": "汇率必须大于 0。"})

    @property
    def month(self) -> dates.When | None:
        return dates.month_of(self.month_on) if self.month_on else None

    @month.setter
    def month(self, when: dates.When | None) -> None:
        """A day stands for its month; a year alone is none."""
        whole = when is not None and _month(when.start) == _month(when.end)
        self.month_on = _month(when.start) if when and whole else None  # type: ignore[assignment]


def _month(day: date) -> date:
    return day.replace(day=1)
