"""Amounts of money as people write them into spreadsheets, read exactly or not at all.

The unit may stand in the cell (1.2亿元), in a column 单位, in the mapping or in the heading
(投资额（万元）). Yuan become a Decimal with two places; foreign money keeps its currency and its
amount, and its yuan are unknown until a rate is known. Nothing is guessed: 约2亿 is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from crm.spreadsheets.cells import (
    Cell,
    Unreadable,
    checked,
    decimal_of,
    is_number,
    is_unknown,
    plain,
    shown,
)

_LIMIT = Decimal(10) ** 16  # yuan; the column ends at 9.2 × 10¹⁶
_CENT = Decimal("0.01")

_SCALES = {
    "": 0, "十": 1, "百": 2, "千": 3, "thousand": 3, "万": 4, "十万": 5, "百万": 6,
    "million": 6, "millions": 6, "mn": 6, "千万": 7, "亿": 8, "十亿": 9, "billion": 9, "bn": 9,
    "百亿": 10, "千亿": 11, "万亿": 12,
}  # fmt: skip
_CURRENCIES = {
    "CNY": ("元", "人民币", "元人民币", "人民币元", "圆", "块", "rmb", "cny", "¥", "yuan"),
    "USD": ("美元", "美金", "usd", "us$", "$"),
    "EUR": ("欧元", "eur", "€"),
    "HKD": ("港元", "港币", "hkd", "hk$"),
    "JPY": ("日元", "日币", "jpy"),
    "GBP": ("英镑", "gbp", "£"),
    "KRW": ("韩元", "韩币", "krw"),
    "SGD": ("新加坡元", "新元", "新币", "sgd"),
    "TWD": ("新台币", "台币", "twd"),
    "AUD": ("澳元", "澳大利亚元", "aud"),
    "CAD": ("加元", "加拿大元", "cad"),
    "CHF": ("瑞士法郎", "瑞郎", "chf"),
}
_CODES = {word: code for code, words in _CURRENCIES.items() for word in words}


def _longest_first(words: dict[str, object] | dict[str, int]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True) if word)


_CURRENCY = _longest_first(dict.fromkeys(_CODES))
_SCALE = _longest_first(_SCALES)
_UNIT = re.compile(rf"(?P<before>{_CURRENCY})?(?P<scale>{_SCALE})?(?P<after>{_CURRENCY})?")
_NUMBER = r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]{1,2})?|\.[0-9]+"
_AMOUNT = re.compile(rf"(?P<front>{_CURRENCY})?(?P<number>{_NUMBER})(?P<rest>.*)", re.DOTALL)
_COMPOUND = re.compile(
    rf"(?P<big>{_NUMBER})亿(?P<small>{_NUMBER})(?P<scale>千万|百万|十万|万)(?P<rest>.*)"
)
_ABOUT = re.compile(
    r"约|近|左右|上下|余|多|超|逾|大概|大致|估|不[少低多高]于|不超|以[上下内]|几|数|起|[~≈<>≥≤＞＜+]"
)
_RANGE = re.compile(r"[0-9][^0-9]*(?:-|~|–|—|至|到)[0-9]")
_NEGATIVE = re.compile(r"[-−–—][^0-9]*[0-9].*|\([^()]*[0-9][^()]*\)[^0-9]*")


@dataclass(frozen=True)
class Unit:
    """万元 = (4, CNY). Without a currency (1.2亿) the currency is the yuan unless one is given."""

    power: int
    currency: str = ""

    @property
    def is_foreign(self) -> bool:
        return self.currency not in ("", "CNY")

    @property
    def spelled(self) -> tuple[int, str]:
        """Equal for 亿 and 亿元."""
        return self.power, self.currency or "CNY"


@dataclass(frozen=True)
class Money:
    """An amount in yuan (None = unknown), or foreign money whose yuan are not known yet."""

    amount: Decimal | None
    currency: str = "CNY"
    foreign_amount: Decimal | None = None


def read_unit(text: Cell) -> Unit | None:
    """`万元`, `亿欧元`, `百万美元`, `million USD`; None for what is no unit of money."""
    word = re.sub(r"^单位:?", "", re.sub(r"\s+", "", plain(text).lower())).strip("()")
    match = _UNIT.fullmatch(word)
    if not word or match is None:
        return None
    codes = {_CODES[part] for part in (match["before"], match["after"]) if part}
    if len(codes) > 1:
        return None
    return Unit(_SCALES[match["scale"] or ""], codes.pop() if codes else "")


def read_money(cell: Cell, *, unit: Cell = None, default: Cell = None) -> Money:
    """One amount. `unit`: this row's own unit column; `default`: of the mapping or the heading."""
    cell = checked(cell)
    if is_unknown(cell):
        return Money(None)
    if isinstance(cell, bool) or not (isinstance(cell, str) or is_number(cell)):
        raise Unreadable(f"“{shown(cell)}”不是金额，请填写数字。")
    number, own = _split(cell)
    given = _given_unit(unit)
    chosen = own or given or _given_unit(default)
    if chosen is None:
        raise Unreadable(
            f"金额“{shown(cell)}”没有单位，请写成“1200万元”，或在表头写“投资额（万元）”，"
            "或在对表头时选好单位。"
        )
    if own and given and own.spelled != given.spelled:
        raise Unreadable(f"金额“{shown(cell)}”与单位栏“{shown(unit)}”不一致，请只保留一个单位。")
    if own and not own.currency:
        around = given or _given_unit(default)
        if around and around.is_foreign:
            raise Unreadable(f"“{shown(cell)}”的币种不清楚，请写全，例如“1.2亿元”或“1.2亿美元”。")
    return _convert(number, chosen, cell)


