"""Periodic work: taken up once at its time, made up for when nobody was there, and told when it
fails. Times are the machine's: no demo date holds it up."""

from __future__ import annotations

import io
import subprocess
import sys
import threading
import time
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.core import management
from django.core.management import CommandError
from django.db import connection, connections
from django_tasks_db.models import DBTaskResult

from crm import clock, periodic, tasks
from crm.actions.system import periodic as periodic_work
from crm.management.commands.db_worker import give_up
from crm.models import Notification, NotificationKind, PeriodicWork
from crm.periodic import WORKDAYS, Work, daily, every
from tests import make, template_databases
from tests.crm.test_tasks import QUEUED, work

pytestmark = pytest.mark.django_db
CHINA = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


@pytest.mark.parametrize(
    ("times", "now", "newest"),
    [
        (daily("02:30"), "2026-03-04 02:29", "2026-03-03 02:30"),
        (daily("02:30"), "2026-03-04 02:30", "2026-03-04 02:30"),
        (daily("02:30"), "2026-03-01 00:10", "2026-02-28 02:30"),
        # A Saturday, a Monday before the time.
        (daily("07:40", WORKDAYS), "2026-03-07 12:00", "2026-03-06 07:40"),
        (daily("07:40", WORKDAYS), "2026-03-09 07:39", "2026-03-06 07:40"),
        (daily("07:40", WORKDAYS), "2026-03-09 07:40", "2026-03-09 07:40"),
        (every(minutes=5), "2026-03-04 00:00", "2026-03-04 00:00"),
        (every(minutes=5), "2026-03-04 13:59", "2026-03-04 13:55"),
    ],
)
def test_the_newest_set_time_is_the_last_one_that_has_come(times, now, newest):
    assert times(at(now)) == at(newest)


@pytest.fixture
def machine(monkeypatch):
    """Sets the machine's clock."""

    def put(text: str) -> None:
        monkeypatch.setattr(clock, "machine", lambda: at(text))

    put("2026-03-04 12:00")
    return put


@pytest.fixture
def nightly(settings, monkeypatch):
    """One work, every night; what it does is kept in the list given back."""
    settings.TASKS = QUEUED
    done: list[datetime] = []
    one = Work("check", "自查", daily("02:30"), ("check",))
    monkeypatch.setattr(periodic, "_ALL", (one,))
    monkeypatch.setattr(
        periodic_work, "call_command", lambda *command, **_: done.append(clock.machine())
    )
    return done


def test_work_is_done_once_at_its_time_by_the_worker(nightly, machine, monkeypatch):
    work(monkeypatch)
    assert nightly == []  # installed at noon: the first time is this night
    machine("2026-03-05 02:29")
    work(monkeypatch)
    assert nightly == []
    machine("2026-03-05 02:31")
    work(monkeypatch)
    work(monkeypatch)
    assert nightly == [at("2026-03-05 02:31")]
    done = PeriodicWork.objects.get(name="check")
    assert (done.due_at, done.is_done) == (at("2026-03-05 02:30"), True)
    assert done.started_at <= done.finished_at


def test_missed_nights_are_made_up_for_once(nightly, machine, monkeypatch):
    work(monkeypatch)
    machine("2026-03-08 09:00")
    work(monkeypatch)
    machine("2026-03-08 23:00")
    work(monkeypatch)
    assert nightly == [at("2026-03-08 09:00")]


def test_of_two_workers_one_takes_it_up(nightly, machine):
    tasks.queue_what_is_due()
    machine("2026-03-05 03:00")
    tasks.queue_what_is_due()
    tasks.queue_what_is_due()
    assert DBTaskResult.objects.count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_many_workers_at_the_same_moment_one_takes_it_up(nightly, machine):
    tasks.queue_what_is_due()
    machine("2026-03-05 03:00")
    begin = threading.Barrier(6)

    def look() -> None:
        begin.wait()
        tasks.queue_what_is_due()
        connections.close_all()

    lookers = [threading.Thread(target=look) for _ in range(6)]
    for one in lookers:
        one.start()
    for one in lookers:
        one.join()
    assert DBTaskResult.objects.count() == 1


def test_looking_writes_nothing_while_nothing_is_due(nightly, machine, django_assert_num_queries):
    tasks.queue_what_is_due()
    with django_assert_num_queries(1):
        tasks.queue_what_is_due()


def fails(monkeypatch, error: Exception) -> None:
    def broken(*command, **_):
        raise error

    monkeypatch.setattr(periodic_work, "call_command", broken)


def test_a_failure_is_kept_logged_and_told_to_who_runs_the_machine(
    nightly, machine, monkeypatch, sysadmin, statistician, caplog
):
    fails(monkeypatch, CommandError("台账自查：2 项不成立，涉及 3 条记录。"))
    work(monkeypatch)
    machine("2026-03-05 02:31")
    work(monkeypatch)
    kept = PeriodicWork.objects.get(name="check")
    assert (kept.is_done, kept.said) == (False, "台账自查：2 项不成立，涉及 3 条记录。")
    told = Notification.objects.get(kind=NotificationKind.SYSTEM)
    assert told.user == sysadmin
    assert told.text == (
        "定期工作“自查”（manage.py check）没有办成：台账自查：2 项不成立，涉及 3 条记录。"
    )
    assert "Periodic work check failed" in caplog.text
    assert DBTaskResult.objects.get().status == "FAILED"
    machine("2026-03-06 02:31")
    work(monkeypatch)
    assert DBTaskResult.objects.count() == 2  # it is tried again the next night


