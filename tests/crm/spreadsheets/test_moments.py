"""Dates in the shapes of real files keep their precision; what could be two days is refused."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.dates import When
from crm.spreadsheets.cells import Unreadable
from crm.spreadsheets.moments import (
    DAY_FIRST,
    MONTH_FIRST,
    Planned,
    read_moment,
    serial_day,
)

AUGUST_31 = When.day(date(2023, 8, 31))


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        (date(2023, 8, 31), AUGUST_31),
        (datetime(2023, 8, 31, 9, 30), AUGUST_31),
        ("2023-08-31", AUGUST_31),
        ("2023/8/31", AUGUST_31),
        ("2023.8.31", AUGUST_31),
        ("2023年8月31日", AUGUST_31),
        ("2023 年 8 月 31 日", AUGUST_31),
        ("２０２３年８月３１日", AUGUST_31),
        ("2023-08-31 00:00:00", AUGUST_31),
        ("2023-08-31T09:30:00", AUGUST_31),
        ("20230831", AUGUST_31),
        (20230831, AUGUST_31),
        (20230831.0, AUGUST_31),
        (45169, AUGUST_31),
        (45169.5, AUGUST_31),
        ("45169", AUGUST_31),
        ("8/31/2023", AUGUST_31),
        ("31/8/2023", AUGUST_31),
        ("5/5/2023", When.day(date(2023, 5, 5))),
        ("11/21/1997", When.day(date(1997, 11, 21))),
        ("2006.03", When.month(2006, 3)),
        (2006.03, When.month(2006, 3)),
        (2006.12, When.month(2006, 12)),
        ("2026.3", When.month(2026, 3)),
        ("2006.10", When.month(2006, 10)),
        ("2023年3月", When.month(2023, 3)),
        ("2023年3月份", When.month(2023, 3)),
        ("2023-03", When.month(2023, 3)),
        ("2023/3", When.month(2023, 3)),
        ("202303", When.month(2023, 3)),
        (202303, When.month(2023, 3)),
        ("2000", When.year(2000)),
        (2000, When.year(2000)),
        (2000.0, When.year(2000)),
        ("2000年", When.year(2000)),
        ("", None),
        (None, None),
        ("-", None),
        ("/", None),
        ("待定", None),
        ("无", None),
    ],
)
def test_a_date_is_read_with_the_precision_it_was_written_with(cell, moment):
    assert read_moment(cell) == moment


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("5/6/2003", "分不清月和日"),
        ("2006.1", "1 月还是 10 月"),
        (2006.1, "1 月还是 10 月"),
        ("2026-02-30", "不是存在的日期"),
        ("2023-02-29", "不是存在的日期"),
        ("2023年13月", "不是存在的日期"),
        ("2023.13", "不是存在的日期"),
        ("20231301", "不是存在的日期"),
        ("13/13/2003", "不是存在的日期"),
        ("0001-01-01", "1900 至 2100"),
        ("9999-12-31", "1900 至 2100"),
        (date(1, 1, 1), "1900 至 2100"),
        ("23.8.31", "看不懂日期"),
        ("约2023年8月", "不是确定的时间"),
        ("2023年8月左右", "不是确定的时间"),
        ("2023年8月前后", "不是确定的时间"),
        ("2023年8月以后", "不是确定的时间"),
        ("2023年前", "不是确定的时间"),  # before the year began
        ("2024.3-5", "看不懂日期"),  # 5 March or March to May
        ("2024年5月至3月", "不是存在的日期"),
        ("2024年13月中旬", "不是存在的日期"),
        ("2024年5月至13月", "不是存在的日期"),
        ("2024年五季度", "不是确定的时间"),
        ("2023年底至2124年初", "1900 至 2100"),
        ("明年上半年", "没有写出四位的年份"),
        ("今年年底", "没有写出四位的年份"),
        ("去年", "没有写出四位的年份"),
        ("6月", "没有写出四位的年份"),
        ("24年6月", "没有写出四位的年份"),
        ("23.5", "看不懂日期"),
        (23.5, "看不懂日期"),
        ("未开工", "计划或未发生"),
        ("2024年待开工", "计划或未发生"),
        ("预计明年", "计划或未发生"),
        (45, "不像日期"),
        (60, "1900-02-29"),
        (1e300, "不像日期"),
        (float("nan"), "看不懂"),
        (True, "不是日期"),
    ],
)
def test_a_date_that_is_not_certain_is_refused(cell, reason):
    with pytest.raises(Unreadable, match=reason) as refusal:
        read_moment(cell)
    assert refusal.value.reason.endswith("。")


def days(first: str, last: str) -> When:
    return When(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2024年三季度", When.quarter(2024, 3)),
        ("2024年第三季度", When.quarter(2024, 3)),
        ("2022年第4季度", When.quarter(2022, 4)),
        ("2024Q3", When.quarter(2024, 3)),
        ("2024-Q3", When.quarter(2024, 3)),
        ("2024年1-3月", When.quarter(2024, 1)),
        ("2024年一至三季度", When.months(2024, 1, 9)),
        ("2024年前三季度", When.months(2024, 1, 9)),
        ("2024年上半年", When.half(2024, 1)),
        ("2024 年下半年", When.half(2024, 2)),
        ("2024-H2", When.half(2024, 2)),
        ("2024年3-5月", When.months(2024, 3, 5)),
        ("2024年3月至5月", When.months(2024, 3, 5)),
        ("2024年3月—5月", When.months(2024, 3, 5)),
        ("2023年11月至2024年2月", days("2023-11-01", "2024-02-29")),
        ("2024.03-2024.05", When.months(2024, 3, 5)),
        ("2023-2024年", days("2023-01-01", "2024-12-31")),
        ("2024年3月5日-4月2日", days("2024-03-05", "2024-04-02")),
        ("2024年5月11日至20日", When.third(2024, 5, 2)),
        ("2024-03-05 至 2024-04-02", days("2024-03-05", "2024-04-02")),
        ("2024年5月上旬", days("2024-05-01", "2024-05-10")),
        ("2024年5月中旬", days("2024-05-11", "2024-05-20")),
        ("2024年2月下旬", days("2024-02-21", "2024-02-29")),
        ("2024年5月中旬至下旬", days("2024-05-11", "2024-05-31")),
        ("2024年5月初", When.third(2024, 5, 1)),
        ("2024年5月底", When.third(2024, 5, 3)),
        ("2024年初", When.months(2024, 1, 3)),
        ("2024年年中", When.months(2024, 5, 8)),
        ("2022年底", When.months(2022, 10, 12)),
        ("2022年年末", When.months(2022, 10, 12)),
        ("2023年内", When.year(2023)),
        ("2023年度", When.year(2023)),
        ("2024年底前", When.year(2024)),
        ("2024年6月底前", When.half(2024, 1)),
        ("2024年6月前", When.half(2024, 1)),
        ("2024年6月15日之前", days("2024-01-01", "2024-06-15")),
        ("2024年三季度以前", When.months(2024, 1, 9)),
    ],
)
def test_a_span_of_time_is_its_first_to_its_last_day(cell, moment):
    assert read_moment(cell) == read_moment(cell, planned=True) == moment


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("预计2024年6月", When.month(2024, 6)),
        ("拟于2024年开工", When.year(2024)),
        ("2024年6月（预计）", When.month(2024, 6)),
        ("2024年6月拟开工", When.month(2024, 6)),
        ("力争2024年底前竣工投产", When.year(2024)),
        ("计划于 2024年三季度", When.quarter(2024, 3)),
    ],
)
def test_a_planned_date_is_taken_as_a_plan_and_never_as_what_happened(cell, moment):
    assert read_moment(cell, planned=True) == moment
    with pytest.raises(Planned, match="计划或未发生") as refusal:
        read_moment(cell)
    assert refusal.value.moment == moment
    assert refusal.value.reason.endswith("。")


def test_a_date_that_is_no_plan_is_not_said_to_be_one():
    with pytest.raises(Unreadable) as refusal:
        read_moment("未开工")
    assert not isinstance(refusal.value, Planned)


def test_the_mapping_settles_which_of_day_and_month_comes_first():
    assert read_moment("5/6/2003", order=MONTH_FIRST) == When.day(date(2003, 5, 6))
    assert read_moment("5/6/2003", order=DAY_FIRST) == When.day(date(2003, 6, 5))


def test_an_order_that_makes_no_day_is_refused_and_not_turned_round():
    with pytest.raises(Unreadable, match="不是存在的日期"):
        read_moment("21/11/1997", order=MONTH_FIRST)


def test_serials_follow_both_date_systems_and_the_day_that_never_was_is_refused():
    assert serial_day(1) == date(1900, 1, 1)
    assert serial_day(59) == date(1900, 2, 28)
    assert serial_day(61) == date(1900, 3, 1)
    assert serial_day(0, epoch_1904=True) == date(1904, 1, 1)
    assert read_moment(43707, epoch_1904=True) == AUGUST_31
    with pytest.raises(Unreadable, match="不存在"):
        serial_day(60)


_DAYS = st.dates(date(1900, 3, 1), date(2100, 12, 31))


@settings(deadline=None)
@given(_DAYS, st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d"]))
def test_every_written_day_reads_back(day, shape):
    assert read_moment(day.strftime(shape)) == When.day(day)


@st.composite
def spans(draw) -> When:
    """Any first and last day, and all the spans that have a name."""
    day, other = draw(_DAYS), draw(_DAYS)
    year, month, third = day.year, day.month, draw(st.integers(1, 3))
    return draw(
        st.sampled_from(
            [
                When(min(day, other), max(day, other)),
                When.day(day),
                When.month(year, month),
                When.year(year),
                When.quarter(year, (month + 2) // 3),
                When.half(year, (month + 5) // 6),
                When.third(year, month, third),
                When.months(year, min(month, other.month), max(month, other.month)),
                When(date(min(year, other.year), 1, 1), date(max(year, other.year), 12, 31)),
                When(When.month(year, month).start, When.year(year).end),
            ]
        )
    )


@settings(deadline=None, max_examples=400)
@given(spans())
def test_every_span_reads_back_as_it_is_printed(span):
    assert read_moment(span.text) == read_moment(span.text, planned=True) == span
    assert read_moment(span.iso) == span


_DATELIKE = st.text("0123456789年月日号-/.~至到、前后初中底末上下旬半季度第一二三四预计拟约未qh ()")


@settings(deadline=None, max_examples=300)
@given(st.text(max_size=12) | _DATELIKE, st.booleans())
def test_any_text_is_either_a_date_of_our_times_or_refused(text, planned):
    with suppress(Unreadable):
        moment = read_moment(text, planned=planned)
        if moment is not None:
            assert 1900 <= moment.start.year <= moment.end.year <= 2100
            assert read_moment(moment.text) == moment
