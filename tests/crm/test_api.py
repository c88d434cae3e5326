"""The API: the same rows, the same rules and the same refusals as the desk."""

import json
from decimal import Decimal

import pytest
from rest_framework.test import APIClient

from crm import clock, ledgers
from crm.errors import Refused
from crm.models import Project
from crm.stages import Stage
from tests import make
from tests.needs import some
from tests.samples import Samples, as_sent, unlike

pytestmark = pytest.mark.django_db
WRITABLE = [ledger for ledger in ledgers.every() if not ledger.is_read_only]


def client(user) -> APIClient:
    made = APIClient()
    made.force_login(user)
    return made


def test_an_unsigned_request_is_told_to_sign_in():
    for ledger in ledgers.every():
        assert APIClient().get(f"/api/{ledger.key}/").status_code == 401


def test_every_declared_ledger_answers_its_readers_and_refuses_the_others(anyone):
    from crm.access import Action

    api = client(anyone)
    for ledger in ledgers.every():
        expected = 200 if ledger.can(anyone, Action.VIEW) else 403
        assert api.get(f"/api/{ledger.key}/").status_code == expected, ledger.key
        assert api.get(f"/api/{ledger.key}/999999/").status_code == (
            404 if expected == 200 else 403
        ), ledger.key


def test_a_list_holds_only_what_its_reader_may_see_and_counts_no_more(officer, other_officer):
    mine = make.project("我的项目", team=officer.team, officer=officer)
    make.project("别科项目", team=other_officer.team, officer=other_officer)
    answer = client(officer).get("/api/projects/").json()
    assert [row["id"] for row in answer["results"]] == [mine.pk]
    assert answer["count"] == 1


def test_somebody_elses_project_and_a_missing_one_answer_alike(officer, other_officer):
    other = make.project(team=other_officer.team)
    api = client(officer)
    there, missing = api.get(f"/api/projects/{other.pk}/"), api.get("/api/projects/999999/")
    assert (there.status_code, there.json()) == (missing.status_code, missing.json())
    assert there.status_code == 404


def test_amounts_are_exact_strings_in_yuan_and_unknown_is_null(officer):
    make.project(team=officer.team, planned_investment=Decimal("12345678901234.56"))
    make.project(team=officer.team, planned_investment=None)
    rows = client(officer).get("/api/projects/?ordering=planned_investment").json()["results"]
    assert [row["planned_investment"] for row in rows] == ["12345678901234.56", None]


def test_projects_are_filtered_by_stage_park_and_amount(officer, park):
    small = make.project(team=officer.team, planned_investment=Decimal(1000), park=park)
    big = make.project(team=officer.team, stage=Stage.SIGNED, planned_investment=Decimal(10**9))

    def found(query):
        return {
            row["id"] for row in client(officer).get(f"/api/projects/?{query}").json()["results"]
        }

    assert found("stage=signed") == {big.pk}
    assert found("stage=signed&stage=lead") == {small.pk, big.pk}
    assert found(f"park={park.pk}") == {small.pk}
    assert found("planned_investment_min=1000000") == {big.pk}
    assert found("planned_investment_max=1000") == {small.pk}


def test_a_project_is_found_by_two_characters_and_by_pinyin_initials(officer):
    project = make.project("飞尚新型电池产业园", team=officer.team)
    make.project("运动鞋生产基地", team=officer.team)
    for text in ("电池", "fsxxdc", "飛尚"):
        rows = client(officer).get("/api/projects/", {"q": text}).json()["results"]
        assert [row["id"] for row in rows] == [project.pk], text


@pytest.mark.parametrize(
    "query",
    [
        "ordering=password", "officer__password__startswith=a", "_connector=OR 1=1",
        "stage=nowhere",
        "park=abc", "park=999999", "planned_investment_min=abc", "planned_investment_min=NaN",
        "planned_investment_min=1e400", "next_on_from=2026-02-30", "a__b__c__regex=x",
    ],
)  # fmt: skip
def test_an_unreadable_question_is_refused_and_shows_nothing(officer, query):
    make.project(team=officer.team)
    answer = client(officer).get(f"/api/projects/?{query}")
    assert answer.status_code == 400
    assert answer.json()["reason"]


