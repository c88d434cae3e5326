"""经营地 and 注册地: for which park a company counts, and since when."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from crm import clock, ledgers
from crm.actions import rows, withdrawals
from crm.actions.companies import relocations
from crm.dates import When
from crm.errors import Refused
from crm.models import Company
from crm.models.companies.places import PlaceKind, Relocation
from crm.reports.build import build
from crm.reports.figures import Context
from crm.reports.figures.indicators import above_scale_enterprises
from crm.spreadsheets.commit import import_file
from tests import make

pytestmark = pytest.mark.django_db
MAY = date(2023, 5, 8)


@pytest.fixture
def east():
    return make.park("东园区")


@pytest.fixture
def west():
    return make.park("西园区")


@pytest.fixture
def company(east):
    made = make.company("甲山机械有限公司", park=east)
    make.spell(made, date(2015, 3, 1))
    return made


def parks(context: Context, *parks) -> list[int]:
    """How many companies above scale each of the parks has."""
    results = [above_scale_enterprises.result(replace(context, park=park)) for park in parks]
    return [int(result.value) for result in results]


def by_registration(year: int) -> None:
    ledgers.get("park-bases").register(
        {"since_year": year, "basis": PlaceKind.REGISTERED}, by=make.maker()
    )


def test_a_company_counts_where_it_works_until_the_county_says_otherwise(
    asked, company, east, west
):
    rows.change(company, {"registered_park": west}, by=make.maker())
    assert parks(asked, east, west) == [1, 0]
    by_registration(2024)
    assert parks(asked, east, west) == [1, 0]
    by_registration(2023)
    assert parks(asked, east, west) == [0, 1]


def test_the_rule_is_said_beside_the_figure_of_a_park(asked, company, east):
    figure = above_scale_enterprises
    assert figure.rule_of_park(asked) == ""
    assert "2023 年按经营地" in figure.rule_of_park(replace(asked, park=east))
    by_registration(2023)
    assert "2023 年按注册地" in figure.rule_of_park(replace(asked, park=east))


@pytest.mark.parametrize(
    ("moved", "counts"),
    [
        (date(2023, 8, 31), [0, 1]),
        (date(2023, 9, 1), [1, 0]),
        (When.month(2023, 8), [0, 1]),
    ],
)
def test_a_move_counts_from_its_day(asked, company, east, west, moved, counts):
    with clock.playing(date(2023, 9, 10)):
        make.relocation(company, moved, west)
        assert parks(asked, east, west) == counts
    assert Company.objects.get(pk=company.pk).park == west


def test_a_move_into_a_park_was_in_none_before(asked, east):
    outside = make.company(park=None)
    make.spell(outside, date(2015, 3, 1))
    with clock.playing(date(2023, 9, 10)):
        make.relocation(outside, date(2023, 9, 2), east)
        assert parks(asked, east) == [0]


def test_a_move_of_the_other_place_changes_nothing(asked, company, east, west):
    make.relocation(company, MAY, west, place=PlaceKind.REGISTERED)
    assert parks(asked, east, west) == [1, 0]
    company.refresh_from_db()
    assert (company.park, company.registered_park) == (east, west)


def test_a_report_as_known_earlier_knows_no_later_move(asked, east, west):
    with clock.playing(date(2023, 8, 1)):
        company = make.company("乙水机械有限公司", park=east)
        make.spell(company, date(2015, 3, 1))
    with clock.playing(date(2023, 8, 20)):
        make.relocation(company, MAY, west)
        assert parks(asked, east, west) == [0, 1]
        before = replace(asked, known_on=date(2023, 8, 19))
        assert parks(before, east, west) == [1, 0]


def test_moves_follow_each_other(company, east, west):
    make.relocation(company, MAY, west, to_address="西路 1 号")
    with pytest.raises(Refused, match="以后"):
        make.relocation(company, MAY - timedelta(30), east)
    with pytest.raises(Refused, match="相同"):
        make.relocation(company, MAY + timedelta(9), west, to_address="西路 1 号")
    with pytest.raises(Refused, match="之后"):
        make.relocation(company, clock.today() + timedelta(1), east)
    with pytest.raises(Refused, match="片区"):
        make.relocation(company, MAY + timedelta(9), west, to_zone=make.zone(east))
    make.relocation(company, MAY + timedelta(9), west, to_address="西路 2 号")


def test_a_move_that_is_corrected_or_withdrawn_takes_the_company_along(company, east, west):
    rows.change(company, {"address": "东路 1 号"}, by=make.maker())
    south = make.park("南园区")
    move = make.relocation(company, MAY, west)
    company.refresh_from_db()
    assert (company.park, company.address) == (west, "")
    right = relocations.correct_relocation(
        move, {"to_park": south}, by=make.maker(), reason="看错了"
    )
    company.refresh_from_db()
    assert company.park == south
    withdrawals.void(right, by=make.maker(), reason="没有迁")
    company.refresh_from_db()
    assert (company.park, company.address) == (east, "东路 1 号")
    assert not Relocation.objects.standing().exists()


def test_a_company_in_two_parks_is_listed_and_one_in_a_park_within_is_not(
    asked, company, east, west
):
    def found(context: Context) -> list[str]:
        return [
            row.about
            for one in build(context).findings
            if one.key == "company_in_two_parks"
            for row in one.rows
        ]

    rows.change(company, {"registered_park": make.park(parent=east)}, by=make.maker())
    assert found(asked) == []
    rows.change(company, {"registered_park": west}, by=make.maker())
    assert found(asked) == ["经营地在东园区，注册地在西园区"]
    assert len(found(replace(asked, park=west))) == 1
    assert found(replace(asked, park=make.park())) == []
    counted = ledgers.get("companies").column("counted").value(company)
    assert counted == "东园区（按经营地）；注册地与经营地不在同一园区"


def test_a_list_of_companies_says_both_places_in_its_own_words(statistician, east, west):
    head = "企业名称,住所,注册园区,生产地址,园区\n"
    row = "乙水食品有限公司,西路 9 号,西园区,东路 9 号,东园区\n"
    ledger = ledgers.get("companies")
    plan = import_file((head + row).encode(), "a.csv", ledger, by=statistician)
    assert plan.counts["new"] == 1
    made = Company.objects.get(name="乙水食品有限公司")
    assert (made.registered_address, made.registered_park) == ("西路 9 号", west)
    assert (made.address, made.park) == ("东路 9 号", east)
