"""取值对照: a word of a file is asked once, answered once, and means the same in the next file."""

from __future__ import annotations

import json

import pytest
from django.core.management import call_command

from crm import ledgers
from crm.access import Role
from crm.actions import imports, rows
from crm.actions.system import words
from crm.errors import Refused
from crm.models import Industry, OriginalText, Park, Project, Said
from crm.models.system.words import WordMeaning
from crm.spreadsheets.commit import import_file
from crm.spreadsheets.mapping import mapping_of
from crm.spreadsheets.questions import HIGH
from crm.stages import Stage, Status
from tests import make

pytestmark = pytest.mark.django_db
PROJECTS = ledgers.get("projects")


def taken(text: str, by, values=None, **more):
    given = mapping_of({"values": values or {}, **more}, PROJECTS.import_columns)
    return import_file(text.encode(), "a.csv", PROJECTS, by=by, mapping=given)


def project(name: str) -> Project:
    return Project.objects.get(name=name)


TRADES = "项目名称,行业\n甲,电池\n乙,电池\n丙,灯具\n丁,纺织鞋服\n"


@pytest.fixture
def battery(db):
    return make.industry("新能源电池")


def test_a_word_is_asked_once_with_its_rows_and_refuses_no_row(statistician, battery):
    make.industry("纺织鞋服")
    plan = taken(TRADES, statistician)
    assert plan.new == 4
    assert [(one.word, one.rows) for one in plan.questions.all()] == [
        ("电池", [2, 3]), ("灯具", [4])
    ]  # fmt: skip
    assert project("甲").industry is None
    assert [cell.text for cell in plan.to_check] == ["电池", "电池", "灯具"]


@pytest.mark.parametrize(
    ("answer", "industry", "said"),
    [("新能源电池", "新能源电池", set()), (None, None, {Said.MORE})],
)
def test_the_answer_of_the_file_settles_the_word_in_all_its_rows(
    statistician, battery, answer, industry, said
):
    plan = taken(TRADES, statistician, {"industry": {"电池": answer}})
    assert [one.word for one in plan.questions.all()] == ["灯具", "纺织鞋服"]
    for name in ("甲", "乙"):
        assert getattr(project(name).industry, "name", None) == industry
        kept = OriginalText.objects.about(project(name))
        assert {one.said for one in kept} == said
        assert not kept.to_check().exists()


def test_rows_of_a_word_that_is_refused_come_back(statistician, battery):
    plan = taken(TRADES, statistician, {"industry": {"电池": {"refuse": True}}})
    assert [(one.row, one.column) for one in plan.refused] == [(2, "行业"), (3, "行业")]
    assert not Project.objects.filter(name="甲").exists()


def test_a_word_may_become_a_new_entry_with_its_place_in_the_tree(statistician, battery):
    new = {"灯具": {"new": {"name": "灯具照明", "parent": "新能源电池"}}, "电池": {"new": "电池"}}
    plan = taken(TRADES, statistician, {"industry": new})
    assert project("丙").industry.name == "灯具照明"
    assert Industry.objects.get(name="灯具照明").parent == battery
    assert project("甲").industry.name == "电池"
    # It is written by the import and goes with it.
    imports.revert_import(plan.batch, by=statistician)
    assert not Industry.objects.filter(name__in=("灯具照明", "电池")).exists()


def test_who_may_not_enter_an_industry_enters_none_by_an_import(teamlead):
    with pytest.raises(Refused) as refused:
        taken(TRADES, teamlead, {"industry": {"电池": {"new": "电池"}}})
    assert refused.value.code == "not_allowed"
    assert not Project.objects.exists()


def test_a_stage_word_means_what_the_office_says(statistician):
    meant = {"stage": "signed", "status": "stalled", "plan": "planned_start"}
    rows = "项目名称,阶段,开工时间\n甲,卡壳,2024年3月\n"
    taken(rows, statistician, {"stage": {"卡壳": meant}})
    row = project("甲")
    assert (row.stage, row.status) == (Stage.SIGNED, Status.STALLED)
    assert row.planned_start.text == "2024年3月"


