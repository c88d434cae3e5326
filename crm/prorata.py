"""时序: what of a year's plan would be done if it went evenly, and how far something is from it."""

from __future__ import annotations

from decimal import Decimal

from crm.exact import rounded


def due(months: int) -> Decimal:
    """The share of the year that is over after so many months, in percent."""
    return Decimal(months) * 100 / 12


def pace(ahead: Decimal) -> tuple[str, str]:
    """What `ahead` percentage points before the pro-rata share are called, and how that looks:
    ahead, even or behind."""
    if Decimal(rounded(ahead, 1)) == 0:
        return "与时序持平", "even"
    if ahead > 0:
        return f"超时序 {rounded(ahead, 1)}", "ahead"
    return f"欠进度 {rounded(-ahead, 1)}", "behind"
