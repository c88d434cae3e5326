"""Key projects and activities on the pages: badge, column, filter, leads."""

from __future__ import annotations

from datetime import date

import pytest

from crm import clock
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def september_2023():
    with clock.playing(date(2023, 9, 1)):
        yield


def test_the_page_of_a_project_wears_this_years_lists(as_user, teamlead, team):
    project = make.project(team=team)
    make.key_listing(project, "province")
    make.key_listing(project, "county", 2022)
    page = as_user(teamlead).get(f"/desk/projects/{project.pk}/").content.decode()
    assert "2023省重点" in page
    assert "2022县重点" not in page


def test_the_list_is_narrowed_to_a_level_and_can_show_it(
    as_user, teamlead, team, django_assert_max_num_queries
):
    client = as_user(teamlead)
    address = "/desk/projects/?key_level=city&cols=name,key_level"

    def counted() -> int:
        with django_assert_max_num_queries(40) as asked:
            page = client.get(address)
        assert "市重点" in page.content.decode()
        return len(asked)

    make.project("不在名单上", team=team)
    make.key_listing(make.project("第一个", team=team), "city")
    few = counted()
    for _ in range(6):
        make.key_listing(make.project(team=team), "city")
    assert counted() == few
    assert len(client.get(address).context["page"].object_list) == 7


def test_a_year_is_no_amount(as_user, teamlead, team):
    make.key_listing(make.project(team=team), "city")
    page = as_user(teamlead).get("/desk/keyprojects/").content.decode()
    assert "2023" in page
    assert "2,023" not in page


def test_an_activity_shows_whom_it_met_and_the_leads_that_came_of_it(
    as_user, officer, teamlead, team
):
    activity = make.activity(date(2023, 5, 1), team=team, hosts=[officer], met="两家电池企业副总裁")
    lead = make.project("电池壳体项目", team=team, activity=activity)
    client = as_user(teamlead)
    page = client.get(f"/desk/activities/{activity.pk}/").content.decode()
    assert "两家电池企业副总裁" in page
    assert str(officer) in page
    assert f"/desk/projects/?activity={activity.pk}" in page
    found = client.get(f"/desk/projects/?activity={activity.pk}").context["page"].object_list
    assert list(found) == [lead]
    assert activity.name in client.get(f"/desk/projects/{lead.pk}/").content.decode()


def test_leads_of_other_teams_are_not_counted(as_user, officer, team, other_team):
    activity = make.activity(date(2023, 5, 1), team=team)
    make.project(team=other_team, activity=activity)
    page = as_user(officer).get(f"/desk/activities/{activity.pk}/").content.decode()
    assert f"/desk/projects/?activity={activity.pk}" not in page