def test_a_stage_word_nobody_explained_refuses_its_row_and_asks(statistician):
    plan = taken("项目名称,阶段\n甲,竣工\n乙,在建\n", statistician)
    (question,) = plan.questions.all()
    assert (question.word, question.refuses) == ("竣工", True)
    assert [one.label for one in question.proposals] == ["试生产", "投产", "安装调试"]
    assert [refusal.row for refusal in plan.refused] == [2]
    again = taken("项目名称,阶段\n甲,竣工\n乙,在建\n", statistician, {"stage": {"竣工": "投产"}})
    assert project("甲").stage == Stage.OPERATION
    assert (again.new, again.same) == (1, 1)


def test_what_is_signed_and_not_begun_keeps_its_date_as_a_plan(statistician):
    taken("项目名称,阶段,开工时间\n甲,拟开工,2024年3月\n", statistician)
    row = project("甲")
    assert (row.stage, row.planned_start.text) == (Stage.SIGNED, "2024年3月")
    assert not row.moves.filter(to_stage=Stage.CONSTRUCTION).exists()


def test_each_word_of_a_list_is_asked_and_answered_by_itself(statistician):
    parks = ledgers.get("parks")
    weaving, food = make.industry("纺织"), make.industry("食品")
    rows = "甲园,a,工业园区,纺织、粮食\n乙园,b,工业园区,粮食/化工/食品\n"
    text = f"名称,代码,类型,主导产业\n{rows}".encode()

    def take(values):
        given = mapping_of({"values": {"industries": values}}, parks.import_columns)
        return import_file(text, "a.csv", parks, by=statistician, mapping=given)

    plan = take({})
    assert {(one.word, tuple(one.rows)) for one in plan.questions.all()} == {
        ("粮食", (2, 3)), ("化工", (3,))
    }  # fmt: skip
    assert not Park.objects.get(name="甲园").industries.exists()
    take({"粮食": "食品", "化工": None})
    assert set(Park.objects.get(name="甲园").industries.all()) == {weaving, food}
    assert set(Park.objects.get(name="乙园").industries.all()) == {food}


@pytest.mark.parametrize("times", [1, 6])
def test_a_long_word_is_answered_like_a_short_one(statistician, battery, times):
    long = "动力电池及储能电池、电池材料和电池回收综合利用及其配套装备和新材料研发制造产业" * times
    text = f"项目名称,行业\n甲,{long}\n"
    (question,) = taken(text, statistician).questions.all()
    assert question.word == long
    answers = {"industry": {question.word: battery.name}}
    words.remember("projects", "project", answers, by=statistician)
    plan = taken(text.replace("甲", "乙"), statistician, answers)
    assert (plan.new, plan.questions.all()) == (1, [])
    assert project("乙").industry == battery


# The office's own words


def test_an_office_answers_once_and_its_next_file_is_not_asked(teamlead, battery):
    words.remember("projects", "project", {"industry": {"电池": "新能源电池"}}, by=teamlead)
    plan = taken(TRADES, teamlead)
    assert project("甲").industry == battery
    assert "电池" not in [one.word for one in plan.questions.all()]


def test_another_offices_words_are_not_mine_but_the_countys_are(teamlead, other_team, battery):
    other = make.user(Role.TEAMLEAD, team=other_team)
    words.remember("projects", "project", {"industry": {"电池": "新能源电池"}}, by=other)
    assert "电池" in [one.word for one in taken(TRADES, teamlead).questions.all()]
    county = make.user(Role.STATISTICIAN)
    words.remember("projects", "project", {"industry": {"电池": "新能源电池"}}, by=county)
    assert "电池" not in [one.word for one in taken(TRADES, teamlead).questions.all()]


