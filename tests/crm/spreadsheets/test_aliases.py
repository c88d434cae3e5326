"""The headings each ledger's columns are known by: many, and none for two columns."""

from __future__ import annotations

import pytest

from crm import ledgers
from crm.spreadsheets.headings import canon, split_unit
from crm.spreadsheets.mapping import Mapping
from crm.spreadsheets.match import tables_on
from crm.spreadsheets.plan import needed_columns
from crm.spreadsheets.reader import Row, Sheet

IMPORTABLE = [ledger for ledger in ledgers.every() if ledger.import_columns]


@pytest.mark.parametrize("ledger", IMPORTABLE, ids=lambda ledger: ledger.key)
def test_no_heading_could_mean_two_columns_of_a_ledger(ledger):
    owners: dict[str, set[str]] = {}
    for column in ledger.import_columns:
        for word in (column.label, column.heading, *column.aliases):
            for text in (word, split_unit(word)[0]):
                owners.setdefault(canon(text), set()).add(column.name)
    assert {text: names for text, names in owners.items() if len(names) > 1} == {}


@pytest.mark.parametrize("ledger", IMPORTABLE, ids=lambda ledger: ledger.key)
def test_the_names_our_program_has_for_columns_are_no_headings(ledger):
    names = [column.name for column in ledger.import_columns]
    needed = [column.name for column in needed_columns(ledger)]
    sheet = Sheet("", [Row(1, list(names)), Row(2, ["甲"] * len(names))])
    assert tables_on(sheet, ledger.import_columns, needed, Mapping()) == []
    mapping = Mapping(columns={name: name for name in names})
    assert tables_on(sheet, ledger.import_columns, needed, mapping)


def meant(key: str, headings: list[str], cells: list | None = None) -> dict[str, str | None]:
    ledger = ledgers.get(key)
    needed = [column.name for column in needed_columns(ledger)]
    sheet = Sheet("", [Row(1, list(headings)), Row(2, cells or ["甲"] * len(headings))])
    (table,) = tables_on(sheet, ledger.import_columns, needed, Mapping())
    return {heading.text: heading.field for heading in table.headings}


def test_headings_of_real_project_lists_find_their_columns():
    told = {
        "序号": None, "项目名称": "name", "项目单位": "investor", "建设内容及规模": "summary",
        "投资规模（亿元）": "planned_investment", "协议投资（万元）": "agreed_investment",
        "用地（亩）": "land_area_mu", "所属行业": "industry", "拟选址": "park",
        "建设地点": "location", "项目进展": "stage", "责任单位": "team",
        "签约日期": "entered_signed", "动工时间": "entered_construction",
        "投产时间": "entered_operation", "计划竣工时间": "planned_completion",
    }  # fmt: skip
    assert meant("projects", list(told)) == told


@pytest.mark.parametrize(
    "heading", ["竣工日期", "项目来源", "联系电话", "2022年投资额", "累计投资"]
)
def test_a_heading_that_may_mean_several_things_means_none(heading):
    assert meant("projects", ["项目名称", heading])[heading] is None


def test_headings_of_lists_of_companies_contacts_agreements_and_receipts_find_their_columns():
    for key, told in {
        "companies": {"企业全称": "name", "统一信用代码": "credit_code", "所属行业": "industry",
                      "入驻园区": "park", "主要产品": "summary"},
        "contacts": {"联系人": "name", "职务职称": "position", "联系方式": "phone",
                     "工作单位": "company", "所属项目": "project"},
        "agreements": {"项目名称": "project", "签署日期": "signed", "合同金额（亿元）": "amount"},
        "receipts": {"项目": "project", "到账时间": "received", "实到资金（万元）": "amount"},
        "parks": {"开发区名称": "name", "园区代码": "slug", "园区类别": "kind",
                  "产业定位": "industries", "联系电话": "phone"},
    }.items():  # fmt: skip
        assert meant(key, list(told)) == told


@pytest.mark.parametrize("units", [["", "（万元）", "（亩）"], [None, "万元", "单位：亩"]])
def test_a_line_of_units_below_the_headings_belongs_to_them(units):
    ledger = ledgers.get("projects")
    lines = [["项目名称", "投资额", "占地面积"], units, ["甲", 5, 6]]
    sheet = Sheet("", [Row(number, cells) for number, cells in enumerate(lines, 1)])
    (table,) = tables_on(sheet, ledger.import_columns, ["name"], Mapping())
    assert {h.field: h.unit for h in table.headings} == {
        "name": None, "planned_investment": "万元", "land_area_mu": "亩"
    }  # fmt: skip
    assert [row.number for row in table.rows] == [3]


