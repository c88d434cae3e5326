"""Amounts of money as people write them into spreadsheets, read exactly or not at all.

The unit may stand in the cell (1.2亿元), in a column 单位 beside a column 币种, in the mapping or
in the heading (投资额（万元）). Yuan become a Decimal with two places; foreign money keeps its
currency and its amount, and its yuan are unknown until a rate is known or the cell tells them.
约2亿 counts as 2亿 and says so; 2-3亿 is no amount.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from crm.models import Said
from crm.spreadsheets import phrases
from crm.spreadsheets.cells import (
    Cell,
    Remark,
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
    "AUD": ("澳大利亚元", "澳元", "aud"),
    "CAD": ("加拿大元", "加元", "cad"),
    "CHF": ("瑞士法郎", "瑞郎", "chf"),
    "MOP": ("澳门元", "澳门币", "mop"),
    "NZD": ("新西兰元", "nzd"),
    "SEK": ("瑞典克朗", "sek"),
    "NOK": ("挪威克朗", "nok"),
    "DKK": ("丹麦克朗", "dkk"),
    "RUB": ("俄罗斯卢布", "卢布", "rub"),
    "INR": ("印度卢比", "卢比", "inr"),
    "THB": ("泰铢", "thb"),
    "MYR": ("马来西亚林吉特", "林吉特", "马币", "myr"),
    "IDR": ("印度尼西亚盾", "印尼盾", "idr"),
    "VND": ("越南盾", "vnd"),
    "AED": ("阿联酋迪拉姆", "迪拉姆", "aed"),
    "SAR": ("沙特里亚尔", "sar"),
}
_CODES = {word: code for code, words in _CURRENCIES.items() for word in words}


def _longest_first(words: dict[str, object] | dict[str, int]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True) if word)


_CURRENCY = _longest_first(dict.fromkeys(_CODES))
_SCALE = _longest_first(_SCALES)
_UNIT = re.compile(rf"(?P<before>{_CURRENCY})?(?P<scale>{_SCALE})?(?P<after>{_CURRENCY})?")
_NUMBER = r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]{1,2})?|\.[0-9]+"
_FRONT = re.compile(_CURRENCY)
_AMOUNT = re.compile(rf"(?P<number>{_NUMBER})(?P<rest>.*)")
_COMPOUND = re.compile(
    rf"(?P<big>{_NUMBER})亿(?P<small>{_NUMBER})(?P<scale>千万|百万|十万|万)(?P<rest>.*)"
)
_NEGATIVE = re.compile(r"[-−–—][^0-9]*[0-9].*|\([^()]*[0-9][^()]*\)[^0-9]*")
_DIGITS = re.compile(r"[0-9.,]+")
_BARE_NUMBER = re.compile(_NUMBER)
# Words before an amount that say no more than the heading does.
_OPENING = re.compile(
    "(?:项目)?(?:计划|预计|拟)?(?:总|共)?投资(?:总额|额)?(?:达到?|为|:)?|共计|合计|总计|总额|共"
)
_PLAN = re.compile("计划|预计|拟")
_WORTH = re.compile("(?:大?约|折|合|相当于|等值于?|即)+")


class NoCurrency(Unreadable):
    """Foreign money of no currency; one answer may settle it for its whole column."""


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
    """An amount in yuan (None = unknown), or foreign money whose yuan are not known yet, or both.
    `remark` is what the cell said beyond them."""

    amount: Decimal | None
    currency: str = "CNY"
    foreign_amount: Decimal | None = None
    remark: Remark | None = None


@dataclass(frozen=True)
class _Written:
    """A cell taken apart: the number, the unit written with it, and what else it says."""

    number: Decimal
    unit: Unit | None
    said: Said | None = None
    inside: tuple[str, ...] = ()


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


def read_money(
    cell: Cell,
    *,
    unit: Cell = None,
    default: Cell = None,
    currency: Cell = None,
    foreign: bool = False,
) -> Money:
    """One amount. `unit` and `currency`: this row's own columns 单位 and 币种; `default`: the unit
    of the mapping or the heading. Without a currency anywhere it is yuan, but in a column of
    `foreign` money unreadable."""
    cell = checked(cell)
    if is_unknown(cell):
        return Money(None)
    if isinstance(cell, bool) or not (isinstance(cell, str) or is_number(cell)):
        raise Unreadable(f"“{shown(cell)}”不是金额，请填写数字。")
    written = _taken_apart(cell)
    chosen = _unit_of(written.unit, cell, unit, default, currency, foreign)
    value = _exact(written.number, chosen, cell)
    others = (_equivalent(inside, chosen) for inside in written.inside)
    other, code = next(filter(None, others), (None, ""))
    stated = read_unit(currency)
    if stated and stated.currency not in ("", chosen.currency or "CNY", code):
        raise Unreadable(
            f"金额“{shown(cell)}”与币种栏“{shown(currency)}”不一致，请写全，例如“300万美元”。"
        )
    said = written.said or (Said.MORE if written.inside else None)
    remark = phrases.remark(cell, said)
    if chosen.is_foreign:
        return Money(other, chosen.currency, value, remark)
    return Money(value, code or "CNY", other, remark)


def read_currency(cell: Cell) -> str:
    """The code of a currency of the world (美元, USD, 瑞郎); "" for a blank cell."""
    if is_unknown(cell):
        return ""
    unit = read_unit(cell)
    if unit is None or unit.power or not unit.currency:
        raise Unreadable(f"币种“{shown(cell)}”不认识，请写人民币、美元、欧元等。")
    return unit.currency


def money_kept(money: Money) -> str:
    """An amount as text that reads back exactly: 1200.5元, 3000000USD, 21520200元(3000000USD),
    empty when unknown."""
    yuan = "" if money.amount is None else f"{money.amount:f}元"
    if money.foreign_amount is None:
        return yuan
    foreign = f"{money.foreign_amount:f}{money.currency}"
    return f"{yuan}({foreign})" if yuan else foreign


def _given_unit(text: Cell) -> Unit | None:
    if is_unknown(text):
        return None
    unit = read_unit(text)
    if unit is None:
        raise Unreadable(f"单位“{shown(text)}”不认识，请写元、万元、亿元、万美元等。")
    return unit


def _unit_of(
    own: Unit | None, cell: Cell, unit: Cell, default: Cell, currency: Cell, foreign: bool
) -> Unit:
    """The unit and the currency of an amount: the cell's own, else its row's, else the table's."""
    given = _given_unit(unit)
    around = given or _given_unit(default)
    chosen = own or around or (Unit(0) if foreign else None)
    if chosen is None:
        raise Unreadable(
            f"金额“{shown(cell)}”没有单位，请写成“1200万元”，或在表头写“投资额（万元）”，"
            "或在对表头时选好单位。"
        )
    if own and given and own.spelled != given.spelled:
        raise Unreadable(f"金额“{shown(cell)}”与单位栏“{shown(unit)}”不一致，请只保留一个单位。")
    if chosen.currency:
        return chosen
    code = read_currency(currency)
    if around and around.is_foreign and around.currency != code:
        raise Unreadable(f"“{shown(cell)}”的币种不清楚，请写全，例如“1.2亿元”或“1.2亿美元”。")
    if foreign and not code:
        raise NoCurrency(
            f"“{shown(cell)}”没有币种，请写成“300万美元”，或在“币种”一栏写明是哪种外币。"
        )
    return replace(chosen, currency=code)


