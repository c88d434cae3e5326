"""One table says who may see and do what; every door asks it and answers alike."""

from datetime import date, timedelta

import pytest
from django.apps import apps

from crm import access, clock
from crm.access import PIPELINE, Action, Reach, Role
from crm.actions import merges
from crm.actions.pipeline import projects
from crm.errors import Refused
from crm.models import (
    Agreement,
    AuditEntry,
    Bucket,
    Company,
    Contact,
    FollowUp,
    ImportBatch,
    Notification,
    Project,
    SavedView,
    StageMove,
)
from search.index import registered
from tests import make
from tests.samples import Samples

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


@pytest.mark.parametrize("role", list(SEES))
def test_the_pieces_of_a_scope_hold_its_rows_and_each_of_them_once(role, county, cast):
    pieces = access.apart(access.scope_pieces(cast[role], Action.VIEW, Project))
    found = [project.pk for piece in pieces for project in Project.objects.filter(piece)]
    assert sorted(found) == sorted(county[name].pk for name in SEES[role])


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
        rows = Project.objects.in_bulk(ids).values()
        opened = {row.pk for row in rows if access.row_tokens(row) & scope.tokens}
        assert opened >= {county[name].pk for name in SEES[role]}


@pytest.fixture
def told(county, officer, teamlead, other_team, sysadmin):
    """Rows of every ledger and of most other nouns, some of them another team's."""
    SavedView.objects.create(user=officer, ledger="projects", name="我的视图", team=officer.team)
    Notification.objects.create(user=teamlead, kind="assigned", text="演示", at=clock.now())
    ImportBatch.objects.create(ledger="projects", file_name="a.csv", by=teamlead)
    make.enquiry(make.park(team=other_team))
    make.contact(None, phone="13800000078", team=other_team)
    make.activity(date(2023, 4, 1), team=other_team)
    make.prospect(team=other_team)
    make.claim(county["other"])
    Samples().every()
    return [
        row
        for model in apps.get_app_config("crm").get_models()
        if access.rights_of(model) is not access.NOBODY
        for row in model._default_manager.all()[:20]
    ]


def test_tokens_open_no_row_that_the_list_does_not_show(told, cast):
    for role in Role:
        tokens = access.user_tokens(cast[role])
        opened = [row for row in told if access.row_tokens(row) & tokens]
        hidden = [row for row in opened if not access.may(cast[role], Action.VIEW, row)]
        # Who was a liaison once may still carry the token of the row; the row has the last word.
        assert [row for row in hidden if not _was_served(row, cast[role])] == [], role


def _was_served(row, user):
    project = row if isinstance(row, Project) else getattr(row, "project", None)
    return project is not None and project.assignments.filter(user=user).exists()


def test_tokens_open_every_searchable_row_that_the_list_shows(told, cast):
    kinds = {index.kind for index in registered()}
    searched = [row for row in told if row._meta.model_name in kinds]
    assert {row._meta.model_name for row in searched} == {kind for kind in kinds if kind in nouns()}
    for role in PIPELINE:
        scope = access.search_scope(cast[role])
        for row in searched:
            opens = scope.everything or bool(access.row_tokens(row) & scope.tokens)
            if access.may(cast[role], Action.VIEW, row):
                assert opens, (role, row)


@pytest.mark.parametrize("noun", ["auditentry", "user", "savedview", "notification", "importbatch"])
def test_what_is_no_shared_register_is_closed_to_staff(noun, told):
    rows = [row for row in told if row._meta.model_name == noun]
    assert rows
    assert {access.row_tokens(row) for row in rows} == {frozenset()}


def test_a_noun_without_rights_has_no_token(county):
    assert access.row_tokens(Bucket(key="a")) == frozenset()


def test_what_hangs_on_a_project_carries_the_tokens_of_the_project(county, liaison):
    served = county["served"]
    assert f"user:{liaison.pk}" in access.row_tokens(served)
    for row in (served.agreements.get(), served.follow_ups.get(), served.contacts.get()):
        assert access.row_tokens(row) == access.row_tokens(served)


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


def nouns():
    return {model._meta.model_name: model for model in apps.get_app_config("crm").get_models()}


def test_every_scoped_table_declares_its_rights():
    scoped = {
        noun
        for noun, model in nouns().items()
        if hasattr(model._default_manager.all(), "visible_to")
    }
    declared = {noun for noun, model in nouns().items() if hasattr(model, "rights")}
    assert scoped <= declared


@pytest.mark.parametrize("noun", ["bucket", "notsame", "nonsense"])
def test_a_noun_nobody_declared_is_closed(noun, leader):
    assert access.rights_of(noun) is access.NOBODY
    assert access.reaches(leader, Action.VIEW, noun) == frozenset()
    assert access.search_scope(leader).visible(noun, [1]) == set()


def test_rights_are_declared_in_words_of_the_table_itself():
    for noun, model in nouns().items():
        rights = access.rights_of(noun)
        named = {rights.parent} - {""} | set(rights.own.values())
        named |= {
            name for sides in rights.sides.values() for side in sides.values() for name in side
        }
        first = {path.split("__")[0] for path in named}
        assert first <= {field.name for field in model._meta.fields}, noun


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


def test_what_stays_with_a_project_merged_away_is_in_no_list(teamlead):
    kept, gone = (make.project(team=teamlead.team) for _ in range(2))
    agreement = make.agreement(gone, clock.today())
    assert agreement in Agreement.objects.visible_to(teamlead)
    merges.merge(gone, kept, by=teamlead)
    assert agreement not in Agreement.objects.visible_to(teamlead)
    ever = access.scope_q(teamlead, Action.VIEW, Agreement, ever=True)
    assert agreement in Agreement.objects.filter(ever)


def test_a_contact_no_team_took_goes_with_its_project_too(teamlead, other_team):
    project = make.project("无主项目")
    contact = make.contact(project)
    assert contact.team is None
    assert set(Contact.objects.visible_to(teamlead)) == {contact}
    projects.change(project, {"team": other_team}, by=make.maker())
    assert not Contact.objects.visible_to(teamlead).exists()


def test_a_contact_without_a_project_is_found_by_its_team_and_by_no_other(officer, other_officer):
    alone = make.contact(None, team=officer.team)
    assert access.row_tokens(alone) & access.user_tokens(officer)
    assert not access.row_tokens(alone) & access.user_tokens(other_officer)


def test_an_officer_finds_his_own_project_in_another_teams_hands(officer, other_team):
    project = make.project("移交项目", team=other_team, officer=officer)
    assert access.may(officer, Action.VIEW, project)
    assert access.row_tokens(project) & access.user_tokens(officer)


def test_a_view_is_open_to_everybody_only_once_it_is_public(officer, statistician):
    view = SavedView(user=officer, ledger="projects", name="我的视图", team=officer.team)
    assert not access.may(statistician, Action.VIEW, view)
    view.is_public = True
    assert access.may(statistician, Action.VIEW, view)
