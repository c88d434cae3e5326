"""今日: every list counts what it lists, says why, and a head of team gives work away from it."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from crm import access, clock
from crm.access import Action, Role
from crm.actions.pipeline import followups, projects
from crm.actions.system import originals
from crm.models import AuditEntry, Project, Said
from crm.models.delivery.project_months import month_asked_for, unreported
from crm.stages import Stage, Status
from crm.views.today.agenda import KINDS, Work
from tests import make

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


def page_of(answer):
    return unescape(answer.content.decode())


def found(answer):
    return {s.key: [row.name for row in s.rows] for s in answer.context["sections"]}


def aged(name, days, **values):
    """A project registered so many days ago, untouched since."""
    with clock.playing(clock.today() - timedelta(days)):
        return make.project(name, entered={Stage.LEAD: clock.today()}, **values)


def test_idle_by_rule_says_since_when_and_by_which_rule(as_user, teamlead, team, officer):
    aged("久等的线索", 12, team=team, officer=officer)
    aged("新线索", 3, team=team, officer=officer)
    answer = as_user(teamlead).get("/desk/")
    assert found(answer)["idle"] == ["久等的线索"]
    assert "12 天没有进展" in page_of(answer)
    assert "规则 7 天" in page_of(answer)


def test_unassigned_says_who_is_missing(as_user, teamlead, team, officer):
    make.project("没人的", team=team)
    make.project("签了约的", team=team, officer=officer, stage=Stage.SIGNED)
    answer = as_user(teamlead).get("/desk/")
    assert found(answer)["unassigned"] == ["签了约的", "没人的"]
    page = page_of(answer)
    assert "没有招商专员" in page
    assert "没有驻企联络员" in page
    assert "/desk/assignments/new/?project=" in page


def test_a_line_tells_the_days_in_its_stage_and_what_is_unknown(as_user, teamlead, team):
    aged("有日期的", 5, team=team)
    make.project("没日期的", team=team, stage=Stage.TRIAL)
    page = page_of(as_user(teamlead).get("/desk/"))
    assert "在本阶段</span>5 天" in page
    assert "进入本阶段的日期待补" in page


def test_what_the_team_wrote_down_today_is_counted_by_person(
    as_user, teamlead, officer, other_officer, team, other_team, leader
):
    mine = make.project("本组项目", team=team, officer=officer, by=officer)
    make.follow_up(mine, by=officer)
    make.follow_up(mine, by=officer)
    with clock.playing(clock.today() - timedelta(1)):
        make.follow_up(mine, by=officer, content="昨天的")
    make.follow_up(make.project("别组项目", team=other_team), by=other_officer)
    log = as_user(teamlead).get("/desk/").context["log"]
    assert log.title == "本组今天记录"
    assert [(one.name, one.text) for one in log.people] == [(officer.name, "跟进 2、登记 1")]
    assert {entry.project.name for entry in log.entries} == {"本组项目"}
    county = as_user(leader).get("/desk/").context["log"]
    assert county.title == "今天记录"
    assert sum(one.counts["跟进"] for one in county.people) == 3
    own = as_user(teamlead).get("/desk/?whose=mine").context["log"]
    assert own.people == []


def test_a_day_without_a_record_says_how_to_make_one(as_user, teamlead, leader, team):
    aged("旧项目", 5, team=team)
    assert "记一条跟进" in page_of(as_user(teamlead).get("/desk/"))
    assert "记一条跟进" not in page_of(as_user(leader).get("/desk/"))


@pytest.mark.parametrize("address", ["/desk/", "/desk/?whose=mine", "/desk/?show=idle"])
def test_today_asks_as_many_questions_for_sixty_projects_as_for_five(
    address, as_user, teamlead, officer, team, django_assert_max_num_queries
):
    client = as_user(teamlead)

    def some(count):
        for number in range(count):
            row = aged(f"项目{number}", 50 + number, team=team, officer=teamlead,
                       stage=list(Stage)[number % 5])  # fmt: skip
            followups.follow_up(row, by=teamlead, content="谈",
                                held_on=clock.today() - timedelta(40),
                                next_on=clock.today() - timedelta(1 + number % 3))  # fmt: skip
        make.project(team=team)

    def counted():
        with django_assert_max_num_queries(60) as asked:
            assert client.get(address).status_code == 200
        return len(asked)

    some(5)
    few = counted()
    some(55)
    assert counted() == few


class EveryListCountsWhatItLists(TestCase):
    @settings(max_examples=15, deadline=None)
    @given(
        st.lists(
            st.tuples(
                st.sampled_from([*Stage]),
                st.sampled_from([*Status]),
                st.sampled_from([None, "mine", "team", "other"]),
                st.sampled_from([None, -3, 0, 4]),
                st.integers(0, 60),
                st.booleans(),
            ),
            max_size=8,
        )
    )
    def test_for_every_role_and_choice(self, rows):
        team, other = make.team(), make.team()
        park = make.park()
        people = {
            role: make.user(role, team=team, parks=[park] if role is Role.PARK else [])
            for role in access.PIPELINE
        }
        officer = people[Role.OFFICER]
        today = clock.today()
        to_check = []
        for stage, status, whose, next_in, age, served in rows:
            owner = {"mine": officer, "other": make.user(Role.OFFICER, team=other)}.get(whose)
            with clock.playing(today - timedelta(age)):
                row = make.project(
                    stage=stage, status=status, park=park if served else None, officer=owner,
                    team={"mine": team, "team": team, "other": other}.get(whose),
                    entered={stage: clock.today()},
                )  # fmt: skip
                if next_in is not None:
                    make.follow_up(row, next_on=max(clock.today(), today + timedelta(next_in)))
            if age % 2:
                originals.keep(row, [{"field": "land_area_mu", "heading": "用地", "text": "若干",
                                      "said": Said.UNREAD}])  # fmt: skip
                to_check.append(row.pk)
            if age % 3:
                make.key_listing(row, "county", month_asked_for(today).start.year)
            if served:
                make.liaison(row, today, user=people[Role.LIAISON])
        for user in people.values():
            for is_mine in (False, True):
                work = Work(user, today, is_mine=is_mine)
                seen = Project.objects.visible_to(user)
                seen = seen.filter(officer=user) if is_mine else seen
                lists = {
                    "overdue": seen.overdue(today),
                    "today": seen.active().filter(next_on=today),
                    "unassigned": seen.unassigned(today),
                    "idle": seen.idle(today),
                    "unplanned": seen.unplanned(),
                    "stalled": seen.filter(status=Status.STALLED),
                    "to_check": seen.filter(pk__in=to_check),
                    "months": unreported(
                        seen.filter(access.scope_q(user, Action.FILE, Project)), work.month
                    )
                    if user.role != Role.STATISTICIAN
                    else seen.none(),
                }
                for kind in KINDS:
                    told = set(lists[kind.key].values_list("pk", flat=True))
                    assert work.counts[kind.key] == len(told), (kind.key, user.role)
                    assert {row.pk for row in work.first(kind.key, 99)} == told
                active = seen.active()
                assert sum(t.count for t in work.stages.values()) == active.count()


# 指派


@pytest.fixture
def loose(team):
    return make.project("没人的项目", team=team)


def give(client, project, officer, *, version=None, **more):
    sent = {"officer": getattr(officer, "pk", officer), "next": "/desk/?whose=all",
            "version": project.version if version is None else version}  # fmt: skip
    return client.post(f"/desk/projects/{project.pk}/assign/", sent, **more)


def test_a_head_of_team_gives_a_project_away_from_its_line(
    as_user, teamlead, officer, other_officer, loose
):
    client = as_user(teamlead)
    assert f"/desk/projects/{loose.pk}/assign/?next=" in page_of(client.get("/desk/"))
    panel = client.get(f"/desk/projects/{loose.pk}/assign/?next=/desk/", **HTMX)
    names = [one.user for one in panel.context["candidates"]]
    assert officer in names
    assert other_officer not in names
    assert "<html" not in page_of(panel)
    answer = give(client, loose, officer, **HTMX)
    assert f"已把“没人的项目”交给{officer.name}。" in page_of(answer)
    loose.refresh_from_db()
    assert loose.officer == officer
    assert AuditEntry.objects.filter(verb="change", object_id=loose.pk, actor=teamlead).exists()
    undone = give(client, loose, 0, **HTMX)
    assert "现在没有招商专员" in page_of(undone)
    loose.refresh_from_db()
    assert loose.officer is None


def test_without_a_script_it_is_a_page_and_leads_back(as_user, teamlead, officer, loose):
    client = as_user(teamlead)
    assert "<html" in page_of(client.get(f"/desk/projects/{loose.pk}/assign/"))
    answer = give(client, loose, officer, follow=True)
    assert answer.redirect_chain == [("/desk/?whose=all", 302)]
    assert "已把" in page_of(answer)


def test_the_way_back_leaves_the_house_for_nobody(as_user, teamlead, officer, loose):
    sent = {"officer": officer.pk, "version": loose.version, "next": "https://evil.example/"}
    answer = as_user(teamlead).post(f"/desk/projects/{loose.pk}/assign/", sent)
    assert answer.url == "/desk/"


def test_a_project_of_no_team_goes_with_who_takes_it(as_user, teamlead, officer, team):
    made = make.project("无主项目")
    give(as_user(teamlead), made, officer)
    made.refresh_from_db()
    assert (made.officer, made.team) == (officer, team)


@pytest.mark.parametrize("wrong", ["", "x", "99999", "9" * 30, "-1"])
def test_who_is_not_on_the_list_gets_nothing(wrong, as_user, teamlead, loose):
    answer = give(as_user(teamlead), loose, wrong)
    assert answer.status_code == 409
    assert "请在名单里选一位同事" in page_of(answer)
    loose.refresh_from_db()
    assert loose.officer is None


def test_a_colleague_of_another_team_gets_nothing(as_user, teamlead, other_officer, loose):
    assert give(as_user(teamlead), loose, other_officer).status_code == 409


def test_a_line_of_an_old_page_gives_nothing_away(as_user, teamlead, officer, loose):
    projects.change(loose, {"location": "成都"}, by=teamlead)
    answer = give(as_user(teamlead), loose, officer, version=1)
    assert answer.status_code == 409
    assert "刚刚被别人改过" in page_of(answer)
    loose.refresh_from_db()
    assert loose.officer is None


def test_who_may_not_assign_is_refused_and_sees_no_link(anyone, as_user, loose):
    client = as_user(anyone)
    may = access.may(anyone, Action.ASSIGN, loose)
    sees = access.may(anyone, Action.VIEW, loose)
    answer = client.get(f"/desk/projects/{loose.pk}/assign/")
    no_part = not access.can(anyone, Action.VIEW, "project")
    assert answer.status_code == (200 if may else 403 if sees or no_part else 404)
    assert ("/assign/" in page_of(client.get("/desk/?whose=all"))) == may