def money_kept(money: Money) -> str:
    """An amount as text that reads back exactly: 1200.5元, 3000000美元, empty when unknown."""
    if money.foreign_amount is not None:
        return f"{money.foreign_amount:f}{money.currency}"
    return "" if money.amount is None else f"{money.amount:f}元"


def _given_unit(text: Cell) -> Unit | None:
    if is_unknown(text):
        return None
    unit = read_unit(text)
    if unit is None:
        raise Unreadable(f"单位“{shown(text)}”不认识，请写元、万元、亿元、万美元等。")
    return unit


def _split(cell: Cell) -> tuple[Decimal, Unit | None]:
    """The number and the unit written in the cell itself."""
    if isinstance(cell, (int, float, Decimal)):
        number = decimal_of(cell)
        if not number.is_finite():
            raise Unreadable(f"“{shown(cell)}”不是数字，请重新填写。")
        if number < 0:
            raise Unreadable(_negative(cell))
        return number, None
    text = re.sub(r"\s+", "", plain(cell).lower())
    if _NEGATIVE.fullmatch(text):
        raise Unreadable(_negative(cell))
    signless = re.sub(r"e[+-](?=[0-9])", "e", text)
    if _RANGE.search(signless):
        raise Unreadable(f"金额“{shown(cell)}”是一个区间，请填写一个确定的数。")
    if _ABOUT.search(signless):
        raise Unreadable(f"金额“{shown(cell)}”是约数，请填写确定的金额，或留空表示未知。")
    if match := _COMPOUND.fullmatch(text):
        if match["rest"] and read_unit(match["rest"]) is None:
            raise Unreadable(_unclear(cell))
        small = _number(match["small"]).scaleb(_SCALES[match["scale"]] - 8)
        if small >= 1:
            raise Unreadable(_unclear(cell))
        return _number(match["big"]) + small, Unit(8, _currency_of(match["rest"], cell))
    match = _AMOUNT.fullmatch(text)
    if match is None:
        raise Unreadable(_unclear(cell))
    written = (match["front"] or "") + match["rest"]
    if not written:
        return _number(match["number"]), None
    unit = read_unit(match["rest"]) if match["rest"] else Unit(0)
    if unit is None or match["rest"].startswith("单位"):
        raise Unreadable(_unclear(cell))
    front = _CODES.get(match["front"] or "", "")
    if front and unit.currency not in ("", front):
        raise Unreadable(f"“{shown(cell)}”写了两种货币，请只保留一种。")
    return _number(match["number"]), Unit(unit.power, front or unit.currency)


def _currency_of(text: str, cell: Cell) -> str:
    unit = read_unit(text) if text else Unit(0)
    if unit is None or unit.power:
        raise Unreadable(_unclear(cell))
    return unit.currency


def _number(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def _convert(number: Decimal, unit: Unit, cell: Cell) -> Money:
    if number.adjusted() + unit.power > 20 or len(number.as_tuple().digits) > 25:
        raise Unreadable(f"金额“{shown(cell)}”太大，请检查单位。")
    value = number.scaleb(unit.power)
    if value >= _LIMIT:
        raise Unreadable(f"金额“{shown(cell)}”太大，请检查单位。")
    if value != value.quantize(_CENT):
        raise Unreadable(f"金额“{shown(cell)}”换算后不足一分，请在表中四舍五入后再导入。")
    value = value.quantize(_CENT)
    if unit.is_foreign:
        return Money(None, unit.currency, value)
    return Money(value)


def _negative(cell: Cell) -> str:
    return f"金额“{shown(cell)}”是负数（括号也表示负数），请填写不小于 0 的金额。"


def _unclear(cell: Cell) -> str:
    return f"看不懂金额“{shown(cell)}”，请写成“1200万元”或“1.2亿元”。"
