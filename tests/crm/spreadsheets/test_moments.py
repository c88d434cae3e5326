"""Dates in the shapes of real files keep their precision; what could be two days is refused."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.dates import When
from crm.spreadsheets.cells import Unreadable
from crm.spreadsheets.moments import DAY_FIRST, MONTH_FIRST, read_moment, serial_day

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
        ("预计2024年6月", "计划或未发生"),
        ("拟于2024年开工", "计划或未发生"),
        ("2023年上半年", "不是确定的日期"),
        ("2023年8月上旬", "不是确定的日期"),
        ("2023年3月至5月", "不是确定的日期"),
        ("2023年底", "不是确定的日期"),
        ("去年", "看不懂日期"),
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


@settings(deadline=None)
@given(st.text(max_size=12))
def test_any_text_is_either_a_date_of_our_times_or_refused(text):
    with suppress(Unreadable):
        moment = read_moment(text)
        assert moment is None or 1900 <= moment.start.year <= 2100
