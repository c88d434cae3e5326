"""单户保密读数: who may not read a company's tax finds it nowhere, and no sum leads to it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from rest_framework.test import APIClient

from crm.access import Role
from crm.actions.indicators import readings
from crm.dates import When
from crm.models import Company, User
from crm.models.indicators.readings import ReservedReading
from crm.reports.checks.readings import published_numbers
from crm.reports.figures import Context
from crm.reports.period import Period
from tests import make

pytestmark = pytest.mark.django_db
AUGUST = When.month(2023, 8)
MAY_READ = {Role.STATISTICIAN, Role.LEADER}


@pytest.fixture
def company(park) -> Company:
    return make.company("绿溪保密纺织有限公司", park=park)


@pytest.fixture
def paid(statistician, company) -> ReservedReading:
    tax = make.indicator("入库税收", "tax", is_confidential=True)
    kept = readings.record_reading(
        tax, by=statistician, month=AUGUST, value=Decimal("0.0731"), company=company
    )
    assert isinstance(kept, ReservedReading)
    return kept


def test_only_those_who_may_read_single_companies_tax_find_it_anywhere(
    anyone, as_user, company, paid
):
    client = as_user(anyone)
    addresses = [
        "/desk/reserved-readings/",
        f"/desk/reserved-readings/{paid.pk}/",
        "/desk/readings/",
        f"/desk/companies/{company.pk}/",
        f"/desk/companies/{company.pk}/?tab=reserved-readings",
        "/desk/search/?q=保密纺织",
    ]
    shown = [address for address in addresses if "0.0731" in client.get(address).content.decode()]
    if anyone.role not in MAY_READ:
        assert shown == []
        assert "单户保密读数" not in client.get(addresses[3]).content.decode()
    else:
        assert addresses[0] in shown
        assert addresses[1] in shown
        assert addresses[2] not in shown
    export = client.get("/desk/reserved-readings/export/").status_code
    assert export == (200 if anyone.role is Role.STATISTICIAN else 403)


def test_a_program_gets_no_more_than_its_user(officer, statistician, paid):
    def asked(user: User) -> int:
        client = APIClient()
        client.force_authenticate(user)
        return int(client.get(f"/api/reserved-readings/{paid.pk}/").status_code)

    assert asked(statistician) == 200
    assert asked(officer) in (403, 404)


def test_the_companies_sum_is_told_to_who_may_read_each_of_them(
    statistician, leader, teamlead, paid
):
    readings.record_reading(paid.indicator, by=statistician, month=AUGUST, value=Decimal("1.71"))
    period = Period.parse("2023-01", "2023-08")

    def said(user: User | None) -> bool:
        found = published_numbers(Context(period, user=user), {})
        return any("0.0731" in item.about for one in found for item in one.rows)

    assert [said(user) for user in (leader, teamlead, None)] == [True, False, False]
