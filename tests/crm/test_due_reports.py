"""报送: when a thing is due follows from its rule; what is sent is on record, and what is due is
told to who answers for it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from crm import clock
from crm.access import Role
from crm.actions.system import digests
from crm.dates import When
from crm.errors import Refused
from crm.models import Notification, NotificationKind
from crm.models.indicators.due_reports import (
    DueReport,
    DueState,
    ReportSending,
    Rhythm,
    occurrences,
)
from tests import make

pytestmark = pytest.mark.django_db
CALENDAR = "/desk/report-calendar/"
JULY, AUGUST = When.month(2023, 7), When.month(2023, 8)


@pytest.fixture(autouse=True)
def _september():
    with clock.playing(date(2023, 9, 12)):
        yield


def text_of(answer) -> str:
    return answer.content.decode()


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user, backend="crm.signin.Backend")
    return client


@pytest.mark.parametrize(
    ("rhythm", "after", "day", "period", "due", "words"),
    [
        ("month", 1, 10, AUGUST, date(2023, 9, 10), "每月，次月 10 日前"),
        ("month", 0, 25, AUGUST, date(2023, 8, 25), "每月，当月 25 日前"),
        ("month", 1, 31, When.month(2023, 1), date(2023, 2, 28), "每月，次月 31 日前"),
        ("quarter", 1, 15, When.quarter(2023, 2), date(2023, 7, 15), "每季，次月 15 日前"),
        ("half", 1, 20, When.half(2023, 2), date(2024, 1, 20), "每半年，次月 20 日前"),
        ("year", 2, 10, When.year(2023), date(2024, 2, 10), "每年，期后第 2 个月 10 日前"),
    ],
)
def test_the_day_follows_from_the_rule(rhythm, after, day, period, due, words):
    item = DueReport(rhythm=rhythm, months_after=after, day=day, starts_on=date(2022, 1, 1))
    assert item.due_on(period) == due
    assert item.rule == words
    assert item.periods_due(due, due) == [period]


@given(
    st.sampled_from(Rhythm.values), st.integers(0, 12), st.integers(1, 31),
    st.dates(date(2022, 1, 1), date(2024, 12, 31)), st.integers(0, 800),
)  # fmt: skip
def test_a_span_holds_each_period_due_in_it_once_and_no_other(rhythm, after, day, start, length):
    item = DueReport(rhythm=rhythm, months_after=after, day=day, starts_on=date(2015, 1, 1))
    end = start + timedelta(days=length)
    found = item.periods_due(start, end)
    assert len(set(found)) == len(found)
    assert all(start <= item.due_on(one) <= end for one in found)
    assert all(item.period_of(one.start) == one == item.period_of(one.end) for one in found)
    everything = item.periods_due(start - timedelta(days=800), end + timedelta(days=800))
    assert [one for one in everything if start <= item.due_on(one) <= end] == found


def test_what_began_later_or_has_ended_is_not_due():
    item = DueReport(rhythm="month", months_after=1, day=10,
                     starts_on=date(2023, 7, 15), ends_on=date(2023, 8, 1))  # fmt: skip
    assert item.periods_due(date(2023, 1, 1), date(2023, 12, 31)) == [JULY, AUGUST]


def test_a_period_is_awaited_then_overdue_and_sent_once_it_is_on_record():
    item = make.due_report()
    make.sending(item, JULY, date(2023, 8, 12))
    sent, late, awaited = occurrences([item], date(2023, 8, 1), date(2023, 10, 31))
    assert [one.state for one in (sent, late, awaited)] == [
        DueState.SENT, DueState.OVERDUE, DueState.AWAITED,
    ]  # fmt: skip
    assert sent.was_late
    assert sent.sending.sent_by == make.maker().name


@pytest.mark.parametrize(
    ("period", "on", "said"),
    [
        (JULY, date(2023, 8, 9), "已经报出"),
        (When.quarter(2023, 2), date(2023, 7, 9), "请写成 2023年4月"),
        (AUGUST, date(2023, 9, 20), "今天之后"),
        (AUGUST, date(2023, 7, 1), "早于报告期"),
    ],
)
def test_a_sending_that_cannot_be_is_refused(period, on, said):
    item = make.due_report()
    make.sending(item, JULY)
    with pytest.raises(Refused, match=said):
        make.sending(item, period, on)
    assert ReportSending.objects.count() == 1


def test_who_answers_for_it_hears_before_the_day_and_once_it_is_over(statistician, teamlead):
    named = make.due_report(user=teamlead)
    nobodys = make.due_report("园区月报", day=14)
    make.sending(named, JULY)
    for day in (6, 7, 8, 10, 11, 12):
        with clock.playing(date(2023, 9, day)):
            digests.send_all()
    due = Notification.objects.filter(kind=NotificationKind.REPORT_DUE)
    told = [one.text for one in due.filter(user=teamlead).order_by("pk")]
    assert told == [
        "2023年8月的“工业经济月报”9 月 10 日到期，报送给市经信局。",
        "2023年8月的“工业经济月报”9 月 10 日已过期，还没有报出，报送给市经信局。",
    ]
    assert [one.object_id for one in due.filter(user=statistician, key__contains=":near")] == [
        nobodys.pk
    ]
    make.sending(named, AUGUST, date(2023, 9, 12))
    assert not due.filter(user=teamlead, read_at=None).exists()
    with clock.playing(date(2023, 9, 13)):
        digests.send_all()
    assert due.filter(user=teamlead).count() == 2


def test_who_may_not_see_it_is_not_told_and_the_keeper_is(statistician, officer):
    make.due_report(user=officer, starts_on=date(2023, 8, 1))
    digests.send_all()
    due = Notification.objects.filter(kind=NotificationKind.REPORT_DUE)
    assert {one.user for one in due} >= {statistician}
    assert not due.filter(user=officer).exists()
    line = next(
        one for one in digests.lines_of(statistician, clock.today()) if one.label == "待报送"
    )
    assert line.count == due.filter(user=statistician).count()


def test_the_calendar_shows_the_overdue_first_and_leads_to_sending(statistician):
    item = make.due_report(starts_on=date(2023, 7, 1))
    make.sending(item, JULY)
    client = signed_in(statistician)
    page = client.get(CALENDAR)
    (late,) = page.context["overdue"]
    assert late.one.period == AUGUST
    form = client.get(late.send_url)
    assert 'value="2023-08"' in text_of(form)
    sent = {
        "due_report": item.pk,
        "period": "2023-08",
        "sent_on": "2023-09-12",
        "receipt": "收 8 号",
    }
    done = client.post(late.send_url, sent)
    assert done.url == f"{CALENDAR}?month=2023-09"
    after = client.get(done.url)
    assert after.context["overdue"] == []
    assert "晚报" in text_of(after)


def test_the_calendar_asks_as_many_questions_for_many_items_as_for_few(
    statistician, django_assert_max_num_queries
):
    client = signed_in(statistician)

    def counted() -> int:
        with django_assert_max_num_queries(30) as seen:
            assert client.get(CALENDAR).status_code == 200
        return len(seen)

    make.sending(make.due_report(), AUGUST, date(2023, 9, 9))
    few = counted()
    for at in range(5):
        make.sending(make.due_report(f"月报{at}"), AUGUST, date(2023, 9, 9))
    assert counted() == few


@pytest.mark.parametrize("asked", ["2023-13", "x", "99999-01", "0001-01", "2023-08-31"])
def test_a_month_that_is_none_shows_this_one(statistician, asked):
    page = signed_in(statistician).get(f"{CALENDAR}?month={asked}")
    assert page.context["first"] == date(2023, 9, 1)


def test_who_reads_no_calendar_sees_none(officer):
    assert signed_in(officer).get(CALENDAR).status_code == 403
    assert signed_in(make.user(Role.LEADER)).get(CALENDAR).status_code == 200
