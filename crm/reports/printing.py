"""How a report prints a number: exactly, rounded half up, or floored as officials write it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from crm.exact import floored, leading, rounded, trimmed

UNKNOWN = "待补"
UNTRACEABLE = "无法追溯"


# Words officials put at a number: 约 before any that is rounded down, 余 and 多 behind one that is
# less than the true one.
ABOUT, ODD, MORE = "约", "余", "多"


@dataclass(frozen=True)
class Printing:
    """Rounding as data. `digits` places, half up, without decimals that say nothing (90, not 90.0);
    with `floor_to` down to a multiple of it instead, between `before` and `after`: 53 floored to 10
    is 50余 or 50多, 90.7亿 floored to 1 is 约90亿.

    A multiple met exactly is not “more than” it (50, not 50余). Below one step a counted number is
    printed as it is, one that is 约 to its first two digits, down: 约0.35亿. What rounding would
    make a 0 of is printed as it is: nothing that is there prints 0.
    """

    digits: int = 0
    floor_to: int = 0
    before: str = ""
    after: str = ""
    growth_digits: int = 2

    def growth(self, pct: Decimal | None) -> str:
        """同比增长18.66%, 同比下降19.8%, 同比持平; "" where nobody published any."""
        if pct is None:
            return ""
        if not pct:
            return "同比持平"
        shown = trimmed(Decimal(rounded(abs(pct), self.growth_digits)) or abs(pct))
        return f"同比{'增长' if pct > 0 else '下降'}{shown}%"

    def text(self, value: Decimal | None, unit: str) -> str:
        """The number with its unit; unknown is 待补, zero is 0."""
        if value is None:
            return UNKNOWN
        return f"{self._number(value)}{unit}"

    def _number(self, value: Decimal) -> str:
        if not self.floor_to:
            shown = Decimal(rounded(value, self.digits))
            return trimmed(shown or value)
        number = floored(value, self.floor_to)
        if number > 0:
            return f"{self.before}{number}{self.after if value > number else ''}"
        if self.before and value > 0:
            return f"{self.before}{trimmed(leading(value, 2))}"
        return trimmed(value)
