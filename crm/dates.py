"""A date with its precision: `2023年3月` stays a month, `2000` a year; neither becomes a day.

Kept as its first and its last day, so that "lies wholly inside a period" is two comparisons.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date

from crm.stages import Precision

_DAY = re.compile(r"(\d{4})\D(\d{1,2})\D(\d{1,2})")
_MONTH = re.compile(r"(\d{4})\D(\d{1,2})")
_YEAR = re.compile(r"\d{4}")


@dataclass(frozen=True, order=True)
class When:
    """A day, a month or a year: the first and the last day it may be (both inclusive)."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError("a date cannot end before it starts")

    @classmethod
    def day(cls, day: date) -> When:
        return cls(day, day)

    @classmethod
    def month(cls, year: int, month: int) -> When:
        return cls(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))

    @classmethod
    def year(cls, year: int) -> When:
        return cls(date(year, 1, 1), date(year, 12, 31))

    @classmethod
    def parse(cls, text: str) -> When:
        """Reads `2023-08-31`, `2023-08` or `2023`; ValueError for anything else."""
        text = text.strip()
        if match := _DAY.fullmatch(text):
            return cls.day(date(*map(int, match.groups())))
        if match := _MONTH.fullmatch(text):
            return cls.month(*map(int, match.groups()))
        if _YEAR.fullmatch(text):
            return cls.year(int(text))
        raise ValueError(f"not a date: {text!r}")

    @property
    def precision(self) -> Precision:
        if self.start == self.end:
            return Precision.DAY
        if (self.start.year, self.start.month) == (self.end.year, self.end.month):
            return Precision.MONTH
        return Precision.YEAR

    @property
    def text(self) -> str:
        """As people write it: 2023-08-31, 2023年8月, 2023年."""
        if self.precision is Precision.DAY:
            return self.start.isoformat()
        if self.precision is Precision.MONTH:
            return f"{self.start.year}年{self.start.month}月"
        return f"{self.start.year}年"

    @property
    def iso(self) -> str:
        """For programs: 2023-08-31, 2023-08, 2023."""
        return {
            Precision.DAY: self.start.isoformat(),
            Precision.MONTH: f"{self.start:%Y-%m}",
            Precision.YEAR: f"{self.start:%Y}",
        }[self.precision]

    def __str__(self) -> str:
        return self.text


def when(start: date | None, end: date | None) -> When | None:
    """The When of two stored columns; None = unknown."""
    return When(start, end or start) if start else None
