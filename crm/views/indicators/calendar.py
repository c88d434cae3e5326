"""报送日历: what is due on which day of a month, what was sent, and what is overdue."""

from __future__ import annotations

from calendar import Calendar
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from crm import access, clock
from crm.access import Action
from crm.dates import months_on
from crm.models.indicators.due_reports import (
    LOOKED_BACK,
    DueReport,
    Occurrence,
    ReportSending,
    occurrences,
)
from crm.views.base import desk, ledger_or_hidden


@dataclass(frozen=True)
class Entry:
    """Something due, with the address at which sending it is put on record."""

    one: Occurrence
    send_url: str


@dataclass(frozen=True)
class Day:
    on: date
    is_inside: bool
    is_today: bool
    entries: list[Entry]


def month_asked(text: str) -> date:
    """The first day of the month of an address (2023-08); this month where it says none."""
    try:
        asked = date.fromisoformat(f"{text}-01")
    except ValueError:
        asked = clock.today()
    return (asked if 2000 <= asked.year <= 2100 else clock.today()).replace(day=1)


@desk
def calendar(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    ledger = ledger_or_hidden("due-reports", user)
    first = month_asked(request.GET.get("month", ""))
    items = list(ledger.rows(user))
    may_send = access.can(user, Action.REGISTER, ReportSending)
    weeks = Calendar().monthdatescalendar(first.year, first.month)
    today = clock.today()
    # One question for the month shown and for what is overdue.
    start = min(weeks[0][0], today - LOOKED_BACK)
    found = occurrences(items, start, max(weeks[-1][-1], today))
    entries = [Entry(one, _send_url(one) if may_send and not one.is_sent else "") for one in found]
    by_day: dict[date, list[Entry]] = {}
    for entry in entries:
        by_day.setdefault(entry.one.due_on, []).append(entry)
    days = [
        [Day(on, on.month == first.month, on == today, by_day.get(on, [])) for on in week]
        for week in weeks
    ]
    of_month = [entry for entry in entries if entry.one.due_on.replace(day=1) == first]
    return render(
        request,
        "crm/calendar.html",
        {
            "first": first,
            "weeks": days,
            "overdue": [entry for entry in entries if entry.one.is_overdue],
            "of_month": of_month,
            "sent_count": sum(entry.one.is_sent for entry in of_month),
            "previous": months_on(first, -1),
            "next": months_on(first, 1),
            "is_now": first == today.replace(day=1),
            "today": today,
            "has_items": bool(items),
            "may_register": access.can(user, Action.REGISTER, DueReport),
        },
    )


def _send_url(one: Occurrence) -> str:
    """The form of a sending with item and period filled in; it leads back to the calendar."""
    back = f"{reverse('desk-calendar')}?month={one.due_on:%Y-%m}"
    given = {"due_report": one.item.pk, "period": one.period.iso, "next": back}
    return f"{reverse('desk-new', args=['report-sendings'])}?{urlencode(given)}"
