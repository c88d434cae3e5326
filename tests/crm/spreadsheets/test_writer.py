"""What we hand out holds no formula and reads back as it was."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.dates import When
from crm.spreadsheets.cells import plain
from crm.spreadsheets.reader import read
from crm.spreadsheets.writer import write_rows

HOSTILE = [
    "=1+1", "+1", "-1", "@SUM(A1)", "=cmd|'/c calc'!A1", "\t=1", "'=1", "''=1", "＝1+1", "＋1",
    "'平常", "<b>", "{{7*7}}",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_no_text_becomes_a_formula_and_all_text_reads_back(text, kind):
    data = write_rows(["名称", "备注"], [[text, "x"]], kind)
    assert read(data, f"台账.{kind}")[0].rows[1].cells[0] == text


@pytest.mark.parametrize("text", HOSTILE)
def test_a_workbook_of_ours_holds_text_cells_alone(text):
    data = write_rows(["名称"], [[text]], "xlsx")
    cell = openpyxl.load_workbook(io.BytesIO(data)).active["A2"]
    assert cell.data_type == "s"


@pytest.mark.parametrize("text", HOSTILE)
def test_a_csv_of_ours_begins_no_cell_with_a_sign_of_a_formula(text):
    line = write_rows(["名称"], [[text]], "csv").decode("utf-8-sig").split("\r\n", 1)[1]
    assert line.lstrip('"')[0] not in "=+-@\t\r＝＋－＠"


def test_numbers_and_dates_stay_numbers_and_dates():
    row = [Decimal("12000.50"), 3, date(2023, 8, 31), When.month(2023, 3), True, None, -5]
    (sheet,) = read(write_rows(list("甲乙丙丁戊己庚"), [row], "xlsx"), "a.xlsx")
    assert sheet.rows[1].cells == [12000.5, 3, date(2023, 8, 31), "2023年3月", True, None, -5]
    (sheet,) = read(write_rows(list("甲乙丙丁戊己庚"), [row], "csv"), "a.csv")
    assert sheet.rows[1].cells == ["12000.5", "3", "2023-08-31", "2023年3月", "是", "", "-5"]


def test_a_number_too_long_for_a_spreadsheet_is_written_as_text():
    number = Decimal("12345678901234567.89")
    (sheet,) = read(write_rows(["甲"], [[number]], "xlsx"), "a.xlsx")
    assert sheet.rows[1].cells == ["12345678901234567.89"]


_TEXT = st.text(
    st.characters(blacklist_categories=("Cs", "Cc", "Cn", "Co", "Zs", "Zl", "Zp")), min_size=1
)


@settings(max_examples=12, deadline=None)
@given(st.lists(_TEXT, min_size=1, max_size=30))
def test_any_text_reads_back_from_csv(texts):
    data = write_rows(["名称"], [[text] for text in texts], "csv")
    assert [row.cells[0] for row in read(data, "a.csv")[0].rows[1:]] == texts
    assert all(plain(text) is not None for text in texts)
