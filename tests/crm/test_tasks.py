"""The queue and its worker: done once, after the commit, whatever happens to the worker."""

from datetime import timedelta

import pytest
from django.conf import settings as config
from django.core.management import CommandError, call_command
from django.db import OperationalError, transaction
from django.utils import timezone
from django_tasks_db.management.commands import db_worker as package
from django_tasks_db.models import DBTaskResult

from crm import tasks
from crm.actions import rows
from crm.management.commands.db_worker import give_up
from crm.models import Industry
from tests import make
from tools import run

pytestmark = pytest.mark.django_db
QUEUED = config.TASKS | {"worker": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


@tasks.later()
def name_an_industry(name: str) -> None:
    rows.register(Industry, {"name": name}, by=make.maker())


@tasks.later()
def fail() -> None:
    raise ValueError("broken on purpose")


@pytest.fixture
def queue(settings):
    """The database queue, as it is outside the tests."""
    settings.TASKS = QUEUED


def work(monkeypatch, **options):
    """A worker that empties the queue and ends; the test's process keeps its signals, and its
    connection, which a worker would close in the middle of the test's transaction."""
    monkeypatch.setattr(package.Worker, "configure_signals", lambda self: None)
    monkeypatch.setattr(package, "close_old_connections", lambda: None)
    call_command("db_worker", batch=True, startup_delay=False, worker_id="one", **options)


def test_work_waits_for_the_worker_and_is_done_once(queue, monkeypatch):
    name_an_industry.enqueue("储能")
    assert not Industry.objects.filter(name="储能").exists()
    work(monkeypatch)
    work(monkeypatch)
    assert Industry.objects.filter(name="储能").count() == 1
    assert DBTaskResult.objects.get().status == "SUCCESSFUL"


def test_work_asked_for_by_a_transaction_that_failed_is_not_queued(queue):
    with transaction.atomic():
        name_an_industry.enqueue("储能")
        transaction.set_rollback(True)
    assert not DBTaskResult.objects.exists()


def test_a_task_that_fails_is_kept_as_failed_and_the_next_one_is_done(queue, monkeypatch):
    fail.enqueue()
    name_an_industry.enqueue("储能")
    work(monkeypatch)
    assert [row.status for row in DBTaskResult.objects.order_by("enqueued_at")] == [
        "FAILED",
        "SUCCESSFUL",
    ]


def test_the_worker_outlives_a_database_that_is_locked_for_long(queue, monkeypatch):
    attempts = []
    loop = package.Worker.run

    def locked_at_first(self):
        attempts.append(self.worker_id)
        if len(attempts) == 1:
            raise OperationalError("database is locked")
        loop(self)

    monkeypatch.setattr(package.Worker, "run", locked_at_first)
    name_an_industry.enqueue("储能")
    work(monkeypatch)
    assert attempts == ["one", "one"]
    assert Industry.objects.filter(name="储能").exists()


def test_another_failure_of_the_database_stops_the_worker(queue, monkeypatch):
    def broken(self):
        raise OperationalError("no such table")

    monkeypatch.setattr(package.Worker, "run", broken)
    with pytest.raises(OperationalError, match="no such table"):
        work(monkeypatch)


def test_what_a_killed_worker_left_is_marked_failed_by_its_successor(queue):
    name_an_industry.enqueue("储能")
    left = DBTaskResult.objects.get()
    left.claim("one")
    give_up("another")
    left.refresh_from_db()
    assert left.status == "RUNNING"
    give_up("one")
    left.refresh_from_db()
    assert (left.status, "Stopped" in left.exception_class_path) == ("FAILED", True)


def test_work_nobody_takes_up_is_noticed(queue):
    name_an_industry.enqueue("储能")
    assert not tasks.is_unattended()
    DBTaskResult.objects.update(enqueued_at=timezone.now() - timedelta(minutes=1))
    assert tasks.is_unattended()
    DBTaskResult.objects.get().claim("one")
    assert not tasks.is_unattended()


def test_without_a_queue_in_the_database_there_is_nothing_to_work_for():
    with pytest.raises(CommandError, match="not a database backend"):
        call_command("db_worker", "--batch")


def test_the_product_is_a_web_server_and_a_worker():
    web, worker = run.processes(8000)
    assert "gunicorn" in web
    assert "db_worker" in worker