@pytest.mark.parametrize("page", ["-1", "0", "1000000000000000000", "abc"])
def test_a_page_that_is_not_there_is_a_404(officer, page):
    assert client(officer).get(f"/api/projects/?page={page}").status_code == 404


def test_sorting_by_stage_is_pipeline_order(officer):
    for stage in (Stage.OPERATION, Stage.LEAD, Stage.SIGNED):
        make.project(team=officer.team, stage=stage)
    rows = client(officer).get("/api/projects/?ordering=stage").json()["results"]
    assert [row["stage"] for row in rows] == ["lead", "signed", "operation"]


def test_a_list_takes_the_same_few_queries_for_one_row_and_for_fifty(
    officer, park, django_assert_max_num_queries
):
    for _ in range(50):
        make.project(team=officer.team, park=park, officer=officer)
    api = client(officer)
    with django_assert_max_num_queries(6):
        assert len(api.get("/api/projects/").json()["results"]) == 50


# Writing


def test_a_project_is_entered_and_changed_with_the_version_read(officer, park):
    api = client(officer)
    made = api.post(
        "/api/projects/",
        {"name": "运动鞋基地", "park": park.pk, "planned_investment": "80000000"},
        format="json",
    )
    assert made.status_code == 201
    row = made.json()
    assert (row["stage"], row["park"]["id"]) == ("lead", park.pk)
    url = f"/api/projects/{row['id']}/"
    assert api.patch(url, {"investor": "甲"}, format="json").status_code == 428
    changed = api.patch(url, {"investor": "甲", "version": row["version"]}, format="json")
    assert changed.status_code == 200
    stale = api.patch(
        url, {"investor": "乙"}, format="json", headers={"If-Match": str(row["version"])}
    )
    assert stale.status_code == 409
    assert stale.json()["version"] == changed.json()["version"]
    assert api.get(url).json()["investor"] == "甲"


def test_a_date_keeps_the_span_it_was_sent_with(officer):
    api = client(officer)
    for sent in ("2024-06-01", "2024-06", "2024", "2024-Q3", "2024-H1", "2024-03/2024-05"):
        made = api.post(
            "/api/projects/", {"name": f"项目 {sent}", "planned_start": sent}, format="json"
        )
        assert (made.status_code, made.json()["planned_start"]) == (201, sent)


@pytest.mark.parametrize(
    "body",
    [
        {}, {"name": ""}, {"name": None}, {"name": "x" * 200}, {"name": "a", "stage_rank": 7},
        {"name": "a", "park": 999999}, {"name": "a", "park": "x"},
        {"name": "a", "planned_investment": "1.005"}, {"name": "a", "planned_investment": "NaN"},
        {"name": "a", "planned_investment": "1e400"}, {"name": "a", "planned_investment": -5},
        {"name": "a", "planned_start": "2026-02-30"}, {"name": "a", "planned_start": "2024-Q5"},
        {"name": "a", "is_superuser": True},
        {"name": "\x00"}, [], "text", None,
    ],
)  # fmt: skip
def test_a_wrong_row_is_refused_with_its_fields_and_nothing_is_written(officer, body):
    sent = json.dumps(body)
    answer = client(officer).post("/api/projects/", sent, content_type="application/json")
    assert answer.status_code in {400, 409}
    assert not Project.objects.exists()


def test_the_stage_is_not_written_but_moved(officer):
    project = make.project(team=officer.team, officer=officer)
    api = client(officer)
    for body in ({"stage": "operation"}, {"status": "exited"}):
        answer = api.patch(f"/api/projects/{project.pk}/", body | {"version": 1}, format="json")
        assert (answer.status_code, answer.json()["code"]) == (409, "stage_by_move")
    assert Project.objects.get(pk=project.pk).stage == Stage.LEAD


