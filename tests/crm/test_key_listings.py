"""Key-project lists by year, where zones lie, and what came of an activity."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from crm import clock
from crm.actions import rows
from crm.errors import Refused
from crm.models import KeyLevel, KeyListing, Zone, level_of, levels_of, on_lists
from crm.models import Project as Projects
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def september_2023():
    with clock.playing(date(2023, 9, 1)):
        yield


def test_a_project_shows_the_highest_list_of_this_year(team):
    listed, last_year, never = (make.project(team=team) for _ in range(3))
    make.key_listing(listed, "county")
    make.key_listing(listed, "city")
    make.key_listing(last_year, "province", 2022)
    assert [level_of(project) for project in (listed, last_year, never)] == ["city", "", ""]
    assert levels_of([listed, last_year, never]) == {listed.pk: "city"}
    assert list(on_lists(Projects.objects.all(), ["county", "province"])) == [listed]


def test_a_project_stands_once_on_a_list(team):
    project = make.project(team=team)
    make.key_listing(project, "city")
    make.key_listing(project, "city", 2022)
    with pytest.raises(Refused, match="已列入"):
        make.key_listing(project, "city")


@pytest.mark.parametrize("year", [1999, 2101, 23])
def test_a_year_is_written_in_full(year, team):
    with pytest.raises(Refused):
        make.key_listing(make.project(team=team), "city", year)


def test_another_teams_key_projects_are_not_listed(officer, other_team, team):
    make.key_listing(make.project(team=other_team), "province")
    mine = make.key_listing(make.project(team=team), "province")
    assert list(KeyListing.objects.visible_to(officer)) == [mine]


def place(zone: Zone, lat: str | None, lng: str | None, system: str = "gcj02") -> Zone:
    values = {
        "latitude": lat and Decimal(lat),
        "longitude": lng and Decimal(lng),
        "coordinate_system": system,
    }
    return rows.change(zone, values, by=make.maker())


def test_a_zone_lies_where_it_was_put_to_the_last_digit(park):
    zone = place(make.zone(park), "31.052417", "105.386122")
    zone.refresh_from_db()
    assert (zone.latitude, zone.longitude) == (Decimal("31.052417"), Decimal("105.386122"))


@pytest.mark.parametrize(
    ("lat", "lng", "system", "says"),
    [
        ("105.38", "31.05", "gcj02", "填反"),
        ("31.05", None, "gcj02", "一起填写"),
        (None, "105.38", "gcj02", "一起填写"),
        ("31.05", "105.38", "", "坐标系"),
        (None, None, "wgs84", "留空"),
    ],
)
def test_half_a_point_or_a_swapped_one_is_refused(lat, lng, system, says, park):
    with pytest.raises(Refused, match=says):
        place(make.zone(park), lat, lng, system)


def test_the_levels_stand_in_order():
    assert [level.value for level in KeyLevel] == ["province", "city", "county"]
