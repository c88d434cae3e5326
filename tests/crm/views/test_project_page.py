"""The story of a project through the desk's own pages, each step with its refusal beside it."""

from __future__ import annotations

from datetime import date, timedelta
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from crm import clock
from crm.models import Agreement, Enquiry, EnquiryState, FollowUp, Project, StoredFile
from crm.stages import Stage, Status
from tests import make

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4 agreement"


def page_of(answer):
    return unescape(answer.content.decode())


def on_disk():
    storage = StoredFile._meta.get_field("file").storage
    if not storage.exists(""):
        return set()
    return {name for folder in storage.listdir("")[0] for name in storage.listdir(folder)[1]}


@pytest.fixture
def lead(officer, park):
    return make.project("佳禧面料项目", team=officer.team, officer=officer, by=officer)


def test_from_an_enquiry_to_a_signed_project(as_user, officer, park):
    client, enquiry = as_user(officer), make.enquiry(park)
    assert "测试投资公司" in page_of(client.get("/desk/enquiries/"))
    answer = client.post(f"/desk/enquiries/{enquiry.pk}/accept/", {"name": "佳禧面料项目"})
    project = Project.objects.get()
    assert answer.url == f"/desk/projects/{project.pk}/"
    assert (project.stage, project.officer) == (Stage.LEAD, officer)
    base = f"/desk/projects/{project.pk}/"

    # 洽谈 is refused until somebody has spoken with the investor.
    refused = client.post(base + "move/", {"to": "negotiation", "on": str(clock.today())})
    assert refused.status_code == 409
    assert "还没有跟进记录" in page_of(refused)
    assert f"{base}follow-up/" in page_of(refused)
    client.post(
        base + "follow-up/",
        {"content": "电话沟通选址", "kind": "call", "held_on": str(clock.today()),
         "next_on": str(clock.today() + timedelta(7)), "next_step": "约来访"},
    )  # fmt: skip
    moved = client.post(base + "move/", {"to": "negotiation", "on": str(clock.today())})
    assert moved.status_code == 302
    page = page_of(client.get(base))
    assert "约来访" in page
    assert "线索 → 洽谈" in page

    # 签约 is refused with everything that is missing, shown before anybody tries and after.
    assert "缺少投资协议" in page_of(client.get(base))
    assert "还没有项目评审的结论" in page_of(client.get(base))
    refused = client.post(base + "move/", {"to": "signed", "on": str(clock.today())})
    assert refused.status_code == 409
    assert "缺少投资协议" in page_of(refused)
    assert "尚未填写计划总投资" in page_of(refused)
    project.refresh_from_db()
    assert project.stage == Stage.NEGOTIATION

    form = client.get(base + "edit/").context["form"]
    sent = {f.name: f.value() for f in form if f.value() not in (None, False)}
    client.post(base + "edit/", sent | {"planned_investment": "1.2亿"})
    make.review(project, clock.today())
    signed = client.post(
        base + "agreement/",
        {"kind": "investment", "signed": str(clock.today()), "amount": "12000", "park": park.pk,
         "advance": "on", "scan": SimpleUploadedFile("协议.pdf", PDF)},
    )  # fmt: skip
    assert signed.status_code == 302
    project.refresh_from_db()
    assert project.stage == Stage.SIGNED
    page = page_of(client.get(base))
    assert "投资协议" in page
    assert "协议.pdf" in page


def test_signing_with_a_gate_unmet_keeps_neither_agreement_nor_file(as_user, officer):
    project = make.negotiating_project(officer)
    before = on_disk()
    answer = as_user(officer).post(
        f"/desk/projects/{project.pk}/agreement/",
        {"kind": "investment", "signed": str(clock.today()), "advance": "on", "note": "留住这一句",
         "scan": SimpleUploadedFile("协议.pdf", PDF)},
    )  # fmt: skip
    assert answer.status_code == 409
    assert "尚未确定落户园区" in page_of(answer)
    assert "留住这一句" in page_of(answer)
    assert not Agreement.objects.exists()
    assert not StoredFile.objects.exists()
    assert on_disk() == before


def test_the_park_of_an_agreement_becomes_the_projects_where_it_had_none(as_user, officer, park):
    project = make.negotiating_project(officer)
    make.review(project, clock.today())
    sent = {"kind": "investment", "signed": str(clock.today()), "advance": "on", "park": park.pk}
    answer = as_user(officer).post(f"/desk/projects/{project.pk}/agreement/", sent)
    assert answer.status_code == 302
    project.refresh_from_db()
    assert (project.park, project.stage) == (park, Stage.SIGNED)


