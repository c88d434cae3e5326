"""园区概况 and clusters: what a park is made of, what the city recognised, what is aimed at."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from crm import clock
from crm.actions import rows
from crm.dates import When
from crm.models import ParkKind, RecognitionState
from crm.reports.figures.industries import clusters
from crm.reports.figures.parks import area, special_parks, zones
from tests import make

pytestmark = pytest.mark.django_db
MARCH = When.day(date(2023, 3, 21))


def title(park, level="city", granted=MARCH, **values):
    return make.recognition(
        "市级服装产业园", park=park, level=level, title_kind="special_park", granted=granted,
        **values,
    )  # fmt: skip


@pytest.fixture
def themed(county_park):
    return make.park("纺织鞋服产业园", kind=ParkKind.SPECIAL, parent=county_park)


def test_zones_are_those_of_industrial_parks_and_themed_parks_add_nothing(
    asked, county_park, themed
):
    for name, size in (("东区", "4.36"), ("西区", "3.2")):
        make.zone(county_park, name, size)
    make.zone(themed, "一期", "1.5")
    assert zones.result(asked).printed == "2个"
    assert area.result(asked).printed == "7.56平方公里"
    other = make.park()
    make.zone(other, "北区", "1.004")
    assert zones.result(asked).printed == "3个"
    assert area.result(asked).printed == "8.56平方公里"
    assert area.result(asked).value == Decimal("8.564")
    assert zones.result(replace(asked, park=other)).printed == "1个"
    assert zones.result(replace(asked, park=themed)).printed == "0个"


def test_a_zone_without_an_area_is_said_to_lack_it(asked, county_park):
    make.zone(county_park, "东区", "4.36")
    make.zone(county_park, "西区", None)
    result = area.result(asked)
    assert (result.printed, result.without_amount) == ("4.36平方公里", 1)


def test_zones_and_their_area_are_as_known_on_the_day(asked, db):
    with clock.playing(date(2023, 7, 1)):
        zone = make.zone(make.park(), "东区", "4.36")
    with clock.playing(date(2023, 8, 1)):
        rows.change(zone, {"area_sq_km": Decimal(5)}, by=make.maker())
        rows.change(zone.park, {"kind": ParkKind.INNER}, by=make.maker())
    then = replace(asked, known_on=date(2023, 7, 31))
    assert (area.result(then).printed, zones.result(then).printed) == ("4.36平方公里", "1个")
    assert zones.result(asked).value == 0


@pytest.mark.parametrize(
    ("values", "counted"),
    [
        ({}, 1),
        ({"level": "province"}, 0),
        ({"granted": When.day(date(2023, 9, 1))}, 0),
        ({"granted": None, "state": RecognitionState.PASSED}, 0),
        ({"state": RecognitionState.REVOKED, "revoked_on": date(2023, 8, 31)}, 0),
        ({"state": RecognitionState.REVOKED, "revoked_on": date(2023, 9, 1)}, 1),
    ],
)
def test_a_special_park_counts_while_the_city_recognises_it(asked, themed, values, counted):
    title(themed, **values)
    assert special_parks.result(asked).value == counted


def test_a_special_park_counts_once_and_only_if_it_is_one(asked, county_park, themed):
    title(themed)
    title(themed, grant="review", granted=When.day(date(2023, 6, 1)))
    title(county_park)
    assert special_parks.result(asked).value == 1
    assert special_parks.rows(asked).get() == themed
    assert special_parks.result(replace(asked, park=themed)).value == 1
    assert special_parks.result(replace(asked, park=county_park)).value == 1
    assert special_parks.result(replace(asked, park=make.park())).value == 0
    make.park(kind=ParkKind.SPECIAL)
    assert special_parks.result(asked).value == 1


def test_a_special_park_as_known_then(asked, db):
    with clock.playing(date(2023, 7, 1)):
        themed = make.park(kind=ParkKind.SPECIAL)
        made = title(themed)
    with clock.playing(date(2023, 8, 1)):
        rows.change(made, {"level": "province"}, by=make.maker())
    then = replace(asked, known_on=date(2023, 7, 31), park=themed)
    assert special_parks.result(then).value == 1
    assert special_parks.result(asked).value == 0


@pytest.mark.parametrize(
    ("target", "is_leading", "counted"),
    [("10000000000", True, 1), ("30000000000", True, 1), ("9999999999.99", True, 0),
     ("10000000000", False, 0), (None, True, 0)],
)  # fmt: skip
def test_a_cluster_is_a_leading_industry_that_aims_at_100_yi(
    asked, db, target, is_leading, counted
):
    money = None if target is None else Decimal(target)
    make.industry("健康食品", is_leading=is_leading, cluster_target=money)
    assert clusters.result(asked).value == counted
    # An industry lies in no park: a park's report prints the county's number.
    assert clusters.result(replace(asked, park=make.park())).value == counted


def test_a_cluster_is_as_known_on_the_day(asked, db):
    with clock.playing(date(2023, 7, 1)):
        made = make.industry("健康食品", is_leading=True, cluster_target=Decimal(10**10))
    with clock.playing(date(2023, 8, 1)):
        rows.change(made, {"cluster_target": Decimal(5 * 10**9)}, by=make.maker())
    assert clusters.result(replace(asked, known_on=date(2023, 7, 31))).value == 1
    assert clusters.result(asked).value == 0
