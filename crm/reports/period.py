"""The months a report is about, both inclusive: 2023-01 to 2023-08 is “2023年1-8月”."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from crm.dates import When
from crm.errors import Refused
from crm.stages import Precision

FIRST_YEAR, LAST_YEAR = 1950, 2100


@dataclass(frozen=True)
class Period:
    """Whole months: `start` is the first day of the first one, `end` the last day of the last."""

    start: date
    end: date

    @classmethod
    def parse(cls, since: str, until: str) -> Self:
        """Two months as `2023-01`; refused with the field (from, to) that is wrong."""
        first, last = _month(since, "from", "起始月份"), _month(until, "to", "截止月份")
        if last.end < first.start:
            raise Refused(
                f"截止月份 {last.iso} 早于起始月份 {first.iso}，请对调。", "invalid", ["to"]
            )
        return cls(first.start, last.end)

    @classmethod
    def usual(cls, today: date) -> Self:
        """What a report is usually about: January to the last full month; in January, last year."""
        end = today.replace(day=1) - timedelta(days=1)
        return cls(date(end.year, 1, 1), end)

    @property
    def last_month(self) -> date:
        """The first day of the last one."""
        return self.end.replace(day=1)

    @property
    def since(self) -> str:
        return f"{self.start:%Y-%m}"

    @property
    def until(self) -> str:
        return f"{self.end:%Y-%m}"

    @property
    def iso(self) -> str:
        """For programs: 2023-01/2023-08."""
        return f"{self.since}/{self.until}"

    @property
    def text(self) -> str:
        """As a report says it: 2023年1-8月, 2023年8月, 2022年11月-2023年2月."""
        first, last = self.start, self.end
        if (first.year, first.month) == (last.year, last.month):
            return f"{first.year}年{first.month}月"
        if first.year == last.year:
            return f"{first.year}年{first.month}-{last.month}月"
        return f"{first.year}年{first.month}月-{last.year}年{last.month}月"

    @property
    def year_before(self) -> Period:
        """The same months a year earlier (上年同期)."""
        return Period(
            self.start.replace(year=self.start.year - 1),
            When.month(self.end.year - 1, self.end.month).end,
        )

    def __str__(self) -> str:
        return self.text


def _month(text: str, field: str, label: str) -> When:
    try:
        month = When.parse(text)
    except ValueError:
        month = None
    if month is None or month.precision is not Precision.MONTH:
        shown = f"“{text[:20]}”" if text.strip() else "空白"
        raise Refused(f"{label}应写成年份和月份，例如 2023-08；现在是{shown}。", "invalid", [field])
    if not FIRST_YEAR <= month.start.year <= LAST_YEAR:
        raise Refused(f"{label}应在 {FIRST_YEAR} 年到 {LAST_YEAR} 年之间。", "invalid", [field])
    return month