def test_a_project_that_has_a_park_keeps_it_when_another_one_signs(as_user, officer, park):
    project = make.negotiating_project(officer, park=park)
    sent = {"kind": "framework", "signed": str(clock.today()), "park": make.park().pk}
    as_user(officer).post(f"/desk/projects/{project.pk}/agreement/", sent)
    project.refresh_from_db()
    assert project.park == park
    assert Agreement.objects.get().park != park


def test_a_second_investment_agreement_is_refused_at_its_kind(as_user, teamlead, park, team):
    project = make.signed_project(date(2023, 3, 1), park=park, team=team)
    answer = as_user(teamlead).post(
        f"/desk/projects/{project.pk}/agreement/", {"kind": "investment", "signed": "2023-04"}
    )
    assert answer.status_code == 400
    assert "已有投资协议" in "".join(answer.context["form"].errors["kind"])


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"to": "operation", "on": "2023-01-01"}, "to"),
        ({"to": "nonsense", "on": "2023-01-01"}, "to"),
        ({"to": "negotiation", "on": "2999-01-01"}, "on"),
        ({"to": "negotiation", "on": "soon"}, "on"),
        ({"to": "stalled", "on": "2023-01-01"}, None),
        ({"to": "stalled", "on": str(date.today()), "reason": ""}, "reason"),
        ({"to": "\x00", "on": "\x00", "evidence": "\x00"}, "to"),
        ({}, "to"),
    ],
)
def test_an_illegal_move_is_refused_at_its_field(data, field, as_user, officer, lead):
    answer = as_user(officer).post(f"/desk/projects/{lead.pk}/move/", data)
    assert answer.status_code in (400, 409)
    assert answer.context["form"].errors
    if field:
        assert field in answer.context["form"].errors
    lead.refresh_from_db()
    assert (lead.stage, lead.status) == (Stage.LEAD, Status.ACTIVE)


def test_a_project_rests_and_is_resumed(as_user, officer, lead):
    client, path = as_user(officer), f"/desk/projects/{lead.pk}/move/"
    today = str(clock.today())
    client.post(path, {"to": "stalled", "on": today, "reason": "投资方调整计划"})
    lead.refresh_from_db()
    assert lead.status == Status.STALLED
    assert "停滞" in page_of(client.get(f"/desk/projects/{lead.pk}/"))
    assert client.post(path, {"to": "negotiation", "on": today}).status_code == 400
    client.post(path, {"to": "active", "on": today})
    lead.refresh_from_db()
    assert lead.status == Status.ACTIVE


def test_a_move_from_an_old_page_is_refused(as_user, officer, lead):
    client = as_user(officer)
    path = f"/desk/projects/{lead.pk}/move/"
    version = client.get(path).context["form"]["version"].value()
    form = client.get(f"/desk/projects/{lead.pk}/edit/").context["form"]
    sent = {f.name: f.value() for f in form if f.value() not in (None, False)}
    client.post(f"/desk/projects/{lead.pk}/edit/", sent | {"location": "成都"})
    sent = {"to": "stalled", "on": str(clock.today()), "reason": "等等", "version": version}
    answer = client.post(path, sent)
    assert answer.status_code == 409
    assert "等等" in page_of(answer)
    lead.refresh_from_db()
    assert lead.status == Status.ACTIVE


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"held_on": "2999-01-01"}, "held_on"),
        ({"next_on": "2000-01-01"}, "next_on"),
        ({"content": ""}, "content"),
        ({"content": "长" * 1_000_000}, "content"),
        ({"content": "a\x00"}, "content"),
        ({"kind": "telepathy"}, "kind"),
        ({"attachment": SimpleUploadedFile("run.exe", b"MZ")}, "attachment"),
        ({"attachment": SimpleUploadedFile("fake.pdf", b"MZ")}, "attachment"),
    ],
)
def test_a_follow_up_is_refused_at_its_field_and_nothing_is_kept(
    wrong, field, as_user, officer, lead
):
    data = {"content": "谈", "kind": "call", "held_on": str(clock.today()), "next_step": "留住"}
    answer = as_user(officer).post(f"/desk/projects/{lead.pk}/follow-up/", data | wrong)
    assert answer.status_code == 400
    assert list(answer.context["form"].errors) == [field]
    assert "留住" in page_of(answer)
    assert not FollowUp.objects.exists()
    assert not StoredFile.objects.exists()


