"""谁能看到: the people the page names are exactly those whose lists show the project."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm import clock
from crm.access import Reach, Role
from crm.models import Project, User
from crm.views.pipeline import viewers
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def everybody(
    officer, other_officer, teamlead, liaison, park_user, leader, statistician, editor, sysadmin,
    secadmin, auditor, other_team,
):  # fmt: skip
    """The cast, a second park's user, and one who has left."""
    make.user(Role.PARK, parks=[make.park()], team=other_team)
    gone = make.user(Role.LEADER)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    return list(User.objects.all())


def seen_by(project):
    """What the lists say: one question a user, asked as every page asks it."""
    users = User.objects.filter(is_active=True)
    return {user for user in users if Project.objects.visible_to(user).filter(pk=project.pk)}


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    whose=st.sampled_from(["none", "mine", "other"]),
    has_officer=st.booleans(),
    has_park=st.booleans(),
    served=st.sampled_from(["", "now", "before"]),
)
def test_the_list_of_people_is_that_of_the_lists(
    whose, has_officer, has_park, served, everybody, team, other_team, officer, park, liaison
):
    project = make.project(
        team={"none": None, "mine": team, "other": other_team}[whose],
        officer=officer if has_officer else None,
        park=park if has_park else None,
    )
    yesterday = clock.today() - timedelta(days=1)
    if served == "now":
        make.liaison(project, yesterday, user=liaison)
    elif served == "before":
        make.liaison(project, yesterday - timedelta(days=9), user=liaison, ends_on=yesterday)
    assert {user for user, _ in viewers.seers(project)} == seen_by(project)


def test_each_is_named_with_the_reason(everybody, officer, teamlead, team, park, liaison, leader):
    project = make.project(team=team, officer=officer, park=park)
    make.liaison(project, clock.today() - timedelta(days=1), user=liaison)
    why = dict(viewers.seers(project))
    assert (why[officer], why[liaison], why[teamlead]) == (Reach.OWN, Reach.OWN, Reach.TEAM)
    assert why[leader] is Reach.ALL
    labels = [group.label for group in viewers.groups(project, leader)]
    assert labels == [
        "本项目招商专员",
        "驻企联络员",
        f"本科室（{team}）",
        f"园区管委会（{park}）",
        "县领导，看全部项目",
        "统计员，看全部项目",
    ]


def test_a_viewer_names_colleagues_and_counts_the_others(
    everybody, as_user, officer, teamlead, team, park, park_user, leader
):
    project = make.project(team=team, officer=officer, park=park)
    by_label = {group.label: group for group in viewers.groups(project, officer)}
    assert by_label[f"本科室（{team}）"].names == [str(teamlead)]
    others = by_label[f"园区管委会（{park}）"]
    assert (others.names, others.unnamed_count) == ([], 1)
    page = as_user(officer).get(f"/desk/projects/{project.pk}/sight/").content.decode()
    assert str(teamlead) in page
    assert str(park_user) not in page
    assert str(park_user) in "".join(
        name for group in viewers.groups(project, leader) for name in group.names
    )


def test_who_may_not_see_the_project_is_not_told_who_may(
    as_user, other_officer, auditor, team, officer
):
    project = make.project(team=team)
    path = f"/desk/projects/{project.pk}/sight/"
    assert as_user(other_officer).get(path).status_code == 404
    assert as_user(auditor).get(path).status_code == 403
    piece = as_user(officer).get(path, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in piece


def test_a_hundred_users_are_asked_about_in_a_few_questions(
    team, park, django_assert_max_num_queries
):
    project = make.project(team=team)
    for _ in range(20):
        make.user(Role.OFFICER, team=team)
        make.user(Role.PARK, parks=[park])
    with django_assert_max_num_queries(4):
        assert len(viewers.seers(project)) >= 20
