"""认定 on the desk and in the API: what waits, with its evidence; one by one or many at once."""

from datetime import date

import pytest
from rest_framework.test import APIClient

from crm import clock
from crm.actions.pipeline import confirmations, projects, receipts
from crm.models import Confirmation, FundingReceipt, Notification, Stage, StageMove
from tests import make

pytestmark = pytest.mark.django_db
MARCH = date(2023, 3, 1)
URL = "/desk/confirm/"


def page_of(answer) -> str:
    return answer.content.decode()


def signing(project) -> StageMove:
    return StageMove.objects.standing().filter(project=project).into(Stage.SIGNED).get()


@pytest.fixture
def project(park, team):
    return make.signed_project(MARCH, park=park, team=team, name="佳禧面料项目")


def test_what_waits_is_shown_with_its_evidence_and_confirmed_with_one_click(
    as_user, project, teamlead
):
    make.receipt(project, MARCH, "30000000", evidence="回单2023-001")
    client = as_user(teamlead)
    page = page_of(client.get(URL))
    for words in ("佳禧面料项目", "2023-03-01", "投资协议", "1亿元", "回单2023-001", "3,000万元"):
        assert words in page, words
    answer = client.post(URL, {"one": f"move-{signing(project).pk}"})
    assert answer.status_code == 302
    assert not StageMove.objects.standing().unconfirmed().exists()
    assert "已认定 1 条" in page_of(client.get(URL))


def test_many_are_confirmed_at_once(as_user, project, park, team, teamlead):
    other = make.signed_project(MARCH, park=park, team=team)
    receipt = make.receipt(project, MARCH)
    keys = [f"move-{signing(p).pk}" for p in (project, other)] + [f"receipt-{receipt.pk}"]
    answer = as_user(teamlead).post(URL, {"rows": keys, "do": "confirm"})
    assert answer.status_code == 302
    assert Confirmation.objects.count() == 3


def test_sending_back_without_a_reason_keeps_what_was_chosen(as_user, project, teamlead):
    key = f"move-{signing(project).pk}"
    client = as_user(teamlead)
    answer = client.post(URL, {"rows": [key], "do": "send_back", "reason": ""})
    assert answer.status_code == 409
    assert "退回须写明原因" in page_of(answer)
    assert f'value="{key}" checked' in page_of(answer)
    client.post(URL, {"rows": [key], "do": "send_back", "reason": "协议上是3月2日"})
    assert "协议上是3月2日" in page_of(client.get(URL))
    assert StageMove.objects.standing().sent_back().exists()


@pytest.mark.parametrize("sent", [{}, {"rows": ["x"]}, {"one": "agreement-1"}, {"one": "move-x"}])
def test_nothing_or_nonsense_chosen_is_told(as_user, project, teamlead, sent):
    assert as_user(teamlead).post(URL, sent | {"do": "confirm"}).status_code == 409
    assert not Confirmation.objects.exists()


def test_ones_own_record_has_no_button(as_user, teamlead, park):
    project = make.signed_project(MARCH, park=park, team=teamlead.team)
    receipt = receipts.record_receipt(project, by=teamlead, received=MARCH, amount=100)
    client = as_user(teamlead)
    page = page_of(client.get(URL))
    assert "本人登记，待他人认定" in page
    assert f"receipt-{receipt.pk}" not in page
    refused = client.post(URL, {"one": f"receipt-{receipt.pk}"})
    assert (refused.status_code, Confirmation.objects.count()) == (409, 0)


def test_an_officer_sees_what_waits_and_why_it_was_sent_back_but_confirms_nothing(
    as_user, officer, teamlead, park
):
    project = make.signed_project(MARCH, park=park, team=officer.team, officer=officer)
    other = make.signed_project(MARCH, park=park, team=officer.team)
    confirmations.send_back([signing(project)], by=teamlead, reason="协议上是3月2日")
    client = as_user(officer)
    page = page_of(client.get(URL))
    assert "协议上是3月2日" in page
    assert f"/desk/moves/{signing(project).pk}/correct/" in page
    assert "待科长或统计员认定" in page
    assert 'name="one"' not in page
    assert client.post(URL, {"one": f"move-{signing(other).pk}"}).status_code == 403


