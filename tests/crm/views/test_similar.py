"""The panel beside a new row's form, and the one warning before it is registered."""

from __future__ import annotations

import re
from decimal import Decimal
from html import unescape

import pytest

from crm.actions import hints
from crm.models import AuditEntry, Company, Contact, Project
from crm.stages import Stage
from tests import make

pytestmark = pytest.mark.django_db
NAME = "佳禧面料项目"


@pytest.fixture
def hidden(other_team):
    return make.project(
        "佳禧 面料项目", team=other_team, stage=Stage.SIGNED, investor="江苏佳禧集团",
        planned_investment=Decimal("987654321"),
    )  # fmt: skip


def said(answer):
    return unescape(answer.content.decode())


def token_in(answer):
    return re.search(r'name="confirmed" value="(\w+)"', said(answer))[1]


def test_the_panel_tells_unit_day_and_phone_of_a_hidden_row(as_user, officer, hidden, other_team):
    page = said(as_user(officer).get("/desk/similar/projects/", {"name": NAME}))
    assert f"{other_team.name}已于" in page
    assert other_team.phone in page


def test_the_panel_holds_nothing_else_of_a_hidden_row(as_user, officer, hidden):
    page = said(as_user(officer).get("/desk/similar/projects/", {"name": NAME}))
    for secret in (hidden.name, "江苏", "987", "9.8", "98765", "签约", "signed", "href", "/desk/"):
        assert secret not in page, secret


def test_a_hidden_row_of_a_similar_name_is_not_hinted_at(as_user, officer, hidden):
    page = said(as_user(officer).get("/desk/similar/projects/", {"name": "佳禧面料加工项目"}))
    assert not page.strip()


def test_own_rows_of_the_same_and_of_a_similar_name_are_linked(as_user, officer, team):
    same = make.project(NAME, team=team)
    near = make.project("佳禧面料二期项目", team=team)
    far = make.project("佳禧电池", team=team)
    page = said(as_user(officer).get("/desk/similar/projects/", {"name": NAME}))
    assert f'台账里已有：<a href="/desk/projects/{same.pk}/">' in page
    assert f'名称相近：<a href="/desk/projects/{near.pk}/">' in page
    assert f"/desk/projects/{far.pk}/" not in page


def test_a_company_is_found_by_its_code_and_by_its_name_without_legal_form(as_user, officer):
    company = make.company("川锦纺织有限公司", credit_code=make.credit_code())
    client = as_user(officer)
    for asked in ({"name": "川锦纺织"}, {"credit_code": company.credit_code}):
        page = said(client.get("/desk/similar/companies/", asked))
        assert f"/desk/companies/{company.pk}/" in page
    assert not said(client.get("/desk/similar/companies/", {"name": "没有的"})).strip()


def test_a_phone_is_not_asked_for_in_an_address(as_user, officer):
    assert as_user(officer).get("/desk/similar/contacts/?phone=13700001234").status_code == 404
    assert as_user(officer).get("/desk/similar/parks/?name=园区").status_code == 404


def test_the_panel_is_for_those_who_register(as_user, leader, liaison, client):
    for user in (leader, liaison):
        assert as_user(user).get("/desk/similar/projects/?name=佳禧").status_code == 403
    assert client.get("/desk/similar/projects/?name=佳禧").status_code == 302


def test_beyond_the_limit_the_panel_answers_hidden_and_absent_alike(
    as_user, officer, hidden, monkeypatch
):
    monkeypatch.setattr(hints, "ASKED_AN_HOUR", 0)
    client = as_user(officer)
    pages = [said(client.get("/desk/similar/projects/", {"name": n})) for n in (NAME, "没有的")]
    assert pages[0] == pages[1]
    assert "上限" in pages[0]


def test_hostile_text_is_answered(as_user, officer):
    client = as_user(officer)
    for text in ("\x00", "面" * 5000, "'\"<script>", "#" * 300, " "):
        answer = client.get("/desk/similar/projects/", {"name": text, "investor": text})
        assert answer.status_code == 200
        assert "<script" not in said(answer)


def test_the_form_of_a_new_row_asks_while_typing_and_the_edit_form_does_not(
    as_user, teamlead, team
):
    client = as_user(teamlead)
    assert "/desk/similar/projects/" in said(client.get("/desk/projects/new/"))
    project = make.project(team=team)
    assert 'hx-get="/desk/similar/' not in said(client.get(f"/desk/projects/{project.pk}/edit/"))
    assert 'hx-get="/desk/similar/' not in said(client.get("/desk/contacts/new/"))


def test_registering_what_somebody_has_warns_once_and_may_be_confirmed(as_user, officer, hidden):
    client, data = as_user(officer), {"name": NAME, "currency": "CNY", "location": "北片区"}
    warned = client.post("/desk/projects/new/", data)
    assert warned.status_code == 409
    assert "可能重复" in said(warned)
    assert "北片区" in said(warned)
    assert Project.objects.count() == 1
    client.post("/desk/projects/new/", data | {"confirmed": token_in(warned)})
    assert Project.objects.filter(name=NAME, team=officer.team).count() == 1


def test_a_confirmation_holds_for_the_values_it_was_given_for(as_user, officer, hidden):
    client, data = as_user(officer), {"name": NAME, "currency": "CNY"}
    warned = client.post("/desk/projects/new/", data | {"investor": "别的投资方"})
    again = client.post("/desk/projects/new/", data | {"confirmed": token_in(warned)})
    assert again.status_code == 409
    assert Project.objects.count() == 1


def test_a_new_name_is_registered_without_a_question(as_user, officer, hidden):
    answer = as_user(officer).post("/desk/projects/new/", {"name": "新的项目", "currency": "CNY"})
    assert answer.status_code == 302