def test_the_mapping_of_the_file_goes_before_the_office_and_the_office_before_the_county(
    teamlead, statistician, battery
):
    make.industry("纺织鞋服")
    words.remember("projects", "project", {"industry": {"电池": None}}, by=statistician)
    words.remember("projects", "project", {"industry": {"电池": "纺织鞋服"}}, by=teamlead)
    taken("项目名称,行业\n甲,电池\n", teamlead)
    assert project("甲").industry.name == "纺织鞋服"
    taken("项目名称,行业\n戊,电池\n", teamlead, {"industry": {"电池": "新能源电池"}})
    assert project("戊").industry == battery


def test_a_word_that_is_forgotten_is_asked_again(teamlead, other_team, battery):
    (row,) = words.remember("projects", "project", {"industry": {"电池": None}}, by=teamlead)
    with pytest.raises(Refused):
        words.forget(row, by=make.user(Role.TEAMLEAD, team=other_team))
    words.forget(row, by=teamlead)
    assert not WordMeaning.objects.exists()
    assert "电池" in [one.word for one in taken(TRADES, teamlead).questions.all()]
    words.remember("projects", "project", {"industry": {"电池": "新能源电池"}}, by=teamlead)


def test_an_answer_that_no_longer_fits_says_which_word(teamlead, battery, statistician):
    words.remember("projects", "project", {"industry": {"电池": "新能源电池"}}, by=teamlead)
    rows.change(battery, {"name": "动力电池"}, by=statistician)
    plan = taken("项目名称,行业\n甲,电池\n", teamlead)
    assert "“电池”按取值对照是“新能源电池”，现在用不上" in plan.to_check[0].reason
    assert [one.word for one in plan.questions.all()] == ["电池"]


def test_who_may_not_import_keeps_no_words(officer):
    with pytest.raises(Refused):
        words.remember("projects", "project", {"industry": {"电池": None}}, by=officer)


# Proposals


@pytest.mark.parametrize(
    ("word", "known", "confidence"),
    [
        ("新能源电池产业", "新能源电池", HIGH),
        ("新能源甸池", "新能源电池", HIGH),  # the same sound
        ("新能源动力电池", "新能源电池", "medium"),
        ("通用设备", "装备制造", HIGH),  # division 34 of GB/T 4754
    ],
)
def test_a_word_is_held_against_the_names_of_the_ledger(
    statistician, battery, word, known, confidence
):
    make.industry("装备制造", code="34、35")
    plan = taken(f"项目名称,行业\n甲,{word}\n", statistician)
    best = plan.questions.all()[0].proposals[0]
    assert (best.value, best.confidence) == (known, confidence)
    assert best.why


def test_nothing_is_proposed_for_a_word_like_no_other(statistician, battery):
    plan = taken("项目名称,行业\n甲,餐饮\n", statistician)
    assert plan.questions.all()[0].proposals == []


def test_a_proposal_names_nothing_its_importer_may_not_see(teamlead, other_team, battery):
    hidden = make.project("绿溪泵阀项目", team=other_team)
    plan = import_file(
        "项目,内容,日期\n绿溪泵阀项目二期,谈了,2023-05-01\n".encode(), "a.csv",
        ledgers.get("followups"), by=teamlead,
    )  # fmt: skip
    told = json.dumps(plan.as_json(), ensure_ascii=False).replace("绿溪泵阀项目二期", "")
    assert hidden.name not in told


