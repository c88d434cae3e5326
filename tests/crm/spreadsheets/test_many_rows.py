"""A file of many rows is written in fewer, larger steps: the outcome is that of a small one."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm import integrity, ledgers
from crm.actions import imports
from crm.models import AuditEntry, Company, Project, StageMove
from crm.models.states import ProjectState
from crm.spreadsheets import intake
from crm.spreadsheets.commit import import_file
from crm.stages import Stage
from tests import make
from tests.crm.spreadsheets.books import xlsx
from tests.needs import examples

pytestmark = pytest.mark.django_db
HEADINGS = ["项目名称", "投资额（万元）", "地点", "阶段", "签约日期"]
MIXED = [
    HEADINGS,
    ["老项目", 300, "北", None, None],
    ["新项目", 100, "北", "签约", "2023-03-05"],
    ["新项目", 100, "北", "签约", "2023-03-05"],  # the same again
    ["新 项 目", 200, "北", "签约", "2023-03-05"],  # and with another amount
    ["新项目", 100, "南", "签约", "2023-03-06"],  # another place: another project
    ["倒序项目", 100, "北", "洽谈", "2023-03-05"],  # refused by its verb
    ["前期项目", 1, "北", "前期", None],  # refused by its cells
    ["最后项目", 1, None, None, None],
]


def outcome(data, by, key="projects", **more):
    plan = import_file(data, "a.xlsx", ledgers.get(key), by=by, **more)
    return plan, (plan.as_json(), [(one.row, one.reason) for one in plan.conflicts])


def test_many_rows_come_out_like_few(statistician, monkeypatch):
    make.project("老项目", location="北")
    _, few = outcome(xlsx(MIXED), statistician, dry_run=True)
    monkeypatch.setattr(intake, "MANY", 1)
    before = AuditEntry.objects.count()
    plan, many = outcome(xlsx(MIXED), statistician)
    assert many == few
    assert plan.counts == {"new": 3, "changed": 1, "same": 0, "duplicate": 2, "refused": 2}
    moves = StageMove.objects.order_by("project_id", "place")
    assert [(move.project.name, move.project.location, move.to_stage) for move in moves] == [
        ("老项目", "北", "lead"), ("新项目", "北", "signed"), ("新项目", "南", "signed"),
        ("最后项目", "", "lead"),
    ]  # fmt: skip
    told = AuditEntry.objects.order_by("pk").values_list("verb", "object_text")[before:]
    assert sorted(text for verb, text in told if verb in ("change", "import", "register")) == [
        "a.xlsx（projects）", "新项目", "新项目", "最后项目", "老项目",
    ]  # fmt: skip
    assert plan.batch.entries.count() == len(told) - 1  # all but the one of the batch itself
    imports.revert_import(plan.batch, by=statistician)
    assert [project.name for project in Project.objects.all()] == ["老项目"]


def dump():
    """What is on record, in its order, without the numbers that a database gives."""
    told = AuditEntry.objects.order_by("pk").values_list("verb", "object_type", "object_text")
    moves = StageMove.objects.order_by("pk").values_list("project__name", "to_stage", "place")
    states = ProjectState.objects.order_by("pk").values_list("row__name", "planned_investment")
    amounts = Project.objects.order_by("pk").values_list("name", "location", "planned_investment")
    return [list(rows) for rows in (told, moves, states, amounts)]


@given(rows=st.lists(st.sampled_from(MIXED[1:]), min_size=1, max_size=9))
@settings(
    max_examples=examples(12),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_whatever_rows_come_in_whatever_order_many_are_written_like_few(
    rows, statistician, monkeypatch
):
    found = []
    for many in (1, 10_000):
        monkeypatch.setattr(intake, "MANY", many)
        with transaction.atomic():
            make.project("老项目", location="北")
            _, said = outcome(xlsx([HEADINGS, *rows]), statistician)
            found.append((said, dump(), integrity.verify()))
            transaction.set_rollback(True)
    assert found[0] == found[1]
    assert found[0][2] == []


def test_a_refused_row_leaves_neither_moves_nor_a_record(statistician):
    before = AuditEntry.objects.count()
    rows = [HEADINGS, ["甲", 1, "长" * 300, "签约", "2023-03-05"], ["乙", 1, None, None, None]]
    plan, _ = outcome(xlsx(rows), statistician)
    assert (plan.new, len(plan.refused)) == (1, 1)
    assert set(StageMove.objects.values_list("project__name", flat=True)) == {"乙"}
    told = AuditEntry.objects.order_by("pk").values_list("verb", "object_text")[before:]
    assert [verb for verb, _ in told] == ["import", "register", "open"]


def test_a_row_that_changes_one_of_its_own_file_reads_its_moves(statistician, monkeypatch):
    """The moves of the first row are on record before the second is held against them."""
    monkeypatch.setattr(intake, "MANY", 1)
    rows = [HEADINGS, ["甲", 1, None, "签约", "2023-03-05"], ["甲", 1, None, "签约", "2023-03-06"]]
    plan, _ = outcome(xlsx(rows), statistician)
    assert plan.conflicts[0].reason == "与第 2 行是同一条，未导入；不同的有：签约日期。"


def test_what_is_only_once_in_the_ledger_is_named_where_it_is_repeated(statistician):
    code = make.credit_code()
    make.company("甲有限公司", credit_code=code)
    with pytest.raises(Exception, match="统一社会信用代码") as refused:
        make.company("乙有限公司", credit_code=code)
    assert "credit_code" in refused.value.fields
    assert Company.objects.count() == 1


# Its savepoint and the release of it, the row, each of its moves; the record, what reports read
# back and the search index are written for many rows at once.
@pytest.mark.parametrize(("key", "most"), [("projects", 2 + 1 + 2), ("companies", 2 + 1)])
def test_a_new_row_of_a_large_file_asks_a_fixed_few_questions(key, most, statistician):
    def rows(start: int, count: int) -> bytes:
        numbers = range(start, start + count)
        if key == "companies":
            return xlsx([["企业名称"], *([f"企业{i}"] for i in numbers)])
        told = [1, "北", "开工建设", "2023-03-05", "2023-04-06"]
        return xlsx([[*HEADINGS, "开工日期"], *([f"项目{i}", *told] for i in numbers)])

    def asked(start: int, count: int) -> int:
        data = rows(start, count)
        with CaptureQueriesContext(connection) as queries:
            plan, _ = outcome(data, statistician, key)
        assert plan.new == count
        return len(queries)

    few = asked(0, 210)
    assert asked(1000, 310) - few <= 100 * most + 10
    moves = StageMove.objects.filter(to_stage__in=(Stage.SIGNED, Stage.CONSTRUCTION)).count()
    assert moves == (2 * 520 if key == "projects" else 0)
