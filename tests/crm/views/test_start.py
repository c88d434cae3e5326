"""从这里开始, 待认定 on 今日, and clearing the demo county from the desk."""

from __future__ import annotations

from datetime import date
from html import unescape

import pytest

from crm.access import Role
from crm.actions import imports
from crm.models import AuditEntry, DemoCounty, Project
from crm.stages import Stage
from tests import make

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


def page_of(answer):
    return unescape(answer.content.decode())


def steps(answer):
    return {step.label: step.is_done for step in answer.context["start"].steps}


def test_an_empty_county_is_told_its_first_steps_which_tick_themselves_off(as_user, statistician):
    client = as_user(statistician)
    first = steps(client.get("/desk/"))
    assert not any(first.values())
    team = make.team()
    make.user(Role.OFFICER, team=team)
    make.park(team=team)
    now = steps(client.get("/desk/"))
    assert [label for label, done in now.items() if not done] == ["登记第一条线索", "导入现有台账"]
    make.project(team=team)
    imports.open_batch("projects", by=statistician, file_name="a.csv")
    answer = client.get("/desk/")
    assert steps(answer) == {}
    assert "从这里开始" not in page_of(answer)


def test_the_first_steps_can_be_put_away_and_are_for_those_who_set_up(
    as_user, statistician, officer
):
    client = as_user(statistician)
    assert client.post("/desk/start/hide/").url == "/desk/"
    assert "从这里开始" not in page_of(client.get("/desk/"))
    assert client.get("/desk/start/hide/").status_code == 405
    assert "从这里开始" not in page_of(as_user(officer).get("/desk/"))


@pytest.fixture
def county(settings):
    """A pinned demo county without rows."""
    settings.DEMO_ALLOWED = True
    return DemoCounty.objects.create(pk=1, name="绿溪县", pinned_on=date(2023, 9, 1))


@pytest.mark.parametrize("name", ["statistician", "sysadmin"])
def test_the_demo_is_cleared_after_saying_what_goes_and_what_stays(
    name, request, as_user, county, team
):
    user = request.getfixturevalue(name)
    mine = make.project("自己的项目", team=team)
    client = as_user(user)
    assert "/desk/demo/clear/" in page_of(client.get("/desk/"))
    assert "会保留" in page_of(client.get("/desk/demo/clear/"))
    unsure = client.post("/desk/demo/clear/")
    assert unsure.status_code == 400
    assert DemoCounty.objects.exists()
    assert client.post("/desk/demo/clear/", {"sure": "1"}).url == "/desk/"
    assert not DemoCounty.objects.exists()
    assert Project.objects.filter(pk=mine.pk).exists()
    assert AuditEntry.objects.get(verb="clear_demo").actor == user
    assert client.get("/desk/demo/clear/").status_code == 404


@pytest.mark.parametrize("name", ["officer", "teamlead", "leader", "auditor"])
def test_nobody_else_clears_the_demo(name, request, as_user, county):
    client = as_user(request.getfixturevalue(name))
    assert "/desk/demo/clear/" not in page_of(client.get("/desk/"))
    assert client.post("/desk/demo/clear/", {"sure": "1"}).status_code == 403
    assert DemoCounty.objects.exists()


def test_where_no_demo_may_be_there_is_nothing_to_clear(as_user, statistician, county, settings):
    settings.DEMO_ALLOWED = False
    client = as_user(statistician)
    assert client.post("/desk/demo/clear/", {"sure": "1"}).status_code == 404
    assert DemoCounty.objects.exists()


# 待认定


def test_what_waits_for_a_second_person_is_told_to_who_may_confirm(
    as_user, teamlead, officer, team, other_team, park
):
    make.signed_project(date(2023, 3, 1), park=park, team=team, name="待认定项目")
    make.signed_project(date(2023, 3, 1), park=park, team=other_team, name="别科项目")
    client = as_user(teamlead)
    assert 'hx-get="/desk/today/confirm/"' in page_of(client.get("/desk/"))
    answer = client.get("/desk/today/confirm/", **HTMX)
    assert answer.context["move_count"] == 1
    assert "待认定项目" in page_of(answer)
    assert "别科项目" not in page_of(answer)
    assert client.get("/desk/today/confirm/").url == "/desk/"
    assert as_user(officer).get("/desk/today/confirm/", **HTMX).status_code == 404
    assert "/desk/today/confirm/" not in page_of(as_user(officer).get("/desk/"))


def test_a_list_is_ordered_by_days_in_stage_the_longest_first(as_user, teamlead, team):
    for name, day in (("新", date(2023, 8, 1)), ("老", date(2022, 1, 1))):
        make.project(name, team=team, entered={Stage.LEAD: day})
    make.project("不知道", team=team, stage=Stage.TRIAL)
    client = as_user(teamlead)

    def names(order):
        page = client.get(f"/desk/projects/?ordering={order}").context["page"]
        return [row.name for row in page]

    assert names("-stage_days") == ["老", "新", "不知道"]
    assert names("stage_days") == ["新", "老", "不知道"]
