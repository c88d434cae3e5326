"""Headings of real files find their columns; what is no data row is left out and named."""

from __future__ import annotations

import pytest

from crm.errors import Refused
from crm.ledgers import Column, Kind
from crm.spreadsheets.headings import split_unit
from crm.spreadsheets.mapping import Mapping, mapping_of, read_mapping
from crm.spreadsheets.match import tables_on
from crm.spreadsheets.reader import Row, Sheet

COLUMNS = [
    Column("name", "项目名称", aliases=("名称",), required=True),
    Column(
        "planned_investment", "计划总投资", Kind.MONEY, unit="万元", aliases=("总投资", "投资额")
    ),
    Column("fixed", "固定资产投资", Kind.MONEY, unit="万元"),
    Column("started", "开工日期", Kind.WHEN, aliases=("实际开工时间",)),
    Column("planned_start", "计划开工", Kind.DATE, aliases=("计划开工时间",)),
    Column("land", "用地需求", Kind.NUMBER, unit="亩", aliases=("占地面积",)),
]


def sheet(*lines, merged=(), start=1):
    rows = [Row(number, list(cells)) for number, cells in enumerate(lines, start) if any(cells)]
    return Sheet("项目", rows, merged=list(merged))


def table(*lines, mapping=None, **more):
    found = tables_on(sheet(*lines, **more), COLUMNS, ["name"], mapping or Mapping())
    return found[0] if found else None


def fields(*lines, **more):
    return {heading.text: heading.field for heading in table(*lines, **more).headings}


@pytest.mark.parametrize(
    ("heading", "bare", "unit"),
    [
        ("投资额（万元）", "投资额", "万元"),
        ("投资额(单位：亿元)", "投资额", "亿元"),
        ("总投资/亿元", "总投资", "亿元"),
        ("投资额万元", "投资额", "万元"),
        ("投资额\n（万美元）", "投资额", "万美元"),
        ("*项目名称（必填）", "项目名称", None),
        ("占地面积（亩）", "占地面积", "亩"),
        ("签约时间（年/月/日）", "签约时间", None),
        ("投资额（含土地）", "投资额(含土地)", None),
        ("项目/企业名称", "项目/企业名称", None),
        ("单位", "单位", None),
    ],
)
def test_a_heading_gives_its_unit(heading, bare, unit):
    assert split_unit(heading) == (bare, unit)


def test_labels_aliases_and_units_match_in_any_width():
    found = table(
        ["序号", "项目名称", "投资额（亿元）", "占地面积(亩)", "实际开工日期", "备注"], [1, "甲", 2]
    )
    assert {heading.text: heading.field for heading in found.headings} == {
        "序号": None,
        "项目名称": "name",
        "投资额（亿元）": "planned_investment",
        "占地面积(亩)": "land",
        "实际开工日期": "started",
        "备注": None,
    }
    assert found.fields["planned_investment"].unit == "亿元"
    assert [row.number for row in found.rows] == [2]


@pytest.mark.parametrize(
    "heading", ["计划开工时间", "预计开工时间", "开工时间（计划）", "拟开工日期"]
)
def test_a_planned_date_is_never_a_date_that_happened(heading):
    assert fields(["项目名称", heading], ["甲", "2024"])[heading] in (None, "planned_start")


def test_notes_and_blank_lines_above_the_headings_are_passed_over():
    found = table(
        ["绿溪县 2023 年项目台账"],
        ["单位：万元", None, "截至8月"],
        [None],
        ["项目名称", "总投资（万元）"],
        ["甲", 1],
    )
    assert [row.number for row in found.rows] == [5]


def test_two_merged_heading_lines_are_read_together():
    found = table(
        ["项目名称", "投资额（亿元）", None, "计划时间", None],
        [None, "总投资", "固定资产投资", "开工", "投产"],
        ["甲", 2, 1, "2024", "2025"],
        merged=[(1, 0, 2, 0), (1, 1, 1, 2), (1, 3, 1, 4)],
    )
    assert {h.text: (h.field, h.unit) for h in found.headings} == {
        "项目名称": ("name", None),
        "投资额（亿元）/总投资": ("planned_investment", "亿元"),
        "投资额（亿元）/固定资产投资": ("fixed", "亿元"),
        "计划时间/开工": ("planned_start", None),
        "计划时间/投产": (None, None),
    }
    assert [row.number for row in found.rows] == [3]


def test_two_heading_lines_of_a_csv_that_lost_its_merges_are_read_together():
    found = fields(
        ["项目名称", "投资额（亿元）", None, "开工时间"],
        [None, "总投资", "固定资产投资"],
        ["甲", "2", "1", "2023"],
    )
    assert found["投资额（亿元）/固定资产投资"] == "fixed"
    assert found["开工时间"] == "started"


def test_a_figure_of_another_year_is_not_this_years():
    found = fields(
        ["项目名称", "2022年", None, "占地面积（亩）"], ["甲类", "投资额", "用地"], ["甲", "2", "1"]
    )
    assert "planned_investment" not in found.values()


