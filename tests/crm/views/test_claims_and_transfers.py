"""首谈 and 流转 on the desk: a page offers what the verbs allow; nothing typed is lost."""

from __future__ import annotations

from decimal import Decimal

import pytest

from crm.access import Role
from crm.actions.pipeline import projects
from crm.actions.questions import Anyway
from crm.models import ClaimState, FirstContactClaim, Project, Transfer, TransferState
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def mine(officer, park):
    return projects.register({"name": "佳禧面料项目", "park": park}, by=officer)


@pytest.fixture
def contested(mine, other_officer):
    return projects.register(
        {"name": "佳禧面料项目"}, by=other_officer, anyway=Anyway(None, "4 月已面谈")
    ).claims.get()


def page(client, url):
    answer = client.get(url)
    assert answer.status_code == 200, url
    return answer.content.decode()


def test_the_project_page_tells_who_has_first_contact_and_until_when(as_user, officer, mine, team):
    shown = page(as_user(officer), f"/desk/projects/{mine.pk}/")
    claim = mine.claims.get()
    assert f"<b>{team.name}</b>" in shown
    assert f"{claim.valid_until:%Y-%m-%d}" in shown
    assert f"/desk/claims/{claim.pk}/renew/" in shown
    assert "提出首谈争议" not in shown


def test_of_the_other_side_the_page_tells_unit_day_and_phone_alone(
    as_user, officer, mine, contested, other_team
):
    shown = page(as_user(officer), f"/desk/projects/{mine.pk}/")
    assert f"与{other_team.name}（" in shown
    assert other_team.phone in shown
    assert "4 月已面谈" not in shown
    assert f"/desk/projects/{contested.project_id}/" not in shown
    assert "/rule/" not in shown


def test_registering_what_is_claimed_asks_why_and_keeps_what_was_typed(
    as_user, mine, other_officer
):
    client = as_user(other_officer)
    typed = {"name": "佳禧面料项目", "investor": "某投资方", "location": "两江"}
    first = client.post("/desk/projects/new/", typed)
    assert first.status_code == 409
    told = first.content.decode()
    assert 'name="claim_reason"' in told
    confirmed = told.split('name="confirmed" value="')[1].split('"')[0]
    second = client.post("/desk/projects/new/", typed | {"confirmed": confirmed})
    assert second.status_code == 409
    told = second.content.decode()
    assert "请写明理由" in told
    assert 'value="某投资方"' in told
    assert Project.objects.count() == 1
    why = {"confirmed": confirmed, "claim_reason": "不是同一个项目"}
    assert client.post("/desk/projects/new/", typed | why).status_code == 302
    assert FirstContactClaim.objects.filter(held=ClaimState.CONTESTED).count() == 2


def test_a_claim_is_renewed_by_a_button_that_says_what_is_missing(as_user, officer, mine):
    client = as_user(officer)
    url = f"/desk/claims/{mine.claims.get().pk}/renew/"
    assert client.get(url).status_code == 405
    answer = client.post(url, follow=True)
    assert "不用续期" in answer.content.decode()


def test_giving_up_without_a_reason_comes_back(as_user, officer, mine):
    url = f"/desk/claims/{mine.claims.get().pk}/give-up/"
    client = as_user(officer)
    assert client.post(url, {"reason": ""}).status_code == 400
    assert client.post(url, {"reason": "转向外地"}).status_code == 302
    assert mine.claims.get().held == ClaimState.GIVEN_UP


def test_the_leader_rules_with_both_sides_before_him(as_user, leader, mine, contested):
    client = as_user(leader)
    url = f"/desk/claims/{contested.pk}/rule/"
    shown = page(client, url)
    assert "4 月已面谈" in shown
    assert client.post(url, {"winner": "", "reason": ""}).status_code == 400
    answer = client.post(
        url, {"winner": contested.pk, "ruled_on": contested.claimed_on, "reason": "有登记"}
    )
    assert answer.status_code == 302
    contested.refresh_from_db()
    assert contested.is_upheld
    assert "裁定有效" in page(client, f"/desk/projects/{contested.project_id}/")


@pytest.mark.parametrize(("role", "status"), [(Role.OFFICER, 403), (Role.TEAMLEAD, 403)])
def test_no_side_opens_the_ruling(role, status, as_user, team, mine, contested):
    client = as_user(make.user(role, team=team))
    assert client.get(f"/desk/claims/{mine.claims.get().pk}/rule/").status_code == status
    assert client.get(f"/desk/claims/{contested.pk}/rule/").status_code == 404


def test_a_transfer_is_offered_and_taken_on_the_desk(
    as_user, teamlead, mine, other_team, other_officer
):
    client, url = as_user(teamlead), f"/desk/projects/{mine.pk}/transfer/"
    wrong = {"to_team": other_team.pk, "share": "160", "reason": "产业更适合"}
    answer = client.post(url, wrong)
    assert answer.status_code == 400
    assert "0 到 100" in answer.content.decode()
    assert 'value="160"' in answer.content.decode()
    assert client.post(url, wrong | {"share": "60"}).status_code == 302
    offer = Transfer.objects.get()
    assert offer.share == Decimal("0.6")

    lead = make.user(Role.TEAMLEAD, team=other_team)
    receiver = as_user(lead)
    shown = page(receiver, f"/desk/transfers/{offer.pk}/")
    assert f"/desk/transfers/{offer.pk}/accept/" in shown
    assert receiver.get(f"/desk/projects/{mine.pk}/").status_code == 404
    assert "60%" in page(receiver, f"/desk/transfers/{offer.pk}/accept/")
    taken = receiver.post(f"/desk/transfers/{offer.pk}/accept/", {"officer": other_officer.pk})
    assert taken.status_code == 302
    offer.refresh_from_db()
    assert offer.state == TransferState.ACCEPTED
    assert "60%" in page(receiver, f"/desk/projects/{mine.pk}/")
    assert client.get(f"/desk/projects/{mine.pk}/").status_code == 404


def test_declining_and_taking_back_on_the_desk(as_user, teamlead, mine, other_team):
    offer = make.transfer(mine, to_team=other_team)
    receiver = as_user(make.user(Role.TEAMLEAD, team=other_team))
    assert receiver.post(f"/desk/transfers/{offer.pk}/decline/", {"note": ""}).status_code == 400
    assert as_user(teamlead).post(f"/desk/transfers/{offer.pk}/withdraw/").status_code == 302
    offer.refresh_from_db()
    assert offer.state == TransferState.WITHDRAWN


def test_an_officer_is_not_offered_what_he_may_not_do(as_user, officer, mine):
    shown = page(as_user(officer), f"/desk/projects/{mine.pk}/")
    assert "提出流转" not in shown
    assert as_user(officer).get(f"/desk/projects/{mine.pk}/transfer/").status_code == 403
