"""What a row of a file wrote stands or falls with that row alone, whatever befalls its neighbours.

The files are our own trial inputs: in each, a row is refused after others were accepted or changed.
Each is taken as a small file and as a large one, whose new rows are written in fewer steps.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from crm import clock, integrity, ledgers
from crm.actions import imports
from crm.errors import Refused
from crm.models import Agreement, AuditEntry, Company, Contact, Project, StageMove
from crm.models.states import ProjectState
from crm.spreadsheets import intake
from crm.spreadsheets.commit import import_file
from crm.stages import Stage
from tests import make

pytestmark = pytest.mark.django_db
CASES = Path(__file__).parents[2] / "data" / "cases"
KNOWN = "县粮油精制加工项目"


@pytest.fixture(autouse=True, params=[1, 10_000], ids=["large", "small"])
def _size(request, monkeypatch):
    monkeypatch.setattr(intake, "MANY", request.param)


@pytest.fixture(autouse=True)
def _september():
    with clock.playing(date(2023, 9, 1)):
        yield


def taken(name, by):
    return import_file(CASES / name, name, ledgers.get("projects"), by=by)


def entries(project):
    told = AuditEntry.objects.filter(object_type="crm.project", object_id=project.pk)
    return [entry.verb for entry in told.order_by("pk")]


def test_rows_before_a_refused_one_keep_their_moves_and_their_record(statistician):
    plan = taken("01_refused_after_accepted.csv", statistician)
    assert (plan.new, [one.row for one in plan.refused]) == (2, [3])
    for name, month in (("甲山泵阀项目", 3), ("丙田家纺项目", 4)):
        project = Project.objects.get(name=name)
        move = StageMove.objects.get(project=project, to_stage="signed")
        assert (move.occurred_on, move.occurred_until.month) == (date(2023, month, 1), month)
        assert entries(project) == ["register"]
    again = taken("01_refused_after_accepted.csv", statistician)
    assert (again.same, again.new, len(again.refused)) == (2, 0, 1)
    imports.revert_import(plan.batch, by=statistician)
    assert not Project.objects.exists()


def test_one_refused_row_of_250_takes_nothing_from_the_others(statistician):
    known = make.project(
        KNOWN, stage=Stage.CONSTRUCTION, entered={Stage.CONSTRUCTION: date(2023, 5, 1)}
    )
    plan = taken("02_big_one_refused.csv", statistician)
    assert (plan.new, len(plan.refused)) == (250, 1)
    made = Project.objects.exclude(pk=known.pk)
    assert StageMove.objects.filter(project__in=made, to_stage="signed").count() == 250
    told = AuditEntry.objects.filter(object_type="crm.project", verb="register")
    assert told.filter(object_id__in=made).count() == 250
    imports.revert_import(plan.batch, by=statistician)
    assert not made.exists()


def test_a_refused_row_leaves_no_trace_of_its_change(statistician):
    known = make.project(
        KNOWN,
        stage=Stage.CONSTRUCTION,
        entered={Stage.CONSTRUCTION: date(2023, 5, 1)},
        planned_investment=Decimal(110_000_000),
    )
    before = entries(known)
    plan = taken("03_refused_after_change.csv", statistician)
    assert (plan.new, len(plan.refused)) == (1, 1)
    assert entries(known) == before
    known.refresh_from_db()
    assert known.planned_investment == 110_000_000
    assert StageMove.objects.filter(project__name="甲山泵阀项目").count() == 1


def test_what_a_verb_had_written_when_it_refused_the_row_is_not_kept(statistician):
    ledger = ledgers.get("projects")

    def enter(values, *, by):
        made = ledger.import_new(values, by=by)
        if made.name == "乙田家纺项目":
            raise Refused("还缺一样。")
        return made

    lines = ["项目名称,阶段,签约时间,协议投资额（万元）"]
    lines += [
        f"{name},签约,2023-03-01,500" for name in ("甲山泵阀项目", "乙田家纺项目", "丙河面料项目")
    ]
    asked = replace(ledger, import_new_verb=enter)
    plan = import_file("\n".join(lines).encode(), "a.csv", asked, by=statistician)
    assert (plan.new, [one.row for one in plan.refused]) == (2, [3])
    kept = {"甲山泵阀项目", "丙河面料项目"}
    assert set(Project._base_manager.values_list("name", flat=True)) == kept
    for facts in (StageMove, Agreement):
        assert set(facts.objects.values_list("project__name", flat=True)) == kept
    assert set(ProjectState.objects.values_list("row__name", flat=True)) == kept
    assert integrity.verify() == []
    assert not plan.batch.entries.filter(object_text__contains="乙田家纺项目").exists()


def test_what_the_table_alone_refuses_is_told_at_its_field(statistician):
    """The row's keys are nobody's; the code it is entered with is another company's."""
    code = make.credit_code()
    make.company("旧企业", credit_code=code)
    ledger = ledgers.get("companies")

    def enter(values, *, by):
        wrong = {"credit_code": code} if values["name"] == "乙企业" else {}
        return ledger.import_new({**values, **wrong}, by=by)

    asked = replace(ledger, import_new_verb=enter)
    plan = import_file(
        "企业名称\n甲企业\n乙企业\n丙企业\n".encode(), "a.csv", asked, by=statistician
    )
    assert (plan.new, [one.row for one in plan.refused]) == (2, [3])
    assert "这个统一社会信用代码已登记过" in plan.refused[0].reason
    assert set(Company.objects.values_list("name", flat=True)) == {"旧企业", "甲企业", "丙企业"}
    told = plan.batch.entries.filter(object_type="crm.company").order_by("pk")
    assert [entry.object_text for entry in told] == ["甲企业", "丙企业"]


def test_a_person_entered_with_a_row_opens(statistician):
    """A person's key is written before the person, by whatever steps the file is."""
    ledger = ledgers.get("projects")

    def enter(values, *, by):
        made = ledger.import_new(values, by=by)
        told = {"name": "王小明", "phone": "13900001111", "project": made}
        ledgers.get("contacts").import_new(told, by=by)
        return made

    asked = replace(ledger, import_new_verb=enter)
    plan = import_file("项目名称\n甲山泵阀项目\n".encode(), "a.csv", asked, by=statistician)
    assert plan.new == 1
    assert Contact.objects.get().name == "王小明"


def test_the_record_keeps_the_order_of_the_file(statistician):
    make.project("老项目", planned_investment=Decimal(10_000))
    lines = ["项目名称,投资额（万元）", "甲项目,1", "老项目,2", "乙项目,3"]
    plan = import_file("\n".join(lines).encode(), "a.csv", ledgers.get("projects"), by=statistician)
    assert (plan.new, plan.counts["changed"]) == (2, 1)
    of_projects = plan.batch.entries.filter(object_type="crm.project").order_by("pk")
    assert [(one.verb, one.object_text) for one in of_projects] == [
        ("register", "甲项目"), ("change", "老项目"), ("register", "乙项目"),
    ]  # fmt: skip
    assert integrity.verify() == []
