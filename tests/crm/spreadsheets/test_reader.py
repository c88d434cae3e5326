"""What the reader gives back of an honest file: every value, every row number."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from crm.errors import Refused
from crm.spreadsheets.cells import Broken
from crm.spreadsheets.reader import read
from tests.crm.spreadsheets.books import cell, raw_xlsx, xlsx

DATA = Path(__file__).parents[2] / "data" / "import"
TABLE = [["项目名称", "投资额（万元）"], ["新型电池", 1200], [None], ["纺织鞋服", 0.1 + 0.2]]


def test_cells_keep_their_types_and_rows_their_spreadsheet_numbers():
    (sheet,) = read(xlsx([*TABLE, ["丙", date(2023, 8, 31), True]]), "台账.xlsx")
    assert sheet.name == "项目"
    assert [row.number for row in sheet.rows] == [1, 2, 4, 5]
    assert sheet.rows[1].cells == ["新型电池", 1200]
    assert sheet.rows[3].cells == ["丙", date(2023, 8, 31), True]


def test_a_macro_workbook_without_macros_is_a_workbook():
    assert read(xlsx(TABLE), "台账.xlsm")[0].rows[1].cells[0] == "新型电池"


def test_hidden_sheets_hidden_rows_and_merged_cells_are_told():
    def change(book):
        book.active.row_dimensions[2].hidden = True
        book.active.merge_cells("A1:B1")
        book.create_sheet("备份").sheet_state = "hidden"
        book.create_sheet("深藏").sheet_state = "veryHidden"

    first, backup, deep = read(xlsx(TABLE, change), "台账.xlsx")
    assert [row.hidden for row in first.rows] == [False, True, False]
    assert first.merged == [(1, 0, 1, 1)]
    assert (first.hidden, backup.hidden, deep.hidden) == (False, True, True)


def test_a_workbook_of_the_1904_date_system_gives_the_right_days():
    def change(book):
        book.epoch = CALENDAR_MAC_1904

    (sheet,) = read(xlsx([["日期"], [datetime(2023, 8, 31)]], change), "苹果.xlsx")
    assert sheet.epoch_1904
    assert sheet.rows[1].cells[0] in (date(2023, 8, 31), datetime(2023, 8, 31))


def test_a_formula_gives_its_saved_value_and_one_without_is_broken():
    body = (
        f"<row r='1'>{cell('A1', '名称')}</row>"
        "<row r='2'><c r='A2'><f>1+1</f><v>2</v></c><c r='B2'><f>WEBSERVICE(A1)</f></c>"
        "<c r='C2' t='e'><f>1/0</f><v>#DIV/0!</v></c></row>"
    )
    (sheet,) = read(raw_xlsx(body), "公式.xlsx")
    value, uncached, error = sheet.rows[1].cells
    assert value == 2
    assert isinstance(uncached, Broken) and "没有保存计算结果" in uncached.reason  # noqa: PT018
    assert isinstance(error, Broken) and "#DIV/0!" in error.reason  # noqa: PT018


def test_the_day_that_never_was_is_broken_and_not_another_day():
    def change(book):
        book.active["A2"] = 60
        book.active["A2"].number_format = "yyyy-mm-dd"

    (sheet,) = read(xlsx([["日期"]], change), "序号.xlsx")
    assert isinstance(sheet.rows[1].cells[0], Broken)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_is_read_in_the_encodings_excel_writes(encoding):
    data = '项目名称,投资额,备注\r\n“𠮷野”项目,1.2亿,"多\n行"\r\n\r\n乙,,\r\n'.encode(encoding)
    (sheet,) = read(data, "台账.csv")
    assert [(row.number, row.cells) for row in sheet.rows] == [
        (1, ["项目名称", "投资额", "备注"]),
        (2, ["“𠮷野”项目", "1.2亿", "多\n行"]),
        (4, ["乙"]),
    ]


def test_the_apostrophe_of_our_own_csv_export_comes_off_again():
    (sheet,) = read("名称\n'=1+1\n''=1\n'平常\n-5\n".encode(), "a.csv")
    assert [row.cells[0] for row in sheet.rows[1:]] == ["=1+1", "'=1", "'平常", "-5"]


def test_utf8_with_a_damaged_byte_is_refused_and_not_read_as_other_signs():
    data = ("项目名称,备注\n" + "重庆永安产业园,很好\n" * 20).encode() + b"\xe4\xb8,\n"
    with pytest.raises(Refused, match="文字编码"):
        read(data, "a.csv")


def test_an_old_workbook_is_read_like_a_new_one():
    (sheet, _) = read(DATA / "old_format.xls", "old_format.xls")
    assert sheet.rows[0].cells == ["项目名称", "投资额（万元）", "签约日期"]
    assert sheet.rows[1].cells == ["新型电池项目", 12000, date(2023, 3, 5)]


def test_a_missing_file_and_an_unknown_kind_are_refused():
    with pytest.raises(Refused, match="打不开文件"):
        read(DATA / "absent.xlsx", "absent.xlsx")
    with pytest.raises(Refused, match="不支持"):
        read(b"x", "台账.docx")
