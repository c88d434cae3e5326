"""The bell and the page behind it."""

from __future__ import annotations

from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.actions import imports
from crm.actions.pipeline import projects
from crm.actions.system import notifications, uploads
from crm.models import Notification, NotificationKind, NotificationSetting
from tests import make

pytestmark = pytest.mark.django_db
MOVED = NotificationKind.MOVED


def page_of(answer):
    return unescape(answer.content.decode())


@pytest.fixture
def project(team, officer):
    return make.project("电池项目", team=team, officer=officer)


@pytest.fixture
def one(officer, project):
    [made] = notifications.tell([officer], MOVED, project, "电池项目进入签约", by=None)
    return made


def test_every_page_of_the_desk_says_how_many_are_unread(as_user, officer, one):
    client = as_user(officer)
    assert '1</b><span class="away">条未读' in page_of(client.get("/desk/projects/"))
    notifications.read(one, by=officer)
    assert "条未读" not in page_of(client.get("/desk/projects/"))


def test_the_bell_asks_again_by_itself_and_stops_when_nobody_is_signed_in(
    as_user, client, officer, one
):
    assert page_of(as_user(officer).get("/desk/notices/bell/")).startswith('<b class="count">1</b>')
    answer = client.get("/desk/notices/bell/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.content) == (286, b"")


def test_opening_one_leads_to_its_row_and_marks_it_read(as_user, officer, one, project):
    answer = as_user(officer).get(f"/desk/notices/{one.pk}/")
    assert answer.headers["Location"] == f"/desk/projects/{project.pk}/"
    one.refresh_from_db()
    assert one.read_at


def test_each_leads_to_the_page_where_something_can_be_done(
    as_user, officer, teamlead, team, project, park
):
    follow_up, enquiry, company = make.follow_up(project), make.enquiry(park), make.company()
    batch = imports.open_batch("projects", by=officer, file_name="a.csv")
    upload = uploads.receive("projects", "project", by=teamlead, file_name="a.csv", file_hash="")
    places = {
        follow_up: f"/desk/projects/{project.pk}/",
        enquiry: f"/desk/enquiries/{enquiry.pk}/",
        company: f"/desk/companies/{company.pk}/",
        batch: f"/desk/import/batches/{batch.pk}/",
        upload: f"/desk/import/{upload.pk}/",
        None: "/desk/",
    }
    for row, place in places.items():
        user = teamlead if row is upload else officer
        [made] = notifications.tell([user], NotificationKind.IMPORT, row, "看一看", by=None)
        answer = as_user(user).get(f"/desk/notices/{made.pk}/")
        assert answer.headers["Location"] == place


def test_somebody_elses_and_a_hidden_one_answer_alike(
    as_user, officer, teamlead, other_team, other_officer, statistician, one, project
):
    assert as_user(teamlead).get(f"/desk/notices/{one.pk}/").status_code == 404
    assert as_user(teamlead).post(f"/desk/notices/{one.pk}/read/").status_code == 404
    projects.change(project, {"team": other_team, "officer": other_officer}, by=statistician)
    client = as_user(officer)
    assert client.get(f"/desk/notices/{one.pk}/").status_code == 404
    assert "电池项目" not in page_of(client.get("/desk/notices/?show=all"))


def test_the_page_shows_what_is_unread_and_what_was_read(as_user, officer, project, one):
    notifications.read(one, by=officer)
    notifications.tell([officer], MOVED, project, "电池项目停滞", by=None)
    client = as_user(officer)
    unread, everything = (page_of(client.get(f"/desk/notices/{q}")) for q in ("", "?show=all"))
    assert "电池项目停滞" in unread
    assert "电池项目进入签约" not in unread
    assert "电池项目停滞" in everything
    assert "电池项目进入签约" in everything


def test_an_empty_page_says_why_it_is_empty(as_user, officer):
    client = as_user(officer)
    assert "都看过了" in page_of(client.get("/desk/notices/"))
    assert "还没有提醒" in page_of(client.get("/desk/notices/?show=all"))


def test_one_is_marked_read_with_and_without_script(as_user, officer, project, one):
    client = as_user(officer)
    [other] = notifications.tell([officer], MOVED, project, "又一条", by=None)
    answer = client.post(f"/desk/notices/{one.pk}/read/", headers={"HX-Request": "true"})
    assert "已读" in page_of(answer)
    assert 'innerHTML:#bell-count"><b class="count">1</b>' in page_of(answer).replace("\n", "")
    back = client.post(f"/desk/notices/{other.pk}/read/", {"next": "/desk/notices/?show=all"})
    assert back.headers["Location"] == "/desk/notices/?show=all"
    assert not Notification.objects.unread().exists()


def test_all_are_marked_read_up_to_the_newest_shown(as_user, officer, project, one):
    notifications.tell([officer], MOVED, project, "刚到的", by=None)
    client = as_user(officer)
    answer = client.post("/desk/notices/read/", {"until": one.pk}, follow=True)
    assert "1 条提醒已标为已读" in page_of(answer)
    assert [row.text for row in Notification.objects.unread()] == ["刚到的"]


@pytest.mark.parametrize("until", ["", "x", "9" * 40, "-1"])
def test_an_unreadable_newest_marks_nothing(as_user, officer, one, until):
    assert as_user(officer).post("/desk/notices/read/", {"until": until}).status_code == 302
    assert Notification.objects.unread().exists()


def test_a_kind_is_switched_off_and_an_address_given(as_user, officer):
    client = as_user(officer)
    kept = [kind for kind in NotificationKind.values if kind != "moved"]
    answer = client.post(
        "/desk/notices/settings/",
        {"kinds": kept, "mails_digest": "on", "email": "li@example.gov.cn"},
    )
    assert answer.status_code == 302
    setting = NotificationSetting.objects.get(user=officer)
    officer.refresh_from_db()
    assert (setting.muted, setting.mails_digest) == (["moved"], True)
    assert officer.email == "li@example.gov.cn"
    assert 'value="moved" checked' not in " ".join(
        page_of(client.get("/desk/notices/settings/")).split()
    )


def test_a_refused_setting_comes_back_filled(as_user, officer):
    answer = as_user(officer).post(
        "/desk/notices/settings/", {"kinds": ["assigned"], "email": "nobody"}
    )
    page = page_of(answer)
    assert answer.status_code == 400
    assert "邮箱地址不对" in page
    assert 'value="nobody"' in page
    assert not NotificationSetting.objects.exists()


def test_administrators_have_no_bell_but_the_one_who_runs_the_machine(
    as_user, sysadmin, secadmin, auditor
):
    for user in (secadmin, auditor):
        assert "bell-count" not in page_of(as_user(user).get("/desk/"))
    said = "定期工作“台账自查”没有办成。"
    notifications.tell([sysadmin], NotificationKind.SYSTEM, None, said, by=None)
    client = as_user(sysadmin)
    assert '<b class="count">1</b>' in page_of(client.get("/desk/"))
    assert said in page_of(client.get("/desk/notices/"))


def test_the_list_costs_the_same_however_long_it_is(as_user, officer, team):
    client = as_user(officer)

    def cost(rows):
        for _ in range(rows):
            notifications.tell([officer], MOVED, make.project(team=team), "一条", by=None)
        with CaptureQueriesContext(connection) as queries:
            client.get("/desk/notices/?show=all")
        return len(queries)

    assert cost(2) == cost(20)
