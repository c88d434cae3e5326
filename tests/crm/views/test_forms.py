"""Typing rows in: units, limits, conflicts; what was typed stays on the page."""

from __future__ import annotations

from decimal import Decimal
from html import unescape

import pytest

from crm.models import Agreement, AuditEntry, Company, Contact, Park, Project
from tests import make

pytestmark = pytest.mark.django_db
LONG = "长" * 1_000_000


def page_of(answer):
    return unescape(answer.content.decode())


def project_data(**values):
    return {"name": "佳禧面料项目", "currency": "CNY", **values}


@pytest.mark.parametrize(
    ("typed", "yuan"),
    [("12000", "120000000"), ("1.2亿", "120000000"), ("3500万元", "35000000"), ("0", "0")],
)
def test_an_amount_is_typed_in_the_columns_unit_or_with_its_own(typed, yuan, as_user, officer):
    answer = as_user(officer).post("/desk/projects/new/", project_data(planned_investment=typed))
    project = Project.objects.get()
    assert answer.url == f"/desk/projects/{project.pk}/"
    assert project.planned_investment == Decimal(yuan)


def test_an_empty_amount_is_unknown_not_zero(as_user, officer):
    as_user(officer).post("/desk/projects/new/", project_data(planned_investment=""))
    assert Project.objects.get().planned_investment is None


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        ("planned_investment", "约2亿", "约数"),
        ("planned_investment", "-5", "负数"),
        ("planned_investment", "300万美元", "外币"),
        ("planned_investment", "9" * 60, "太大"),
        ("planned_investment", "a\x00b", "空字符"),
        ("name", "", "请填写项目名称"),
        ("name", LONG, "150"),
        ("land_area_mu", "1e999999", ""),
        ("planned_start", "2023-02-30", ""),
        ("planned_start", "5/6/2023", ""),
        ("expected_jobs", "12.5", ""),
        ("expected_jobs", "99999999999", ""),
        ("method", "nonsense", ""),
        ("park", "999999", ""),
        ("park", "1 or 1=1", ""),
        ("park", "9" * 40, ""),
        ("source", "nonsense", ""),
        ("summary", LONG, "4000"),
    ],
)
def test_bad_input_is_refused_at_its_field_and_what_was_typed_stays(
    field, typed, says, as_user, officer
):
    data = project_data(investor="留在页面上的投资方") | {field: typed}
    answer = as_user(officer).post("/desk/projects/new/", data)
    assert answer.status_code == 400
    assert list(answer.context["form"].errors) == [field]
    assert says in "".join(answer.context["form"].errors[field])
    assert "留在页面上的投资方" in page_of(answer)
    assert not Project.objects.exists()


def test_the_echo_says_how_an_amount_was_understood(as_user, officer):
    client = as_user(officer)
    page = client.get("/desk/money/?unit=万元&planned_investment=12000").content.decode()
    assert page.strip() == "= 1.2亿元"
    page = client.get("/desk/money/?unit=万元&planned_investment=约2亿").content.decode()
    assert "约数" in page
    assert client.get("/desk/money/?unit=%00&x=%00").status_code == 200


def test_a_refusal_of_the_ledger_stands_at_its_field(as_user, officer):
    data = {"name": "川锦有限公司", "credit_code": "911100000000000000"}
    answer = as_user(officer).post("/desk/companies/new/", data)
    assert answer.status_code == 400
    assert "校验位" in page_of(answer)
    assert "911100000000000000" in page_of(answer)
    assert not Company.objects.exists()


def test_only_rows_the_user_may_use_can_be_chosen(as_user, officer, other_team, team):
    foreign = make.project(team=other_team)
    data = {"project": foreign.pk, "held_on": "2023-08-01", "kind": "call", "content": "偷看"}
    answer = as_user(officer).post("/desk/followups/new/", data)
    assert answer.status_code == 400
    assert "project" in answer.context["form"].errors
    assert not foreign.follow_ups.exists()
    assert foreign.name not in page_of(as_user(officer).get("/desk/followups/new/"))


