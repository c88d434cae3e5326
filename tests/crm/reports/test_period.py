"""The months a report is about."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.errors import Refused
from crm.reports.period import Period


@pytest.mark.parametrize(
    ("since", "until", "text", "start", "end"),
    [
        ("2023-01", "2023-08", "2023年1-8月", date(2023, 1, 1), date(2023, 8, 31)),
        ("2023-08", "2023-08", "2023年8月", date(2023, 8, 1), date(2023, 8, 31)),
        ("2022-11", "2023-02", "2022年11月-2023年2月", date(2022, 11, 1), date(2023, 2, 28)),
        ("2024-2", "2024-2", "2024年2月", date(2024, 2, 1), date(2024, 2, 29)),
    ],
)
def test_two_months_make_a_period_with_both_ends_inside(since, until, text, start, end):
    period = Period.parse(since, until)
    assert (period.text, period.start, period.end) == (text, start, end)


@pytest.mark.parametrize(
    ("since", "until", "field", "told"),
    [
        ("2023-08", "2023-01", "to", "请对调"),
        ("2023", "2023-08", "from", "2023-08"),
        ("2023-01", "2023-08-31", "to", "“2023-08-31”"),
        ("2023-13", "2023-08", "from", "“2023-13”"),
        ("2023-Q1", "2023-08", "from", "“2023-Q1”"),
        ("2023-01", "2023-08-11/2023-08-20", "to", "“2023-08-11/2023-08-2”"),
        ("", "2023-08", "from", "空白"),
        ("一月", "2023-08", "from", "“一月”"),
        ("2023-01\x00", "2023-08", "from", "例如"),
        ("2023-01", "9" * 10**6, "to", "例如"),
        ("0001-01", "2023-08", "from", "1950"),
        ("2023-01", "9999-12", "to", "2100"),
    ],
)
def test_what_is_no_period_is_refused_at_the_field(since, until, field, told):
    with pytest.raises(Refused) as refused:
        Period.parse(since, until)
    assert told in refused.value.reason
    assert list(refused.value.fields) == [field]
    assert len(refused.value.reason) < 80


def test_the_year_before_keeps_the_months_and_the_leap_day():
    assert Period.parse("2023-01", "2023-08").year_before == Period.parse("2022-01", "2022-08")
    assert Period.parse("2024-02", "2024-02").year_before.end == date(2023, 2, 28)
    assert Period.parse("2025-02", "2025-02").year_before.end == date(2024, 2, 29)


@given(st.dates(date(1960, 1, 1), date(2090, 12, 31)))
def test_the_usual_period_ends_with_the_last_full_month(today):
    period = Period.usual(today)
    assert period.end < today
    assert (today - period.end).days <= 31
    assert (period.start.month, period.start.year) == (1, period.end.year)
    assert Period.parse(period.since, period.until) == period
