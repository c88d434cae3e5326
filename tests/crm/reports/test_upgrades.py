"""技改: an upgrade is carried out in the periods in which it was surely under way."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from crm import clock
from crm.actions import rows
from crm.dates import When
from crm.errors import Refused
from crm.reports.figures.cultivation import upgrade_projects
from crm.reports.period import Period
from tests import make

pytestmark = pytest.mark.django_db
MAY = When.month(2023, 5)


def day(text):
    return When.day(date.fromisoformat(text))


@pytest.mark.parametrize(
    ("started", "ended", "counted"),
    [
        (MAY, None, 1),
        (When.year(2021), None, 1),
        (When.year(2021), day("2022-12-31"), 0),
        (When.year(2021), day("2023-01-01"), 1),
        (When.year(2021), When.year(2022), 0),
        # It may have ended in January.
        (When.year(2021), When.months(2023, 1, 3), 1),
        (day("2023-08-31"), None, 1),
        (day("2023-09-01"), None, 0),
        (When.year(2023), None, 0),
        (None, None, 0),
    ],
)
def test_an_upgrade_counts_while_it_is_carried_out(asked, started, ended, counted):
    make.upgrade(make.company(), started, ended=ended)
    assert upgrade_projects.result(asked).value == counted
    assert upgrade_projects.rows(asked).count() == counted


def test_one_that_takes_two_years_counts_in_both_and_once_in_each(asked):
    company = make.company()
    make.upgrade(company, When.month(2022, 9), ended=When.month(2023, 3))
    make.upgrade(company, MAY)
    assert upgrade_projects.result(asked).value == 2
    last_year = replace(asked, period=Period.parse("2022-01", "2022-12"))
    assert upgrade_projects.result(last_year).value == 1


def test_it_counts_for_the_park_of_its_company_as_was_known(asked, county_park):
    with clock.playing(date(2023, 6, 1)):
        made = make.upgrade(make.company(park=make.park()), MAY)
    with clock.playing(date(2023, 7, 1)):
        rows.change(made, {"started": None}, by=make.maker())
    then = replace(asked, known_on=date(2023, 6, 30))
    assert upgrade_projects.result(then).value == 1
    assert upgrade_projects.result(replace(then, park=made.company.park)).value == 1
    assert upgrade_projects.result(replace(then, park=county_park)).value == 0
    assert upgrade_projects.result(asked).value == 0


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"started": day("2023-09-02")}, "started"),
        ({"started": MAY, "ended": day("2023-09-02")}, "ended"),
        ({"started": MAY, "ended": When.month(2023, 4)}, "ended"),
        ({"ended": MAY}, "ended"),
        ({"investment": Decimal(-1)}, "investment"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(db, values, field):
    with pytest.raises(Refused) as refused:
        make.upgrade(make.company(), values.pop("started", None), **values)
    assert set(refused.value.fields) == {field}


def test_a_day_that_becomes_known_takes_the_place_of_its_month(asked, db):
    made = make.upgrade(make.company(), When.year(2023))
    assert upgrade_projects.result(asked).value == 0
    rows.change(made, {"started": day("2023-01-01")}, by=make.maker())
    made.refresh_from_db()
    assert made.started == day("2023-01-01")
    assert upgrade_projects.result(asked).value == 1


def test_a_company_has_one_upgrade_of_a_name(db):
    company = make.company()
    make.upgrade(company, MAY, name="染色机更新")
    with pytest.raises(Refused, match="同名"):
        make.upgrade(company, MAY, name="染色机更新")
    assert make.upgrade(make.company(), MAY, name="染色机更新").pk


def test_its_project_is_shown_to_those_who_see_the_project(client, officer, other_officer):
    made = make.upgrade(make.company(), MAY)
    make.project("印染扩能项目", officer=officer, team=officer.team, upgrade=made)
    for user, sees in ((officer, True), (other_officer, False)):
        client.force_login(user)
        page = client.get(f"/desk/upgrades/{made.pk}/").content.decode()
        assert (f"/desk/projects/?upgrade={made.pk}" in page) is sees
        assert ("印染扩能项目" in page) is sees
