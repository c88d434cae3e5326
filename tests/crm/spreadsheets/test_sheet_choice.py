"""The right sheet is read, the others are named; a table without headings is asked about."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from crm import ledgers
from crm.errors import Refused
from crm.models import Company, Project
from crm.spreadsheets.columns import lay_out
from crm.spreadsheets.commit import import_file
from crm.spreadsheets.mapping import Mapping
from crm.spreadsheets.plan import find_tables
from crm.spreadsheets.reader import Row, Sheet
from tests.crm.spreadsheets.books import xlsx
from tests.needs import SHARED

PROJECTS = ledgers.get("projects")
COMPANIES = ledgers.get("companies")
DATA = [["项目名称", "阶段", "签约时间"], ["甲山项目", "签约", "2023-03-01"]]
DICTIONARY = [
    ["字段", "怎么填"],
    ["项目名称", "写全称"],
    ["阶段", "见下"],
    ["签约时间", "年月日"],
    ["备注"],
]


def sheet(name: str, lines: list[list], hidden: bool = False) -> Sheet:
    return Sheet(name, [Row(number, list(cells)) for number, cells in enumerate(lines, 1)], hidden)


def tables(*sheets: Sheet, by_hand: str | None = None, ledger=PROJECTS, mapping=None, **more):
    return find_tables(list(sheets), ledger, mapping or Mapping(), by_hand, **more)


# Which sheet


def test_a_sheet_that_lists_field_names_is_left_out_and_named():
    (table,) = tables(sheet("说明", DICTIONARY), sheet("数据", DATA))
    assert table.sheet.name == "数据"
    assert table.instead_of == [("说明", "里面列的是栏目名称，不是数据")]


def test_a_sheet_that_was_left_out_can_be_chosen_by_hand():
    (table,) = tables(sheet("说明", DICTIONARY), sheet("数据", DATA), by_hand="说明")
    assert [row.cells[0] for row in table.rows] == ["阶段", "签约时间", "备注"]


def test_a_sheet_of_names_alone_is_left_out_where_another_names_much_more():
    names = sheet("目录", [["项目名称", "页码"], ["甲山项目", 3], ["乙水项目", 4]])
    (table,) = tables(names, sheet("数据", DATA))
    assert [name for name, _ in table.instead_of] == ["目录"]
    both = tables(names, sheet("数据", [["项目名称", "阶段"], ["丙", "签约"]]))
    assert [table.sheet.name for table in both] == ["目录", "数据"]


def test_a_second_table_of_names_on_a_sheet_that_is_read_is_read_too():
    more = [["备选项目"], ["项目名称", "备注"], ["丙丁项目", "待谈"]]
    first, second = tables(sheet("数据", [*DATA, *more]))
    assert [row.cells[0] for row in (*first.rows, *second.rows)] == ["甲山项目", "丙丁项目"]


def test_field_names_listed_on_the_sheet_of_the_data_are_ignored_and_said():
    (table,) = tables(sheet("数据", [*DATA, ["怎么填"], *DICTIONARY[1:]]))
    assert [row.cells[0] for row in table.rows] == ["甲山项目"]
    assert [reason for _, reason in table.ignored] == ["下一张表的标题", *["栏目说明"] * 3]


def test_sheets_with_the_same_headings_are_all_read():
    both = tables(sheet("2022年", DATA), sheet("2023年", DATA))
    assert [table.sheet.name for table in both] == ["2022年", "2023年"]
    assert both[0].instead_of == []


def test_the_page_names_what_is_left_out_and_why():
    sheets = [sheet("说明", DICTIONARY), sheet("数据", DATA), sheet("封面", [["绿溪县"]])]
    layout = lay_out(sheets, PROJECTS, Mapping(), None)
    assert [one.left_out for one in layout.sheets] == [
        "里面列的是栏目名称，不是数据", "", "表头不符"
    ]  # fmt: skip


@pytest.mark.django_db
def test_an_import_says_which_sheet_was_not_read(statistician):
    def change(book):
        extra = book.create_sheet("说明", 0)
        for line in DICTIONARY:
            extra.append(line)

    plan = import_file(xlsx(DATA, change), "a.xlsx", PROJECTS, by=statistician)
    assert (plan.new, plan.refused) == (1, [])
    assert plan.as_json()["notes"] == [
        "工作表“说明”没有读：里面列的是栏目名称，不是数据。要读它，请指定这个工作表。"
    ]
    assert plan.columns == {"项目名称": "name", "阶段": "stage", "签约时间": "entered_signed"}


@pytest.mark.shared
@pytest.mark.django_db
def test_the_shared_book_whose_first_sheet_is_a_dictionary_gives_its_one_project(statistician):
    path = SHARED / "cases" / "04_dictionary_sheet_first.xlsx"
    plan = import_file(path, path.name, PROJECTS, by=statistician)
    assert (plan.new, plan.refused) == (1, [])
    assert Project.objects.get().name == "甲山项目"


# No headings

BARE = [
    ["甲山有限公司", "91320000MA1ABCDEFG", date(2023, 1, 5)],
    ["乙水厂", None, date(2023, 2, 1)],
]


@pytest.mark.parametrize(
    "lines",
    [
        BARE,
        [["绿溪县企业"], *BARE],
        [["一个盒子"], ["一为"], ["一之乡"]],
        [["甲山项目", "在建"], ["乙水项目", "在建"]],
        [["甲山项目", "1200.5万元"], ["乙水项目", "2亿元"]],
    ],
)
def test_a_table_whose_first_row_is_data_has_no_headings(lines):
    (table,) = tables(sheet("", lines), ledger=COMPANIES, is_asking=True)
    assert table.has_no_headings
    assert [h.text for h in table.headings] == ["A列", "B列", "C列"][: len(lines[-1])]
    assert {h.field for h in table.headings} == {None}
    assert len(table.rows) == len(lines) - (lines[0] == ["绿溪县企业"])


@pytest.mark.parametrize(
    "lines",
    [
        [["Project Title", "Total Amt"], ["Irrigation", "150"]],
        [["建设项目名单", "主体"], ["甲山项目", "乙厂"]],
        [["单位名称"], ["甲山有限公司"]],
        [["阶段", "投资额"], ["在建", 2022]],
        [["甲山项目"]],
    ],
)
def test_a_first_row_that_may_be_headings_is_never_taken_for_data(lines):
    with pytest.raises(Refused, match="没有找到表头"):
        tables(sheet("", lines), is_asking=True)


def test_without_a_mapping_the_refusal_says_how_to_write_one():
    with pytest.raises(Refused) as refusal:
        tables(sheet("", BARE), ledger=PROJECTS)
    assert refusal.value.reason == ('没有表头，用映射写明各列，例如 {"columns": {"A列": "name"}}。')


def test_a_mapping_by_letters_is_followed_although_the_first_row_might_be_headings():
    mapping = Mapping(columns={"a列": "name", "b列": "location"})
    (table,) = tables(sheet("", [["Alpha", "Beta"], ["Gamma", "Delta"]]), mapping=mapping)
    assert {h.text: h.field for h in table.headings} == {"A列": "name", "B列": "location"}
    assert len(table.rows) == 2


def test_files_without_headings_are_not_taken_for_one_another():
    one, other = (
        lay_out([sheet("", [[name], ["乙"], ["丙"]])], COMPANIES, Mapping(), None)
        for name in ("甲", "丁")
    )
    assert one.print != other.print
    assert one.meanings == {}
    assert one.needed == ["企业名称"]


@pytest.mark.django_db
def test_a_list_without_headings_goes_in_by_command_with_a_mapping(
    statistician, tmp_path, settings
):
    settings.VAR = tmp_path
    file, mapping = tmp_path / "名单.txt", tmp_path / "m.json"
    file.write_text("甲山有限公司\n乙水,丙火合资厂\n" + "丁\n" * 1 + "".join(
        f"企业{number}\n" for number in range(20)), encoding="gb18030")  # fmt: skip
    mapping.write_text('{"columns": {"A列": "name"}}', encoding="utf-8")
    arguments = ["import_ledger", str(file), "--ledger", "companies", "--as", "statistician"]
    with pytest.raises(CommandError, match="没有表头"):
        call_command(*arguments)
    call_command(*arguments, "--mapping", str(mapping))
    assert Company.objects.count() == 23
    assert Company.objects.filter(name="乙水,丙火合资厂").exists()


@pytest.mark.django_db
def test_rows_sent_back_from_a_list_without_headings_go_in_again(statistician):
    mapping = Mapping(columns={"a列": "name", "b列": "credit_code"})
    text = "甲山有限公司,坏\n乙水有限公司,\n"
    plan = import_file(text.encode(), "a.csv", COMPANIES, by=statistician, mapping=mapping)
    assert (plan.new, [one.column for one in plan.refused]) == (1, ["B列"])
    assert json.dumps(plan.columns, ensure_ascii=False) == '{"A列": "name", "B列": "credit_code"}'
    again = "A列,B列,错误原因\n甲山有限公司,,改好了\n"
    plan = import_file(again.encode(), "b.csv", COMPANIES, by=statistician, mapping=mapping)
    assert (plan.new, plan.refused) == (1, [])
