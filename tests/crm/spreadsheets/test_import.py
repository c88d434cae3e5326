"""A file into a ledger: what is taken, what comes back, and that nothing is lost or done twice."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from crm import ledgers
from crm.actions import imports
from crm.actions.pipeline import projects
from crm.dates import When
from crm.errors import Refused
from crm.models import (
    AuditEntry,
    Company,
    ImportBatch,
    Origin,
    OriginalText,
    Park,
    Project,
    StageMove,
)
from crm.spreadsheets.commit import import_file
from crm.spreadsheets.mapping import mapping_of
from crm.spreadsheets.writer import REASON, write_errors
from crm.stages import Stage
from tests import make
from tests.crm.spreadsheets.books import xlsx

pytestmark = pytest.mark.django_db
PROJECTS = ledgers.get("projects")
HEADINGS = ["项目名称", "投资额（万元）", "地点", "阶段", "签约日期"]
GOOD = [
    HEADINGS,
    ["新型电池项目", 12000, "北片区", "签约", "2023年3月"],
    ["纺织鞋服项目", "1.2亿元", "南片区", "洽谈", None],
    ["饮料项目", None, None, None, None],
]
BAD = [
    ["区间项目", "2-3亿", None, None, None],
    ["两阶段项目", 1, None, "开工|签约", None],
    [None, 5, "某地", None, None],
    ["倒序项目", 5, None, "洽谈", "2023-03-05"],
]


def csv(*rows) -> bytes:
    return "\n".join(",".join("" if c is None else str(c) for c in row) for row in rows).encode()


def taken(data, by, ledger=PROJECTS, name="台账.xlsx", mapping=None, **more):
    given = mapping_of(mapping or {}, ledger.import_columns)
    return import_file(data, name, ledger, by=by, mapping=given, **more)


def project(name):
    return Project.objects.get(name=name)


def test_accepted_rows_are_entered_and_refused_rows_do_not_hold_them_up(statistician):
    plan = taken(xlsx([*GOOD, *BAD]), statistician)
    assert plan.counts == {"new": 4, "changed": 0, "same": 0, "duplicate": 0, "refused": 3}
    assert [(refusal.row, refusal.column) for refusal in plan.refused] == [
        (6, "阶段"), (7, "项目名称"), (8, "签约日期")
    ]  # fmt: skip
    assert all(refusal.reason.endswith("。") for refusal in plan.refused)
    battery = project("新型电池项目")
    assert battery.planned_investment == Decimal("120000000")
    assert (battery.stage, battery.location) == (Stage.SIGNED, "北片区")
    assert project("纺织鞋服项目").planned_investment == Decimal("120000000")


def test_a_cell_that_cannot_be_read_costs_its_value_and_not_its_row(statistician):
    plan = taken(xlsx([*GOOD, *BAD]), statistician)
    (cell,) = plan.to_check
    assert (cell.row, cell.column, cell.text) == (5, "投资额（万元）", "2-3亿")
    row = project("区间项目")
    assert row.planned_investment is None
    (kept,) = OriginalText.objects.to_check().about(row)
    assert (kept.field, kept.text, kept.reason) == ("planned_investment", "2-3亿", cell.reason)
    # Importing the file again keeps it once; writing the amount settles it.
    assert taken(xlsx([*GOOD, *BAD]), statistician).batch is None
    assert OriginalText.objects.count() == 1
    projects.change(row, {"planned_investment": Decimal(250_000_000)}, by=statistician)
    assert not OriginalText.objects.to_check().exists()


def test_a_number_with_words_around_it_counts_and_its_cell_is_kept_unquestioned(statistician):
    headings = ["项目名称", "计划总投资（亿元）", "占地面积（亩）", "计划开工"]
    row = ["甲", "3.89（约4700万欧元）", "33819平方米", "2024年三季度"]
    plan = taken(csv(headings, row), statistician, name="a.csv")
    assert (plan.new, plan.to_check, plan.refused) == (1, [], [])
    made = project("甲")
    assert (made.planned_investment, made.currency, made.foreign_amount) == (
        Decimal(389_000_000), "EUR", Decimal(47_000_000)
    )  # fmt: skip
    assert (made.land_area_mu, made.planned_start) == (Decimal("50.73"), When.quarter(2024, 3))
    kept = {one.field: (one.text, one.said) for one in OriginalText.objects.about(made)}
    assert kept == {
        "planned_investment": ("3.89（约4700万欧元）", "more"),
        "land_area_mu": ("33819平方米", "converted"),
    }
    assert not OriginalText.objects.to_check().exists()
    again = taken(csv(headings, row), statistician, name="a.csv")
    assert (again.counts["same"], OriginalText.objects.count()) == (1, 2)


def test_an_undone_import_leaves_no_text_to_be_checked(statistician):
    plan = taken(xlsx([*GOOD, *BAD]), statistician)
    imports.revert_import(plan.batch, by=statistician)
    assert not OriginalText.objects.exists()
    assert taken(xlsx([*GOOD, *BAD]), statistician).new == 4
    assert OriginalText.objects.to_check().count() == 1


def test_a_text_kept_beside_an_unchanged_row_is_written_as_well(statistician):
    taken(xlsx(GOOD), statistician)
    plan = taken(xlsx([HEADINGS, ["饮料项目", "2-3亿", None, None, None]]), statistician)
    assert plan.counts == {"new": 0, "changed": 0, "same": 1, "duplicate": 0, "refused": 0}
    assert plan.batch is not None
    assert OriginalText.objects.about(project("饮料项目")).to_check().count() == 1


def test_an_optional_value_its_table_does_not_take_comes_in_empty(statistician):
    plan = taken(csv(["项目名称", "国标行业"], ["甲", "没有的行业"]), statistician, name="a.csv")
    assert plan.new == 1
    assert [(cell.column, cell.text) for cell in plan.to_check] == [("国标行业", "没有的行业")]
    assert "GB/T 4754" in plan.to_check[0].reason
    assert project("甲").gbt_code == ""


def test_every_data_row_is_in_exactly_one_of_the_five(statistician):
    plan = taken(xlsx([*GOOD, *BAD, GOOD[1]]), statistician)
    assert sum(plan.counts.values()) == sum(len(table.rows) for table in plan.tables) == 8


def test_blank_cells_are_unknown(statistician):
    taken(xlsx(GOOD), statistician)
    drinks = project("饮料项目")
    assert drinks.planned_investment is None
    assert drinks.stage == Stage.LEAD
    assert StageMove.objects.get(project=drinks).occurred is None


def test_a_dry_run_promises_what_happens_and_writes_nothing(statistician):
    data = xlsx([*GOOD, *BAD])
    before = AuditEntry.objects.count()
    promised = taken(data, statistician, dry_run=True)
    assert not Project.objects.exists()
    assert not ImportBatch.objects.exists()
    assert AuditEntry.objects.count() == before
    assert promised.as_json() == taken(data, statistician).as_json()
    assert Project.objects.count() == 4


def test_the_same_file_again_changes_nothing(statistician):
    data = xlsx([*GOOD, *BAD])
    taken(data, statistician)
    before = AuditEntry.objects.count(), ImportBatch.objects.count()
    again = taken(data, statistician)
    assert again.counts == {"new": 0, "changed": 0, "same": 4, "duplicate": 0, "refused": 3}
    assert again.batch is None
    assert (AuditEntry.objects.count(), ImportBatch.objects.count()) == before


def test_a_changed_cell_changes_its_row_and_a_blank_one_erases_nothing(statistician):
    taken(xlsx(GOOD), statistician)
    plan = taken(xlsx([HEADINGS, ["新型电池项目", 15000, None, None, None]]), statistician)
    assert plan.counts == {"new": 0, "changed": 1, "same": 0, "duplicate": 0, "refused": 0}
    battery = project("新型电池项目")
    assert battery.planned_investment == Decimal("150000000")
    assert battery.location == "北片区"


def test_an_import_is_reverted_as_one(statistician):
    taken(xlsx(GOOD[:2]), statistician)
    plan = taken(xlsx([HEADINGS, ["新型电池项目", 15000, None, None, None], GOOD[2]]), statistician)
    assert plan.accepted == 2
    imports.revert_import(plan.batch, by=statistician)
    assert [row.name for row in Project.objects.all()] == ["新型电池项目"]
    assert project("新型电池项目").planned_investment == Decimal("120000000")


def test_a_failure_midway_leaves_nothing_behind(statistician, monkeypatch):
    calls = []

    def entering(ledger, values, *, by):
        calls.append(values)
        if len(calls) == 3:
            raise RuntimeError("the machine stopped")
        return PROJECTS.import_new_verb(values, by=by)

    monkeypatch.setattr(type(PROJECTS), "import_new", entering)
    with pytest.raises(RuntimeError):
        taken(xlsx(GOOD), statistician)
    assert not Project.objects.exists()
    assert not ImportBatch.objects.exists()


def test_refused_rows_come_back_with_their_reason_and_are_taken_once_mended(statistician, tmp_path):
    plan = taken(xlsx([["绿溪县台账"], *GOOD, *BAD]), statistician)
    path = tmp_path / "错误.csv"
    assert write_errors(plan, path) == 3
    text = path.read_text(encoding="utf-8-sig")
    assert text.splitlines()[0] == ",".join([*HEADINGS, REASON])
    assert "开工|签约" in text
    mended = text.replace("开工|签约", "签约")
    again = taken(mended.encode(), statistician, name="错误.csv")
    assert (again.new, len(again.refused)) == (1, 2)


def test_the_unit_may_stand_in_a_column_of_its_own_or_in_the_mapping(statistician):
    taken(csv(["项目名称", "投资额", "单位"], ["甲", "4000", "万元"], ["乙", "100", "亿欧元"]),
          statistician, name="a.csv")  # fmt: skip
    assert project("甲").planned_investment == Decimal("40000000")
    euros = project("乙")
    assert (euros.planned_investment, euros.currency) == (None, "EUR")
    assert euros.foreign_amount == Decimal("10000000000")
    data = csv(["Project Title", "Total Amt"], ["Irrigation", "150"])
    mapping = {
        "columns": {"Project Title": "name", "Total Amt": "planned_investment"},
        "units": {"planned_investment": "百万美元"},
    }
    taken(data, statistician, name="b.csv", mapping=mapping)
    assert project("Irrigation").foreign_amount == Decimal("150000000")


def test_an_amount_without_any_unit_is_unknown_and_to_be_checked(statistician):
    plan = taken(csv(["项目名称", "投资额"], ["甲", "4000"]), statistician, name="a.csv")
    assert project("甲").planned_investment is None
    assert "没有单位" in plan.to_check[0].reason


def test_foreign_money_in_a_column_that_keeps_none_is_to_be_checked(statistician):
    plan = taken(xlsx([["项目名称", "固定资产投资"], ["甲", "5万美元"]]), statistician)
    assert "外币" in plan.to_check[0].reason
    assert project("甲").fixed_asset_investment is None


def test_two_stages_in_a_cell_are_settled_by_the_mapping_alone(statistician):
    data = xlsx([HEADINGS, ["甲", 1, None, "签约|洽谈", None]])
    assert taken(data, statistician).refused[0].column == "阶段"
    taken(data, statistician, mapping={"several_stages": "furthest"})
    assert project("甲").stage == Stage.SIGNED


def test_dates_keep_their_precision_on_the_moves(statistician):
    taken(xlsx([HEADINGS, ["甲", 1, None, "签约", "2006.03"], ["乙", 1, None, "签约", 2000]]),
          statistician)  # fmt: skip
    moves = StageMove.objects.filter(to_stage=Stage.SIGNED).order_by("project_id")
    assert [move.occurred for move in moves] == [When.month(2006, 3), When.year(2000)]
    assert {move.origin for move in moves} == {Origin.OPENING}


def test_a_planned_date_is_no_move_that_happened(statistician):
    headings = ["项目名称", "阶段", "计划开工时间", "预计投产"]
    rows = [headings, ["甲", "签约", "2024-06-01", "2025年6月"]]
    taken(xlsx(rows), statistician)
    assert project("甲").planned_start == When.day(date(2024, 6, 1))
    assert project("甲").planned_operation == When.month(2025, 6)
    assert [move.to_stage for move in StageMove.objects.all()] == [Stage.SIGNED]


def test_the_same_project_twice_in_a_file_is_a_duplicate_and_differences_come_back(
    statistician, tmp_path
):
    rows = [HEADINGS, ["中研（重庆）模具", 1, None, None, None],
            ["中研(重庆)模具", 1, None, None, None], ["中研（重庆）模具", 2, None, None, None],
            ["中研（重庆）磨具", 3, None, None, None]]  # fmt: skip
    plan = taken(xlsx(rows), statistician)
    assert (plan.new, plan.duplicate) == (2, 2)
    assert [(note.row, note.reason) for note in plan.conflicts] == [
        (4, "与第 2 行是同一条，未导入；不同的有：计划总投资。")
    ]
    assert write_errors(plan, tmp_path / "a.xlsx") == 1


def test_rows_of_one_group_are_one_row(statistician):
    rows = [HEADINGS, ["灌区项目", 1, "北镇", None, None], ["灌区项目", 1, "南镇", None, None],
            ["水库项目", 1, "北镇", None, None]]  # fmt: skip
    plan = taken(xlsx(rows), statistician, mapping={"group_by": ["name"]})
    assert (plan.new, plan.duplicate) == (2, 1)


def test_without_a_group_the_same_name_at_two_places_is_two_projects(statistician):
    rows = [HEADINGS, ["二期项目", 1, "北镇", None, None], ["二期项目", 1, "南镇", None, None]]
    assert taken(xlsx(rows), statistician).new == 2


def test_grouping_by_a_field_the_file_does_not_have_is_refused(statistician):
    with pytest.raises(Refused, match="group_by"):
        taken(xlsx(GOOD), statistician, mapping={"group_by": ["investor"]})


def test_a_move_by_import_passes_the_gate_of_the_form(statistician):
    make.project("甲", stage=Stage.NEGOTIATION, entered={Stage.NEGOTIATION: date(2023, 1, 5)})
    plan = taken(xlsx([HEADINGS, ["甲", None, None, "签约", "2023-03-05"]]), statistician)
    assert "投资协议" in plan.refused[0].reason
    assert project("甲").stage == Stage.NEGOTIATION


def test_an_import_never_moves_a_project_back(statistician):
    make.project("甲", stage=Stage.SIGNED, entered={Stage.SIGNED: date(2023, 1, 5)})
    plan = taken(xlsx([HEADINGS, ["甲", None, None, "洽谈", None]]), statistician)
    assert plan.refused[0].column == "阶段"
    assert project("甲").stage == Stage.SIGNED


def test_an_unknown_park_or_industry_is_asked_at_its_column(statistician, park):
    rows = [["项目名称", "园区", "产业"], ["甲", park.name, None], ["乙", "没有的园区", None],
            ["丙", None, "没有的产业"]]  # fmt: skip
    plan = taken(xlsx(rows), statistician)
    assert project("甲").park == park
    assert plan.new == 3
    assert {(one.heading, one.word, tuple(one.rows)) for one in plan.questions.all()} == {
        ("园区", "没有的园区", (3,)), ("产业", "没有的产业", (4,))
    }  # fmt: skip
    assert [(cell.column, cell.row) for cell in plan.to_check] == [("园区", 3), ("产业", 4)]


def test_all_that_is_wrong_with_a_row_is_said_at_once(statistician):
    plan = taken(xlsx([HEADINGS, [None, "2-3亿", None, "前期", None]]), statistician)
    (refusal,) = plan.refused
    assert "项目名称：" in refusal.reason
    assert "阶段：" in refusal.reason


def test_a_row_may_refer_to_an_earlier_row_of_its_file(statistician):
    rows = [["园区名称", "代码", "类型", "上级园区"], ["工业园", "gyy", "工业园区", None],
            ["园中园", "yzy", "园中园", "工业园"]]  # fmt: skip
    assert taken(xlsx(rows), statistician, ledgers.get("parks")).new == 2
    assert Park.objects.get(slug="yzy").parent.slug == "gyy"


def test_companies_are_recognised_by_their_code(statistician):
    code = make.credit_code()
    rows = [["企业名称", "统一社会信用代码"], ["绿溪纺织有限公司", code]]
    ledger = ledgers.get("companies")
    assert taken(xlsx(rows), statistician, ledger).new == 1
    assert taken(xlsx(rows), statistician, ledger).same == 1
    assert Company.objects.count() == 1


def test_hidden_sheets_are_read_only_when_asked_for(statistician):
    def change(book):
        hidden = book.create_sheet("备份")
        hidden.sheet_state = "hidden"
        hidden.append(HEADINGS)
        hidden.append(["旧项目", 1, None, None, None])
        book.create_sheet("目录").append(["一", "二"])
        more = book.create_sheet("二期")
        more.append(HEADINGS)
        more.append(["新项目", 1, None, "前期", None])

    data = xlsx(GOOD, change)
    plan = taken(data, statistician)
    assert (plan.new, [refusal.sheet for refusal in plan.refused]) == (3, ["二期"])
    assert plan.as_json()["refused"][0]["sheet"] == "二期"
    assert taken(data, statistician, sheet="备份").new == 1
    with pytest.raises(Refused, match="没有名为“三期”的工作表"):
        taken(data, statistician, sheet="三期")


def test_an_amount_in_a_cell_merged_downwards_is_unknown_and_other_cells_count_for_all(
    statistician,
):
    def change(book):
        book.active.merge_cells("C2:C3")
        book.active.merge_cells("B4:B5")

    rows = [HEADINGS, ["甲", 1, "北镇"], ["乙", 2], ["丙", 6, "南镇"], ["丁", None, "南镇"]]
    plan = taken(xlsx(rows, change), statistician)
    assert project("乙").location == "北镇"
    assert [(cell.row, "合并单元格" in cell.reason) for cell in plan.to_check] == [
        (4, True), (5, True)
    ]  # fmt: skip


def test_a_formula_without_its_value_is_unknown_in_its_row_alone(statistician):
    def change(book):
        book.active["B3"] = "=B2*2"

    plan = taken(xlsx([HEADINGS, ["甲", 1], ["乙", 2]], change), statistician)
    assert plan.new == 2
    assert [(cell.row, "没有保存计算结果" in cell.reason) for cell in plan.to_check] == [(3, True)]


def test_a_file_without_the_headings_of_its_ledger_is_refused(statistician):
    with pytest.raises(Refused, match=r"没有找到表头.*“项目名称”"):
        taken(xlsx([["目录", "页码"], ["一", 1]]), statistician)


@pytest.mark.parametrize("who", ["officer", "leader", "editor", "sysadmin", "auditor"])
def test_who_may_not_import_is_refused(who, request):
    with pytest.raises(Refused) as refusal:
        taken(xlsx(GOOD), request.getfixturevalue(who))
    assert refusal.value.code == "not_allowed"
    assert not Project.objects.exists()


def test_a_ledger_that_nobody_writes_cannot_be_imported(statistician):
    with pytest.raises(Refused, match="不能导入"):
        taken(xlsx(GOOD), statistician, ledgers.get("moves"))


def test_text_is_stored_as_typed_and_a_formula_stays_text(statistician):
    rows = [["项目名称", "简介"], ["甲", "=cmd|'/c calc'!A1"], ["乙\x07丙", "<svg onload=1>"]]
    taken("\n".join(",".join(row) for row in rows).encode(), statistician, name="a.csv")
    assert project("甲").summary == "=cmd|'/c calc'!A1"
    assert project("乙丙").summary == "<svg onload=1>"


def test_a_name_that_is_too_long_is_refused_at_its_column(statistician):
    plan = taken(xlsx([HEADINGS, ["长" * 151]]), statistician)
    assert plan.refused[0].column == "项目名称"
    assert "最多 150 个字" in plan.refused[0].reason