def _taken_apart(cell: Cell) -> _Written:
    if isinstance(cell, (int, float, Decimal)):
        number = decimal_of(cell)
        if not number.is_finite():
            raise Unreadable(f"“{shown(cell)}”不是数字，请重新填写。")
        if number < 0:
            raise Unreadable(_negative(cell))
        return _Written(number, None)
    text = phrases.squeezed(cell)
    if _BARE_NUMBER.fullmatch(text):
        return _Written(_number(text), None)
    if _NEGATIVE.fullmatch(text):
        raise Unreadable(_negative(cell))
    outside, inside = phrases.parted(text)
    if phrases.is_part(outside, inside):
        raise Unreadable(f"“{shown(cell)}”写的是其中一期的金额，请填写全部的金额，或留空。")
    if any(_DIGITS.fullmatch(part) for part in inside):
        raise Unreadable(_unclear(cell))
    try:
        words, said = _unqualified(outside)
        said = phrases.together([said, *map(phrases.as_qualifier, inside)])
    except ValueError as error:
        raise Unreadable(_unclear(cell)) from error
    if said is None and _PLAN.search(outside):
        said = Said.MORE  # planned, where the column may be of what came
    inside = [part for part in inside if phrases.as_qualifier(part) is None]
    units = [part for part in inside if read_unit(part)]
    number, unit = _number_and_unit(words + "".join(units), cell)  # 5000（万元）
    return _Written(number, unit, said, tuple(part for part in inside if part not in units))


