"""Amounts people type: 10亿以上, 5000万以下, 1-5亿, 超过3亿 become a range of yuan.

以上 and 以下 include the number itself, as in law; 超过, 大于, 不足 and 低于 do not.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from search.query import Range

_NUMBER = r"(?<![0-9.])[0-9]{1,12}(?:\.[0-9]{1,6})?|[一二两三四五六七八九十百千]{1,6}"
_UNIT = r"(?:千亿|百亿|十亿|亿|千万|百万|十万|万)"
_LEAD = r"(?:(?:计划|协议|总)?投资额?|金额|规模)?"
_MORE = r"(?:不低于|不少于|不小于|至少|>=|≥)"
_OVER = r"(?:超过|大于|高于|多于|突破|超|过|>)"
_LESS = r"(?:不超过|不高于|不大于|不多于|最多|<=|≤)"
_UNDER = r"(?:低于|小于|少于|不足|不到|<)"
AMOUNT = re.compile(
    rf"{_LEAD}(?:"
    rf"(?P<low>{_NUMBER})(?P<low_unit>{_UNIT}?)元?(?:-|~|—|–|至|到)"
    rf"(?P<high>{_NUMBER})(?P<high_unit>{_UNIT})元?(?:之间)?"
    rf"|(?P<sign>{_MORE}|{_OVER}|{_LESS}|{_UNDER})(?P<n1>{_NUMBER})?(?P<u1>{_UNIT})元?"
    rf"|(?P<n2>{_NUMBER})?(?P<u2>{_UNIT})元?(?P<after>及?以上|起|及?以下|及?以内|之内)"
    rf"|(?:(?<=\s)|(?<=^))(?P<n3>{_NUMBER})(?P<u3>{_UNIT})元?(?=\s|$)"
    r")的?"
)
_UNITS = {"千": 1_000, "百": 100, "十": 10, "亿": 10**8, "万": 10**4}
_DIGITS = dict(zip("一二两三四五六七八九", (1, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))


@dataclass(frozen=True)
class Amount:
    start: int
    end: int
    low: int | None
    high: int | None

    def about(self, field: str) -> Range:
        return Range(field, self.low, self.high)


def find(text: str) -> list[Amount]:
    """The amounts of a normalised text, in order, with their places."""
    return [_amount(match) for match in AMOUNT.finditer(text)]


def _amount(match: re.Match[str]) -> Amount:
    low: int | None = None
    high: int | None = None
    if match["high"]:
        high = _yuan(match["high"], match["high_unit"])
        low = _yuan(match["low"], match["low_unit"] or match["high_unit"])
        low, high = min(low, high), max(low, high)
    elif match["sign"]:
        number, sign = _yuan(match["n1"], match["u1"]), match["sign"]
        if re.fullmatch(_MORE, sign):
            low = number
        elif re.fullmatch(_OVER, sign):
            # 过亿 and 超百亿 are sayings for "at least"; a written number is taken at its word.
            low = number + 1 if match["n1"] else number
        elif re.fullmatch(_LESS, sign):
            high = number
        else:
            high = number - 1
    elif match["after"]:
        number = _yuan(match["n2"], match["u2"])
        low, high = (None, number) if match["after"][-1] in "下内" else (number, None)
    else:
        low = high = _yuan(match["n3"], match["u3"])
    start, end = match.span()
    return Amount(start, end, low, high)


def _yuan(number: str | None, unit: str) -> int:
    factor = 1
    for char in unit:
        factor *= _UNITS[char]
    value = _number(number) * factor if number else Decimal(factor)
    return min(int(value), Range.LIMIT - 2)


def _number(text: str) -> Decimal:
    if text[0].isdigit():
        return Decimal(text)
    total, digit = 0, 0
    for char in text:
        if char in _DIGITS:
            digit = _DIGITS[char]
        else:
            total += (digit or 1) * _UNITS[char]
            digit = 0
    return Decimal(total + digit)
