"""A date with its precision: `2023年3月` stays a month, `2000` a year; neither becomes a day.

Kept as its first and its last day, so that "lies wholly inside a period" is two comparisons.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from crm.stages import Precision

_DAY = re.compile(r"(\d{4})\D(\d{1,2})\D(\d{1,2})")
_MONTH = re.compile(r"(\d{4})\D(\d{1,2})")
_YEAR = re.compile(r"\d{4}")
_QUARTER = re.compile(r"(\d{4})-Q([1-4])")
_HALF = re.compile(r"(\d{4})-H([12])")
_SPAN = re.compile(r"(\d{4}(?:-\d{2}){0,2})/(\d{4}(?:-\d{2}){0,2})")

_QUARTERS, _HALVES, _THIRDS = "一二三四", "上下", "上中下"


@dataclass(frozen=True, order=True)
class When:
    """When something was or will be: the first and the last day it may be (both inclusive)."""

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
        return cls.months(year, month, month)

    @classmethod
    def months(cls, year: int, first: int, last: int) -> When:
        """Whole months of one year: 2024, 3, 5 is March to May."""
        return cls(date(year, first, 1), date(year, last, calendar.monthrange(year, last)[1]))

    @classmethod
    def year(cls, year: int) -> When:
        return cls.months(year, 1, 12)

    @classmethod
    def quarter(cls, year: int, quarter: int) -> When:
        return cls.months(year, quarter * 3 - 2, quarter * 3)

    @classmethod
    def half(cls, year: int, half: int) -> When:
        """上半年 (1) or 下半年 (2)."""
        return cls.months(year, half * 6 - 5, half * 6)

    @classmethod
    def third(cls, year: int, month: int, third: int) -> When:
        """上旬 (1, the 1st to the 10th), 中旬 (2, to the 20th) or 下旬 (3, to the month's end)."""
        whole = cls.month(year, month)
        last = whole.end.day if third == 3 else third * 10
        return cls(whole.start.replace(day=third * 10 - 9), whole.end.replace(day=last))

    @classmethod
    def parse(cls, text: str) -> When:
        """Reads every `iso`: `2023-08-31`, `2023-08`, `2023`, `2023-Q3`, `2023-H1`,
        `2023-07/2023-08`; ValueError for anything else."""
        text = text.strip()
        if match := _DAY.fullmatch(text):
            return cls.day(date(*map(int, match.groups())))
        if match := _MONTH.fullmatch(text):
            return cls.month(*map(int, match.groups()))
        if _YEAR.fullmatch(text):
            return cls.year(int(text))
        if match := _QUARTER.fullmatch(text):
            return cls.quarter(*map(int, match.groups()))
        if match := _HALF.fullmatch(text):
            return cls.half(*map(int, match.groups()))
        if match := _SPAN.fullmatch(text):
            return cls(cls.parse(match[1]).start, cls.parse(match[2]).end)
        raise ValueError(f"not a date: {text!r}")

    @property
    def precision(self) -> Precision:
        if self.start == self.end:
            return Precision.DAY
        if self == When.month(self.start.year, self.start.month):
            return Precision.MONTH
        if self == When.year(self.start.year):
            return Precision.YEAR
        return Precision.SPAN

    @property
    def text(self) -> str:
        """As people write it: 2023-08-31, 2023年8月, 2023年, 2023年三季度, 2023年上半年,
        2023年5月中旬, 2023年3月至5月, else its first and its last day."""
        first, last = self.start, self.end
        match self.precision:
            case Precision.DAY:
                return first.isoformat()
            case Precision.MONTH:
                return f"{first.year}年{first.month}月"
            case Precision.YEAR:
                return f"{first.year}年"
        if quarter := self._as_quarter:
            return f"{first.year}年{_QUARTERS[quarter - 1]}季度"
        if half := self._as_half:
            return f"{first.year}年{_HALVES[half - 1]}半年"
        for third, word in enumerate(_THIRDS, 1):
            if self == When.third(first.year, first.month, third):
                return f"{first.year}年{first.month}月{word}旬"
        if self._is_years:
            return f"{first.year}年至{last.year}年"
        if self._is_months:
            year = "" if first.year == last.year else f"{last.year}年"
            return f"{first.year}年{first.month}月至{year}{last.month}月"
        return f"{first.isoformat()} 至 {last.isoformat()}"

    @property
    def iso(self) -> str:
        """For programs, and read by `parse`: 2023-08-31, 2023-08, 2023, 2023-Q3, 2023-H1, else
        the first and the last year, month or day: 2023-07/2023-08."""
        first, last = self.start.isoformat(), self.end.isoformat()
        match self.precision:
            case Precision.DAY:
                return first
            case Precision.MONTH:
                return first[:7]
            case Precision.YEAR:
                return first[:4]
        if quarter := self._as_quarter:
            return f"{first[:4]}-Q{quarter}"
        if half := self._as_half:
            return f"{first[:4]}-H{half}"
        length = 4 if self._is_years else 7 if self._is_months else 10
        return f"{first[:length]}/{last[:length]}"

    @property
    def _as_quarter(self) -> int:
        """Which quarter of its year it is; 0 for none."""
        quarter = (self.start.month + 2) // 3
        return quarter if self == When.quarter(self.start.year, quarter) else 0

    @property
    def _as_half(self) -> int:
        half = (self.start.month + 5) // 6
        return half if self == When.half(self.start.year, half) else 0

    @property
    def _is_months(self) -> bool:
        """Whether it is whole months, of one year or of several."""
        last = self.end
        return self.start.day == 1 and last == When.month(last.year, last.month).end

    @property
    def _is_years(self) -> bool:
        return self._is_months and (self.start.month, self.end.month) == (1, 12)

    def __str__(self) -> str:
        return self.text


def months_on(day: date, count: int) -> date:
    """The first day of the month so many months after that of `day`."""
    years, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(years, month + 1, 1)


def month_of(day: date, after: int = 0) -> When:
    """The month in which a day lies, or one so many months after it."""
    first = months_on(day, after)
    return When.month(first.year, first.month)


def when(start: date | None, end: date | None) -> When | None:
    """The When of two stored columns; None = unknown."""
    return When(start, end or start) if start else None


def span_of(name: str) -> Any:
    """A When that a row keeps in two columns, NAME_on and NAME_until, as one attribute of it."""

    def read(row: Any) -> When | None:
        return when(getattr(row, f"{name}_on"), getattr(row, f"{name}_until"))

    def write(row: Any, moment: When | None) -> None:
        setattr(row, f"{name}_on", moment.start if moment else None)
        setattr(row, f"{name}_until", moment.end if moment else None)

    return property(read, write)
