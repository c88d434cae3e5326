"""作废 for programs: the same rules, the same refusals, and what a fact says of itself."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.core.management import call_command
from rest_framework.test import APIClient

from crm import clock, ledgers
from crm.actions.pipeline import agreements, projects
from crm.models import Agreement
from crm.stages import Stage
from tests import make

pytestmark = pytest.mark.django_db
WHY = {"reason": "登记时看错了项目"}


def client(user) -> APIClient:
    made = APIClient()
    made.force_login(user)
    return made


@pytest.fixture
def project(park, team, officer):
    return make.signed_project(date(2023, 3, 1), park=park, team=team, officer=officer)


def test_a_withdrawn_fact_says_so_at_its_address_and_is_in_no_list(project, officer):
    fact, api = project.agreements.get(), client(officer)
    url = f"/api/agreements/{fact.pk}/"
    assert [api.get(url).json()[name] for name in ("standing", "withdrawn_at")] == [fact.pk, None]
    answer = api.post(f"{url}void/", WHY, format="json")
    assert answer.status_code == 200
    assert answer.json() == api.get(url).json()
    assert answer.json()["standing"] is None
    assert answer.json()["withdrawn_at"].startswith(clock.today().isoformat())
    assert answer.json()["amount"] == "100000000.00"
    assert api.get("/api/agreements/").json()["count"] == 0


def test_a_corrected_fact_names_the_one_that_stands(project, officer, statistician):
    first = project.agreements.get()
    second = agreements.correct_agreement(
        first, {"amount": Decimal(5)}, by=statistician, reason="笔误"
    )
    api = client(officer)
    assert api.get(f"/api/agreements/{first.pk}/").json()["standing"] == second.pk
    assert api.get(f"/api/agreements/{second.pk}/").json()["standing"] == second.pk
    (listed,) = api.get("/api/agreements/").json()["results"]
    assert (listed["id"], listed["standing"], listed["withdrawn_at"]) == (
        second.pk, second.pk, None,
    )  # fmt: skip
    for path, sent in (("void/", WHY), ("", {"amount": "7"})):
        call = api.post if path else api.patch
        answer = call(f"/api/agreements/{first.pk}/{path}", sent, format="json")
        assert (answer.status_code, answer.json()["code"]) == (409, "stale"), path
    assert Agreement.objects.standing().get() == second


def test_a_move_is_withdrawn_and_the_project_goes_back(project, officer):
    move = projects.shelve(project, on=clock.today(), by=officer, reason="资金未到")
    api = client(officer)
    first = project.moves.exclude(pk=move.pk).get()
    answer = api.post(f"/api/moves/{first.pk}/void/", WHY, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_last")
    assert api.post(f"/api/moves/{move.pk}/void/", WHY, format="json").status_code == 200
    row = api.get(f"/api/projects/{project.pk}/").json()
    assert (row["stage"], row["status"]) == (Stage.SIGNED, "active")
    assert [one["id"] for one in api.get("/api/moves/").json()["results"]] == [first.pk]


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": " "}, {"reason": "长" * 301}, []])
def test_without_a_readable_reason_nothing_happens(project, officer, body):
    fact = project.agreements.get()
    answer = client(officer).post(f"/api/agreements/{fact.pk}/void/", body, format="json")
    assert answer.status_code in (400, 409)
    assert "reason" in str(answer.json()) or "non_field_errors" in answer.json()
    assert fact.stands


def test_who_may_not_is_told_and_who_may_not_see_finds_nothing(
    project, leader, other_officer, auditor
):
    fact = project.agreements.get()
    url = f"/api/agreements/{fact.pk}/void/"
    assert APIClient().post(url, WHY, format="json").status_code == 401
    for user, status in ((leader, 403), (other_officer, 404), (auditor, 403)):
        assert client(user).post(url, WHY, format="json").status_code == status, user
    assert client(leader).post("/api/agreements/999999/void/", WHY).status_code == 404
    assert fact.stands


def test_what_is_no_fact_is_not_withdrawn(project, statistician):
    answer = client(statistician).post(f"/api/projects/{project.pk}/void/", WHY, format="json")
    assert answer.status_code == 404


def test_the_schema_describes_it_for_every_ledger_of_facts_without_a_warning(tmp_path):
    path = tmp_path / "schema.yml"
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(path))
    schema = path.read_text()
    for ledger in ledgers.every():
        assert (f"/api/{ledger.key}/{{id}}/void/:" in schema) == ledger.is_of_facts
