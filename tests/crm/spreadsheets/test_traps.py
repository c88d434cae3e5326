"""The traps of tables made by hand, each in every format that can hold it: xlsx, xls and CSV."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from crm import ledgers
from crm.errors import Refused
from crm.models import Project
from crm.spreadsheets import _old_book
from crm.spreadsheets._archive import Unsafe
from crm.spreadsheets.cells import Broken
from crm.spreadsheets.commit import import_file
from crm.spreadsheets.reader import read
from crm.stages import Stage
from tests.crm.spreadsheets.books import xlsx
from tests.crm.spreadsheets.old_books import Error, Formula, Serial, xls

FORMATS = ("xlsx", "xls", "utf-8", "gb18030")


def book(kind: str, rows: list[list[Any]], *, merged: tuple[str, ...] = ()) -> tuple[bytes, str]:
    """The same table in one of the formats; CSV has no merged cells."""
    if kind == "xlsx":

        def change(made):
            for area in merged:
                made.active.merge_cells(area)

        return xlsx(rows, change), "a.xlsx"
    if kind == "xls":
        areas = []
        for area in merged:
            first, last = area.split(":")
            areas.append((int(first[1:]) - 1, int(last[1:]) - 1, ord(first[0]) - 65,
                          ord(last[0]) - 65))  # fmt: skip
        return xls(rows, merged=areas), "a.xls"
    text = "\n".join(",".join("" if cell is None else str(cell) for cell in row) for row in rows)
    return text.encode(kind), "a.csv"


@pytest.mark.django_db
@pytest.mark.parametrize("kind", FORMATS)
def test_a_table_with_all_that_hands_add_to_it_gives_its_rows_and_nothing_else(kind, statistician):
    rows = [
        ["绿溪县招商项目台账", None, None, None, None],
        ["填报单位：县投促局", None, None, None, None],
        [None, None, None, None, None],
        ["项目名称", "投资情况", None, "签约日期", None],
        [None, "总投资（万元）", "固定资产投资（万元）", None, None],
        ["一、在建项目", None, None, None, None],
        ["电池项目", 12000, 8000, "2023-03-05", "催一下"],
        ["鞋服项目", 5000, None, "2023年4月", None],
        ["合计", 17000, 8000, None, None],
        ["注：投资额为计划数", None, None, None, None],
    ]
    data, name = book(kind, rows, merged=("A1:E1", "B4:C4", "A4:A5", "D4:D5"))
    plan = import_file(data, name, ledgers.get("projects"), by=statistician)
    assert (plan.new, plan.refused) == (2, [])
    assert len(plan.ignored) == 3
    battery = Project.objects.get(name="电池项目")
    assert battery.planned_investment == 120_000_000
    assert battery.fixed_asset_investment == 80_000_000
    assert battery.stage == Stage.SIGNED
    assert plan.columns["签约日期"] == "entered_signed"


def test_hidden_rows_of_an_old_workbook_are_told():
    (sheet,) = read(xls([["项目名称"], ["甲"], ["乙"]], hidden=[2]), "a.xls")
    assert [(row.cells[0], row.hidden) for row in sheet.rows] == [
        ("项目名称", False), ("甲", True), ("乙", False)
    ]  # fmt: skip


@pytest.mark.parametrize("epoch_1904", [False, True])
def test_an_old_workbook_gives_the_right_days_in_both_date_systems(epoch_1904):
    serial = 45169 - (1462 if epoch_1904 else 0)
    (sheet,) = read(xls([["日期"], [Serial(serial)]], epoch_1904=epoch_1904), "a.xls")
    assert sheet.epoch_1904 is epoch_1904
    assert sheet.rows[1].cells[0] in (date(2023, 8, 31), datetime(2023, 8, 31))


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["xlsx", "xls"])
def test_a_day_kept_as_a_bare_number_counts_from_the_books_own_year(kind, statistician):
    rows = [["项目名称", "签约日期"], ["甲", 45169 - 1462]]

    def change(made):
        made.epoch = CALENDAR_MAC_1904

    data = xlsx(rows, change) if kind == "xlsx" else xls(rows, epoch_1904=True)
    import_file(data, f"a.{kind}", ledgers.get("projects"), by=statistician)
    assert Project.objects.get().moves.get().occurred_on == date(2023, 8, 31)


def test_errors_and_formulas_of_an_old_workbook_are_not_blank():
    cells = [Error(0x2A), Error(0x07, formula=True), Formula(None), Formula(2.0), Formula("好")]
    (sheet,) = read(xls([["A", "B", "C", "D", "E"], cells]), "a.xls")
    na, division, unsaved, two, text = sheet.rows[1].cells
    assert [type(cell) for cell in (na, division, unsaved)] == [Broken] * 3
    assert "#N/A" in na.reason
    assert "#DIV/0!" in division.reason
    assert "没有保存计算结果" in unsaved.reason
    assert (two, text) == (2, "好")


@pytest.mark.django_db
def test_an_error_value_of_an_old_workbook_is_unknown_in_its_row_alone(statistician):
    rows = [["项目名称", "投资额（万元）"], ["甲", Error(0x17)], ["乙", 5]]
    plan = import_file(xls(rows), "a.xls", ledgers.get("projects"), by=statistician)
    assert plan.new == 2
    assert [(one.row, "#REF!" in one.reason) for one in plan.to_check] == [(2, True)]


def test_merged_cells_of_an_old_workbook_are_told():
    (sheet,) = read(xls([["甲", None], ["乙", "丙"]], merged=[(0, 0, 0, 1)]), "a.xls")
    assert sheet.merged == [(1, 0, 1, 1)]


def test_an_old_workbook_with_a_password_is_refused():
    with pytest.raises(Refused, match="密码"):
        read(xls([["甲"]], encrypted=True), "a.xls")


@settings(max_examples=150)
@given(st.data())
def test_a_damaged_old_workbook_is_refused_or_read_and_never_hangs(data):
    whole = bytearray(xls([["甲", Error(0x2A)], ["乙", Formula(None)]], hidden=[2]))
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(whole) - 1))
        whole[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(8, len(whole)))
    with suppress(Unsafe):
        _, sheets = _old_book.inspect(bytes(whole[:cut]))
        assert all(row >= 1 for sheet in sheets for row in sheet.hidden_rows)
