"""One clock for business dates."""

from datetime import date

import pytest
from django.utils import timezone

from crm import clock
from crm.models import DemoCounty


@pytest.mark.django_db
def test_without_a_demo_county_the_business_date_is_today():
    assert clock.today() == timezone.localdate()


@pytest.mark.django_db
def test_a_demo_county_pins_the_date_on_development_machines(settings):
    DemoCounty.objects.create(pk=1, name="绿溪县", pinned_on=date(2023, 9, 1))
    settings.DEMO_ALLOWED = True
    assert clock.today() == date(2023, 9, 1)
    assert clock.now().date() == date(2023, 9, 1)


@pytest.mark.django_db
def test_elsewhere_the_pin_is_ignored_and_not_even_asked_for(settings, django_assert_num_queries):
    DemoCounty.objects.create(pk=1, name="绿溪县", pinned_on=date(2023, 9, 1))
    settings.DEMO_ALLOWED = False
    with django_assert_num_queries(0):
        assert clock.today() == timezone.localdate()


@pytest.mark.django_db
def test_within_one_request_the_pin_is_read_once(settings, django_assert_num_queries):
    settings.DEMO_ALLOWED = True
    with django_assert_num_queries(1), clock.one_reading():
        clock.today()
        clock.now()
        clock.today()


def test_playing_a_day_holds_inside_and_ends_outside():
    with clock.playing(date(2023, 3, 5)):
        assert clock.today() == date(2023, 3, 5)
        with clock.playing(date(2023, 3, 6)):
            assert clock.now().date() == date(2023, 3, 6)
        assert clock.today() == date(2023, 3, 5)
    assert clock.today() != date(2023, 3, 5)
