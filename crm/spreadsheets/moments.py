"""Dates as real files write them, each with the precision it was written with.

2006.03 is a month, 2000 a year, 2024年三季度 and 2024年5月中旬 the days from their first to their
last. What could be two different days is refused, not guessed: 5/6/2003 unless the mapping says
which comes first, 2006.1, which Excel also makes of 2006.10, 明年 and 23.5.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

from crm.dates import When
from crm.spreadsheets.cells import (
    Cell,
    Offer,
    Unreadable,
    Unsettled,
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
# One sign parts all three: 2024.3-5 may be 5 March, or March to May.
_DAY = re.compile(
    r"([0-9]{4})(?:([-/.])([0-9]{1,2})\2([0-9]{1,2})|年([0-9]{1,2})月([0-9]{1,2})[日号]?)"
)
_MONTH = re.compile(r"([0-9]{4})(?:([-/.])([0-9]{1,2})|年([0-9]{1,2})月份?)")
_YEAR = re.compile(r"([0-9]{4})年?")
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})?")
_SLASHED = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")
_ISO_SPAN = re.compile(r"[0-9]{4}(-[0-9]{2}){0,2}/[0-9]{4}(-[0-9]{2}){0,2}")

_QUARTERS = {sign: place // 2 + 1 for place, sign in enumerate("一1二2三3四4")}
_THIRDS = {"上": 1, "初": 1, "中": 2, "下": 3, "底": 3, "末": 3}
# 年初, 年中 and 年底 name no months. They are taken wide, so that the day that was meant lies in
# the span: a figure whose period holds only a part of it then leaves it out instead of guessing.
_PARTS_OF_YEAR = {"初": (1, 3), "中": (5, 8), "底": (10, 12), "末": (10, 12), "终": (10, 12)}
_TO = "(?:至|到|[-~—–]+)"
_IN_WORDS: list[tuple[re.Pattern[str], Callable[..., When]]] = [
    (re.compile(pattern), make)
    for pattern, make in (
        (
            r"([0-9]{4})年?第?([一二三四1-4])季度?",
            lambda year, word: When.quarter(int(year), _QUARTERS[word]),
        ),
        (
            r"([0-9]{4})[年-]?q([1-4])(?:季度)?",
            lambda year, quarter: When.quarter(int(year), int(quarter)),
        ),
        (
            rf"([0-9]{{4}})年?第?([一二三四1-4])(?:季度)?{_TO}第?([一二三四1-4])季度",
            lambda year, first, last: When.months(
                int(year), _QUARTERS[first] * 3 - 2, _QUARTERS[last] * 3
            ),
        ),
        (
            r"([0-9]{4})年?前([二三23两])季度",
            lambda year, word: When.months(int(year), 1, _QUARTERS.get(word, 2) * 3),
        ),
        (
            r"([0-9]{4})年?([上下])半年",
            lambda year, word: When.half(int(year), "上下".index(word) + 1),
        ),
        (r"([0-9]{4})[年-]?h([12])", lambda year, half: When.half(int(year), int(half))),
        (
            rf"([0-9]{{4}})年([0-9]{{1,2}})月?{_TO}([0-9]{{1,2}})月份?",
            lambda year, first, last: When.months(int(year), int(first), int(last)),
        ),
        (
            r"([0-9]{4})年([0-9]{1,2})月份?(?:([上中下])旬|([初中底末]))",
            lambda year, month, third, part: When.third(
                int(year), int(month), _THIRDS[third or part]
            ),
        ),
        (
            r"([0-9]{4})年年?([初中底末终])",
            lambda year, part: When.months(int(year), *_PARTS_OF_YEAR[part]),
        ),
        (r"([0-9]{4})年(?:[年度]?内|度|全年)", lambda year: When.year(int(year))),
    )
]
_BEFORE = re.compile(r"(.+?)(?:之|以)?前")
_FROM_TO = re.compile(
    r"(.+?)(?:至|到|~|[—–]+|(?<=[年月日号旬度])-|(?<=[0-9])-(?=[0-9]{4}(?:[年./]|$)))(.+)"
)

_PLAN = "拟|预计|计划|预期|力争|争取|将|目标|暂定"
_PLANNED = re.compile(rf"{_PLAN}|待|未")
_PLAN_WORDS = re.compile(
    rf"^(?:{_PLAN})+(?:于|在|到)?|\((?:{_PLAN})\)$"
    rf"|(?:{_PLAN})?(?:全面|正式|建成|竣工)*(?:开工建设|开工|动工|投产|投用)$"
)
# 23.5 and 24年6月: a month of this century, or no date
_SHORT_MONTH = re.compile("([0-9]{2})(?:[./-]|年)(0?[1-9]|1[0-2])月?")
_VAGUE = re.compile(r"旬|半年|季度|[年月][初中底末]|[以之]?[前后]|左右|约|至|到|~|起")
_OF_SOME_YEAR = re.compile(r"年|月|季度|旬|近期")


class Planned(Unreadable):
    """A date of the future in a column of what happened (预计2024年6月 under 开工时间): `moment` is
    the plan's, for the column of plans."""

    def __init__(self, reason: str, moment: When) -> None:
        super().__init__(reason)
        self.moment = moment


