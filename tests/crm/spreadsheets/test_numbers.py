"""编号: a row of our own export is known again, whatever was changed in it; nobody else's is."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest

from crm import ledgers
from crm.actions import exports, imports, merges, withdrawals
from crm.actions.pipeline import agreements, projects
from crm.ledgers.selection import chosen
from crm.models import Agreement, AuditEntry, Contact, ImportBatch, Installation, Project
from crm.spreadsheets.commit import import_file
from crm.spreadsheets.numbers import Number, number_of, read_number
from crm.spreadsheets.writer import write_errors
from crm.stages import Stage
from tests import make
from tests.crm.spreadsheets.sheets import Exported
from tests.house import ROOT

pytestmark = pytest.mark.django_db
CASES = ROOT / "tests" / "data" / "cases"
NOTHING = {"new": 0, "changed": 0, "same": 0, "duplicate": 0, "refused": 0}


def counts(**some: int) -> dict[str, int]:
    return NOTHING | some


def number(row) -> str:
    return number_of(row, ledgers.of_noun(row._meta.model_name), exports.installation_mark())


# The number and its mark


def test_every_export_ends_in_the_number_of_each_row(statistician, teamlead):
    project = make.signed_project(date(2023, 3, 1), park=make.park())
    for ledger in ledgers.every():
        if not ledger.rows(statistician).exists():
            continue
        written = Exported(ledger, statistician)
        assert written.headings[-1] == "编号"
        pks = [row.pk for row in ledger.rows(statistician)]
        assert [read_number(line[-1]).pk for line in written.lines] == pks
        assert {read_number(line[-1]).ledger for line in written.lines} == {ledger.label}
    assert re.fullmatch(rf"项目-{project.pk}-[a-z]{{8}}", number(project))


def test_the_mark_is_drawn_once_and_not_made_of_the_key(settings):
    first = exports.installation_mark()
    settings.SECRET_KEY = "another key altogether"
    assert exports.installation_mark() == first
    Installation.objects.all().delete()
    assert exports.installation_mark() != first
    assert Installation.objects.count() == 1


@pytest.mark.parametrize("ledger", ledgers.every(), ids=lambda ledger: ledger.key)
def test_the_name_of_every_ledger_fits_into_a_number(ledger):
    assert read_number(f"{ledger.label}-1-kbxqmrtd") == Number(ledger.label, 1, "kbxqmrtd")


@pytest.mark.parametrize("cell", ["", None, 12, "12", "#12", "项目-12", "JH-2023-01", "项目 12"])
def test_other_numbering_is_no_number_of_ours(cell):
    assert read_number(cell) is None


def test_a_number_is_read_however_wide_it_was_typed():
    assert read_number(" 项目－１２－kbxqmrtd ") == Number("项目", 12, "kbxqmrtd")


# One edited cell is one changed row


def test_a_corrected_investor_and_place_are_two_changed_rows(statistician):
    make.project("标准厂房项目", investor="甲山建设公司", location="东区")
    make.project("标准厂房项目", investor="乙水建设公司", location="西区")
    make.project("其他项目", location="西区")
    table = Exported("projects", statistician)
    table.set(table.line("甲山建设公司"), "投资方", "甲山集团")
    table.set(table.line("其他项目"), "地点", "南区")
    assert table.imported().counts == counts(changed=2, same=1)
    assert set(Project.objects.values_list("investor", "location")) == {
        ("甲山集团", "东区"), ("乙水建设公司", "西区"), ("", "南区"),
    }  # fmt: skip


def test_an_ended_agreement_stays_ended(statistician, park):
    ended = Agreement.objects.get(project=make.signed_project(date(2023, 3, 1), park=park))
    agreements.end_agreement(ended, on=date(2023, 5, 1), by=statistician, reason="未到资")
    make.signed_project(date(2023, 4, 1), park=park)
    table = Exported("agreements", statistician)
    before = AuditEntry.objects.count()
    assert table.imported().counts == counts(same=2)
    assert AuditEntry.objects.count() == before
    assert not ImportBatch.objects.exists()
    table.set(table.line(number(ended.replaced_by)), "备注", "已发函")
    assert table.imported().counts == counts(changed=1, same=1)
    assert Agreement.objects.standing().get(note="已发函").ended_on == date(2023, 5, 1)


def test_a_name_may_be_spelled_anew(statistician):
    make.project("中研(重庆)模具")
    table = Exported("projects", statistician)
    table.set(table.lines[0], "项目名称", "中研（重庆）模具")
    assert table.imported().counts == counts(changed=1)
    assert Project.objects.get().name == "中研（重庆）模具"


def test_of_the_chosen_columns_the_key_may_be_missing(statistician):
    project = make.project("甲")
    make.review(project, date(2023, 2, 10), conditions="补交环评")
    ledger = ledgers.get("reviews")
    names = tuple(column.name for column in chosen(ledger, ["verdict", "conditions"]))
    table = Exported(ledger, statistician, names)
    assert table.headings == ["项目", "结论", "条件和意见", "编号"]
    table.set(table.lines[0], "条件和意见", "补交能评")
    assert table.imported().counts == counts(changed=1)


def test_without_numbers_such_a_table_is_no_table_of_the_ledger(statistician):
    with pytest.raises(Exception, match="没有找到表头"):
        import_file(
            "项目,结论,编号\n甲,通过,JH-01\n".encode(), "a.csv", ledgers.get("reviews"),
            by=statistician,
        )  # fmt: skip


def test_what_cannot_be_read_back_is_no_change_and_holds_up_no_other_cell(statistician, team):
    officer = make.user("officer", team=team)
    project = make.project("甲", officer=officer, team=team)
    make.contact(project, phone="13700001234", email="li@example.org", name="李四")
    officer.is_active = False
    officer.save()
    table = Exported("projects", statistician)
    assert table.imported().counts == counts(same=1)
    table.set(table.lines[0], "地点", "南区")
    assert table.imported().counts == counts(changed=1)
    table = Exported("contacts", statistician)
    assert table.cell(table.lines[0], "电话") == "137****1234"
    table.set(table.lines[0], "职务", "总经理")
    assert table.imported().counts == counts(changed=1)
    table.set(table.lines[0], "电话", "137****9999")
    plan = table.imported()
    assert plan.counts == counts(same=1)
    assert [(one.column, "打了码" in one.reason) for one in plan.to_check] == [("电话", True)]
    person = Contact.objects.get()
    assert (person.position, person.phone) == ("总经理", "13700001234")


def test_a_reference_whose_name_another_one_got_since_is_no_change(statistician, team):
    make.project("甲", officer=make.user("officer", team=team), team=team)
    table = Exported("projects", statistician)
    make.user("officer", team=team)
    again = Exported("projects", statistician)
    assert table.cell(table.lines[0], "招商专员") != again.cell(again.lines[0], "招商专员")
    assert table.imported().counts == again.imported().counts == counts(same=1)


def test_a_list_may_name_what_holds_the_sign_that_parts_lists(statistician):
    industries = [make.industry(name) for name in ("新能源/新材料", "纺织", "食品、饮料")]
    park = make.park(industries=industries[:2])
    table = Exported("parks", statistician)
    assert table.imported().counts == counts(same=1)
    table.set(table.lines[0], "主导产业", "纺织、食品、饮料、新能源/新材料")
    assert table.imported().counts == counts(changed=1)
    assert set(park.industries.all()) == set(industries)
    table.set(table.lines[0], "主导产业", "纺织、没有的产业")
    plan = table.imported()
    assert plan.counts == counts(same=1)
    assert "没有找到主导产业“没有的产业”" in plan.to_check[0].reason
    assert set(park.industries.all()) == set(industries)


def test_a_row_is_a_row_whatever_it_is_called(statistician):
    for name in ("合计", "备注：甲", "项目名称"):
        make.project(name)
    table = Exported("projects", statistician)
    table.set(table.line("合计"), "地点", "南区")
    assert table.imported().counts == counts(changed=1, same=2)


def test_another_unit_in_the_heading_is_another_amount_in_every_row(statistician):
    make.project("甲", planned_investment=Decimal("20000000"))
    table = Exported("projects", statistician)
    table.headings[table.headings.index("计划总投资（万元）")] = "计划总投资（亿元）"
    assert table.imported().counts == counts(changed=1)
    assert Project.objects.get().planned_investment == Decimal("200000000000")


def test_a_table_saved_by_excel_as_text_says_the_same(statistician, park):
    project = make.signed_project(date(2023, 3, 1), park=park)
    make.follow_up(project, by=make.user("teamlead", team=project.team), held_on=date(2023, 3, 1))
    for key in ("agreements", "followups", "projects"):
        table = Exported(key, statistician)
        plan = import_file(table.csv(), "a.csv", table.ledger, by=statistician)
        assert plan.counts == counts(same=1), key


def test_columns_the_ledger_fills_in_itself_are_named_as_such(statistician):
    make.project("甲")
    table = Exported("projects", statistician)
    table.set(table.lines[0], "在本阶段（天）", 999)
    plan = table.imported()
    assert (plan.counts, plan.notes) == (counts(same=1), [])
    assert plan.meanings["在本阶段（天）"] == plan.meanings["下次跟进"] == "只读"
    assert plan.meanings["编号"] == "用来找行"
    assert "" not in plan.meanings.values()


def test_an_emptied_cell_erases_nothing_and_is_told(statistician):
    for name in ("甲", "乙"):
        make.project(name, location="东区")
    table = Exported("projects", statistician)
    for line in table.lines:
        table.set(line, "地点", None)
    table.set(table.line("甲"), "投资方", "甲公司")
    plan = table.imported()
    assert plan.counts == counts(changed=1, same=1)
    assert plan.notes == [
        "“地点”有 2 格清空了（第 2、3 行）：空格不清掉台账里已有的内容，要清空请在页面上改。"
    ]
    assert plan.as_json()["notes"] == plan.notes
    assert set(Project.objects.values_list("location", flat=True)) == {"东区"}


# Numbers that lead nowhere, or to two rows


@pytest.mark.parametrize("to", ["gone", "hidden"])
def test_a_number_without_a_row_in_sight_is_refused(to, statistician, teamlead, other_team):
    make.project("甲", team=teamlead.team)
    hidden = make.project("别人的项目", team=other_team)
    table = Exported("projects", teamlead)
    other = number(hidden)
    if to == "gone":
        other = other.replace(f"-{hidden.pk}-", f"-{hidden.pk + 99}-")
    table.set(table.lines[0], "编号", other)
    table.set(table.lines[0], "项目名称", "新项目")
    (refusal,) = table.imported().refused
    assert (refusal.row, refusal.column) == (2, "编号")
    assert refusal.reason == (
        f"按编号“{other}”没有找到项目：可能已经作废、合并，或不归您看。"
        "请重新导出；要按其他各栏查找或新增，请清空编号这一格。"
    )
    assert Project.objects.count() == 2


def test_a_number_written_badly_is_refused(statistician):
    project = make.project("甲")
    make.project("乙")
    table = Exported("projects", statistician)
    table.set(table.line("甲"), "编号", number(project).replace("-", "", 1))
    table.set(table.line("甲"), "投资方", "甲公司")
    plan = table.imported()
    assert plan.counts == counts(same=1, refused=1)
    assert "写坏了" in plan.refused[0].reason


def test_a_number_of_another_installation_does_not_count_and_is_told(statistician):
    one, other = make.project("甲"), make.project("乙")
    table = Exported("projects", statistician)
    for row, line in zip((other, one), table.lines, strict=True):  # theirs are the wrong way round
        table.set(line, "编号", f"项目-{row.pk}-zzzzzzzz")
    table.set(table.line("甲"), "投资方", "甲公司")
    plan = table.imported()
    assert plan.counts == counts(changed=1, same=1)
    assert Project.objects.get(investor="甲公司") == one
    assert plan.notes == [
        "有 2 行的编号不是本台账的（来自另一套系统或别的台账），没有用，这些行按其他各栏查找。"
    ]


def test_a_number_of_another_ledger_does_not_count(statistician):
    industry = make.industry("新能源")
    park = make.park("新能源", slug="a")
    table = Exported("industries", statistician)
    table.set(table.lines[0], "编号", number(park))
    plan = table.imported()
    assert plan.counts == counts(same=1)
    assert len(plan.notes) == 1
    assert industry.name == "新能源"


def test_a_renamed_row_keeps_its_number_unless_another_has_the_name(statistician):
    make.project("甲")
    other = make.project("乙")
    table = Exported("projects", statistician)
    table.set(table.line("甲"), "项目名称", "丙")
    assert table.imported().counts == counts(changed=1, same=1)
    table = Exported("projects", statistician)
    table.set(table.line("丙"), "项目名称", "乙")
    (refusal,) = table.imported().refused
    assert f"另一条相同：乙（编号 {number(other)}）" in refusal.reason
    assert set(Project.objects.values_list("name", flat=True)) == {"乙", "丙"}


def test_twins_are_told_apart_by_their_numbers(statistician):
    for place in ("", "", "", "", "", "", "西区"):
        make.project("标准厂房项目", location=place)
    table = Exported("projects", statistician)
    assert table.imported().counts == counts(same=7)
    table.set(table.lines[1], "地点", "西区")
    assert table.imported().counts == counts(changed=1, same=6)


def test_a_copied_line_is_refused_until_it_has_no_number(statistician):
    make.project("甲", location="东区")
    table = Exported("projects", statistician)
    copy = list(table.lines[0])
    table.set(copy, "项目名称", "甲二期")
    table.lines.insert(0, copy)  # the copy stands first
    plan = table.imported()
    assert plan.counts == counts(same=1, refused=1)
    assert "复制出来的新行请清空编号" in plan.refused[0].reason
    table.set(copy, "编号", None)
    assert table.imported().counts == counts(new=1, same=1)
    table = Exported("projects", statistician)
    table.lines.append(list(table.lines[0]))
    assert table.imported().counts == counts(same=2, duplicate=1)


def test_an_old_table_does_not_undo_a_correction(statistician, park):
    make.signed_project(date(2023, 3, 1), park=park, amount="100000000")
    old = Exported("agreements", statistician)
    agreements.correct_agreement(
        Agreement.objects.get(), {"amount": Decimal("200000000")}, by=statistician, reason="抄错"
    )
    (refusal,) = old.imported().refused
    assert "已经更正过" in refusal.reason
    old.set(old.lines[0], "协议投资额（万元）", 20000)
    assert old.imported().counts == counts(same=1)
    old.set(old.lines[0], "备注", "改在旧表上")
    assert old.imported().counts == counts(refused=1)
    assert Agreement.objects.count() == 2


def test_a_withdrawn_fact_is_not_entered_anew_by_an_old_table(statistician, park):
    make.signed_project(date(2023, 3, 1), park=park)
    old = Exported("agreements", statistician)
    withdrawals.void(Agreement.objects.get(), by=statistician, reason="录错项目")
    (refusal,) = old.imported().refused
    assert "没有找到协议：可能已经作废、合并，或不归您看" in refusal.reason
    assert not Agreement.objects.standing().exists()


def test_the_number_of_a_merged_row_names_the_one_that_stays(statistician, team):
    lost, kept = make.project("甲", team=team), make.project("甲项目", team=team)
    table = Exported("projects", statistician)
    merges.merge(lost, kept, by=statistician)
    plan = table.imported()
    assert plan.counts == counts(same=1, refused=1)
    assert f"已并入“甲项目”，请改用编号 {number(kept)}" in plan.refused[0].reason


def test_an_undone_row_is_not_entered_anew_by_its_number(statistician):
    plan = import_file("项目名称\n甲\n".encode(), "a.csv", ledgers.get("projects"), by=statistician)
    table = Exported("projects", statistician)
    imports.revert_import(plan.batch, by=statistician)
    assert table.imported().counts == counts(refused=1)


# Several of one name


def test_a_reference_to_one_of_several_is_answered_with_their_numbers(statistician, teamlead):
    taken = import_file(
        CASES / "same_name_projects.csv", "a.csv", ledgers.get("projects"), by=statistician
    )
    assert taken.counts == counts(new=2, duplicate=1, refused=1)
    east, west = Project.objects.order_by("pk")
    table = (CASES / "followups_same_name.csv").read_text(encoding="utf-8")
    followups = ledgers.get("followups")
    plan = import_file(table.encode(), "b.csv", followups, by=teamlead)
    (refusal,) = plan.refused
    assert refusal.reason == (
        "项目“标准厂房项目”有几条同名的，请写明是哪一条："
        f"标准厂房项目 #{east.pk}（甲山建设公司，东区）、"
        f"标准厂房项目 #{west.pk}（乙水建设公司，西区）。"
    )
    named = table.replace("\n标准厂房项目", f"\n标准厂房项目 #{west.pk}")
    assert import_file(named.encode(), "b.csv", followups, by=teamlead).new == 1
    assert west.follow_ups.count() == 1


def test_a_row_like_several_is_answered_with_numbers_the_importer_understands(statistician):
    ledger = ledgers.get("projects")
    taken = import_file(CASES / "same_name_projects.csv", "a.csv", ledger, by=statistician)
    (refusal,) = taken.refused
    east, west = Project.objects.order_by("pk")
    assert f"请加一栏“编号”写明是哪一条：标准厂房项目 {number(east)}（甲山" in refusal.reason
    table = f"项目名称,计划总投资（万元）,编号\n标准厂房项目,3000,{number(west)}\n"
    plan = import_file(table.encode(), "a.csv", ledger, by=statistician)
    assert plan.counts == counts(changed=1)
    west.refresh_from_db()
    assert west.planned_investment == Decimal("30000000")


def test_a_stage_that_moved_on_passes_its_gate_by_number_too(statistician):
    make.project("甲", stage=Stage.NEGOTIATION, entered={Stage.NEGOTIATION: date(2023, 1, 5)})
    table = Exported("projects", statistician)
    table.set(table.lines[0], "阶段", "签约")
    (refusal,) = table.imported().refused
    assert "签约日期" in refusal.reason
    assert Project.objects.get().stage == Stage.NEGOTIATION
    projects.change(Project.objects.get(), {"location": "东区"}, by=statistician)


# Without numbers, as in a table made by hand


def test_a_row_that_tells_of_an_ended_agreement_means_that_one(statistician, park):
    project = make.signed_project(date(2023, 3, 1), park=park, amount="100000000")
    ended = agreements.end_agreement(
        Agreement.objects.get(), on=date(2023, 5, 1), by=statistician, reason="未到资"
    )
    table = f"项目,签订日期,协议投资额（万元）\n{project.name},2023-03-01,10000\n".encode()
    ledger = ledgers.get("agreements")
    assert import_file(table, "a.csv", ledger, by=statistician).counts == counts(same=1)
    make.agreement(project, date(2023, 6, 1), "200000000")  # signed again
    assert import_file(table, "a.csv", ledger, by=statistician).counts == counts(same=1)
    both = table + f"{project.name},2023-06-01,20000\n".encode()
    assert import_file(both, "a.csv", ledger, by=statistician).counts == counts(same=2)
    assert list(Agreement.objects.standing().filter(ended_on__isnull=False)) == [ended]


def test_refused_rows_keep_their_number_and_are_taken_once_mended(statistician, tmp_path):
    project = make.project("甲")
    table = Exported("projects", statistician)
    table.set(table.lines[0], "阶段", "前期")
    path = tmp_path / "a.csv"
    assert write_errors(table.imported(), path) == 1
    mended = path.read_text(encoding="utf-8-sig").replace("前期", "线索").replace("甲", "乙")
    assert number(project) in mended
    plan = import_file(mended.encode(), "a.csv", ledgers.get("projects"), by=statistician)
    assert plan.counts == counts(changed=1)
