"""An import proves what it wrote before it is kept; one that breaks the ledger's word leaves
nothing."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm import integrity, ledgers
from crm.actions.pipeline import progress
from crm.errors import Refused
from crm.models import AuditEntry, Company, ImportBatch, Project
from crm.spreadsheets.commit import import_file
from tests import make
from tests.crm.integrity.conftest import damaged

pytestmark = pytest.mark.django_db
PROJECTS = ledgers.get("projects")


def table(count: int) -> bytes:
    lines = [f"表格项目{number},签约,2023-05-0{number % 9 + 1}" for number in range(count)]
    return "\n".join(["项目名称,阶段,签约时间", *lines]).encode()


@pytest.fixture
def careless(monkeypatch):
    """A verb that writes another day than its moves say."""
    wrong = (date(2023, 1, 1), date(2023, 1, 1))
    monkeypatch.setattr(progress, "opened", lambda stage, entered: wrong)


def test_an_import_that_breaks_the_ledgers_word_is_refused_as_a_whole(statistician, careless):
    before = AuditEntry.objects.count()
    with pytest.raises(Refused) as refused:
        import_file(table(3), "a.csv", PROJECTS, by=statistician)
    assert refused.value.code == "ledger_broken"
    assert "整个文件没有导入" in refused.value.reason
    assert "“表格项目0”：记作 2023-01-01，应为 2023-05-01" in refused.value.reason
    assert not Project.objects.exists()
    assert not ImportBatch.objects.exists()
    assert AuditEntry.objects.count() == before


def test_a_dry_run_writes_nothing_that_could_be_broken(statistician, careless):
    plan = import_file(table(3), "a.csv", PROJECTS, by=statistician, dry_run=True)
    assert plan.counts["new"] == 3


def test_what_is_broken_elsewhere_does_not_hold_up_an_import(statistician):
    other = make.project()
    with damaged() as sql:
        sql("UPDATE crm_project SET stage = 'trial' WHERE id = %s", other.pk)
        assert integrity.verify() != []
        plan = import_file(table(3), "a.csv", PROJECTS, by=statistician)
        assert plan.counts["new"] == 3


def test_an_import_is_proved_by_as_many_questions_whatever_its_size(statistician):
    def asked(count: int) -> int:
        plan = import_file(table(count), "a.csv", PROJECTS, by=statistician)
        with CaptureQueriesContext(connection) as queries:
            assert integrity.verify(plan.batch) == []
        return len(queries)

    few = asked(2)
    assert asked(30) == few
    companies = import_file(
        "企业名称\n绿溪食品有限公司\n".encode(), "b.csv", ledgers.get("companies"), by=statistician
    )
    assert Company.objects.count() == 1
    with CaptureQueriesContext(connection) as queries:
        assert integrity.verify(companies.batch) == []
    # A register has no history: nothing of projects is asked.
    assert len(queries) < few / 2
