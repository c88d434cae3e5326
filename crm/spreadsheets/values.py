"""One cell → one value of a column's kind, or `Unreadable` with what to do about it.

Text is stored as typed, minus control characters and outer space; full-width and half-width are
folded for comparison only. Money, dates and stages have readers of their own beside this one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

from crm.ledgers.base import Several
from crm.models import Said
from crm.spreadsheets import phrases
from crm.spreadsheets.cells import (
    Cell,
    Remark,
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
    "平方": Fraction(1),
    "平": Fraction(1),
    "万㎡": Fraction(10_000),
    "万m2": Fraction(10_000),
    "万平方米": Fraction(10_000),
    "万平方": Fraction(10_000),
    "万平": Fraction(10_000),
    "公顷": Fraction(10_000),
    "亩": Fraction(2000, 3),
    "万亩": Fraction(20_000_000, 3),
    "平方公里": Fraction(1_000_000),
    "平方千米": Fraction(1_000_000),
    "km2": Fraction(1_000_000),
}
_OF_LAND = re.compile("(?:总|规划)?(?:占地|用地)(?:面积)?(?:为|:)?|共")
_NO_WORDS = re.compile("共")
_YES = frozenset({"是", "有", "yes", "y", "true", "1", "√", "✓", "✔", "对"})
_NO = frozenset({"否", "没有", "no", "n", "false", "0", "×", "✗", "✘", "不"})
# Control characters but for a line break; zero-width and direction marks: invisible, and able to
# make two names look like one.
_INVISIBLE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2060\ufeff\u00ad\u202a-\u202e\u2066-\u2069]"
)
_HALVES = re.compile("[\ud800-\udfff]")


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
    if _HALVES.search(text):
        raise Unreadable("这一格含有损坏的字符，请重新录入。")
    text = tidy(text, lines=lines)
    if max_length is not None and len(text) > max_length:
        raise Unreadable(f"“{shown(text)}”有 {len(text)} 个字，最多 {max_length} 个字，请精简。")
    return text


@dataclass(frozen=True)
class Number:
    """An exact number (None = unknown), and what its cell said beyond it."""

    value: Decimal | None
    remark: Remark | None = None


UNKNOWN = Number(None)


def read_number(
    cell: Cell,
    *,
    scale: int,
    label: str = "数字",
    unit: str = "",
    given: Cell = None,
    rounds: bool = False,
    signed: bool = False,
) -> Number:
    """A number of up to `scale` decimal places in `unit`.

    `given` is the unit the file states, in the heading or the mapping; an area without any unit is
    refused, for 50 亩 and 50 ㎡ differ by a factor of 667. An area is converted, and like a number
    that `rounds` (a coordinate) rounded half to even, which its remark says; any other number with
    more places is refused, and one below 0 that is not `signed`.
    """
    cell = checked(cell)
    if is_unknown(cell):
        return UNKNOWN
    number, own, said = _number_written(cell, label, unit)
    if number < 0 and not signed:
        raise Unreadable(f"{label}“{shown(cell)}”是负数，请填写不小于 0 的数。")
    if number and not -30 < number.adjusted() <= 15:
        raise Unreadable(f"{label}“{shown(cell)}”太大或太小，请检查单位。")
    word = plain(own or given or "")
    exact = Fraction(number) * _factor(word, unit, label, cell)
    kept = Decimal(round(exact * 10**scale)).scaleb(-scale)
    if kept.adjusted() > 15:
        raise Unreadable(f"{label}“{shown(cell)}”太大，请检查单位。")
    if kept == exact:
        return Number(kept, phrases.remark(cell, said))
    if unit not in AREAS and not rounds:
        raise Unreadable(
            f"{label}“{shown(cell)}”最多保留 {scale} 位小数，请在表中四舍五入后再导入。"
        )
    if not kept:
        raise Unreadable(f"{label}“{shown(cell)}”换算后不足最小的一位，请检查单位。")
    # A heading's unit is told with the number, or the original would be another number.
    from_elsewhere = word if not own and AREAS.get(word) != AREAS.get(unit) else ""
    return Number(kept, phrases.remark(cell, said or Said.CONVERTED, from_elsewhere))


def read_integer(cell: Cell, *, label: str = "数字", unit: str = "") -> Number:
    """A whole number. One without a unit is a name, as a year is, and never 约2023."""
    number = read_number(cell, scale=6, label=label, unit=unit)
    if number.value is None:
        return number
    if number.value != int(number.value):
        raise Unreadable(f"{label}“{shown(cell)}”应为整数。")
    if number.remark and not unit:
        raise Unreadable(f"{label}“{shown(cell)}”不是一个确定的数，请只填写数字，或留空表示未知。")
    return Number(Decimal(int(number.value)), number.remark)


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
    return _INVISIBLE.sub("", text).strip()


def _digits(number: int | float | Decimal) -> str:
    if isinstance(number, float) and abs(number) >= 10**15:
        raise Unreadable(
            f"“{shown(number)}”是超过 15 位的数字，Excel 已丢掉末尾几位；"
            "请把这一列设为文本后重新填写。"
        )
    return number_text(number)


def _number_written(cell: Cell, label: str, unit: str) -> tuple[Decimal, str, Said | None]:
    """The number in a cell, the unit written with it, and what else the cell says."""
    if is_number(cell):
        number = decimal_of(cell)
        if not number.is_finite():
            raise Unreadable(f"{label}“{shown(cell)}”不是数字，请重新填写。")
        return number, "", None
    if not isinstance(cell, str):
        raise Unreadable(_no_number(cell, label))
    text = phrases.squeezed(cell)
    if _NUMBER.fullmatch(text):
        return Decimal(text.replace(",", "")), "", None
    outside, inside = phrases.parted(text)
    if phrases.is_part(outside, inside):
        raise Unreadable(f"{label}“{shown(cell)}”写的是其中一期的数，请填写全部的数，或留空。")
    try:
        words, said = phrases.qualified(outside, _OF_LAND if unit == "亩" else _NO_WORDS)
        said = phrases.together([said, *map(phrases.as_qualifier, inside)])
    except ValueError as error:
        raise Unreadable(_no_number(cell, label)) from error
    inside = [part for part in inside if phrases.as_qualifier(part) is None]
    units = _units_of(unit)
    words += "".join(part for part in inside if part in units)  # 35（亩）
    more = [part for part in inside if part not in units]
    own = next((word for word in units if words.endswith(word)), "")
    digits = words.removesuffix(own)
    if not _NUMBER.fullmatch(digits) or any(map(_NUMBER.fullmatch, more)):
        if ends := phrases.ends_of(words):
            raise phrases.of_a_range(label, cell, ends)
        raise Unreadable(_no_number(cell, label))
    said = said or (Said.MORE if more else None)
    return Decimal(digits.replace(",", "")), own, said


def _units_of(unit: str) -> list[str]:
    """The units that may stand behind a number of a column in `unit`, the longest first."""
    if unit in AREAS:
        return sorted({plain(word) for word in AREAS}, key=len, reverse=True)
    return [unit] if unit else []


def _factor(word: str, unit: str, label: str, cell: Cell) -> Fraction:
    """How many of `unit` one of the unit `word` is."""
    if unit not in AREAS:
        return Fraction(1)
    if word not in AREAS:
        raise Unreadable(
            f"{label}“{shown(cell)}”没有面积单位，请在表头写“{label}（{unit}）”，或写在数字后面。"
        )
    return AREAS[word] / AREAS[unit]


def _no_number(cell: Cell, label: str) -> str:
    return f"{label}“{shown(cell)}”不是数字，请只填写数字，或留空表示未知。"
