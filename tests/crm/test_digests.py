"""每日提要: how much waits for whom, told once a day, mailed where that is wanted."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm import clock
from crm.access import Role
from crm.actions.pipeline import projects, receipts
from crm.actions.system import digests, notifications
from crm.models import Notification, NotificationKind
from crm.stages import Stage
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def sends_mail(settings):
    settings.SENDS_MAIL = True


@pytest.fixture
def address(officer):
    officer.email = "li@example.gov.cn"
    officer.save()
    return officer.email


def planned(officer, days, name=""):
    """A project of the officer whose next step lies that many days from today."""
    project = make.project(name, team=officer.team, officer=officer)
    held = clock.today() - timedelta(days=30)
    make.follow_up(
        project,
        held_on=held,
        next_on=clock.today() + timedelta(days=days),
        next_step="送合同文本",
    )
    return project


def texts(user, kind=NotificationKind.DIGEST):
    found = Notification.objects.visible_to(user).filter(kind=kind)
    return [row.text.replace("\u00a0", " ") for row in found]


def test_an_officer_is_told_how_much_of_his_own_waits(officer, teamlead, team):
    planned(officer, -5)
    planned(officer, -2)
    planned(officer, 0)
    planned(officer, 9)
    make.project(team=team, officer=officer)
    colleague = make.user(Role.OFFICER, team=team)
    planned(colleague, -1)
    digests.send_all()
    [mine] = texts(officer)
    [all_] = texts(teamlead)
    assert "跟进逾期 2 项，今天到期 1 项" in mine
    assert "没有安排下一步 1 项" in mine
    assert "跟进逾期 3 项" in all_


def test_who_confirms_is_told_what_waits_to_be_confirmed(
    officer, teamlead, statistician, park_user, park
):
    project = make.negotiating_project(officer, park=park)
    projects.advance(project, Stage.LEAD, on=clock.today(), by=officer, reason="重新论证")
    assert "待认定" not in {line.label for line in digests.lines_of(teamlead, clock.today())}
    receipts.record_receipt(project, by=officer, received=clock.today(), amount=Decimal("1000000"))
    waiting = {
        user.role: [
            line.count for line in digests.lines_of(user, clock.today()) if line.label == "待认定"
        ]
        for user in (officer, teamlead, statistician, park_user)
    }
    assert waiting == {"officer": [], "teamlead": [1], "statistician": [1], "park": []}


def test_who_has_nothing_waiting_is_told_nothing(officer, sysadmin, team):
    planned(officer, 9)
    digests.send_all()
    assert not Notification.objects.exists()


def test_a_second_run_on_the_same_day_tells_and_mails_nobody_again(officer, address):
    planned(officer, -1)
    first, second = digests.send_all(), digests.send_all()
    assert (first.mailed, first.failed) == (1, 0)
    assert (second.told, second.mailed, second.failed) == (0, 0, 0)
    assert len(texts(officer)) == 1
    assert len(mail.outbox) == 1


def test_the_next_day_is_told_anew(officer):
    planned(officer, -1)
    digests.send_all()
    digests.send_all(clock.today() + timedelta(days=1))
    assert len(texts(officer)) == 2


def test_the_mail_has_counts_and_links_and_no_name_of_a_project(officer, address, settings):
    settings.WAGTAILADMIN_BASE_URL = "https://ledger.example.gov.cn/"
    planned(officer, -1, "机密电池项目")
    digests.send_all()
    [sent] = mail.outbox
    assert sent.to == [address]
    assert sent.subject.startswith(f"园账 {clock.today()}：跟进逾期 1")
    assert "https://ledger.example.gov.cn/desk/?whose=mine&show=overdue" in sent.body
    assert "https://ledger.example.gov.cn/desk/notices/settings/" in sent.body
    assert "电池" not in sent.subject + sent.body


def broken(*args, **kwargs):
    raise ConnectionRefusedError("no mail server")


def test_a_mail_that_fails_loses_nothing_and_is_tried_again(officer, address, monkeypatch):
    planned(officer, -1)
    with monkeypatch.context() as patch:
        patch.setattr(digests, "send_mail", broken)
        out, err = StringIO(), StringIO()
        call_command("daily_digest", stdout=out, stderr=err)
    assert "1 封邮件没有发出" in err.getvalue()
    assert len(texts(officer)) == 1
    assert digests.send_all().mailed == 1
    assert len(mail.outbox) == 1


def test_one_who_wants_no_mail_gets_the_notification_alone(officer, address):
    planned(officer, -1)
    notifications.choose(by=officer, muted=set(), mails_digest=False, email=address)
    assert digests.send_all().mailed == 0
    assert len(texts(officer)) == 1


def test_one_who_wants_no_digest_gets_neither(officer, address):
    planned(officer, -1)
    notifications.choose(by=officer, muted={"digest"}, mails_digest=True, email=address)
    digests.send_all()
    assert texts(officer) == []
    assert mail.outbox == []


def test_a_digest_switched_off_after_a_mail_failed_is_not_mailed_later(
    officer, address, monkeypatch
):
    planned(officer, -1)
    with monkeypatch.context() as patch:
        patch.setattr(digests, "send_mail", broken)
        digests.send_all()
    notifications.choose(by=officer, muted={"digest"}, mails_digest=True, email=address)
    digests.send_all()
    assert mail.outbox == []


def test_where_no_mail_server_is_set_up_nothing_is_mailed(officer, address, settings):
    settings.SENDS_MAIL = False
    planned(officer, -1)
    sent = digests.send_all()
    assert (sent.mailed, sent.failed) == (0, 0)
    assert len(texts(officer)) == 1


def test_a_promise_that_lapsed_is_told_once_to_its_officer(officer, teamlead):
    day = planned(officer, -1, "电池项目").next_on
    digests.send_all()
    digests.send_all()
    [text] = texts(officer, NotificationKind.OVERDUE)
    assert text == f"“电池项目”约定 {day.month} 月 {day.day} 日的下一步（送合同文本）还没有办。"
    assert texts(teamlead, NotificationKind.OVERDUE) == []


@pytest.mark.parametrize("days", [0, 3, -30])
def test_what_is_not_late_or_was_told_long_ago_is_no_news(officer, days):
    planned(officer, days)
    digests.send_all()
    assert texts(officer, NotificationKind.OVERDUE) == []


def test_what_rests_is_not_late(officer, teamlead):
    project = planned(officer, -1)
    projects.shelve(project, on=clock.today(), by=teamlead, reason="资金未到位")
    digests.send_all()
    assert texts(officer, NotificationKind.OVERDUE) == []


def test_a_worker_can_send_the_digests(officer):
    planned(officer, -1)
    out = StringIO()
    call_command("daily_digest", later=True, stdout=out)
    assert "后台" in out.getvalue()
    assert len(texts(officer)) == 1


def test_what_a_user_costs_does_not_grow_with_his_projects(officer):
    def cost(rows):
        for _ in range(rows):
            planned(officer, -9)
        with CaptureQueriesContext(connection) as queries:
            digests.lines_of(officer, clock.today())
        return len(queries)

    assert cost(1) == cost(4)


def test_operation_needs_no_next_step(officer, team):
    make.project(team=team, officer=officer, stage=Stage.OPERATION)
    assert digests.lines_of(officer, clock.today()) == []
