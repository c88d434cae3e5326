"""The same project through two doors at the same moment: desk, API and file."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import transaction
from django.test import Client

from crm import ledgers
from crm.access import Role
from crm.actions import _lock, hints
from crm.models import Company, Project
from crm.spreadsheets import commit
from tests import make

pytestmark = pytest.mark.django_db
NAME = "佳禧面料项目"


def person(role=Role.OFFICER):
    return make.user(role, team=make.team())


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def by_form(user, key="projects", **values):
    client = signed_in(user)
    data = {"name": NAME, **({"currency": "CNY"} if key == "projects" else {}), **values}
    return lambda: client.post(f"/desk/{key}/new/", data).status_code


def by_api(user, key="projects", **values):
    client = signed_in(user)
    data = json.dumps({"name": NAME, **values})
    return lambda: client.post(f"/api/{key}/", data, content_type="application/json").status_code


def by_file(user, key="projects", heading="项目名称"):
    ledger = ledgers.get(key)
    data = f"{heading}\n{NAME}\n".encode()

    def run():
        plan = commit.import_file(data, "表.csv", ledger, by=user)
        return 201 if plan.new else 409

    return run


WRITTEN = (201, 302)
DOORS = [
    (by_form, by_form),
    (by_form, by_api),
    (by_api, by_api),
    (by_form, by_file),
    (by_api, by_file),
    # An import is one transaction, and so the one writer that SQLite has, lock or not.
    pytest.param((by_file, by_file), marks=pytest.mark.postgres, id="by_file by_file"),
]


def written(answers) -> int:
    """How many wrote a row; the others were asked, or their row was refused."""
    assert all(answer in (*WRITTEN, 409) for answer in answers), answers
    return sum(answer in WRITTEN for answer in answers)


def named(doors):
    return " ".join(door.__name__ for door in doors)


def calls_of(doors):
    return [door(person(Role.TEAMLEAD if door is by_file else Role.OFFICER)) for door in doors]


@pytest.mark.parametrize("doors", DOORS, ids=named)
def test_of_one_project_through_two_doors_one_is_written(at_once, meeting, doors):
    calls = calls_of(doors)
    meeting(hints, "_project_claims")
    assert written(at_once(*calls)) == 1
    assert Project.objects.count() == 1


@pytest.mark.usefixtures("unlocked")
@pytest.mark.parametrize("doors", DOORS, ids=named)
def test_without_the_lock_both_are_written(at_once, meeting, doors):
    calls = calls_of(doors)
    meeting(hints, "_project_claims")
    assert written(at_once(*calls)) == Project.objects.count() == 2


@pytest.mark.parametrize("doors", [(by_form, by_form), (by_form, by_api)])
def test_of_one_company_through_two_doors_one_is_written(at_once, meeting, doors):
    calls = [door(person(), "companies") for door in doors]
    meeting(hints, "_looked_up")
    assert written(at_once(*calls)) == 1
    assert Company.objects.count() == 1


@pytest.mark.postgres
def test_who_waits_too_long_for_an_import_is_told_so_and_loses_nothing(monkeypatch):
    """On SQLite every writer waits so: the import is the one writer."""
    monkeypatch.setattr(_lock, "PATIENCE", 1)
    client, values = signed_in(person()), {"name": NAME, "currency": "CNY", "location": "北片区"}
    with transaction.atomic(), _lock.alone("project"), ThreadPoolExecutor(1) as other:
        answer = other.submit(client.post, "/desk/projects/new/", values).result()
    assert answer.status_code == 400
    assert "正在有人导入" in answer.content.decode()
    assert 'value="北片区"' in answer.content.decode()
    assert client.post("/desk/projects/new/", values).status_code == 302


@pytest.mark.postgres
def test_a_dry_run_keeps_nobody_waiting():
    register = by_form(person())
    with (
        transaction.atomic(),
        _lock.alone("project", is_trial=True),
        ThreadPoolExecutor(1) as other,
    ):
        assert other.submit(register).result() == 302