def read_moment(
    cell: Cell, *, order: str | None = None, epoch_1904: bool = False, planned: bool = False
) -> When | None:
    """A day, a month, a year or a span of days; None when unknown.

    `order` settles 5/6/2003 (MONTH_FIRST …). A `planned` column may say 预计 before its date; in
    one of what happened that raises Planned, which has the date.
    """
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
    text = re.sub(r"\s+", "", _CLOCK.sub("", plain(cell).lower()))
    if planned:
        return _from_text(_PLAN_WORDS.sub("", text), cell, order, epoch_1904)
    try:
        return _from_text(text, cell, order, epoch_1904)
    except Unreadable:
        if not _PLANNED.search(text):
            raise
    reason = (
        f"“{shown(cell)}”是计划或未发生的时间，这一栏只记已经发生的日期，请移到计划时间栏或留空。"
    )
    try:
        moment = _from_text(_PLAN_WORDS.sub("", text), cell, order, epoch_1904)
    except Unreadable as error:
        raise Unreadable(reason) from error
    raise Planned(reason, moment)


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
        return _from_text(f"{number:f}", cell, None, epoch_1904)
    if number == 60 and not epoch_1904:
        serial_day(60)
    if _SHORT_MONTH.fullmatch(f"{number:f}"):
        return _from_text(f"{number:f}", cell, None, epoch_1904)
    if 10_000 <= whole < 80_000:
        return _within(When.day(serial_day(whole, epoch_1904=epoch_1904)), cell)
    raise Unreadable(f"数字“{shown(cell)}”不像日期，请写成 2023-08-31、2023年8月或 2023。")


def _from_text(text: str, cell: Cell, order: str | None, epoch_1904: bool) -> When:
    """`text` is the cell without spaces, half-width and in small letters."""
    try:
        if found := _one(text, order, cell) or _several(text, cell):
            return _within(found, cell)
    except Unreadable:
        raise
    except ValueError as error:
        raise Unreadable(f"“{shown(cell)}”不是存在的日期，请检查年月日。") from error
    if re.fullmatch(r"[0-9]{5}(\.[0-9]+)?", text):
        return _from_number(Decimal(text), cell, epoch_1904)
    offers = []
    if short := _SHORT_MONTH.fullmatch(text):
        month = f"20{short[1]}年{int(short[2])}月"
        offers = [Offer(month, month, "年份只写了两位，可能还是别的意思")]
    if _OF_SOME_YEAR.search(text) and not re.search("[0-9]{4}", text):
        reason = f"“{shown(cell)}”没有写出四位的年份，请写成 2024年6月、2024年上半年这样。"
        raise Unsettled(reason, offers)
    if offers:
        raise Unsettled(_unclear(cell), offers)
    if _VAGUE.search(text):
        raise Unreadable(
            f"“{shown(cell)}”不是确定的时间，请写到日、旬、月、季度或年，例如 2023年8月。"
        )
    raise Unreadable(_unclear(cell))


