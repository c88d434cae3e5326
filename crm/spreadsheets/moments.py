"""Dates as real files write them, each with the precision it was written with.

2006.03 is a month and 2000 a year. What could be two different days is refused, not guessed:
5/6/2003 unless the mapping says which comes first, and 2006.1, which Excel also makes of 2006.10.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import Decimal

from crm.dates import When
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

MONTH_FIRST, DAY_FIRST = "M/D/YYYY", "D/M/YYYY"
ORDERS = (MONTH_FIRST, DAY_FIRST)

_FIRST, _LAST = 1900, 2100
_CLOCK = re.compile(r"[ t][0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?z?$")
_DAY = re.compile(
    r"([0-9]{4})(?:[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})|年([0-9]{1,2})月([0-9]{1,2})[日号]?)"
)
_MONTH = re.compile(r"([0-9]{4})(?:([-/.])([0-9]{1,2})|年([0-9]{1,2})月份?)")
_YEAR = re.compile(r"([0-9]{4})年?")
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})?")
_SLASHED = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")
_PLANNED = re.compile(r"拟|预计|计划|预期|将|力争|争取|目标|待|未")
_PLAN_WORD = re.compile(r"^(?:拟|预计|计划|预期|力争|争取)(?:于|在)?|(?:开工|投产)$")
_VAGUE = re.compile(r"[上下中]旬|[上下]半年|季度|[年月][初中底末]|前后|左右|约|至|到|~")


def read_moment(
    cell: Cell, *, order: str | None = None, epoch_1904: bool = False, planned: bool = False
) -> When | None:
    """A day, a month or a year; None when unknown. `order` settles 5/6/2003 (MONTH_FIRST …);
    a `planned` column may say 预计 before its date, one of what happened may not."""
    cell = checked(cell)
    if is_unknown(cell):
        return None
    if isinstance(cell, datetime):
        return _within(When.day(cell.date()), cell)
    if isinstance(cell, date):
        return _within(When.day(cell), cell)
    if is_number(cell):
        return _from_number(decimal_of(cell), cell, epoch_1904)
    if not isinstance(cell, str):
        raise Unreadable(f"“{shown(cell)}”不是日期，请写成 2023-08-31、2023年8月或 2023。")
    text = _PLAN_WORD.sub("", plain(cell)) if planned else cell
    return _from_text(text, order, epoch_1904)


def serial_day(serial: int, *, epoch_1904: bool = False) -> date:
    """The day of an Excel serial number. Serial 60 of the 1900 system is 29 February 1900, which
    never was: Excel copied that mistake, so that every serial before it is off by one."""
    if epoch_1904:
        return date(1904, 1, 1) + timedelta(days=serial)
    if serial == 60:
        raise Unreadable("日期序号 60 在 Excel 中是 1900-02-29，这一天不存在，请改成正确的日期。")
    return date(1899, 12, 31 if serial < 60 else 30) + timedelta(days=serial)


def _from_number(number: Decimal, cell: Cell, epoch_1904: bool) -> When:
    if not number.is_finite():
        raise Unreadable(_unclear(cell))
    whole = int(number)
    if number == whole and _FIRST <= whole <= _LAST:
        return When.year(whole)
    if number == whole and len(str(whole)) in (6, 8) and (match := _COMPACT.fullmatch(str(whole))):
        return _compact(match, cell)
    if _FIRST <= whole <= _LAST:
        return _from_text(f"{number:f}", None, epoch_1904)
    if number == 60 and not epoch_1904:
        serial_day(60)
    if 10_000 <= whole < 80_000:
        return _within(When.day(serial_day(whole, epoch_1904=epoch_1904)), cell)
    raise Unreadable(f"数字“{shown(cell)}”不像日期，请写成 2023-08-31、2023年8月或 2023。")


def _from_text(cell: str, order: str | None, epoch_1904: bool) -> When:
    text = _CLOCK.sub("", plain(cell).lower())
    text = re.sub(r"\s+", "", text)
    try:
        if match := _DAY.fullmatch(text):
            return _within(When.day(date(*(int(part) for part in match.groups() if part))), cell)
        if match := _MONTH.fullmatch(text):
            return _month(match, cell)
        if match := _YEAR.fullmatch(text):
            return _within(When.year(int(match[1])), cell)
        if match := _SLASHED.fullmatch(text):
            return _slashed(match, order, cell)
        if len(text) in (6, 8) and (match := _COMPACT.fullmatch(text)):
            return _compact(match, cell)
    except Unreadable:
        raise
    except ValueError as error:
        raise _impossible(cell) from error
    if re.fullmatch(r"[0-9]{5}(\.[0-9]+)?", text):
        return _from_number(Decimal(text), cell, epoch_1904)
    if _PLANNED.search(text):
        raise Unreadable(
            f"“{shown(cell)}”是计划或未发生的时间，这一栏只记已经发生的日期，请移到计划时间栏或留空。"
        )
    if _VAGUE.search(text):
        raise Unreadable(f"“{shown(cell)}”不是确定的日期，请写到日、月或年，例如 2023年8月。")
    raise Unreadable(_unclear(cell))


def _month(match: re.Match[str], cell: Cell) -> When:
    year, sign, dotted, written = match.groups()
    if sign == "." and dotted == "1":
        raise Unreadable(
            f"“{shown(cell)}”分不清是 1 月还是 10 月（Excel 会把 {year}.10 变成 {year}.1），"
            f"请写成 {year}年1月或 {year}年10月。"
        )
    return _within(When.month(int(year), int(dotted or written)), cell)


def _compact(match: re.Match[str], cell: Cell) -> When:
    year, month, day = match.groups()
    try:
        if day:
            return _within(When.day(date(int(year), int(month), int(day))), cell)
        return _within(When.month(int(year), int(month)), cell)
    except Unreadable:
        raise
    except ValueError as error:
        raise _impossible(cell) from error


def _slashed(match: re.Match[str], order: str | None, cell: Cell) -> When:
    one, two, year = (int(part) for part in match.groups())
    month_first = order == MONTH_FIRST or (order is None and two > 12) or one == two
    if order is None and one <= 12 and two <= 12 and one != two:
        raise Unreadable(
            f"“{shown(cell)}”分不清月和日，请写成 {year}-{one:02d}-{two:02d} 的样子，"
            "或在对表头时选好月日的先后。"
        )
    month, day = (one, two) if month_first else (two, one)
    return _within(When.day(date(year, month, day)), cell)


def _within(moment: When, cell: Cell) -> When:
    if not _FIRST <= moment.start.year <= _LAST:
        raise Unreadable(f"“{shown(cell)}”的年份不在 {_FIRST} 至 {_LAST} 之间，请检查。")
    return moment


def _impossible(cell: Cell) -> Unreadable:
    return Unreadable(f"“{shown(cell)}”不是存在的日期，请检查年月日。")


def _unclear(cell: Cell) -> str:
    return f"看不懂日期“{shown(cell)}”，请写成 2023-08-31、2023年8月或 2023。"