def test_totals_captions_notes_and_repeated_headings_are_no_data_rows():
    found = table(
        ["序号", "项目名称", "投资额（万元）"],
        ["一、工业项目"],
        [1, "甲", 1],
        [None, "小计", 1],
        ["序号", "项目名称", "投资额（万元）"],
        [2, "合计划科技园", 1],
        [3, None, 5],
        ["合  计", None, 2],
        ["工业园区小计：", None, 2],
        ["注：以上数据由各园区报送"],
        ["填报人：张三", None, "联系电话：123"],
        [None, None, None, None, "旁边的批注"],
    )
    assert [row.cells[1] for row in found.rows] == ["甲", "合计划科技园", None]
    assert [number for number, _ in found.ignored] == [2, 4, 5, 8, 9, 10, 11, 12]


def test_a_second_table_below_the_first_is_read_by_its_own_headings():
    first, second = tables_on(
        sheet(
            ["签约项目"],
            ["项目名称", "投资额（万元）"],
            ["甲", 1],
            ["项目二期", 2],
            ["在建项目"],
            ["序号", "名称", "开工时间", "总投资（亿元）"],
            [1, "乙", "2023", 2],
        ),
        COLUMNS,
        ["name"],
        Mapping(),
    )
    assert [row.cells[0] for row in first.rows] == ["甲", "项目二期"]
    assert [row.cells[1] for row in second.rows] == ["乙"]
    assert second.fields["planned_investment"].unit == "亿元"


def test_a_title_that_looks_like_a_heading_is_passed_over():
    found = table(["项目名称"], ["绿溪县台账"], ["项目名称", "投资额（万元）"], ["甲", 1])
    assert [row.cells[0] for row in found.rows] == ["甲"]


def test_a_unit_column_belongs_to_the_money_column_on_its_left():
    found = table(
        ["项目名称", "投资额", "单位", "固定资产投资", "金额单位"], ["甲", 1, "亿元", 2, "万元"]
    )
    assert found.unit_columns == {"planned_investment": 2, "fixed": 4}


def test_a_column_called_unit_that_holds_offices_is_no_unit_column():
    assert table(["项目名称", "投资额", "单位"], ["甲", 1, "招商局"]).unit_columns == {}


def test_a_unit_above_the_table_is_that_of_amounts_without_one_of_their_own():
    found = table(
        ["在谈项目表（单位：亿元、亩）", None, None, None],
        ["项目名称", "投资额", "固定资产投资（万元）", "用地需求"],
        ["甲", 1, 2, 3],
    )
    units = {heading.field: heading.unit for heading in found.headings}
    assert units["planned_investment"] == "亿元"
    assert units["fixed"] == "万元"
    assert units["land"] == "亩"
    assert units["name"] is None


@pytest.mark.parametrize("line", ["填报单位：县经信局", "单位：万元、亿元", "金额单位见各栏"])
def test_a_line_above_the_table_that_tells_no_one_unit_tells_none(line):
    found = table([line, None], ["项目名称", "投资额"], ["甲", 1])
    assert {heading.unit for heading in found.headings} == {None}


def test_two_headings_for_one_field_leave_the_better_one():
    found = fields(["项目名称", "投资额（万元）", "计划总投资（万元）"], ["甲", 1, 2])
    assert found == {
        "项目名称": "name", "投资额（万元）": None, "计划总投资（万元）": "planned_investment"
    }  # fmt: skip


def test_the_mapping_names_columns_and_leaves_columns_out():
    mapping = mapping_of(
        {"columns": {"Project Title": "name", "Total Amt": "planned_investment", "投资额": None}},
        COLUMNS,
    )
    found = fields(["Project Title", "Total Amt", "投资额"], ["A", "1", "2"], mapping=mapping)
    assert found == {"Project Title": "name", "Total Amt": "planned_investment", "投资额": None}


def test_a_sheet_without_the_needed_heading_has_no_table():
    assert table(["目录", "页码"], ["一", 1]) is None
    assert table() is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "不是有效的 JSON"),
        ("[]", "只能有这些项"),
        ('{"colums": {}}', "只能有这些项"),
        ('{"columns": {"a": "nothing"}}', "“nothing”在台账中不存在"),
        ('{"columns": []}', "应为对象"),
        ('{"units": {"planned_investment": "筐"}}', "“筐”不认识"),
        ('{"group_by": ["nothing"]}', "不存在"),
        ('{"values": {"nothing": {}}}', "“nothing”在台账中不存在"),
        ('{"values": {"name": []}}', "values 应为对象"),
        ('{"values": {"name": {"甲": {"new": "乙"}}}}', "这一栏不能新增"),
        ('{"values": {"name": {"甲": {"if": 1}}}}', "对象只能是"),
        ('{"constants": ["name"]}', "constants 应为对象"),
        ('{"several_stages": "last"}', "several_stages"),
    ],
)
def test_a_mapping_that_cannot_be_followed_is_refused(text, reason):
    with pytest.raises(Refused, match=reason):
        read_mapping(text, COLUMNS)


def test_the_mapping_settles_units_and_the_order_of_dates():
    mapping = mapping_of(
        {"units": {"planned_investment": "百万美元", "started": "M/D/YYYY"}}, COLUMNS
    )
    assert mapping.unit_of("planned_investment") == "百万美元"
    assert mapping.order_of("planned_investment") is None
    assert mapping.order_of("started") == "M/D/YYYY"
    assert mapping.unit_of("started") is None
