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


@pytest.mark.parametrize("text", ["2023-13", "2023-02-30", "昨天", "", "20230801", "2023-08-01x"])
def test_what_is_no_date_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011 - any wording
        When.parse(text)


def test_a_date_cannot_end_before_it_starts():
    with pytest.raises(ValueError, match="end"):
        When(date(2023, 2, 2), date(2023, 2, 1))


@given(days)
def test_text_for_programs_reads_back(day):
    for when in (When.day(day), When.month(day.year, day.month), When.year(day.year)):
        assert When.parse(when.iso) == when
        assert when.start <= day <= when.end
