"""What a move needs is a table, held against the project before anybody tries."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from rest_framework.test import APIClient

from crm import clock
from crm.actions import withdrawals
from crm.actions.pipeline import gates, projects
from crm.errors import Refused
from crm.models import Stage, Status, Verdict
from crm.stages import BACK_GATE, GATES, STATUS_GATES, gate_of
from tests import make

pytestmark = pytest.mark.django_db


def codes(project, to, **said) -> list[str]:
    return [one.item.code for one in gates.checked(project, to, **said) if one.lack]


@pytest.fixture
def project(officer, park):
    return make.negotiating_project(officer, park=park)


def test_every_move_finds_its_needs_in_the_table():
    for here in Stage:
        for to in Stage:
            wanted = BACK_GATE if to.rank < here.rank else GATES[to]
            assert gate_of(here, to) == wanted
        assert [gate_of(here, status) for status in Status] == list(STATUS_GATES.values())


def test_signing_is_refused_without_a_review(project, officer):
    make.agreement(project, clock.today())
    with pytest.raises(Refused) as refused:
        projects.advance(project, Stage.SIGNED, on=clock.today(), by=officer)
    assert refused.value.code == "gate_unmet"
    assert [lack.code for lack in refused.value.details] == ["review:review"]


@pytest.mark.parametrize("verdict", [Verdict.PASSED, Verdict.CONDITIONAL])
def test_a_review_that_let_it_pass_opens_signing_and_shows_its_conditions(
    project, officer, verdict
):
    make.agreement(project, clock.today())
    make.review(project, date(2023, 2, 1), verdict=verdict, conditions="环评批复取得前不供地")
    review = next(one for one in gates.checked(project, Stage.SIGNED) if "review" in one.item.code)
    assert "县项目评审会 2023-02-01" in review.note
    assert ("环评批复" in review.note) == (verdict == Verdict.CONDITIONAL)
    projects.advance(project, Stage.SIGNED, on=clock.today(), by=officer)


def test_the_last_review_decides(project):
    make.review(project, date(2023, 2, 1))
    assert "review:review" not in codes(project, Stage.SIGNED)
    make.review(project, date(2023, 3, 1), verdict=Verdict.REJECTED)
    (lack,) = [one for one in gates.missing(project, Stage.SIGNED) if one.code == "review:review"]
    assert "不通过" in lack.reason
    assert "2023-03-01" in lack.reason
    make.review(project, date(2023, 4, 1))
    assert "review:review" not in codes(project, Stage.SIGNED)


def test_another_projects_review_opens_nothing(project, officer):
    make.review(make.project(officer=officer, team=officer.team), clock.today())
    assert "review:review" in codes(project, Stage.SIGNED)


def test_a_project_that_arrived_signed_without_a_review_is_to_supply_it(park, team):
    signed = make.signed_project(date(2023, 3, 1), park=park, team=team)
    assert "review:review" in [lack.code for lack in gates.outstanding(signed)]
    make.review(signed, date(2023, 2, 1))
    assert "review:review" not in [lack.code for lack in gates.outstanding(signed)]


def test_foreign_money_stands_in_for_the_planned_investment_and_for_nothing_else(officer):
    dollars = {"currency": "USD", "foreign_amount": Decimal(3_000_000)}
    project = make.negotiating_project(officer, planned_investment=None, **dollars)
    lacks = codes(project, Stage.SIGNED)
    assert "field:planned_investment" not in lacks
    assert "field:park" in lacks


def test_building_starts_with_a_site_a_company_and_a_permit():
    project = make.project(stage=Stage.SIGNED)
    needed = ["field:site", "field:company", "evidence:permit"]
    assert codes(project, Stage.CONSTRUCTION) == needed
    assert codes(project, Stage.CONSTRUCTION, evidence="施工许可1号") == needed[:2]


@pytest.mark.parametrize(
    ("to", "code"),
    [
        (Stage.COMMISSIONING, "evidence:equipment"),
        (Stage.TRIAL, "evidence:trial_run"),
        (Stage.OPERATION, "evidence:operation"),
    ],
)
def test_each_later_stage_is_entered_with_its_own_document(to, code):
    project = make.project(stage=list(Stage)[to.rank - 2])
    entry = {"on": clock.today(), "by": make.maker()}
    with pytest.raises(Refused) as refused:
        projects.advance(project, to, evidence=" ", **entry)
    assert [lack.code for lack in refused.value.details] == [code]
    projects.advance(project, to, evidence="凭证1号", **entry)


def being_built(permit=""):
    """A project that entered the ledger under construction."""
    evidence = {Stage.CONSTRUCTION: permit} if permit else {}
    opening = projects.Opening(stage=Stage.CONSTRUCTION, evidence=evidence)
    return projects.register({"name": f"在建项目{permit}"}, by=make.maker(), opening=opening)


def lacks_permit(project) -> bool:
    project.refresh_from_db()
    return "evidence:permit" in [lack.code for lack in gates.outstanding(project)]


def test_another_projects_permit_supplies_nothing():
    without, other = being_built(), being_built("施工许可1号")
    assert not lacks_permit(other)
    assert lacks_permit(without)


def test_a_permit_named_with_a_withdrawn_move_supplies_nothing():
    project = being_built()
    by, today = make.maker(), clock.today()
    facts = {"park": make.park(), "company": make.company(), "land_mode": "new"}
    facts["zone"] = make.zone(facts["park"])
    projects.change(project, facts, by=by)
    make.review(project, today)
    make.agreement(project, today)
    back = projects.advance(project, Stage.SIGNED, on=today, by=by, reason="规划调整")
    again = projects.advance(project, Stage.CONSTRUCTION, on=today, by=by, evidence="施工许可1号")
    assert not lacks_permit(project)
    for move in (again, back):
        withdrawals.void(move, by=by, reason="记错")
    assert lacks_permit(project)


@pytest.mark.parametrize("to", [Status.STALLED, Status.EXITED, Stage.LEAD])
def test_going_back_stalling_and_leaving_need_a_reason(project, officer, to):
    assert codes(project, to) == [gate_of(Stage(project.stage), to)[0].code]
    assert codes(project, to, reason="资金未到位") == []
    if isinstance(to, Stage):
        verb = lambda **said: projects.advance(project, to, **said)  # noqa: E731
    else:
        verb = lambda **said: projects.STATUS_VERBS[to](project, **said)  # noqa: E731
    with pytest.raises(Refused) as refused:
        verb(on=clock.today(), by=officer, reason=" ")
    assert (refused.value.code, list(refused.value.fields)) == ("reason_needed", ["reason"])
    verb(on=clock.today(), by=officer, reason="资金未到位")


def test_resuming_needs_nothing(project, officer):
    projects.shelve(project, on=clock.today(), by=officer, reason="资金未到位")
    project.refresh_from_db()
    assert gates.checked(project, Status.ACTIVE) == []
    assert gates.may_go(project, Status.ACTIVE)
    assert not gates.may_go(project, Stage.SIGNED)


def api(user) -> APIClient:
    made = APIClient()
    made.force_authenticate(user)
    return made


def test_the_dry_run_shows_every_item_of_any_move(project, officer):
    make.review(project, date(2023, 2, 1), verdict=Verdict.CONDITIONAL, conditions="先环评")
    url = f"/api/projects/{project.pk}/gate/"
    signing = api(officer).get(url, {"to": "signed"}).json()
    assert {item["code"]: item["is_met"] for item in signing["items"]} == {
        "field:park": True,
        "field:planned_investment": True,
        "review:review": True,
        "agreement:investment": False,
    }
    assert "先环评" in next(i["note"] for i in signing["items"] if i["code"] == "review:review")
    leaving = api(officer).get(url, {"to": "exited"}).json()
    assert (leaving["is_open"], [lack["code"] for lack in leaving["missing"]]) == (
        False,
        ["reason:exit"],
    )
    assert api(officer).get(url, {"to": "exited", "reason": "选址他县"}).json()["is_open"]
    assert not api(officer).get(url, {"to": "active"}).json()["is_open"]
    assert api(officer).get(url, {"to": "gone"}).status_code == 400


def test_the_dry_run_opens_a_move_back_and_none_that_does_not_exist(project, officer):
    url = f"/api/projects/{project.pk}/gate/"
    assert api(officer).get(url, {"to": "lead", "reason": "重新选址"}).json()["is_open"]
    here = api(officer).get(url, {"to": "negotiation"}).json()
    assert (here["missing"], here["is_open"]) == ([], False)


def test_the_api_stalls_and_resumes(project, officer):
    url = f"/api/projects/{project.pk}/moves/"
    refused = api(officer).post(url, {"to": "stalled"}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "reason_needed")
    done = api(officer).post(url, {"to": "stalled", "reason": "资金未到位"}, format="json")
    assert (done.status_code, done.json()["status"]) == (201, "stalled")
    done = api(officer).post(url, {"to": "active"}, format="json")
    assert (done.status_code, done.json()["status"]) == (201, "active")
    again = api(officer).post(url, {"to": "active"}, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "illegal_move")


def test_the_move_page_shows_what_the_chosen_move_needs(client, project, officer):
    client.force_login(officer)
    url = f"/desk/projects/{project.pk}/move/"
    page = client.get(url).content.decode()
    assert "推进到签约要具备" in page
    assert f"/desk/reviews/new/?project={project.pk}" in page
    page = client.get(url, {"to": "exited"}).content.decode()
    assert "办理退出须写明原因" in page
    assert "项目评审的结论" not in page
    # A move that does not exist from here shows nothing.
    assert "要具备" not in client.get(url, {"to": "operation"}).content.decode()


def test_the_review_form_opened_from_a_gate_leads_back_to_the_move(client, project, officer):
    client.force_login(officer)
    back = f"/desk/projects/{project.pk}/move/?to=signed"
    held = (clock.today() - timedelta(1)).isoformat()
    sent = {"project": project.pk, "body": "县项目评审会", "held_on": held, "verdict": "passed"}
    answer = client.post(f"/desk/reviews/new/?project={project.pk}&next={back}", sent)
    assert (answer.status_code, answer.url) == (302, back)
    sent["body"] = "园区评审会"
    elsewhere = client.post("/desk/reviews/new/?next=https://example.com/", sent)
    assert elsewhere.url.startswith("/desk/reviews/")
