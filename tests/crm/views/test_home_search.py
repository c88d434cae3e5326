"""今日, search, signing in and importing."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

import pytest

from crm import clock
from crm.actions.pipeline import followups
from crm.stages import Stage
from search.query import Result
from tests import make

pytestmark = pytest.mark.django_db


def page_of(answer):
    return unescape(answer.content.decode())


def planned(team, days, name, **values):
    project = make.project(name, team=team, **values)
    lead = make.user("teamlead", team=team)
    held = clock.today() - timedelta(30)
    followups.follow_up(
        project, by=lead, content="谈", held_on=held, next_on=clock.today() + timedelta(days)
    )
    return project


def test_today_tells_what_is_overdue_due_and_unplanned(as_user, teamlead, team, other_team):
    planned(team, -3, "逾期项目")
    planned(team, 0, "今天项目")
    planned(team, 5, "以后项目")
    make.project("没有下一步项目", team=team)
    make.project("投产项目", team=team, stage=Stage.OPERATION)
    planned(other_team, -9, "别科逾期项目")
    answer = as_user(teamlead).get("/desk/")
    found = {s.key: [row.name for row in s.rows] for s in answer.context["sections"]}
    assert found["overdue"] == ["逾期项目"]
    assert found["today"] == ["今天项目"]
    assert found["unplanned"] == ["没有下一步项目"]
    assert found["stalled"] == []
    assert "逾期 3 天" in page_of(answer)
    assert "别科逾期项目" not in page_of(answer)


def test_an_officer_sees_his_own_first_and_the_team_on_wish(as_user, officer, team):
    make.project("我的项目", team=team, officer=officer)
    make.project("同事的项目", team=team)
    client = as_user(officer)
    assert "同事的项目" not in page_of(client.get("/desk/"))
    assert "同事的项目" in page_of(client.get("/desk/?whose=all"))
    page = page_of(client.get("/desk/?whose=all&show=unplanned&page=9"))
    assert "同事的项目" in page
    for strange in ("whose=%00", "show=%00", "show=nonsense"):
        assert client.get(f"/desk/?{strange}").status_code == 200


def test_who_may_not_follow_up_is_not_asked_to(as_user, leader, teamlead, team):
    planned(team, -3, "逾期项目")
    assert "follow-up" in page_of(as_user(teamlead).get("/desk/"))
    assert "逾期项目" in page_of(as_user(leader).get("/desk/"))
    assert "follow-up" not in page_of(as_user(leader).get("/desk/"))


@pytest.mark.parametrize("name", ["sysadmin", "secadmin", "auditor", "editor"])
def test_roles_apart_get_a_page_that_says_so_and_no_business_row(name, request, as_user, team):
    make.project("机密项目", team=team)
    answer = as_user(request.getfixturevalue(name)).get("/desk/")
    assert answer.status_code == 200
    assert "机密项目" not in page_of(answer)
    assert ("/desk/audit/" in page_of(answer)) == (name == "auditor")


def test_search_finds_by_two_characters_and_by_pinyin_initials_within_the_scope(
    as_user, officer, team, other_team
):
    make.project("佳禧高档面料项目", team=team)
    make.project("面料别科项目", team=other_team)
    client = as_user(officer)
    page = page_of(client.get("/desk/search/?q=面料"))
    assert "<mark>面料</mark>" in page
    assert "别科" not in page
    assert "佳禧高档" in page_of(client.get("/desk/search/?q=jxgd"))
    assert "没有找到" in page_of(client.get("/desk/search/?q=没有这样的"))


def test_what_was_understood_as_a_filter_can_be_taken_off(as_user, officer, team):
    make.project("佳禧面料项目", team=team, stage=Stage.NEGOTIATION)
    answer = as_user(officer).get("/desk/search/?q=面料 在谈")
    (chip,) = answer.context["understood"]
    assert chip.text == "阶段：洽谈"
    assert "%E5%9C%A8%E8%B0%88" not in chip.url
    assert as_user(officer).get(f"/desk/search/{chip.url}").context["q"] == "面料"


def test_a_title_with_markup_is_shown_as_text(as_user, officer, team):
    make.project("<script>alert(1)</script>面料", team=team)
    page = as_user(officer).get("/desk/search/?q=面料").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    "query",
    ["q=%00", "q=" + "面" * 5000, "q=%22%20OR%201%3D1", "q=x&page=-3", "q=x&page=" + "9" * 5000,
     "q=x&park=abc", "q=x&stage=%00", "q=x&kind=secret", "park=9999999999999999999999", "q=*%28"],
)  # fmt: skip
def test_a_hostile_question_is_answered(query, as_user, officer, team):
    make.project(team=team)
    assert as_user(officer).get(f"/desk/search/?{query}").status_code == 200


def test_search_is_no_door_for_roles_apart(as_user, auditor):
    assert as_user(auditor).get("/desk/search/?q=面料").status_code == 403


def test_an_engine_that_does_not_answer_is_said(as_user, officer, monkeypatch):
    monkeypatch.setattr("crm.views.system.search.engine.run", lambda query: Result(degraded=True))
    assert "没有回应" in page_of(as_user(officer).get("/desk/search/?q=面料"))


# Signing in


def test_one_login_leads_each_role_to_its_work(client, officer, editor):
    data = {"username": "officer", "password": make.PASSWORD}
    assert client.post("/login/", data).url == "/desk/"
    assert client.post("/logout/").url == "/login/"
    assert client.get("/desk/").status_code == 302
    data = {"username": "editor", "password": make.PASSWORD}
    assert client.post("/login/", data).url == "/cms/"
    data = {"username": "officer", "password": make.PASSWORD, "next": "//evil.example/"}
    assert client.post("/login/", data).url == "/desk/"


def test_a_wrong_password_is_said_and_the_fifth_locks_with_advice(client, officer):
    data = {"username": "officer", "password": "wrong"}
    first = client.post("/login/", data)
    assert first.status_code == 200
    assert 'role="alert"' in page_of(first)
    for _ in range(4):
        last = client.post("/login/", data)
    assert last.status_code == 429
    assert "半小时后" in page_of(last)
    right = client.post("/login/", data | {"password": make.PASSWORD})
    assert right.status_code == 429


def test_demo_accounts_are_named_only_while_a_demo_county_is_loaded(client, officer, settings):
    assert "演示账号" not in page_of(client.get("/login/"))
    type(officer).objects.filter(pk=officer.pk).update(is_demo=True)
    assert "演示账号" not in page_of(client.get("/login/"))


def test_a_piece_asked_for_after_signing_out_leads_to_the_login(client):
    answer = client.get("/desk/projects/", headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == "/login/"
