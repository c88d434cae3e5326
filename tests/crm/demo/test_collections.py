"""填报 and 报送 of the demo county: one round taken over, one under way, five items to send up."""

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest

from crm.models.indicators.collections import Collection, CollectionLink, CollectionRecipient
from crm.models.indicators.due_reports import DueReport, DueState, occurrences
from crm.models.indicators.readings import Reading

pytestmark = pytest.mark.django_db


def test_july_was_taken_over_and_august_is_under_way(demo_county):
    states = Counter(
        CollectionRecipient.objects.values_list("collection__month_on__month", "state")
    )
    assert states == {
        (7, "taken"): 4, (8, "submitted"): 2, (8, "returned"): 1, (8, "draft"): 1,
        (8, "waiting"): 2,
    }  # fmt: skip
    asked = Collection.objects.get(month_on=date(2023, 7, 1))
    taken = Reading.objects.standing().filter(month_on=date(2023, 7, 1), company__isnull=False)
    assert {one.value for one in taken} == {
        Decimal("0.612"), Decimal("0.548"), Decimal("0.435"), Decimal("0.76"),
    }  # fmt: skip
    assert all(one.document.startswith(f"填报“{asked}”") for one in taken)


def test_what_waits_is_no_reading(demo_county):
    waiting = CollectionRecipient.objects.filter(collection__month_on=date(2023, 8, 1))
    companies = waiting.values("company")
    assert not Reading.objects.filter(month_on=date(2023, 8, 1), company__in=companies).exists()
    assert CollectionLink.objects.filter(recipient__in=waiting).count() > 6


def test_its_calendar_has_what_was_sent_what_is_awaited_and_one_thing_overdue(demo_county):
    items = list(DueReport.objects.all())
    due = occurrences(items, date(2023, 1, 1), date(2023, 9, 30))
    states = Counter(one.state for one in due)
    assert len(items) == 5
    assert states[DueState.OVERDUE] == 1
    assert states[DueState.AWAITED] == 3
    assert [one.period.text for one in due if one.was_late] == ["2023年6月"]
