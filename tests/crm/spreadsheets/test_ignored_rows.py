"""What stands among the rows of a table and is none of them is left out, and said."""

from __future__ import annotations

import pytest

from crm import ledgers
from crm.spreadsheets.commit import import_file
from crm.spreadsheets.match import tables_on
from crm.spreadsheets.reader import Row, Sheet
from tests.crm.spreadsheets.test_sheet_choice import PROJECTS, Mapping

HEADINGS = ["序号", "项目名称", "总投资（万元）", "备注"]
ROWS = [[1, "甲山项目", 100, None], [2, "乙水项目", 200, None]]


def ignored(*between: list, merged=()) -> tuple[list[str], list[str]]:
    """The names read, and the reasons, of a table with these lines in its middle."""
    lines = [HEADINGS, ROWS[0], *between, ROWS[1]]
    sheet = Sheet("", [Row(n, list(c)) for n, c in enumerate(lines, 1)], merged=list(merged))
    (table,) = tables_on(sheet, PROJECTS.import_columns, ["name"], Mapping())
    return [str(row.cells[1]) for row in table.rows], [reason for _, reason in table.ignored]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (["合计", None, 300], "合计行"),
        ([None, "小  计", 300], "合计行"),
        (["总计：", None, 300], "合计行"),
        (["工业项目小计（2个）", None, 300], "合计行"),
        (["共2个项目", None, 300], "合计行"),
        ([None, "共计12个"], "合计行"),
        (["本页共3个项目，总投资2亿元"], "合计行"),
        (HEADINGS, "重复的表头"),
        (["一、工业项目"], "小标题或说明"),
        (["（二）农业项目", None, None], "小标题或说明"),
        (["在建项目"], "小标题或说明"),
        ([3, None, None], "只有序号"),
        (["4."], "只有序号"),
        (["注：总投资含土地"], "表下的说明"),
        (["数据来源：县统计局"], "表下的说明"),
        (["填报人：张三", None, "审核人：李四"], "表下的说明"),
        ([None, None, None, None, "旁边的批注"], "表格以外的内容"),
    ],
)
def test_a_line_that_is_no_row_is_left_out_in_the_middle_of_a_table_too(line, reason):
    assert ignored(line) == (["甲山项目", "乙水项目"], [reason])


def test_a_caption_merged_over_the_table_is_no_row():
    merged = [(3, 1, 3, 3)]
    assert ignored([None, "农业"], merged=merged)[1] == ["小标题或说明"]
    assert ignored([None, "农业"])[0] == ["甲山项目", "农业", "乙水项目"]


@pytest.mark.parametrize(
    "line",
    [
        [3, "合计划科技园项目", 5], [3, "一、二期共建项目", 5], [3, "共12号楼改造项目", 5],
        [3, "全县共30个基地建设项目", 5], [3, None, 5], [None, "甲山二期", None],
    ],
)  # fmt: skip
def test_a_row_that_only_resembles_such_a_line_stays_a_row(line):
    names, reasons = ignored(line)
    assert len(names) == 3
    assert reasons == []


@pytest.mark.django_db
def test_what_was_left_out_is_told_with_its_row_and_counts_nowhere(statistician):
    heading = "项目名称,总投资（万元）\n"
    text = f"{heading}甲山项目,100\n小计,100\n{heading}乙水项目,200\n合计,300\n"
    plan = import_file(text.encode(), "a.csv", ledgers.get("projects"), by=statistician)
    assert plan.ignored == [("", 3, "合计行"), ("", 4, "重复的表头"), ("", 6, "合计行")]
    assert plan.counts == {"new": 2, "changed": 0, "same": 0, "duplicate": 0, "refused": 0}