def test_a_company_of_the_same_name_warns_with_its_link(as_user, officer):
    known = make.company("川锦纺织有限公司")
    client = as_user(officer)
    warned = client.post("/desk/companies/new/", {"name": "川锦纺织"})
    assert warned.status_code == 409
    assert f"/desk/companies/{known.pk}/" in said(warned)
    client.post("/desk/companies/new/", {"name": "川锦纺织", "confirmed": token_in(warned)})
    assert Company.objects.count() == 2


def test_a_contact_of_a_known_phone_warns_without_the_hidden_name(as_user, officer, other_team):
    make.contact(make.project(team=other_team), phone="13700001234", name="李四")
    client, data = as_user(officer), {"name": "李先生", "phone": "137 0000 1234"}
    warned = client.post("/desk/contacts/new/", data)
    assert warned.status_code == 409
    assert other_team.name in said(warned)
    assert "李四" not in said(warned)
    assert Contact.objects.count() == 1
    client.post("/desk/contacts/new/", data | {"confirmed": token_in(warned)})
    assert Contact.objects.count() == 2


def test_the_search_box_tells_of_a_hidden_row_only_the_claim(as_user, officer, hidden, other_team):
    page = said(as_user(officer).post("/desk/similar/", {"q": NAME}))
    assert f"{other_team.name}已于" in page
    assert other_team.phone in page
    for secret in ("江苏", "签约", "987654321", f"/desk/projects/{hidden.pk}/"):
        assert secret not in page, secret


def test_the_search_box_knows_a_code_and_a_phone_by_their_shape(as_user, officer, team):
    company = make.company("川锦纺织有限公司", credit_code=make.credit_code())
    contact = make.contact(make.project(team=team), phone="13700001234", name="李四")
    client = as_user(officer)
    assert f"/desk/companies/{company.pk}/" in said(
        client.post("/desk/similar/", {"q": company.credit_code.lower()})
    )
    page = said(client.post("/desk/similar/", {"q": "１３７ ００００ １２３４"}))
    assert f"/desk/contacts/{contact.pk}/" in page
    assert "没有查到" in said(client.post("/desk/similar/", {"q": "从来没有的名字"}))


def test_a_phone_is_compared_with_enquirers_too(as_user, officer, other_team):
    make.enquiry(make.park(team=other_team), phone="13700005678", organisation="甲公司")
    page = said(as_user(officer).post("/desk/similar/", {"q": "13700005678"}))
    assert f"{other_team.name}已于" in page
    assert "甲公司" not in page
    warned = as_user(officer).post("/desk/contacts/new/", {"name": "李", "phone": "13700005678"})
    assert warned.status_code == 409


def test_an_enquirer_in_sight_is_linked(as_user, officer, park):
    known = make.enquiry(park, phone="13700005678", organisation="甲公司")
    page = said(as_user(officer).post("/desk/similar/", {"q": "13700005678"}))
    assert f"/desk/enquiries/{known.pk}/" in page


def test_the_search_box_is_for_those_who_register(as_user, leader, auditor, officer, client):
    assert as_user(leader).get("/desk/similar/").status_code == 403
    assert as_user(auditor).post("/desk/similar/", {"q": "佳禧"}).status_code == 403
    assert client.get("/desk/similar/").status_code == 302
    for text in ("\x00", "面" * 5000, "'\"<script>", " "):
        assert as_user(officer).post("/desk/similar/", {"q": text}).status_code == 200


def api(client, data, key="projects"):
    return client.post(f"/api/{key}/", data, content_type="application/json")


def test_a_program_is_asked_for_a_reason_too_and_learns_no_more(
    as_user, officer, hidden, other_team
):
    client = as_user(officer)
    asked = api(client, {"name": NAME})
    assert asked.status_code == 409
    assert asked.json()["code"] == "likely_duplicate"
    claim = asked.json()["hint"]["claim"]
    assert claim["unit"] == other_team.name
    assert set(claim) == {"unit", "since", "phone"}
    assert hidden.name not in asked.content.decode()
    assert Project.objects.count() == 1
    told = {"name": NAME, "confirmed_duplicate_reason": "另一个投资方的二期"}
    assert api(client, told).status_code == 201
    assert AuditEntry.objects.get(verb="register_anyway").reason == "另一个投资方的二期"
    assert api(client, {"name": "全新的名字"}).status_code == 201
    assert api(client, {"name": NAME, "confirmed_duplicate_reason": " "}).status_code == 409


def test_a_colleague_at_the_same_landline_is_registered_without_a_question(team, officer, as_user):
    project = make.project(team=team)
    known = make.contact(project, phone="08386123456", name="试甲")
    client = as_user(officer)
    typed = {"name": "试乙", "phone": "0838-6123456", "project": project.pk}
    assert client.post("/desk/contacts/new/", typed).status_code == 302
    asked = client.post("/desk/contacts/new/", typed | {"name": "试甲"})
    assert f"/desk/contacts/{known.pk}/" in asked.content.decode()
    assert Contact.objects.count() == 2


def test_a_program_is_asked_about_the_same_person_only(team, officer, as_user):
    project = make.project(team=team)
    make.contact(project, phone="08386123456", name="试甲")
    client = as_user(officer)
    sent = {"name": "试甲", "phone": "0838-6123456", "project": project.pk}
    refused = client.post("/api/contacts/", sent, content_type="application/json")
    assert refused.json()["code"] == "likely_duplicate"
    made = client.post("/api/contacts/", sent | {"name": "试乙"}, content_type="application/json")
    assert made.status_code == 201
