"""时序: what of a year's plan would be done if it went evenly, and how far something is from it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from crm.exact import rounded


def due(months: int) -> Decimal:
    """The share of the year that is over after so many months, in percent."""
    return Decimal(months) * 100 / 12


@dataclass(frozen=True)
class Completion:
    """完成率: how much of a year's whole is done after so many of its months; None = unknown."""

    months: int
    done: Decimal | None
    whole: Decimal | None

    @property
    def percent(self) -> Decimal | None:
        """Unknown without a whole, or where that is nothing."""
        if self.done is None or not self.whole:
            return None
        return self.done * 100 / self.whole

    @property
    def due(self) -> Decimal:
        """时序: the share of the year that is over, in percent."""
        return due(self.months)

    @property
    def ahead(self) -> Decimal | None:
        """超时序 (positive) or 欠进度 (negative), in percentage points."""
        return None if self.percent is None else self.percent - self.due

    @property
    def pace(self) -> tuple[str, str]:
        """超时序 3.2 or 欠进度 3.2, and how that looks; nothing where it is unknown."""
        return ("", "unknown") if self.ahead is None else pace(self.ahead)


def pace(ahead: Decimal) -> tuple[str, str]:
    """What `ahead` percentage points before the pro-rata share are called, and how that looks:
    ahead, even or behind."""
    if Decimal(rounded(ahead, 1)) == 0:
        return "与时序持平", "even"
    if ahead > 0:
        return f"超时序 {rounded(ahead, 1)}", "ahead"
    return f"欠进度 {rounded(-ahead, 1)}", "behind"