def test_a_long_reference_is_typed_by_name_and_suggested(as_user, teamlead, team, monkeypatch):
    monkeypatch.setattr("crm.forms.fields.MOST_OPTIONS", 1)
    mine, twin, other = (make.project(n, team=team) for n in ("佳禧面料", "佳禧面料", "川锦印染"))
    client = as_user(teamlead)
    options = client.get("/desk/suggest/projects/?project=川锦").content.decode()
    assert f"川锦印染 #{other.pk}" in options
    data = {"held_on": "2023-08-01", "kind": "call", "content": "谈"}
    client.post("/desk/followups/new/", data | {"project": "川锦印染"})
    assert other.follow_ups.count() == 1
    answer = client.post("/desk/followups/new/", data | {"project": "佳禧面料"})
    assert f"不止一个，请写明是哪一个：佳禧面料 #{mine.pk}、佳禧面料 #{twin.pk}" in page_of(answer)
    client.post("/desk/followups/new/", data | {"project": f"佳禧面料 #{twin.pk}"})
    assert (mine.follow_ups.count(), twin.follow_ups.count()) == (0, 1)
    for wrong in ("没有的项目", "#999999", "#" + "9" * 30, "%"):
        answer = client.post("/desk/followups/new/", data | {"project": wrong})
        assert answer.status_code == 400


def opened(client, path):
    """The form as a browser would send it back."""
    form = client.get(path).context["form"]
    sent = {}
    for field in form:
        value = field.value()
        if value not in (None, False):
            sent[field.name] = value
    return sent


def test_a_stale_form_shows_both_versions_and_saves_nothing(as_user, teamlead, team):
    project = make.project("佳禧面料项目", team=team, investor="佳禧集团", location="成都")
    path = f"/desk/projects/{project.pk}/edit/"
    mine, theirs = as_user(teamlead), as_user(teamlead)
    first, second = opened(mine, path), opened(theirs, path)
    assert (
        theirs.post(path, second | {"investor": "佳禧控股", "location": "绿溪"}).status_code == 302
    )
    answer = mine.post(path, first | {"investor": "佳禧实业"})
    assert answer.status_code == 409
    page = page_of(answer)
    assert "刚刚被别人改过" in page
    (differs,) = answer.context["conflict"]["rows"]
    assert (differs["label"], differs["mine"]) == ("投资方", "佳禧实业")
    assert differs["theirs"] == "佳禧控股"
    project.refresh_from_db()
    assert (project.investor, project.location) == ("佳禧控股", "绿溪")
    # What I did not touch takes the newer value; saving again is a decision.
    again = {f.name: f.value() for f in answer.context["form"] if f.value() not in (None, False)}
    assert again["location"] == "绿溪"
    assert mine.post(path, again).status_code == 302
    project.refresh_from_db()
    assert (project.investor, project.location) == ("佳禧实业", "绿溪")


def test_a_form_that_does_not_say_what_it_was_made_from_saves_nothing(as_user, teamlead, team):
    project = make.project("佳禧面料项目", team=team)
    sent = project_data(investor="盲改")
    answer = as_user(teamlead).post(f"/desk/projects/{project.pk}/edit/", sent)
    assert answer.status_code == 409
    for seen in ("{", "[1]", "\x00"):
        broken = sent | {"version": "1", "seen": seen, "name": ""}
        assert (
            as_user(teamlead).post(f"/desk/projects/{project.pk}/edit/", broken).status_code == 400
        )
    project.refresh_from_db()
    assert project.investor == ""


def test_an_unchanged_form_writes_nothing(as_user, teamlead, team, park):
    project = make.project("佳禧面料项目", team=team, park=park)
    path = f"/desk/projects/{project.pk}/edit/"
    client = as_user(teamlead)
    before = AuditEntry.objects.count()
    assert client.post(path, opened(client, path)).status_code == 302
    project.refresh_from_db()
    assert (project.version, AuditEntry.objects.count()) == (1, before)


@pytest.mark.parametrize("key", ["companies", "activities", "assignments", "zones", "followups"])
def test_every_form_comes_back_unchanged(key, as_user, statistician, rows):
    path = f"/desk/{key}/{rows[key].pk}/edit/"
    client = as_user(statistician)
    if client.get(path).status_code == 403:
        pytest.fail("the statistician keeps every ledger")
    before = AuditEntry.objects.count()
    answer = client.post(path, opened(client, path))
    assert answer.status_code == 302, answer.context["form"].errors
    assert AuditEntry.objects.count() == before


