"""A date keeps the precision it was given with."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.dates import When
from crm.stages import Precision

days = st.dates(min_value=date(1950, 1, 1), max_value=date(2100, 12, 31))


def test_a_month_is_its_first_to_its_last_day():
    assert When.month(2024, 2) == When(date(2024, 2, 1), date(2024, 2, 29))
    assert When.month(2024, 2).precision is Precision.MONTH
    assert When.month(2024, 2).text == "2024年2月"


def test_a_year_is_no_month_and_no_day():
    assert When.year(2000).precision is Precision.YEAR
    assert When.year(2000).text == "2000年"


@pytest.mark.parametrize(
    ("span", "text", "iso"),
    [
        (When.quarter(2024, 3), "2024年三季度", "2024-Q3"),
        (When.half(2024, 1), "2024年上半年", "2024-H1"),
        (When.third(2024, 5, 2), "2024年5月中旬", "2024-05-11/2024-05-20"),
        (When.third(2024, 2, 3), "2024年2月下旬", "2024-02-21/2024-02-29"),
        (When.months(2024, 3, 5), "2024年3月至5月", "2024-03/2024-05"),
        (When(date(2023, 11, 1), date(2024, 2, 29)), "2023年11月至2024年2月", "2023-11/2024-02"),
        (When(date(2023, 1, 1), date(2024, 12, 31)), "2023年至2024年", "2023/2024"),
        (When(date(2024, 3, 5), date(2024, 4, 2)), "2024-03-05 至 2024-04-02",
         "2024-03-05/2024-04-02"),
    ],
)  # fmt: skip
def test_a_span_is_written_as_people_write_it(span, text, iso):
    assert (span.text, span.iso) == (text, iso)
    assert span.precision is Precision.SPAN


@pytest.mark.parametrize(
    "text",
    ["2024-Q5", "2024-H0", "2024-05/2024-03", "2024-05-11/2024-13-01", "2024/5/6/7", "/2024"],
)
def test_what_is_no_span_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011 - any wording
        When.parse(text)


@pytest.mark.parametrize("text", ["2023-13", "2023-02-30", "昨天", "", "20230801", "2023-08-01x"])
def test_what_is_no_date_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011 - any wording
        When.parse(text)


def test_a_date_cannot_end_before_it_starts():
    with pytest.raises(ValueError, match="end"):
        When(date(2023, 2, 2), date(2023, 2, 1))


@given(days, days, st.integers(1, 3))
def test_text_for_programs_reads_back(day, other, third):
    year, month = day.year, day.month
    around = [
        When.day(day), When.month(year, month), When.year(year),
        When.quarter(year, (month + 2) // 3), When.half(year, (month + 5) // 6),
        When.months(year, 1, month), When(date(min(year, other.year), 1, 1), When.year(year).end),
    ]  # fmt: skip
    for when in around:
        assert when.start <= day <= when.end
    for when in (*around, When.third(year, month, third), When(min(day, other), max(day, other))):
        assert When.parse(when.iso) == when
