"""How a report prints a number: exactly, rounded half up, or floored as officials write it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from crm.exact import floored, rounded, trimmed

UNKNOWN = "待补"
UNTRACEABLE = "无法追溯"


@dataclass(frozen=True)
class Printing:
    """Rounding as data. `digits` places, half up; with `floor_to` down to a multiple of it instead,
    between `before` and `after`: 53 floored to 10 is 50余, 90.7亿 floored to 1 is 约90亿.

    A multiple met exactly is not “more than” it (50, not 50余). What rounding would make a 0 of is
    printed as it is: nothing that is there prints 0.
    """

    digits: int = 0
    floor_to: int = 0
    before: str = ""
    after: str = ""

    def text(self, value: Decimal | None, unit: str) -> str:
        """The number with its unit; unknown is 待补, zero is 0."""
        if value is None:
            return UNKNOWN
        if not self.floor_to:
            shown = rounded(value, self.digits)
            return f"{shown if Decimal(shown) else trimmed(value)}{unit}"
        number = floored(value, self.floor_to)
        if number <= 0:
            return f"{trimmed(value)}{unit}"
        after = self.after if value > number else ""
        return f"{self.before}{number}{after}{unit}"
