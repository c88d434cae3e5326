"""A form sent twice is one row; a program's request with an Idempotency-Key too."""

from __future__ import annotations

import json
import re
import uuid
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from crm import clock, ledgers
from crm.access import Action
from crm.actions.pipeline import projects
from crm.models import (
    Agreement,
    FirstContactClaim,
    FundingReceipt,
    Project,
    SavedView,
    StageMove,
    StoredFile,
    Transfer,
)
from tests import make
from tests.needs import some

pytestmark = pytest.mark.django_db


def token_in(answer) -> str:
    return re.search(r'name="form_token" value="([0-9a-f-]{36})"', answer.content.decode())[1]


@pytest.fixture
def project(team, officer, park):
    return make.project("佳禧面料项目", team=team, park=park, officer=officer)


def typed(project, park):
    """What is typed into the forms of the ledgers, as little as each wants."""
    today = str(clock.today())
    on = {"project": project.pk}
    return {
        "projects": {"name": "川锦纺织项目", "currency": "CNY"},
        "companies": {"name": "川锦纺织有限公司"},
        "contacts": {"name": "李先生", "phone": "13700001234", **on},
        "activities": {"name": "泉州推介会", "kind": "fair", "held_on": today},
        "agreements": {**on, "kind": "framework", "signed": today, "amount": "100"},
        "receipts": {**on, "received": today, "amount": "100", "source": "own", "currency": "CNY"},
        "milestones": {**on, "kind": "filing", "achieved": today},
        "reviews": {**on, "body": "县项目评审会", "held_on": today, "verdict": "passed"},
        "assignments": {**on, "kind": "liaison", "unit": "驻企工作组", "starts_on": today},
        "followups": {**on, "held_on": today, "kind": "call", "content": "谈了用地"},
        "prospects": {"name": "东拓隔膜有限公司", "state": "waiting", "priority": "high"},
        "keyprojects": {**on, "level": "county", "year": "2023"},
        "rates": {"currency": "USD", "month": "2023-08", "yuan_per_100": "717.34"},
        "recognitions": {
            "title": "市级特色园区", "subject": "county", "kind": "plaque", "level": "city",
            "state": "granted", "granted": "2023-05",
        },
        "teams": {"name": "招商九科"},
    }  # fmt: skip


def test_the_form_of_every_ledger_carries_a_token_of_its_own(as_user, statistician, rows):
    client = as_user(statistician)
    tokens = set()
    for ledger in some(ledgers.every(), 1):
        if ledger.can(statistician, Action.REGISTER):
            tokens.add(token_in(client.get(f"/desk/{ledger.key}/new/")))
            tokens.add(token_in(client.get(f"/desk/{ledger.key}/new/")))
    assert len(tokens) >= 2 * 15


