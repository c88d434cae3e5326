"""A row is given to another team or person by the right to assign, at every door."""

from __future__ import annotations

import json
from datetime import date

import pytest

from crm import ledgers
from crm.access import Action, Role
from crm.actions import rows
from crm.actions.companies import contacts
from crm.actions.pipeline import enquiries, projects, prospects
from crm.errors import Refused
from crm.models import Activity, FirstContactClaim, Project
from crm.spreadsheets.commit import import_file
from tests import make

pytestmark = pytest.mark.django_db


def refused(code="not_allowed"):
    return pytest.raises(Refused, check=lambda error: error.code == code)


REGISTERING = {
    "project": lambda by, **to: projects.register({"name": "佳禧面料项目", **to}, by=by),
    "prospect": lambda by, **to: prospects.register({"name": "东拓隔膜有限公司", **to}, by=by),
    "contact": lambda by, **to: contacts.register({"name": "李先生", **to}, by=by),
    "activity": lambda by, **to: rows.register(
        Activity, {"name": "推介会", "held_on": date(2023, 5, 4), **to}, by=by
    ),
}


@pytest.mark.parametrize("noun", REGISTERING)
def test_an_officer_registers_nothing_for_another_team(noun, officer, other_team):
    with refused() as caught:
        REGISTERING[noun](officer, team=other_team)
    assert caught.value.code == "not_allowed"


@pytest.mark.parametrize("noun", REGISTERING)
def test_his_own_team_may_be_named(noun, officer, team):
    assert REGISTERING[noun](officer, team=team).team == team


@pytest.mark.parametrize("noun", ["project", "prospect"])
def test_an_officer_names_no_colleague_and_his_head_does(noun, officer, teamlead, team):
    colleague = make.user(Role.OFFICER, team=team)
    with refused():
        REGISTERING[noun](officer, officer=colleague)
    assert REGISTERING[noun](teamlead, officer=colleague).officer == colleague


@pytest.mark.parametrize("noun", ["project", "prospect"])
def test_naming_oneself_is_no_right_over_another_teams_row(noun, teamlead, officer, other_team):
    for user in (teamlead, officer):
        with refused():
            REGISTERING[noun](user, team=other_team, officer=user)


def test_nobody_claims_first_contact_for_a_team_not_his_own(officer, other_team, park_user, park):
    with refused():
        projects.register({"name": "甲项目", "team": other_team, "officer": officer}, by=officer)
    with refused():
        projects.register({"name": "乙项目", "team": other_team, "park": park}, by=park_user)
    assert not FirstContactClaim.objects.exists()


def test_the_statistician_gives_to_whom_it_belongs(statistician, other_team, other_officer):
    made = projects.register(
        {"name": "甲项目", "team": other_team, "officer": other_officer}, by=statistician
    )
    assert made.claims.get().team == other_team


def test_a_contact_of_a_project_is_its_teams(park_user, park, team):
    """The office of the park has no team; whom it adds is the project's."""
    project = make.project(park=park, team=team)
    made = ledgers.get("contacts").register({"name": "李先生", "project": project}, by=park_user)
    assert made.team == team


def test_an_enquiry_is_accepted_for_its_own_team(officer, park):
    assert enquiries.accept_enquiry(make.enquiry(park), by=officer).team == officer.team


def test_a_file_gives_nothing_to_another_team(teamlead, team, other_team):
    data = f"项目名称,招商科室\n甲项目,{other_team.name}\n乙项目,{team.name}\n".encode()
    plan = import_file(data, "项目.csv", ledgers.get("projects"), by=teamlead)
    assert [project.name for project in Project.objects.all()] == ["乙项目"]
    assert len(plan.refused) == 1


def test_a_program_gives_nothing_to_another_team(client, officer, other_team):
    client.force_login(officer, backend="crm.signin.Backend")
    data = json.dumps({"name": "甲项目", "team": other_team.pk})
    answer = client.post("/api/projects/", data, content_type="application/json")
    assert answer.status_code == 403
    assert "交给别的科室" in answer.json()["reason"]
    assert not Project.objects.exists()


def test_the_form_says_so_at_its_field(client, officer, other_team):
    client.force_login(officer, backend="crm.signin.Backend")
    answer = client.post(
        "/desk/projects/new/", {"name": "甲项目", "currency": "CNY", "team": other_team.pk}
    )
    assert answer.status_code == 400
    assert list(answer.context["form"].errors) == ["team"]


def test_what_is_registered_is_not_given_away_afterwards(officer, teamlead, team, other_team):
    prospect = prospects.register({"name": "东拓隔膜有限公司"}, by=teamlead)
    rows.change(prospect, {"officer": officer}, by=teamlead)
    prospect.refresh_from_db()
    colleague = make.user(Role.OFFICER, team=team)
    with refused():
        rows.change(prospect, {"officer": colleague}, by=officer)
    rows.change(prospect, {"officer": officer, "area": "福建"}, by=officer)
    project = make.project(team=team, officer=officer)
    contact = make.contact(project)
    with refused():
        rows.change(contact, {"team": other_team}, by=officer)


def test_every_noun_with_a_team_is_kept_so():
    """A noun that is somebody's and that nobody assigns belongs to its user alone."""
    from crm import access

    alone = {"savedview", "enquiry"}
    for ledger in ledgers.every():
        rights = access.rights_of(ledger.model)
        if access.Reach.TEAM in rights.own and not ledger.is_read_only:
            assigns = any(Action.ASSIGN in granted for granted in rights.grants.values())
            assert assigns or ledger.noun in alone, ledger.noun
