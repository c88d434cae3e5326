"""One table says who may see and do what; every door asks it and answers alike."""

from datetime import date, timedelta

import pytest
from django.apps import apps

from crm import access, clock
from crm.access import NOUNS, PIPELINE, Action, Reach, Role
from crm.actions import projects
from crm.errors import Refused
from crm.models import Agreement, AuditEntry, Company, Contact, FollowUp, Project, StageMove
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def county(team, other_team, park, officer, other_officer, liaison):
    """Projects of every kind of belonging."""
    other_park = make.park(team=other_team)
    yesterday = clock.today() - timedelta(days=1)
    mine = make.project("我的项目", team=team, officer=officer, park=park)
    team_only = make.project("本科项目", team=team)
    loose = make.project("无主项目")
    other = make.project("别科项目", team=other_team, officer=other_officer, park=other_park)
    served = make.project("联络项目", team=other_team)
    make.liaison(served, yesterday, user=liaison)
    served_before = make.project("曾联络项目", team=other_team)
    make.liaison(served_before, date(2023, 1, 1), user=liaison, ends_on=yesterday)
    for project in (mine, team_only, loose, other, served, served_before):
        make.agreement(project, clock.today())
        make.contact(project)
        make.follow_up(project)
    return {
        "mine": mine, "team": team_only, "loose": loose, "other": other, "served": served,
        "served_before": served_before,
    }  # fmt: skip


SEES = {
    Role.OFFICER: {"mine", "team"},
    Role.TEAMLEAD: {"mine", "team", "loose"},
    Role.LIAISON: {"served"},
    Role.PARK: {"mine"},
    Role.LEADER: {"mine", "team", "loose", "other", "served", "served_before"},
    Role.STATISTICIAN: {"mine", "team", "loose", "other", "served", "served_before"},
    Role.EDITOR: set(),
    Role.SYSADMIN: set(),
    Role.SECADMIN: set(),
    Role.AUDITOR: set(),
}


@pytest.fixture
def cast(
    officer, teamlead, liaison, park_user, leader, statistician, editor, sysadmin, secadmin, auditor
):
    people = (
        officer,
        teamlead,
        liaison,
        park_user,
        leader,
        statistician,
        editor,
        sysadmin,
        secadmin,
        auditor,
    )
    return {person.role: person for person in people}  # fmt: skip


@pytest.mark.parametrize("role", list(Role))
def test_each_role_sees_its_projects_and_what_hangs_on_them_and_no_others(role, county, cast):
    user = cast[role]
    seen = {name for name in county if Project.objects.visible_to(user).filter(pk=county[name].pk)}
    assert seen == SEES[role]
    for model in (Agreement, FollowUp, StageMove, Contact):
        parents = set(model.objects.visible_to(user).values_list("project", flat=True))
        assert parents == {county[name].pk for name in SEES[role]}, model


@pytest.mark.parametrize("role", list(Role))
def test_an_object_is_judged_as_its_list_is(role, county, cast):
    for action in Action:
        may = {name for name in county if access.may(cast[role], action, county[name])}
        listed = set(Project.objects.visible_to(cast[role], action).values_list("pk", flat=True))
        assert {county[name].pk for name in may} == listed, action


@pytest.mark.parametrize("role", list(Role))
def test_a_new_row_is_judged_as_the_same_row_once_written(role, county, cast):
    for project in county.values():
        as_new = Project(
            name=project.name, team=project.team, officer=project.officer, park=project.park
        )
        reach_by_duty = project == county["served"] and role == Role.LIAISON
        if not reach_by_duty:
            for action in (Action.VIEW, Action.REGISTER, Action.CHANGE):
                assert access.may(cast[role], action, as_new) == access.may(
                    cast[role], action, project
                ), (project, action)


@pytest.mark.parametrize("role", list(Role))
def test_the_search_tokens_open_what_the_list_shows(role, county, cast):
    scope = access.search_scope(cast[role])
    ids = [project.pk for project in county.values()]
    if scope.visible is None:
        assert SEES[role] == set()
        assert scope.is_empty
        return
    assert scope.visible("project", ids) == {county[name].pk for name in SEES[role]}
    if not scope.everything:
        from crm.search_index import _projects

        opened = {doc.object_id for doc in _projects(ids) if doc.scopes & scope.tokens}
        assert opened >= {county[name].pk for name in SEES[role]}


def test_somebody_elses_project_and_a_missing_one_are_refused_alike(county, officer):
    with pytest.raises(Refused) as caught:
        access.require(officer, Action.CHANGE, county["other"])
    assert caught.value.code == "not_found"
    with pytest.raises(Refused) as caught:
        access.require(officer, Action.CHANGE, county["team"])
    assert caught.value.code == "not_allowed"


def test_strangers_and_disabled_accounts_see_nothing(county, officer):
    from django.contrib.auth.models import AnonymousUser

    assert not Project.objects.visible_to(AnonymousUser()).exists()
    officer.is_active = False
    assert not Project.objects.visible_to(officer).exists()


def test_being_superuser_opens_no_business_rows(county, sysadmin):
    sysadmin.is_superuser = True
    assert not Project.objects.visible_to(sysadmin).exists()


def test_only_the_auditor_reads_the_record(county, cast):
    readers = {role for role, user in cast.items() if AuditEntry.objects.visible_to(user).exists()}
    assert readers == {Role.AUDITOR}


def test_companies_are_shared_by_business_and_hidden_from_administration(county, cast):
    make.company()
    for role, user in cast.items():
        assert Company.objects.visible_to(user).exists() == (role in PIPELINE), role


def test_every_scoped_table_is_in_the_table_of_rights_and_nothing_else_is():
    scoped = {
        model._meta.model_name
        for model in apps.get_app_config("crm").get_models()
        if hasattr(model._default_manager.all(), "visible_to")
    }
    assert scoped <= set(NOUNS)


def test_a_noun_nobody_declared_is_closed(leader):
    assert access.reaches(leader, Action.VIEW, "bucket") == frozenset()


def test_an_officer_may_work_on_his_own_and_only_follow_up_his_teams(county, officer):
    assert access.may(officer, Action.ADVANCE, county["mine"])
    assert access.may(officer, Action.FOLLOW_UP, county["team"])
    assert not access.may(officer, Action.ADVANCE, county["team"])
    with pytest.raises(Refused):
        projects.change(county["team"], {"investor": "别人"}, by=officer)


def test_nobody_registers_for_another_team(officer, other_team):
    with pytest.raises(Refused) as caught:
        projects.register(
            {"name": "别科的", "team": other_team, "officer": None},
            by=make.user(Role.TEAMLEAD, team=officer.team),
        )
    assert caught.value.code == "not_allowed"


def test_reading_all_gives_no_right_to_write_but_to_rule(county, leader):
    for action in Action:
        expected = action in {Action.VIEW, Action.EXPORT, Action.REPORT, Action.RULE}
        assert access.may(leader, action, county["mine"]) is expected, action
    assert access.reaches(leader, Action.VIEW, "project") == {Reach.ALL}


def test_a_contact_goes_with_its_project_when_another_team_takes_it(officer, other_team):
    project = make.project("易手项目", team=officer.team)
    contact = make.contact(project)
    alone = make.contact(None, phone="13800000077", team=officer.team)
    assert set(Contact.objects.visible_to(officer)) == {contact, alone}
    projects.change(project, {"team": other_team, "officer": None}, by=make.maker())
    assert set(Contact.objects.visible_to(officer)) == {alone}