def _one(text: str, order: str | None, cell: Cell) -> When | None:
    """One day, month, year or named span; ValueError when the calendar has none such."""
    if match := _DAY.fullmatch(text):
        year, _, month, day, *written = match.groups()
        return When.day(date(*map(int, (year, month or written[0], day or written[1]))))
    if match := _MONTH.fullmatch(text):
        return _month(match, cell)
    if match := _YEAR.fullmatch(text):
        return When.year(int(match[1]))
    if match := _SLASHED.fullmatch(text):
        return _slashed(match, order, cell)
    if match := _COMPACT.fullmatch(text):
        return _compact(match, cell)
    if _ISO_SPAN.fullmatch(text):
        return When.parse(text)
    for pattern, make in _IN_WORDS:
        if match := pattern.fullmatch(text):
            return make(*match.groups())
    return None


def _several(text: str, cell: Cell) -> When | None:
    """From one date to another, or until one."""
    if match := _BEFORE.fullmatch(text):
        last = None if _YEAR.fullmatch(match[1]) else _one(match[1], None, cell)
        # 2024年6月底前 is this year's, or it would name another one. 2024年前 is before 2024 began.
        return last and When(date(last.end.year, 1, 1), last.end)
    if match := _FROM_TO.fullmatch(text):
        first = _one(match[1], None, cell)
        last = first and _one(_in_full(match[2], first), None, cell)
        return first and last and When(first.start, last.end)
    return None


def _in_full(text: str, first: When) -> str:
    """The second of two dates with what it takes from the first: 2024年3月5日至4月2日."""
    year, month = f"{first.end.year}年", f"{first.end.month}月"
    if re.fullmatch("[0-9]{1,2}[日号]|[上中下]旬", text):
        return f"{year}{month}{text}"
    return text if re.match("[0-9]{4}", text) else f"{year}{text}"


def _month(match: re.Match[str], cell: Cell) -> When:
    year, sign, dotted, written = match.groups()
    if sign == "." and dotted == "1":
        reason = f"“{shown(cell)}”分不清是 1 月还是 10 月（Excel 会把 {year}.10 变成 {year}.1）"
        months = [f"{year}年1月", f"{year}年10月"]
        raise Unsettled(
            f"{reason}，请写成 {'或 '.join(months)}。", [Offer(one, one, reason) for one in months]
        )
    return When.month(int(year), int(dotted or written))


def _compact(match: re.Match[str], cell: Cell) -> When:
    year, month, day = (int(part or 0) for part in match.groups())
    try:
        found = When.day(date(year, month, day)) if match[3] else When.month(year, month)
    except ValueError as error:
        raise Unreadable(f"“{shown(cell)}”不是存在的日期，请检查年月日。") from error
    return _within(found, cell)


def _slashed(match: re.Match[str], order: str | None, cell: Cell) -> When:
    one, two, year = (int(part) for part in match.groups())
    month_first = order == MONTH_FIRST or (order is None and two > 12) or one == two
    if order is None and one <= 12 and two <= 12 and one != two:
        raise Unreadable(
            f"“{shown(cell)}”分不清月和日，请写成 {year}-{one:02d}-{two:02d} 的样子，"
            "或在对表头时选好月日的先后。"
        )
    month, day = (one, two) if month_first else (two, one)
    return When.day(date(year, month, day))


def _within(moment: When, cell: Cell) -> When:
    if not _FIRST <= moment.start.year <= moment.end.year <= _LAST:
        raise Unreadable(f"“{shown(cell)}”的年份不在 {_FIRST} 至 {_LAST} 之间，请检查。")
    return moment


def _unclear(cell: Cell) -> str:
    return f"看不懂日期“{shown(cell)}”，请写成 2023-08-31、2023年8月或 2023。"