@pytest.mark.parametrize("key", sorted(typed(Project(), None)))
def test_a_new_row_sent_twice_is_one(key, as_user, statistician, teamlead, project, park):
    user = teamlead if key in ("followups", "companies", "prospects") else statistician
    client, model = as_user(user), ledgers.get(key).model
    count = model.objects.count()
    data = typed(project, park)[key]
    data = data | {"form_token": token_in(client.get(f"/desk/{key}/new/"))}
    answers = [client.post(f"/desk/{key}/new/", data) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [302] * 3, answers[0].content.decode()
    assert len({answer.url for answer in answers}) == 1
    assert model.objects.count() == count + 1


def test_a_form_sent_again_with_something_else_is_asked_to_be_sent_anew(as_user, officer):
    client = as_user(officer)
    data = {"name": "川锦纺织项目", "currency": "CNY"}
    data |= {"form_token": token_in(client.get("/desk/projects/new/"))}
    client.post("/desk/projects/new/", data)
    answer = client.post("/desk/projects/new/", data | {"name": "另一个项目"})
    assert answer.status_code == 400
    assert "内容与这次填的不同" in answer.content.decode()
    assert 'value="另一个项目"' in answer.content.decode()
    assert token_in(answer) != data["form_token"]
    again = data | {"name": "另一个项目", "form_token": token_in(answer)}
    assert client.post("/desk/projects/new/", again).status_code == 302
    assert Project.objects.count() == 2


def test_a_question_leaves_the_form_to_be_sent_with_its_answer(as_user, officer, team):
    make.project("川锦纺织项目", team=team)
    client, data = as_user(officer), {"name": "川锦纺织项目", "currency": "CNY"}
    data |= {"form_token": str(uuid.uuid4())}
    asked = client.post("/desk/projects/new/", data)
    assert asked.status_code == 409
    confirmed = re.search(r'name="confirmed" value="(\w+)"', asked.content.decode())[1]
    data |= {"confirmed": confirmed, "form_token": token_in(asked)}
    answers = [client.post("/desk/projects/new/", data) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert Project.objects.count() == 2


def sent_twice(client, url, data, **files):
    data = data | {"form_token": str(uuid.uuid4())}
    return [client.post(url, data | {name: make_file() for name, make_file in files.items()})
            for _ in range(2)]  # fmt: skip


def pdf():
    return SimpleUploadedFile("协议.pdf", b"%PDF-1.4 x")


def test_the_verbs_of_a_project_sent_twice_are_carried_out_once(
    as_user, teamlead, statistician, project, other_team
):
    url, today = f"/desk/projects/{project.pk}", str(clock.today())
    client = as_user(teamlead)
    agreement = {"kind": "framework", "signed": today, "amount": "100"}
    asked = [
        (f"{url}/agreement/", agreement, {"scan": pdf}, Agreement),
        (f"{url}/files/", {}, {"attachment": pdf}, StoredFile),
        (f"{url}/move/", {"to": "stalled", "on": today, "reason": "资金未到位", "version": 1}, {},
         StageMove),
        (f"{url}/claim/", {}, {}, FirstContactClaim),
        (f"{url}/transfer/", {"to_team": other_team.pk, "share": "60", "reason": "更合适"}, {},
         Transfer),
        ("/desk/projects/views/", {"name": "我的", "query": "stage=lead", "sharing": "mine"}, {},
         SavedView),
    ]  # fmt: skip
    for address, data, files, model in asked:
        count = model.objects.count()
        answers = sent_twice(client, address, data, **files)
        assert [one.status_code for one in answers] == [302, 302], address
        assert model.objects.count() == count + 1, address
    assert StoredFile.objects.count() == 2  # the scan and the upload, each once


def test_what_is_corrected_twice_is_corrected_once(as_user, statistician, project):
    receipt = make.receipt(project, clock.today(), "1000000")
    data = {
        "project": project.pk, "received": str(clock.today()), "amount": "90", "source": "own",
        "currency": "CNY", "reason": "按银行回单更正",
    }  # fmt: skip
    url = f"/desk/receipts/{receipt.pk}/edit/"
    answers = sent_twice(as_user(statistician), url, data)
    assert [one.status_code for one in answers] == [302, 302]
    assert answers[0].url == answers[1].url
    assert FundingReceipt.objects.count() == 2


def test_an_enquiry_and_a_target_company_sent_twice_become_one_project(as_user, teamlead, park):
    client = as_user(teamlead)
    enquiry, prospect = make.enquiry(park), make.prospect(team=teamlead.team)
    for url, data in (
        (f"/desk/enquiries/{enquiry.pk}/accept/", {"name": "测试投资项目"}),
        (f"/desk/prospects/{prospect.pk}/convert/", {"name": "东拓隔膜项目", "currency": "CNY"}),
    ):
        count = Project.objects.count()
        assert [one.status_code for one in sent_twice(client, url, data)] == [302, 302]
        assert Project.objects.count() == count + 1


# Programs


def api(client, url, data, key=""):
    headers = {"HTTP_IDEMPOTENCY_KEY": key} if key else {}
    return client.post(url, json.dumps(data), content_type="application/json", **headers)


def test_a_program_that_tries_again_gets_the_same_row(as_user, officer):
    client = as_user(officer)
    first, again = (api(client, "/api/projects/", {"name": "甲项目"}, "k1") for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert Project.objects.count() == 1


def test_another_request_under_a_used_key_is_refused(as_user, officer, project):
    client = as_user(officer)
    api(client, "/api/projects/", {"name": "甲项目"}, "k1")
    for url, data in (
        ("/api/projects/", {"name": "乙项目"}),
        ("/api/companies/", {"name": "甲项目"}),
    ):
        answer = api(client, url, data, "k1")
        assert (answer.status_code, answer.json()["code"]) == (422, "sent_before")
    assert Project.objects.count() == 2  # with the one of the fixture


def test_a_program_is_not_shown_what_was_given_to_others_since(as_user, officer, other_team):
    client = as_user(officer)
    api(client, "/api/projects/", {"name": "甲项目"}, "k1")
    row = Project.objects.get()
    projects.change(row, {"team": other_team, "officer": None}, by=make.maker())
    answer = api(client, "/api/projects/", {"name": "甲项目"}, "k1")
    assert answer.status_code == 422
    assert other_team.name not in answer.content.decode()


@pytest.mark.parametrize("token", ["\x00", "标" * 65, "x" * 5000])
def test_a_hostile_token_is_answered(as_user, statistician, project, token):
    client, receipt = as_user(statistician), make.receipt(project, clock.today())
    for url in ("/desk/projects/new/", f"/desk/receipts/{receipt.pk}/edit/",
                f"/desk/projects/{project.pk}/move/"):  # fmt: skip
        answer = client.post(url, {"name": "甲", "currency": "CNY", "form_token": token})
        assert answer.status_code == 400, url


def test_a_request_with_broken_signs_is_answered(as_user, officer):
    answer = api(as_user(officer), "/api/projects/", {"name": "\ud800"}, "k1")
    assert answer.status_code == 400


def test_a_key_too_long_is_refused(as_user, officer):
    answer = api(as_user(officer), "/api/projects/", {"name": "甲项目"}, "k" * 65)
    assert answer.status_code == 400
    assert not Project.objects.exists()


def test_a_move_and_a_merge_tried_again_are_made_once(as_user, teamlead, team, project):
    client = as_user(teamlead)
    url = f"/api/projects/{project.pk}/moves/"
    data = {"to": "stalled", "reason": "资金未到位"}
    answers = [api(client, url, data, "move") for _ in range(2)]
    assert [one.status_code for one in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    twin = make.project("佳禧 面料项目", team=team)
    answers = [
        api(client, f"/api/projects/{twin.pk}/merge/", {"into": project.pk}, "merge")
        for _ in range(2)
    ]
    assert [one.status_code for one in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()


def test_the_schema_names_the_key(as_user, statistician):
    page = unescape(as_user(statistician).get("/api/schema/").content.decode())
    assert page.count("Idempotency-Key") > 10