def test_what_is_missing_says_who_supplies_it_and_links_only_what_the_user_may_do(
    as_user, officer, leader, lead
):
    page = page_of(as_user(officer).get(f"/desk/projects/{lead.pk}/"))
    assert "由招商专员提供" in page
    assert f"/desk/projects/{lead.pk}/follow-up/" in page
    page = page_of(as_user(leader).get(f"/desk/projects/{lead.pk}/"))
    assert "由招商专员提供" in page
    assert "去补" not in page
    assert as_user(leader).get(f"/desk/projects/{lead.pk}/move/").status_code == 403


def test_an_opening_lists_what_is_still_to_be_supplied(as_user, teamlead, team):
    project = make.project(stage=Stage.CONSTRUCTION, team=team)
    page = page_of(as_user(teamlead).get(f"/desk/projects/{project.pk}/"))
    assert "待补" in page
    assert "尚未落实用地或厂房" in page


def test_a_file_opens_for_who_sees_the_project_as_a_download_and_for_nobody_else(
    as_user, officer, other_officer, auditor, lead
):
    client = as_user(officer)
    client.post(
        f"/desk/projects/{lead.pk}/follow-up/",
        {"content": "谈", "kind": "call", "held_on": str(clock.today()),
         "attachment": SimpleUploadedFile("名片.pdf", PDF)},
    )  # fmt: skip
    path = f"/desk/files/{StoredFile.objects.get().pk}/"
    answer = client.get(path)
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "no-store"
    assert answer["Content-Security-Policy"].startswith("default-src 'none'")
    assert as_user(other_officer).get(path).status_code == 404
    assert as_user(auditor).get(path).status_code == 404
    assert client.get("/desk/files/999999/").status_code == 404


def test_the_page_asks_as_many_questions_with_a_long_past_as_with_a_short_one(
    as_user, teamlead, team, park, django_assert_max_num_queries
):
    project = make.signed_project(date(2023, 3, 1), park=park, team=team)
    client = as_user(teamlead)

    def counted() -> int:
        with django_assert_max_num_queries(60) as asked:
            client.get(f"/desk/projects/{project.pk}/")
        return len(asked)

    make.follow_up(project, by=teamlead)
    make.contact(project)
    few = counted()
    for _ in range(8):
        make.follow_up(project, by=teamlead)
        make.contact(project)
    assert counted() == few


# 待研判


def test_an_enquiry_is_declined_only_with_a_reason(as_user, officer, park):
    enquiry, client = make.enquiry(park), as_user(officer)
    path = f"/desk/enquiries/{enquiry.pk}/decline/"
    assert client.post(path, {"note": "  "}).status_code == 400
    assert Enquiry.objects.get().state == EnquiryState.NEW
    assert client.post(path, {"note": "不符合产业方向"}).status_code == 302
    assert Enquiry.objects.get().state == EnquiryState.DECLINED
    assert "不符合产业方向" in page_of(client.get("/desk/enquiries/?state=decided"))
    late = client.post(f"/desk/enquiries/{enquiry.pk}/accept/", {"name": "再来"})
    assert late.status_code == 400
    assert "处理" in page_of(late)
    assert not Project.objects.exists()


def test_an_enquirers_phone_is_masked_until_revealed(as_user, officer, park):
    enquiry, client = make.enquiry(park, phone="13912345678"), as_user(officer)
    for path in ("/desk/enquiries/", f"/desk/enquiries/{enquiry.pk}/"):
        assert "13912345678" not in page_of(client.get(path))
    assert "13912345678" in page_of(client.post(f"/desk/enquiries/{enquiry.pk}/reveal/"))


@pytest.mark.parametrize("verb", ["", "accept/", "decline/", "reveal/"])
def test_another_teams_enquiry_is_not_found(verb, as_user, other_officer, auditor, park):
    path = f"/desk/enquiries/{make.enquiry(park).pk}/{verb}"
    client = as_user(other_officer)
    ask = client.post if verb else client.get
    assert ask(path, {"name": "抢", "note": "抢"}).status_code == 404
    assert as_user(auditor).get("/desk/enquiries/").status_code == 403
    assert not Project.objects.exists()


def test_the_park_sees_its_enquiries_and_may_not_accept(as_user, park_user, park):
    enquiry = make.enquiry(park)
    page = page_of(as_user(park_user).get(f"/desk/enquiries/{enquiry.pk}/"))
    assert "等待研判" in page
    assert "受理为线索" not in page
    answer = as_user(park_user).post(f"/desk/enquiries/{enquiry.pk}/accept/", {"name": "抢"})
    assert answer.status_code == 403
