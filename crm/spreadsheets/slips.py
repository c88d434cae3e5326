"""Slips of the pen: an amount in the wrong unit, a year of another century. They are asked, for a
figure that takes them is off by more than all the rest together."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from statistics import median

from crm.ledgers import Column, Kind
from crm.spreadsheets.cells import Cell, Offer, Unsettled, shown, typed

TIMES = 100  # how far above the middle of its column, and of the ledger, an amount is a slip
OF_FILE, OF_LEDGER = 4, 10  # amounts of a file, and of the ledger, that make a middle
EARLIEST_YEAR = 1949


class Slip(Unsettled):
    """A value that can be read and is hardly meant; an answer to its question may say it is."""

    def __init__(self, reason: str, cell: Cell) -> None:
        text = typed(cell)
        super().__init__(reason, [Offer(text, f"{text}，没有写错", reason)])


def middle_of(amounts: Iterable[Decimal], fewest: int) -> list[Decimal]:
    """The middle of the amounts that are not zero; none where they are few, or where so many lie
    far above it that they are no slips."""
    some = [amount for amount in amounts if amount]
    if len(some) < fewest:
        return []
    middle = median(some)
    far = sum(amount > TIMES * middle for amount in some)
    return [middle] if far <= max(1, len(some) // 10) else []


def check_amount(value: Decimal, middles: Iterable[Decimal], text: Cell) -> None:
    """Raises Slip for an amount a hundred times the middle of its column in the file and in the
    ledger, as far as either has enough to tell."""
    highest = max(middles, default=None)
    if highest is not None and value > TIMES * highest:
        raise Slip(
            f"“{shown(text)}”是这一栏一般数值的 {int(value / highest):,} 倍，是不是单位写错了？"
            "核对后改正；没有错的，在对词时照原样确认。",
            text,
        )


def check_year(year: int, text: Cell) -> None:
    """Raises Slip for a year before the county's time: 1923 for 2023."""
    if year < EARLIEST_YEAR:
        raise Slip(f"“{shown(text)}”是 {year} 年，是不是年份写错了？请核对。", text)


def is_measured(column: Column) -> bool:
    return column.kind is Kind.MONEY or (column.kind is Kind.NUMBER and bool(column.unit))
