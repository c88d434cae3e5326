"""One cell → one value of a column's kind, or `Unreadable` with what to do about it.

Text is stored as typed, minus control characters and outer space; full-width and half-width are
folded for comparison only. Money, dates and stages have readers of their own beside this one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

from crm.ledgers.base import Several
from crm.spreadsheets.cells import (
    Cell,
    Unreadable,
    checked,
    decimal_of,
    fold,
    is_blank,
    is_number,
    is_unknown,
    number_text,
    plain,
    shown,
)

Found = TypeVar("Found")

_NUMBER = re.compile(r"-?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?(?:e[+-]?[0-9]{1,2})?")
# Square metres in one unit of area; 亩 is 2000/3.
AREAS = {
    "㎡": Fraction(1),
    "m2": Fraction(1),
    "平方米": Fraction(1),
    "平米": Fraction(1),
    "平": Fraction(1),
    "万㎡": Fraction(10_000),
    "万m2": Fraction(10_000),
    "万平方米": Fraction(10_000),
    "万平": Fraction(10_000),
    "公顷": Fraction(10_000),
    "亩": Fraction(2000, 3),
    "平方公里": Fraction(1_000_000),
    "平方千米": Fraction(1_000_000),
    "km2": Fraction(1_000_000),
}
_AREA = re.compile(f"(.*?[0-9])({'|'.join(sorted(AREAS, key=len, reverse=True))})")
_ABOUT = re.compile(r"约|近|左右|上下|余|多|超|几|以[上下内]|[~≈<>≥≤+]")
_YES = frozenset({"是", "有", "yes", "y", "true", "1", "√", "✓", "✔", "对"})
_NO = frozenset({"否", "没有", "no", "n", "false", "0", "×", "✗", "✘", "不"})
# Zero-width and direction marks: invisible, and able to make two names look like one.
_INVISIBLE = (
    frozenset("\u200b\u200e\u200f\u2060\ufeff\u00ad")
    | {chr(c) for c in range(0x202A, 0x202F)}
    | {chr(c) for c in range(0x2066, 0x206A)}
)


def read_text(cell: Cell, *, max_length: int | None = None, lines: bool = False) -> str:
    """Text as typed; `lines` keeps line breaks. A number becomes its plain digits."""
    cell = checked(cell)
    if is_blank(cell):
        return ""
    if isinstance(cell, bool):
        text = "是" if cell else "否"
    elif is_number(cell):
        text = _digits(cell)
    elif isinstance(cell, datetime) and cell.time() == time():
        text = cell.date().isoformat()
    else:
        text = str(cell)
    if "\x00" in text:
        raise Unreadable(f"“{shown(text)}”含有空字符（NUL），请重新录入这一格。")
    if any("\ud800" <= sign <= "\udfff" for sign in text):
        raise Unreadable("这一格含有损坏的字符，请重新录入。")
    text = tidy(text, lines=lines)
    if max_length is not None and len(text) > max_length:
        raise Unreadable(f"“{shown(text)}”有 {len(text)} 个字，最多 {max_length} 个字，请精简。")
    return text


def read_number(
    cell: Cell, *, scale: int, label: str = "数字", unit: str = "", given: Cell = None
) -> Decimal | None:
    """An exact number of up to `scale` decimal places in `unit`; None when unknown.

    `given` is the unit the file states, in the heading or the mapping; an area without any unit is
    refused, for 50 亩 and 50 ㎡ differ by a factor of 667.
    """
    cell = checked(cell)
    if is_unknown(cell):
        return None
    cell, own = _without_unit(cell) if unit in AREAS else (cell, "")
    number = _number(cell, label)
    if unit in AREAS:
        number = _in_unit(number, plain(own or given or ""), unit, scale, label, cell)
    if number < 0:
        raise Unreadable(f"{label}“{shown(cell)}”是负数，请填写不小于 0 的数。")
    if number.adjusted() > 15:
        raise Unreadable(f"{label}“{shown(cell)}”太大，请检查单位。")
    kept = number.quantize(Decimal(1).scaleb(-scale))
    if kept != number:
        raise Unreadable(
            f"{label}“{shown(cell)}”最多保留 {scale} 位小数，请在表中四舍五入后再导入。"
        )
    return kept


def read_integer(cell: Cell, *, label: str = "数字") -> int | None:
    number = read_number(cell, scale=6, label=label)
    if number is None:
        return None
    if number != int(number):
        raise Unreadable(f"{label}“{shown(cell)}”应为整数。")
    return int(number)


def read_boolean(cell: Cell) -> bool | None:
    cell = checked(cell)
    if isinstance(cell, bool):
        return cell
    word = plain(cell).lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    if is_unknown(cell):
        return None
    raise Unreadable(f"“{shown(cell)}”看不懂，请填写“是”或“否”。")


def read_choice(cell: Cell, choices: Iterable[tuple[str, str]]) -> str | None:
    """The stored value of a choice written by its label or its value."""
    cell = checked(cell)
    choices = list(choices)
    named = {fold(word): value for value, label in choices for word in (value, label)}
    if (value := named.get(fold(cell))) is not None and not is_blank(cell):
        return value
    if is_unknown(cell):
        return None
    offered = "、".join(str(label) for _, label in choices[:12])
    raise Unreadable(f"“{shown(cell)}”不在可选项中，请填写：{offered}。")


def read_reference(cell: Cell, find: Callable[[str], Found | None], *, label: str) -> Found | None:
    """The one row another ledger has under this name. `find` answers within what the user may
    name, and raises Several when more than one fits."""
    cell = checked(cell)
    if is_unknown(cell):
        return None
    name = read_text(cell)
    for spelling in dict.fromkeys((name, plain(name), _full_width_brackets(name))):
        try:
            found = find(spelling)
        except Several as several:
            raise Unreadable(
                f"{label}“{shown(name)}”有几条同名的，请写明是哪一条：{several.offered()}。"
            ) from several
        if found is not None:
            return found
    raise Unreadable(f"没有找到{label}“{shown(name)}”，请核对名称，或先登记{label}。")


def _full_width_brackets(name: str) -> str:
    return plain(name).replace("(", "（").replace(")", "）")


def tidy(text: str, *, lines: bool) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    if not lines:
        text = text.replace("\n", " ")
    kept = (
        sign
        for sign in text
        if sign == "\n" or (unicodedata.category(sign) != "Cc" and sign not in _INVISIBLE)
    )
    return "".join(kept).strip()


def _digits(number: int | float | Decimal) -> str:
    if isinstance(number, float) and abs(number) >= 10**15:
        raise Unreadable(
            f"“{shown(number)}”是超过 15 位的数字，Excel 已丢掉末尾几位；"
            "请把这一列设为文本后重新填写。"
        )
    return number_text(number)


def _without_unit(cell: Cell) -> tuple[Cell, str]:
    match = _AREA.fullmatch(re.sub(r"\s+", "", plain(cell))) if isinstance(cell, str) else None
    return (match[1], match[2]) if match else (cell, "")


def _in_unit(number: Decimal, given: str, unit: str, scale: int, label: str, cell: Cell) -> Decimal:
    if given not in AREAS:
        raise Unreadable(
            f"{label}“{shown(cell)}”没有面积单位，请在表头写“{label}（{unit}）”，或写在数字后面。"
        )
    if AREAS[given] == AREAS[unit]:
        return number
    exact = Fraction(number) * AREAS[given] / AREAS[unit] * 10**scale
    if exact.denominator != 1:
        raise Unreadable(
            f"{label}“{shown(cell)}{given}”不能精确换算成{unit}，请在表中换算成{unit}后再导入。"
        )
    return Decimal(exact.numerator).scaleb(-scale)


def _number(cell: Cell, label: str) -> Decimal:
    if isinstance(cell, (int, float, Decimal)) and not isinstance(cell, bool):
        number = decimal_of(cell)
        if not number.is_finite():
            raise Unreadable(f"{label}“{shown(cell)}”不是数字，请重新填写。")
        return number
    text = re.sub(r"\s+", "", plain(cell).lower())
    if isinstance(cell, (bool, date, time)) or not _NUMBER.fullmatch(text):
        what = "是约数，请填写确定的数" if _ABOUT.search(text) else "不是数字，请只填写数字"
        raise Unreadable(f"{label}“{shown(cell)}”{what}，或留空表示未知。")
    return Decimal(text.replace(",", ""))