def test_nobody_sees_what_waits_on_projects_he_may_not_see(as_user, project, other_officer):
    client = as_user(other_officer)
    page = page_of(client.get(URL))
    assert "佳禧面料项目" not in page
    assert "没有待认定的" in page
    assert client.post(URL, {"one": f"move-{signing(project).pk}"}).status_code == 409


def test_the_page_asks_as_much_for_thirty_rows_as_for_three(
    as_user, park, team, teamlead, django_assert_max_num_queries
):
    for _ in range(12):
        project = make.signed_project(MARCH, park=park, team=team)
        make.receipt(project, MARCH)
    client = as_user(teamlead)
    client.get(URL)
    with django_assert_max_num_queries(45):
        client.get(URL)


def test_one_kind_is_paged(as_user, project, teamlead):
    assert "佳禧面料项目" in page_of(as_user(teamlead).get(URL, {"kind": "signed"}))
    assert "佳禧面料项目" not in page_of(as_user(teamlead).get(URL, {"kind": "operation"}))


def test_a_rows_own_page_confirms_it_too(as_user, project, teamlead):
    receipt = make.receipt(project, MARCH)
    client = as_user(teamlead)
    address = f"/desk/confirm/receipt-{receipt.pk}/"
    assert address in page_of(client.get(f"/desk/receipts/{receipt.pk}/"))
    assert client.get(address).status_code == 405
    assert client.post(address).status_code == 302
    assert address not in page_of(client.get(f"/desk/receipts/{receipt.pk}/"))
    assert FundingReceipt.objects.standing().confirmed().exists()


def test_the_project_page_says_who_confirmed(as_user, project, teamlead):
    client = as_user(teamlead)
    assert "待认定" in page_of(client.get(f"/desk/projects/{project.pk}/"))
    confirmations.confirm([signing(project)], by=teamlead)
    assert f"{teamlead} 已认定" in page_of(client.get(f"/desk/projects/{project.pk}/"))


def test_whoever_may_confirm_is_told_and_whoever_recorded_hears_of_a_refusal(
    officer, teamlead, statistician, park
):
    project = make.negotiating_project(officer, park=park)
    make.review(project, MARCH)
    make.agreement(project, MARCH)
    projects.advance(project, Stage.SIGNED, on=clock.today(), by=officer)
    told = Notification.objects.filter(kind="confirm")
    assert [note.user for note in told] == [teamlead]
    assert "签约，待认定" in told[0].text
    confirmations.send_back([signing(project)], by=teamlead, reason="协议上是3月2日")
    assert not told.filter(user=teamlead).unread().exists()
    assert "协议上是3月2日" in told.get(user=officer).text
    # Where the team lead recorded it himself, the bureau is told.
    receipts.record_receipt(project, by=teamlead, received=MARCH, amount=100)
    assert set(told.unread().values_list("user__role", flat=True)) >= {"statistician"}


def test_the_api_lists_what_waits_and_takes_the_word(project, teamlead, officer, other_officer):
    api = APIClient()
    api.force_authenticate(teamlead)
    waiting = api.get("/api/moves/unconfirmed/").json()
    move = signing(project)
    assert [row["id"] for row in waiting["results"]] == [move.pk]
    assert waiting["results"][0]["judged"] == "待认定"
    url = f"/api/moves/{move.pk}/confirmation/"
    assert api.post(url, {"judgement": "maybe"}, format="json").status_code == 400
    refused = api.post(url, {"judgement": "returned"}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "reason_needed")
    done = api.post(url, {"judgement": "confirmed"}, format="json")
    assert (done.status_code, done.json()["judged"]) == (200, "已认定")
    assert api.get("/api/moves/unconfirmed/").json()["count"] == 0
    receipt = make.receipt(project, MARCH)
    assert api.get("/api/receipts/unconfirmed/").json()["count"] == 1
    url = f"/api/receipts/{receipt.pk}/confirmation/"
    api.force_authenticate(officer)
    assert api.post(url, {"judgement": "confirmed"}, format="json").status_code == 403
    api.force_authenticate(other_officer)
    assert api.post(url, {"judgement": "confirmed"}, format="json").status_code == 404