def test_a_unit_on_a_headings_second_line_is_its_unit():
    assert meant("projects", ["项目\n名称", "投资额\n（万元）"]) == {
        "项目 名称": "name", "投资额 （万元）": "planned_investment"
    }  # fmt: skip


def test_a_column_of_progress_that_tells_stories_is_no_column_of_stages():
    story = "已完成土地平整，正在办理施工许可，预计年底前主体封顶"
    assert meant("projects", ["项目名称", "进展情况"], ["甲", story])["进展情况"] is None
    assert meant("projects", ["项目名称", "进展情况"], ["甲", "一期投产二期在建"])["进展情况"]
    sheet = Sheet("", [Row(1, ["项目名称", "进展情况"]), Row(2, ["甲", story])])
    mapping = Mapping(columns={"进展情况": "stage"})
    (table,) = tables_on(sheet, ledgers.get("projects").import_columns, ["name"], mapping)
    assert table.fields["stage"].text == "进展情况"


def test_two_columns_of_one_meaning_are_one_where_no_row_has_both():
    ledger = ledgers.get("projects")

    def table(*lines):
        sheet = Sheet("", [Row(number, list(cells)) for number, cells in enumerate(lines, 1)])
        return tables_on(sheet, ledger.import_columns, ["name"], Mapping())[0]

    headings = ["项目名称", "用地（亩）", "占地面积（亩）"]
    one = table(headings, ["甲", 50, None], ["乙", None, "3公顷"], ["丙"])
    place = one.fields["land_area_mu"].index
    assert [row.cells[place : place + 1] for row in one.rows] == [[50], ["3公顷"], []]
    other = next(heading for heading in one.headings if heading.also)
    assert "为空时用它" in one.aside(other)
    both = table(headings, ["甲", 50, 60], ["乙", 70, None])
    assert [row.cells[1:] for row in both.rows] == [[50, 60], [70, None]]
    unlike = table(
        ["项目名称", "用地（亩）", "占地面积（公顷）"], ["甲", 50, None], ["乙", None, 3]
    )
    assert not unlike.fills


STAGE_WORDS = ["主体施工", "签约落地", "在谈", "一期投产，二期在建", "竣工"]


def column_of_stages(heading: str, words: list[str], mapping: Mapping | None = None) -> str | None:
    rows = [Row(n, [f"项目{n}", word]) for n, word in enumerate(words, start=2)]
    sheet = Sheet("", [Row(1, ["项目名称", heading]), *rows])
    columns = ledgers.get("projects").import_columns
    (table,) = tables_on(sheet, columns, ["name"], mapping or Mapping())
    return table.headings[1].field


@pytest.mark.parametrize(
    "heading", ["目前形象进度", "当前状态", "项目状态", "目前进展", "建设情况"]
)
def test_a_column_whose_words_are_stages_is_the_stage_whatever_it_is_called(heading):
    assert column_of_stages(heading, STAGE_WORDS) == "stage"


@pytest.mark.parametrize(
    ("heading", "words", "field"),
    [
        ("目前形象进度", ["完成三通一平", "设备采购", "在建", "验收"], None),  # no stages
        ("备注", STAGE_WORDS, None),  # it does not say where they stand
        ("计划进度", STAGE_WORDS, None),  # of another time
        ("2023年进度", STAGE_WORDS, None),
        ("项目状态", ["推进中", "停滞", "退出"], "status"),
        ("目前形象进度", ["", "-"], None),
    ],
)
def test_other_words_are_no_stages(heading, words, field):
    assert column_of_stages(heading, words) == field


def test_what_the_mapping_says_of_a_column_stands():
    left_out = Mapping(columns={"目前形象进度": None})
    assert column_of_stages("目前形象进度", STAGE_WORDS, left_out) is None
    sheet = Sheet("", [
        Row(1, ["项目名称", "当前状态", "阶段"]), Row(2, ["甲", "在建", "投产"]),
    ])  # fmt: skip
    (table,) = tables_on(sheet, ledgers.get("projects").import_columns, ["name"], Mapping())
    assert [heading.field for heading in table.headings] == ["name", None, "stage"]