def test_an_error_that_may_hold_a_rows_values_is_told_without_them(
    nightly, machine, monkeypatch, sysadmin
):
    fails(monkeypatch, ValueError("江苏佳禧集团"))
    work(monkeypatch)
    machine("2026-03-05 02:31")
    work(monkeypatch)
    assert "佳禧" not in Notification.objects.get().text + PeriodicWork.objects.get().said


def test_what_fails_every_few_minutes_is_told_once_a_day(nightly, machine, monkeypatch, sysadmin):
    often = Work("sync", "同步", every(minutes=5), ("sync",))
    monkeypatch.setattr(periodic, "_ALL", (often,))
    fails(monkeypatch, CommandError("没有应答。"))
    for now in ("2026-03-05 10:00", "2026-03-05 10:06", "2026-03-05 10:12", "2026-03-06 09:00"):
        machine(now)
        work(monkeypatch)
    assert DBTaskResult.objects.count() == 3
    assert Notification.objects.count() == 2


def test_work_broken_off_with_its_worker_is_kept_as_failed(nightly, machine, sysadmin):
    tasks.queue_what_is_due()
    machine("2026-03-05 02:31")
    tasks.queue_what_is_due()
    DBTaskResult.objects.get().claim("one")
    periodic_work._keep(periodic.get("check"), started_at=clock.machine())
    give_up("one")
    kept = PeriodicWork.objects.get(name="check")
    assert (kept.is_done, kept.said) == (False, periodic_work.BROKEN_OFF)
    assert Notification.objects.filter(user=sysadmin).count() == 1


def listed() -> tuple[bool, str]:
    """Whether `manage.py periodic_work` ends with 0, and what it wrote."""
    out = io.StringIO()
    try:
        management.call_command("periodic_work", stdout=out)
    except CommandError as error:
        return False, out.getvalue() + str(error)
    return True, out.getvalue()


def test_how_the_last_times_went_is_listed(nightly, machine, monkeypatch):
    assert listed() == (True, "check  自查：还没有后台进程运行过\n")
    work(monkeypatch)
    assert listed() == (True, "check  自查：2026-03-04 12:00 起等待下一次\n")
    machine("2026-03-05 02:31")
    work(monkeypatch)
    assert listed() == (True, "check  自查：2026-03-05 02:31 办完\n")
    machine("2026-03-06 02:31")
    fails(monkeypatch, CommandError("没有应答。"))
    work(monkeypatch)
    assert listed() == (
        False, "check  自查：2026-03-06 02:31 没有办成：没有应答。\n最近一次没有办成：自查。",
    )  # fmt: skip


def test_each_work_is_a_command_that_there_is(settings):
    settings.ELASTICSEARCH_URL = "http://localhost:9200"
    known = management.get_commands()
    assert {work.command[0] for work in periodic.works()} <= set(known)


@pytest.mark.parametrize("one", [w for w in periodic._ALL if not w.needs], ids=lambda w: w.name)
def test_each_work_is_carried_out(one, settings):
    settings.TASKS = QUEUED
    PeriodicWork.objects.create(name=one.name, due_at=clock.machine())
    periodic_work.carry_out(one)
    assert PeriodicWork.objects.get().is_done


def test_without_elasticsearch_nothing_is_sent_to_it(settings):
    assert "search_sync" not in {work.name for work in periodic.works()}
    settings.ELASTICSEARCH_URL = "http://localhost:9200"
    assert "search_sync" in {work.name for work in periodic.works()}


def test_the_nights_finding_is_told_to_statisticians_by_name_and_to_sysadmins_by_number(
    settings, sysadmin, statistician
):
    settings.TASKS = QUEUED
    project = make.project("印染项目")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE crm_project SET stage = 'trial' WHERE id = %s", [project.pk])
    verify = periodic.get("ledger_verify")
    PeriodicWork.objects.create(name=verify.name, due_at=clock.machine())
    with pytest.raises(CommandError):
        periodic_work.carry_out(verify)
    told = {one.user: one.text for one in Notification.objects.filter(kind="system")}
    assert "印染项目" in told[statistician]
    assert "印染" not in told[sysadmin]
    assert "1 项不成立，涉及 1 条记录" in told[sysadmin]


@pytest.mark.sqlite
@pytest.mark.rehearsal
def test_a_worker_of_the_product_makes_up_for_a_missed_night(tmp_path):
    """The real worker in a process of its own, on a ledger whose last night was days ago."""
    path = str(tmp_path / "ledger.sqlite3")
    env = template_databases.environment(template_databases.copy(template_databases.EMPTY, path))
    shell = "from crm.models import PeriodicWork; from django.utils import timezone\n"
    begun = (
        "from datetime import timedelta\n"
        "PeriodicWork.objects.create(name='ledger_verify', due_at=timezone.now() - timedelta(3))"
    )
    template_databases.manage(env, "shell", "-c", shell + begun)
    worker = subprocess.Popen(
        [sys.executable, "manage.py", "db_worker"], cwd=template_databases.ROOT, env=env
    )
    asked = "print(PeriodicWork.objects.filter(name='ledger_verify', is_done=True).count())"
    try:
        last = time.monotonic() + 90
        while time.monotonic() < last:
            if template_databases.manage(env, "shell", "-c", shell + asked).split()[-1] == "1":
                return
            time.sleep(1)
        raise AssertionError("the missed night was not made up for")
    finally:
        worker.terminate()
        worker.wait(timeout=30)
