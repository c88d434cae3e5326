"""Where a row's project stands, and what that makes of its dates and amounts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from crm import ledgers
from crm.dates import When
from crm.errors import Refused
from crm.models import Agreement, AuditEntry, Currency, OriginalText, Project, Said, StageMove
from crm.spreadsheets.commit import import_file
from crm.spreadsheets.mapping import mapping_of
from crm.spreadsheets.money import read_currency
from crm.stages import Stage, Status
from tests import make

pytestmark = pytest.mark.django_db
PROJECTS = ledgers.get("projects")


def taken(text: str, by, **mapping):
    given = mapping_of(mapping, PROJECTS.import_columns)
    return import_file(text.encode(), "a.csv", PROJECTS, by=by, mapping=given)


def project(name: str) -> Project:
    return Project.objects.get(name=name)


def told(plan) -> list[tuple[str, str, str]]:
    return [(one.heading, one.column.name, one.word) for one in plan.questions.all()]


# Several phases in a cell

PHASES = (
    "项目名称,阶段,计划总投资（亿元）,签约时间,开工时间\n"
    "甲,一期投产，二期在建,10,2021年3月,2021年5月\n"
).replace("一期投产，二期在建", '"一期投产，二期在建"')


def test_a_cell_of_several_phases_is_asked_and_taken_as_the_file_says(statistician):
    asked = taken(PHASES, statistician)
    assert [len(asked.refused), asked.new] == [1, 0]
    assert [one["value"] for one in asked.questions.all()[0].as_json()["proposals"]] == [
        "投产", "开工建设"
    ]  # fmt: skip
    assert taken(PHASES, statistician, several_stages="furthest").new == 1
    assert project("甲").stage == Stage.OPERATION


def test_each_phase_becomes_a_project_of_its_own_and_the_row_is_one_new_row(statistician):
    plan = taken(PHASES, statistician, several_stages="split")
    assert plan.counts == {"new": 1, "changed": 0, "same": 0, "duplicate": 0, "refused": 0}
    first, second = project("甲（一期）"), project("甲（二期）")
    assert [first.stage, second.stage] == [Stage.OPERATION, Stage.CONSTRUCTION]
    for one in (first, second):
        signed = StageMove.objects.standing().get(project=one, to_stage=Stage.SIGNED)
        assert signed.occurred == When.month(2021, 3)
    again = taken(PHASES, statistician, several_stages="split")
    assert [again.same, again.new, Project.objects.count()] == [1, 0, 2]


def test_phases_the_ledger_has_are_changed_in_a_large_file_as_in_a_small_one(
    statistician, monkeypatch
):
    monkeypatch.setattr("crm.spreadsheets.intake.MANY", 1)
    taken(PHASES, statistician, several_stages="split")
    moved = PHASES.replace("项目名称,", "园区,项目名称,").replace("甲,", "北园,甲,")
    make.park("北园")
    plan = taken(moved, statistician, several_stages="split")
    assert [plan.changed, plan.new, plan.same] == [1, 0, 0]
    assert {one.park.name for one in Project.objects.all()} == {"北园"}


def test_an_amount_of_all_phases_is_counted_for_none_of_them(statistician):
    plan = taken(PHASES, statistician, several_stages="split")
    assert set(Project.objects.values_list("planned_investment", flat=True)) == {None}
    assert not Agreement.objects.exists()
    assert [(one.column, one.text) for one in plan.to_check] == [("计划总投资（亿元）", "10")]
    for one in Project.objects.all():
        kept = OriginalText.objects.about(one).to_check().get()
        assert [kept.field, kept.text] == ["planned_investment", "10"]


def test_a_date_after_the_signing_is_that_of_the_furthest_phase(statistician):
    taken(PHASES, statistician, several_stages="split")
    begun = StageMove.objects.standing().filter(to_stage=Stage.CONSTRUCTION)
    assert {move.project.name: move.occurred for move in begun} == {
        "甲（一期）": When.month(2021, 5), "甲（二期）": None
    }  # fmt: skip


def test_a_phase_that_stands_still_is_stalled_and_the_other_is_not(statistician):
    taken('项目名称,阶段\n甲,"一期投产，二期停工"\n', statistician, several_stages="split")
    assert [project("甲（一期）").status, project("甲（二期）").status] == [
        Status.ACTIVE, Status.STALLED
    ]  # fmt: skip


def test_all_phases_of_a_row_are_taken_or_none(statistician):
    text = '项目名称,阶段,投产时间\n甲,"一期投产，二期试生产",2099-01-01\n'
    plan = taken(text, statistician, several_stages="split")
    assert [plan.new, len(plan.refused), Project.objects.count()] == [0, 1, 0]
    assert not AuditEntry.objects.filter(object_type="crm.project").exists()


def test_a_project_the_ledger_has_whole_is_not_entered_once_more_in_parts(statistician):
    make.project("甲")
    plan = taken(PHASES, statistician, several_stages="split")
    assert "没有分期" in plan.refused[0].reason
    assert Project.objects.count() == 1


def test_stages_without_phases_are_asked_even_so(statistician):
    plan = taken("项目名称,阶段\n甲,开工|签约\n", statistician, several_stages="split")
    assert [len(plan.refused), told(plan)] == [1, [("阶段", "stage", "开工|签约")]]


# Dates that have not come

LATE = "项目名称,阶段,签约时间,开工时间\n甲,签约,2023-03,2023-06\n乙,签约,2023-03,2099-12\n"


def test_a_date_later_than_the_stage_allows_is_asked_once_for_its_column(statistician):
    plan = taken(LATE, statistician)
    assert told(plan) == [("开工时间", "entered_construction", "")]
    question = plan.questions.all()[0]
    assert [question.rows, question.refuses] == [[2, 3], True]
    assert [one.row for one in plan.refused] == [2, 3]


@pytest.mark.parametrize("stage", ["在建", "投产", ""])
def test_a_date_in_the_future_is_asked_whatever_the_stage(statistician, stage):
    text = f"项目名称,阶段,开工时间\n甲,{stage},2099-12\n"
    plan = taken(text, statistician)
    assert [told(plan), plan.new] == [[("开工时间", "entered_construction", "")], 0]
    plan = taken(text, statistician, values={"entered_construction": {"": "计划"}})
    assert [plan.new, project("甲").planned_start] == [1, When.month(2099, 12)]
    moves = StageMove.objects.filter(to_stage=Stage.CONSTRUCTION)
    assert not moves.exclude(occurred_on=None).exists()


def test_answered_as_a_plan_it_becomes_no_move(statistician):
    plan = taken(LATE, statistician, values={"entered_construction": {"": "计划"}})
    assert [plan.new, told(plan), plan.to_check] == [2, [], []]
    assert project("甲").planned_start == When.month(2023, 6)
    assert project("乙").planned_start == When.month(2099, 12)
    assert set(Project.objects.values_list("stage", flat=True)) == {Stage.SIGNED}
    assert not StageMove.objects.filter(to_stage=Stage.CONSTRUCTION).exists()
    assert OriginalText.objects.about(project("甲")).get().text == "2023-06"


def test_left_empty_its_text_stays_and_refused_its_rows_come_back(statistician):
    plan = taken(LATE, statistician, values={"entered_construction": {"": {"refuse": True}}})
    assert [one.row for one in plan.refused] == [2, 3]
    plan = taken(LATE, statistician, values={"entered_construction": {"": None}})
    assert plan.new == 2
    assert OriginalText.objects.about(project("甲")).get().said == Said.UNREAD


def test_a_date_that_has_come_is_a_fact_beside_an_answer_for_its_column(statistician):
    text = "项目名称,阶段,开工时间\n甲,在建,2023-06\n"
    taken(text, statistician, values={"entered_construction": {"": "计划"}})
    move = StageMove.objects.get(project=project("甲"), to_stage=Stage.CONSTRUCTION)
    assert move.occurred == When.month(2023, 6)
    assert project("甲").planned_start is None


def test_a_stage_without_a_plan_of_its_own_keeps_the_text_alone(statistician):
    text = "项目名称,阶段,试生产时间\n甲,在建,2099-06\n"
    taken(text, statistician, values={"entered_trial": {"": "计划"}})
    kept = OriginalText.objects.about(project("甲")).get()
    assert [kept.field, kept.text, kept.said] == ["entered_trial", "2099-06", Said.UNREAD]


def test_an_answer_for_a_column_of_dates_is_a_plan_or_nothing():
    with pytest.raises(Refused, match="整栏的日期"):
        mapping_of({"values": {"entered_signed": {"": "2023"}}}, PROJECTS.import_columns)


# Amounts that are asked


def test_a_range_is_asked_with_both_ends_and_counts_as_the_one_that_was_chosen(statistician):
    text = "项目名称,计划总投资\n甲,2-3亿\n"
    asked = taken(text, statistician)
    offered = [one.value for one in asked.questions.all()[0].proposals]
    assert [offered, asked.new] == [["2亿", "3亿"], 1]
    assert project("甲").planned_investment is None
    taken(text, statistician, values={"planned_investment": {"2-3亿": "2亿"}})
    assert project("甲").planned_investment == Decimal("200000000")
    kept = OriginalText.objects.about(project("甲")).open().get()
    assert [kept.text, kept.said] == ["2-3亿", Said.ABOUT]


def test_the_currency_of_a_column_is_asked_once_and_never_guessed(statistician):
    text = "项目名称,外币金额\n甲,3000000\n乙,500000\n丙,70万欧元\n"
    asked = taken(text, statistician)
    assert told(asked) == [("外币金额", "currency", "")]
    assert [project(name).foreign_amount for name in "甲乙"] == [None, None]
    taken(text, statistician, values={"currency": {"": "美元"}})
    found = {one.name: (one.currency, one.foreign_amount) for one in Project.objects.all()}
    assert found == {
        "甲": ("USD", 3000000), "乙": ("USD", 500000), "丙": ("EUR", 700000)
    }  # fmt: skip


def test_the_currency_of_foreign_amounts_makes_no_yuan_foreign(statistician):
    taken("项目名称,计划总投资（万元）\n甲,300\n", statistician, values={"currency": {"": "美元"}})
    assert [project("甲").currency, project("甲").planned_investment] == ["CNY", Decimal(3000000)]


@pytest.mark.parametrize(("cell", "offered"), [("23.5", "2023年5月"), ("24年6月", "2024年6月")])
def test_a_year_of_two_digits_is_asked(statistician, cell, offered):
    text = f"项目名称,阶段,计划开工时间\n甲,签约,{cell}\n"
    asked = taken(text, statistician)
    assert [one.value for one in asked.questions.all()[0].proposals] == [offered]
    assert project("甲").planned_start is None
    taken(text, statistician, values={"planned_start": {cell: offered}})
    assert project("甲").planned_start.start.month == int(offered[5])
    assert project("甲").planned_start.start >= date(2023, 1, 1)


def test_every_currency_of_the_list_is_read_by_its_name_and_its_code(statistician):
    for currency in Currency:
        for word in (currency.label, currency.value, currency.value.lower()):
            assert read_currency(word) == currency
    taken("项目名称,计划总投资（万）,币种\n甲,300,瑞士法郎\n", statistician)
    assert [project("甲").currency, project("甲").foreign_amount] == ["CHF", Decimal(3000000)]


def test_a_currency_that_is_not_in_the_list_is_asked_and_costs_no_row(statistician):
    plan = taken("项目名称,计划总投资（万）,币种\n甲,300,第纳尔\n", statistician)
    assert [plan.new, told(plan)] == [1, [("币种", "currency", "第纳尔")]]
    assert project("甲").planned_investment is None