def test_sure_proposals_are_taken_on_demand_and_said(statistician, battery, tmp_path, capsys):
    path = tmp_path / "a.csv"
    path.write_text("项目名称,行业\n甲,新能源电池产业\n乙,电池片\n", encoding="utf-8")
    given = [str(path), "--ledger", "projects", "--as", statistician.username]
    call_command("import_ledger", *given, "--accept-proposals", "--format", "json")
    told = json.loads(capsys.readouterr().out)
    assert [(one["word"], one["value"]) for one in told["accepted"]] == [
        ("新能源电池产业", "新能源电池")
    ]
    assert project("甲").industry == battery
    assert [one["word"] for one in told["questions"]] == ["电池片"]
    assert set(told["questions"][0]) == {"column", "field", "word", "rows", "proposals"}
    assert [set(one) for one in told["to_check"]] == [{"row", "column", "text", "reason"}]


# Slips, plans and constants


def test_an_amount_a_thousand_times_the_others_is_asked_and_not_counted(statistician):
    text = "项目名称,计划总投资（亿元）\n" + "".join(
        f"项目{n},{amount}\n" for n, amount in enumerate((3, 2, 5, 4, 58000))
    )
    plan = taken(text, statistician)
    assert project("项目4").planned_investment is None
    (question,) = plan.questions.all()
    assert (question.word, question.rows, question.refuses) == ("58000", [6], False)
    assert "是不是单位写错了" in plan.to_check[0].reason
    # Who knows better says so, or says what was meant.
    taken(text, statistician, {"planned_investment": {"58000": "5.8亿元"}})
    assert project("项目4").planned_investment == 580_000_000
    again = taken(
        text.replace("项目4", "大项目"), statistician, {"planned_investment": {"58000": "58000"}}
    )
    assert project("大项目").planned_investment == 58_000 * 10**8
    assert again.to_check == []


def test_a_large_project_beside_large_ones_of_the_ledger_is_no_slip(statistician):
    for _ in range(10):
        make.project(planned_investment=10 * 10**8)
    rows = "".join(f"小{n},0.1\n" for n in range(5))
    plan = taken(f"项目名称,计划总投资（亿元）\n{rows}大,50\n", statistician)
    assert plan.to_check == []
    assert project("大").planned_investment == 50 * 10**8


def test_a_year_of_another_century_is_asked(statistician):
    plan = taken("项目名称,阶段,签约时间\n甲,签约,1923-03-05\n", statistician)
    assert "是不是年份写错了" in plan.to_check[0].reason
    assert project("甲").moves.get(to_stage=Stage.SIGNED).occurred is None


@pytest.mark.parametrize(
    ("rows", "plan_of", "text"),
    [
        ("项目名称,阶段,开工时间\n甲,签约,预计2024年6月\n", "planned_start", "2024年6月"),
        ("项目名称,阶段,投产时间\n甲,在建,计划2024年底\n", "planned_operation", "2024年四季度"),
    ],
)
def test_a_planned_date_in_a_column_of_facts_goes_to_the_plan(statistician, rows, plan_of, text):
    plan = taken(rows, statistician)
    row = project("甲")
    assert getattr(row, plan_of).text == text
    assert (
        not row.moves.filter(to_stage__in=(Stage.CONSTRUCTION, Stage.OPERATION))
        .exclude(to_stage=row.stage)
        .exists()
    )
    assert plan.to_check == []
    assert OriginalText.objects.about(row).get().field == plan_of


def test_a_plan_of_its_own_goes_before_one_in_a_column_of_facts(statistician):
    head = "项目名称,阶段,计划开工时间,开工时间\n"
    taken(f"{head}甲,签约,2024年3月,预计2024年6月\n", statistician)
    assert project("甲").planned_start.text == "2024年3月"


def test_what_every_row_has_and_the_table_does_not_say_is_a_constant(statistician):
    given = {"constants": {"stage": "洽谈", "source": "委托招商"}}
    plan = taken("项目名称,计划总投资（亿元）\n甲,3\n乙,4\n", statistician, **given)
    assert plan.new == 2
    assert {one.stage for one in Project.objects.all()} == {Stage.NEGOTIATION}
    with pytest.raises(Refused, match="不存在"):
        taken("项目名称\n甲\n", statistician, constants={"nothing": "1"})
