"""A dry run on SQLite keeps nobody waiting: it works on a copy, and finds what the import finds."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections

from crm import ledgers
from crm.models import AuditEntry, ImportBatch, Project
from crm.spreadsheets import commit, intake
from crm.spreadsheets.commit import import_file
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]
FILE = "项目名称,地点\n甲,北\n乙,南\n".encode()


def take(by, **more):
    return import_file(FILE, "a.csv", ledgers.get("projects"), by=by, **more)


def write_meanwhile(by, monkeypatch):
    """Somebody else registers a project while rows are being tried."""
    run = intake.Intake.run
    made = []

    def register():
        try:
            made.append(make.project("别人此刻登记的"))
        finally:
            connection.close()

    def both(self, progress):
        run(self, progress)
        with ThreadPoolExecutor(1) as other:
            other.submit(register).result(timeout=30)

    monkeypatch.setattr(intake.Intake, "run", both)
    return made


def test_others_write_while_a_table_is_tried(statistician, monkeypatch):
    make.maker()
    made = write_meanwhile(statistician, monkeypatch)
    plan = take(statistician, dry_run=True)
    assert plan.new == 2
    assert [row.name for row in Project.objects.all()] == [row.name for row in made]
    assert not ImportBatch.objects.exists()


def test_in_the_database_itself_they_would_wait(statistician, monkeypatch):
    own = connections.settings["default"]  # own_database puts it back
    impatient = {**own.get("OPTIONS", {}), "timeout": 1}
    connections.settings["default"] = own | {"OPTIONS": impatient}
    make.maker()
    monkeypatch.setattr(commit, "_where", lambda dry_run: commit.nullcontext())
    write_meanwhile(statistician, monkeypatch)
    with pytest.raises(Exception, match=r"locked|稍候|正在"):
        take(statistician, dry_run=True)


def test_a_trial_promises_what_the_import_does_and_leaves_nothing(statistician):
    make.project("甲", location="北")
    before = AuditEntry.objects.count()
    promised = take(statistician, dry_run=True)
    assert AuditEntry.objects.count() == before
    assert promised.as_json() == take(statistician).as_json()
    assert Project.objects.filter(name="乙").count() == 1