def _unqualified(text: str) -> tuple[str, Said | None]:
    """An amount without 总投资, 约 and the like, which may also stand behind its 人民币."""
    words, said = phrases.qualified(text, _OPENING)
    if front := _FRONT.match(words):
        rest, again = phrases.qualified(words[front.end() :])
        return front[0] + rest, phrases.together([said, again])
    return words, said


def _number_and_unit(words: str, cell: Cell) -> tuple[Decimal, Unit | None]:
    words = words.replace("个亿", "亿").removesuffix("整")
    front = _FRONT.match(words)
    code = _CODES[front[0]] if front else ""
    words = words[front.end() :] if front else words
    if match := _COMPOUND.fullmatch(words):
        small = _number(match["small"]).scaleb(_SCALES[match["scale"]] - 8)
        number, unit = _number(match["big"]) + small, read_unit(match["rest"] or "元")
        if small >= 1 or unit is None or unit.power:
            raise Unreadable(_unclear(cell))
        unit = Unit(8, unit.currency if match["rest"] else "")
    else:
        match = _AMOUNT.fullmatch(words)
        if match is None or match["rest"].startswith("单位"):
            raise Unreadable(_unclear(cell))
        number, unit = _number(match["number"]), read_unit(match["rest"])
        if not match["rest"]:
            return number, Unit(0, code) if code else None
        if unit is None and (ends := phrases.ends_of(words)):
            raise phrases.of_a_range("金额", cell, ends)
    if unit is None:
        raise Unreadable(_unclear(cell))
    if code and unit.currency not in ("", code):
        raise Unreadable(f"“{shown(cell)}”写了两种货币，请只保留一种。")
    return number, Unit(unit.power, code or unit.currency)


def _equivalent(inside: str, main: Unit) -> tuple[Decimal, str] | None:
    """What a bracket says the amount comes to: yuan of foreign money (约合3.89亿元), or the other
    way round. None for any other remark."""
    try:
        words, _ = _unqualified(_WORTH.sub("", inside, count=1))
        number, unit = _number_and_unit(words, inside)
        if unit is None or not unit.currency or unit.is_foreign == main.is_foreign:
            return None
        return _exact(number, unit, inside), unit.currency
    except ValueError:  # unreadable, or a contradiction
        return None


def _number(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def _exact(number: Decimal, unit: Unit, cell: Cell) -> Decimal:
    if number.adjusted() + unit.power > 20 or len(number.as_tuple().digits) > 25:
        raise Unreadable(f"金额“{shown(cell)}”太大，请检查单位。")
    value = number.scaleb(unit.power)
    if value >= _LIMIT:
        raise Unreadable(f"金额“{shown(cell)}”太大，请检查单位。")
    if value != value.quantize(_CENT):
        raise Unreadable(f"金额“{shown(cell)}”换算后不足一分，请在表中四舍五入后再导入。")
    return value.quantize(_CENT)


def _negative(cell: Cell) -> str:
    return f"金额“{shown(cell)}”是负数（括号也表示负数），请填写不小于 0 的金额。"


def _unclear(cell: Cell) -> str:
    return f"看不懂金额“{shown(cell)}”，请写成“1200万元”或“1.2亿元”。"