def test_an_unmet_gate_answers_409_with_what_is_missing(officer, park):
    project = make.negotiating_project(officer, park=park)
    api = client(officer)
    dry = api.get(f"/api/projects/{project.pk}/gate/?to=signed").json()
    assert (dry["is_open"], [lack["code"] for lack in dry["missing"]]) == (
        False,
        ["review:review", "agreement:investment"],
    )
    url = f"/api/projects/{project.pk}/moves/"
    refused = api.post(url, {"to": "signed"}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "gate_unmet")
    assert refused.json()["missing"] == dry["missing"]
    make.review(project, clock.today())
    make.agreement(project, clock.today())
    moved = api.post(url, {"to": "signed", "on": clock.today().isoformat()}, format="json")
    assert (moved.status_code, moved.json()["stage"]) == (201, "signed")
    assert [move["to_stage"] for move in api.get(url).json()] == ["signed", "negotiation", "lead"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"to": "operation"}, 409),
        ({"to": "nowhere"}, 400),
        ({}, 400),
        ({"to": "negotiation", "on": "2026-02-30"}, 400),
        ({"to": "negotiation", "on": "9999-01-01"}, 409),
        ({"to": "negotiation", "version": 99}, 409),
    ],
)
def test_an_illegal_move_is_refused(officer, body, status):
    project = make.project(team=officer.team, officer=officer)
    make.follow_up(project)
    answer = client(officer).post(f"/api/projects/{project.pk}/moves/", body, format="json")
    assert answer.status_code == status
    assert Project.objects.get(pk=project.pk).stage == Stage.LEAD


def test_who_may_not_see_a_project_cannot_move_it_and_who_may_only_see_is_told(
    officer, other_officer, leader
):
    project = make.project(team=officer.team, officer=officer)
    url = f"/api/projects/{project.pk}/moves/"
    assert client(other_officer).post(url, {"to": "negotiation"}, format="json").status_code == 404
    assert client(leader).post(url, {"to": "negotiation"}, format="json").status_code == 403


def test_phones_are_masked_and_references_stay_within_sight(officer, other_officer):
    contact = make.contact(
        make.project(team=officer.team),
        phone="13812341234",
        other_phones="13912341234、08171234567",
    )
    told = client(officer).get(f"/api/contacts/{contact.pk}/").json()
    assert (told["phone"], told["other_phones"]) == ("138****1234", "139****1234、081****4567")
    hidden = make.project(team=other_officer.team)
    answer = client(officer).post(
        "/api/contacts/", {"name": "某", "project": hidden.pk}, format="json"
    )
    assert answer.status_code == 400


@pytest.mark.parametrize("ledger", some(WRITABLE, 0), ids=lambda ledger: ledger.key)
def test_every_ledger_takes_a_row_from_a_program(ledger, statistician):
    samples = Samples()
    kept = {}

    def enter(values, *, by):
        sent = as_sent(ledger, values)
        answer = client(by).post(f"/api/{ledger.key}/", sent, format="json")
        said = answer.json()
        if answer.status_code != 201:
            raise Refused(said["reason"], said["code"], said["fields"])
        kept.update(values)
        return said

    made = samples.entered(ledger, samples.fresh(ledger), enter)
    row = ledger.model.objects.get(pk=made["id"])
    assert kept
    assert unlike(ledger, row, kept) == {}
    api = client(samples.by)
    assert api.get(f"/api/{ledger.key}/{row.pk}/").json() == made
    assert made in api.get(f"/api/{ledger.key}/").json()["results"]


def test_read_only_ledgers_take_no_writes(statistician):
    move = make.project().moves.get()
    api = client(statistician)
    assert api.post("/api/moves/", {}, format="json").status_code == 405
    assert api.patch(f"/api/moves/{move.pk}/", {}, format="json").status_code == 405
    assert api.delete(f"/api/projects/{move.project_id}/").status_code == 405


def test_the_schema_describes_every_ledger(officer):
    answer = client(officer).get("/api/schema/", headers={"Accept": "application/json"})
    assert answer.status_code == 200
    text = answer.content.decode()
    for ledger in ledgers.every():
        assert f"/api/{ledger.key}/" in text


@pytest.mark.parametrize("depth", [10_000])
def test_deep_json_is_refused_not_fatal(officer, depth):
    body = "[" * depth + "]" * depth
    answer = client(officer).post("/api/projects/", body, content_type="application/json")
    assert answer.status_code == 400