def test_an_agreement_is_corrected_by_a_new_row_with_a_reason(as_user, statistician, rows):
    old = rows["agreements"]
    client, path = as_user(statistician), f"/desk/agreements/{old.pk}/edit/"
    sent = opened(client, path) | {"amount": "1.5亿"}
    refused = client.post(path, sent)
    assert refused.status_code == 400
    assert list(refused.context["form"].errors) == ["reason"]
    answer = client.post(path, sent | {"reason": "金额抄错"})
    new = Agreement.objects.get(replaces=old)
    assert answer.url == f"/desk/agreements/{new.pk}/"
    assert new.amount == Decimal("150000000")
    assert AuditEntry.objects.get(verb="correct_agreement").reason == "金额抄错"
    path = f"/desk/agreements/{new.pk}/edit/"
    client.post(path, opened(client, path) | {"reason": "什么也没改"})
    assert not Agreement.objects.filter(replaces=new).exists()
    assert "已更正" in client.get(f"/desk/agreements/{old.pk}/").content.decode()


def test_a_park_keeps_its_industries(as_user, statistician, park):
    industry = make.industry()
    client, path = as_user(statistician), f"/desk/parks/{park.pk}/edit/"
    client.post(path, opened(client, path) | {"industries": [industry.pk]})
    assert list(Park.objects.get(pk=park.pk).industries.all()) == [industry]


def test_the_history_tells_old_and_new_by_their_labels(as_user, teamlead, team, park):
    project = make.project("佳禧面料项目", team=team)
    company = make.company("川锦有限公司")
    client = as_user(teamlead)
    path = f"/desk/companies/{company.pk}/edit/"
    client.post(path, opened(client, path) | {"park": park.pk})
    page = page_of(client.get(f"/desk/companies/{company.pk}/"))
    assert "所在园区" in page
    assert "绿溪工业园区</ins>" in page
    path = f"/desk/projects/{project.pk}/edit/"
    client.post(path, opened(client, path) | {"planned_investment": "2.5亿"})
    page = page_of(client.get(f"/desk/projects/{project.pk}/"))
    assert "<del>1亿元</del>" in page
    assert "<ins>2.5亿元</ins>" in page


def test_personal_columns_are_masked_until_revealed_and_the_look_is_recorded(
    as_user, teamlead, leader, team
):
    contact = make.contact(make.project(team=team), phone="13812345678", other_phones="13912345678")
    client = as_user(teamlead)
    for path in (
        "/desk/contacts/",
        f"/desk/contacts/{contact.pk}/",
        f"/desk/contacts/{contact.pk}/edit/",
        f"/desk/projects/{contact.project_id}/",
    ):
        page = page_of(client.get(path))
        assert "138****5678" in page, path
        assert "13812345678" not in page
        assert "13912345678" not in page
    assert not AuditEntry.objects.filter(verb="reveal").exists()
    assert client.get(f"/desk/contacts/{contact.pk}/reveal/").status_code == 405
    shown = client.post(f"/desk/contacts/{contact.pk}/reveal/")
    assert "13812345678" in page_of(shown)
    assert "13912345678" in page_of(shown)
    assert shown["Cache-Control"] == "no-store"
    assert AuditEntry.objects.get(verb="reveal").actor == teamlead
    refused = as_user(leader).post(f"/desk/contacts/{contact.pk}/reveal/")
    assert refused.status_code == 403
    assert "13812345678" not in page_of(refused)


def test_a_masked_field_left_empty_stays_and_a_minus_empties_it(as_user, teamlead, team):
    contact = make.contact(make.project(team=team), phone="13812345678")
    client, path = as_user(teamlead), f"/desk/contacts/{contact.pk}/edit/"
    client.post(path, opened(client, path) | {"position": "副总"})
    kept = Contact.objects.get(pk=contact.pk)
    assert (kept.phone, kept.position) == ("13812345678", "副总")
    answer = client.post(path, opened(client, path) | {"phone": "123"})
    assert "电话号码不对" in page_of(answer)
    client.post(path, opened(client, path) | {"phone": "-"})
    assert Contact.objects.get(pk=contact.pk).phone == ""


def test_a_row_moved_out_of_sight_is_refused(as_user, officer, team, other_team):
    project = make.project("佳禧面料项目", team=team, officer=officer)
    client, path = as_user(officer), f"/desk/projects/{project.pk}/edit/"
    answer = client.post(path, opened(client, path) | {"team": other_team.pk})
    assert answer.status_code in (400, 403)
    project.refresh_from_db()
    assert project.team == team
