"""Every kind of file an office keeps is read as what it is, whatever its name says."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime
from xml.sax.saxutils import escape

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.errors import Refused
from crm.spreadsheets import _child, _text
from crm.spreadsheets._html import read_html
from crm.spreadsheets._sheets import Unsafe
from crm.spreadsheets.cells import Broken
from crm.spreadsheets.reader import KINDS, Row, parsed, read
from tests.crm.spreadsheets.books import with_parts, xlsx
from tests.crm.spreadsheets.old_books import Error, Formula, Serial, excel_5, xls
from tests.crm.spreadsheets.open_documents import cell, ods, row, rows, table

LINES = [["项目名称", "投资额（万元）", "阶段"], ["甲山泵阀", "1200", "签约"], ["乙", "", "在谈"]]
CSV = "".join(",".join(line) + "\n" for line in LINES)
HTML = (
    "<html><head><title>台账</title><style>td{color:red}</style></head><body><table border=1>"
    "<tr><th>项目名称</th><th>投资额（万元）</th><th>阶段</th></tr>"
    "<tr><td>甲山泵阀</td><td>1200</td><td>签约</td></tr>"
    "<tr><td>乙</td><td>&nbsp;</td><td>在谈</td></tr></table></body></html>"
)


def cells(data: bytes, name: str) -> list[list]:
    return [[*map(str, row.cells)] for row in read(data, name)[0].rows]


# Names that say something else


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (CSV.encode("gbk"), "系统导出.xls"),
        (CSV.replace(",", "\t").encode("utf-16"), "系统导出.xls"),
        (HTML.encode("gbk"), "系统导出.xls"),
        (HTML.encode(), "系统导出.htm"),
        (HTML.encode("utf-16"), "系统导出.xlsx"),
        (CSV.encode(), "改过名.xlsx"),
    ],
)
def test_text_and_web_pages_are_read_under_whatever_name(data, name):
    assert [line[0] for line in cells(data, name)] == ["项目名称", "甲山泵阀", "乙"]


@pytest.mark.parametrize("name", ["a.xls", "a.et", "a.csv", "a.xlsx", "a.ods"])
def test_a_workbook_is_read_under_whatever_name(name):
    for data in (xlsx(LINES), xls(LINES), ods(table(*rows(LINES)))):
        assert cells(data, name)[1] == ["甲山泵阀", "1200", "签约"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'<?xml version="1.0"?><data><row>1</row></data>', "XML 数据"),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related\n", "mht"),
        (b"<html><body>no table here</body></html>", "没有可读的表格"),
        (b"\x09\x04\x06\x00\x00\x00\x10\x00\x00\x00", "Excel 4.0"),
        (with_parts(xlsx(LINES), {"xl/workbook.bin": b"x"}), "xlsb"),
        (b"%PDF-1.7", "PDF"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_for_sure_is_refused_with_how_to_save_it(data, reason):
    for name in ("a.xls", "a.xlsx"):
        with pytest.raises(Refused, match=reason) as refusal:
            read(data, name)
        assert "另存" in refusal.value.reason or "提供原始的" in refusal.value.reason


def test_a_kind_that_is_no_table_is_refused_by_its_name():
    assert "xlsb" not in KINDS
    with pytest.raises(Refused, match=r"不支持“\.xlsb”"):
        read(b"x", "a.xlsb")


# Web pages


def test_each_table_of_a_page_is_a_sheet_and_spans_are_merges():
    page = (
        "<table><tr><td>查询条件：<table><tr><td>在建</td></tr></table></td></tr></table>"
        "<table><tr><td colspan=2>绿溪县台账</td></tr>"
        "<tr><td rowspan=2>甲<br>山</td><td>1</td></tr><tr style='display: none'><td>2</td></tr>"
        "<tr><td>a &lt; b<td>\n 换\n 行 </td></tr></table>"
    )
    outer, inner, ledger = read(page.encode(), "a.xls")
    assert [outer.rows[0].cells, inner.rows[0].cells] == [["查询条件："], ["在建"]]
    assert ledger.rows == [
        Row(1, ["绿溪县台账"]), Row(2, ["甲\n山", "1"]), Row(3, [None, "2"], hidden=True),
        Row(4, ["a < b", "换 行"]),
    ]  # fmt: skip
    assert ledger.merged == [(1, 0, 1, 1), (2, 0, 3, 0)]
    assert [outer.name, ledger.name] == ["表格1", "表格3"]


@pytest.mark.parametrize(
    "page",
    [
        "<table>" + "<tr><td>x" * 20_001,
        "<table><tr>" + "<td>x" * 101,
        "<table><tr><td>" + "长" * 40_000,
        "<table><tr><td>x" * 300,
        "<table><tr><td rowspan=99999999 colspan=99999999>x<td>y",
    ],
)
def test_a_page_beyond_the_limits_is_refused(page):
    with pytest.raises(Refused, match="超过"):
        read(page.encode(), "a.xls")


@settings(max_examples=60)
@given(st.lists(st.sampled_from(
    ["<table>", "</table>", "<tr>", "</tr>", "<td colspan=3>", "<td rowspan=2>", "</td>", "甲",
     "<br>", "<script>", "</script>", "<!--", "-->", "<", "&#0;", "<td rowspan=x colspan=-1>"]
), max_size=30))  # fmt: skip
def test_a_broken_page_is_read_or_refused_and_nothing_else(parts):
    with suppress(Unsafe):
        for sheet in read_html("".join(parts).encode()):
            assert all(any(row) for _, row in sheet["rows"])
            assert all(top <= bottom and left <= right
                       for top, left, bottom, right in sheet["merged"])  # fmt: skip


# XML spreadsheets


def xml_book(body: str, before: str = "", encoding: str = "UTF-8", prologue: str = "") -> bytes:
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?>\n{prologue}'
        '<ss:Workbook xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet" '
        f'xmlns:x="urn:schemas-microsoft-com:office:excel">{before}{body}</ss:Workbook>'
    )
    return text.encode(encoding)


def xml_cell(kind: str, text: str, attributes: str = "") -> str:
    return f'<ss:Cell {attributes}><ss:Data ss:Type="{kind}">{text}</ss:Data></ss:Cell>'


@pytest.mark.parametrize("encoding", ["UTF-8", "GB2312", "UTF-16"])
def test_an_xml_spreadsheet_is_read_like_the_workbook_it_is(encoding):
    body = (
        '<ss:Worksheet ss:Name="项目"><ss:Table><ss:Row>'
        + xml_cell("String", "甲 &amp; 乙", 'ss:MergeAcross="1" ss:MergeDown="1"')
        + "<ss:Cell><ss:Comment><ss:Data>批注</ss:Data></ss:Comment></ss:Cell>"
        + xml_cell("Number", "12.5")
        + '</ss:Row><ss:Row ss:Span="2"/><ss:Row ss:Hidden="1">'
        + xml_cell("DateTime", "2023-08-31T00:00:00.000", 'ss:Index="3"')
        + xml_cell("DateTime", "2023-08-31T10:20:00.000")
        + xml_cell("DateTime", "1899-12-31T10:20:00.000")
        + xml_cell("Boolean", "1")
        + '</ss:Row><ss:Row ss:Index="9">'
        + xml_cell("Error", "#N/A", 'ss:Formula="=1/0"')
        + '<ss:Cell ss:Formula="=1+1"/>'
        + xml_cell("Number", "2", 'ss:Formula="=1+1"')
        + "</ss:Row></ss:Table></ss:Worksheet>"
        '<ss:Worksheet ss:Name="备份"><ss:Table/><x:WorksheetOptions>'
        "<x:Visible>SheetHidden</x:Visible></x:WorksheetOptions></ss:Worksheet>"
    )
    first, second = read(xml_book(body, encoding=encoding), "系统导出.xls")
    heading, days, errors = first.rows
    assert heading == Row(1, ["甲 & 乙", None, None, 12.5])
    assert first.merged == [(1, 0, 2, 1)]
    assert days == Row(
        5, [None, None, date(2023, 8, 31), datetime(2023, 8, 31, 10, 20), "10:20:00", True], True
    )
    assert (errors.number, errors.cells[2]) == (9, 2)
    assert "#N/A" in errors.cells[0].reason
    assert "没有保存计算结果" in errors.cells[1].reason
    assert [first.hidden, second.hidden] == [False, True]


def test_the_1904_dates_of_an_xml_spreadsheet_are_told():
    before = "<x:ExcelWorkbook><x:Date1904/></x:ExcelWorkbook>"
    body = f'<ss:Worksheet ss:Name="a"><ss:Table><ss:Row>{xml_cell("String", "甲")}</ss:Row></ss:Table></ss:Worksheet>'  # noqa: E501
    assert read(xml_book(body, before), "a.xml")[0].epoch_1904
    assert not read(xml_book(body), "a.xml")[0].epoch_1904


@pytest.mark.parametrize(
    ("inside", "reason"),
    [
        (f"<ss:Row ss:Index='1000000'>{xml_cell('String', 'x')}</ss:Row>", "20000 行"),
        ("<ss:Row>" + xml_cell("String", "x", 'ss:Index="16384"') + "</ss:Row>", "100 列"),
        (f"<ss:Row>{xml_cell('String', '长' * 40_000)}</ss:Row>", "32,767"),
        (f"<ss:Row>{xml_cell('Number', '一')}</ss:Row>", "结构有错误"),
        ("<ss:Row ss:Index='x'/>", "结构有错误"),
        ("<ss:Row>", "结构有错误"),
        ("<x:SupBook/>", "其他文件"),
    ],
)
def test_an_xml_spreadsheet_beyond_the_limits_or_broken_is_refused(inside, reason):
    body = f'<ss:Worksheet ss:Name="a"><ss:Table>{inside}</ss:Table></ss:Worksheet>'
    with pytest.raises(Refused, match=reason):
        read(xml_book(body), "a.xls")


def test_cells_outside_every_sheet_and_entities_of_an_xml_spreadsheet_are_refused():
    with pytest.raises(Refused, match="结构有错误"):
        read(xml_book(f"<ss:Row>{xml_cell('String', 'x')}</ss:Row>"), "a.xls")
    with pytest.raises(Refused, match="DTD"):
        read(xml_book("", prologue="<!DOCTYPE x [<!ENTITY a 'b'>]>"), "a.xls")


# Text


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_text_is_cut_at_the_sign_that_cuts_its_lines_alike(sign):
    lines = [["绿溪县台账"], *LINES, ["丙；,", "1,200", "开工|签约"]]
    text = "\n".join(
        sign.join(f'"{c}"' if sign in c or "," in c else c for c in line) for line in lines
    )
    assert cells(text.encode(), "a.csv")[-1] == ["丙；,", "1,200", "开工|签约"]


def test_a_list_of_names_is_one_column_although_a_name_has_a_comma():
    names = [*(f"企业{number}" for number in range(40)), "甲,乙合资厂"]
    assert cells("\n".join(names).encode(), "名单.txt")[-1] == ["甲,乙合资厂"]


@pytest.mark.parametrize("names", [["Foo Co., Ltd", "Bar Co., Ltd"], ["甲;乙", "丙;丁"], ["甲|乙"]])
def test_a_heading_above_names_with_a_sign_in_them_is_that_of_a_list(names):
    assert cells("\n".join(["企业名称", *names]).encode(), "a.csv") == [
        ["企业名称"],
        *([n] for n in names),
    ]


def test_two_columns_below_a_title_are_two():
    assert cells("绿溪县台账\n项目名称,投资额\n甲,1\n".encode(), "a.csv")[1] == [
        "项目名称",
        "投资额",
    ]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16", "gbk", "utf-8"])
def test_text_without_a_mark_of_its_encoding_is_read(encoding):
    assert cells(CSV.encode(encoding), "a.csv")[1] == ["甲山泵阀", "1200", "签约"]


def test_big5_is_told_from_gb18030():
    text = "專案名稱,投資額,階段\n臺灣精密機械有限公司,1200,簽約\n電子零件製造廠,80,洽談\n"
    assert cells(text.encode("big5"), "a.csv")[1][0] == "臺灣精密機械有限公司"
    assert cells(text.encode("gb18030"), "a.csv")[1][0] == "臺灣精密機械有限公司"


def test_digits_that_a_system_kept_as_text_for_excel_come_without_its_signs():
    assert cells('编号,名称\n="0012","=""0013"""\n'.encode(), "a.csv")[1] == ["0012", "0013"]
    page = "<table><tr><td>编号</td></tr><tr><td>=&quot;0012&quot;</td></tr></table>"
    assert cells(page.encode(), "a.xls")[1] == ["0012"]
    assert cells('编号,名称\n\'="0012",甲\n'.encode(), "a.csv")[1][0] == '="0012"'


@settings(max_examples=200)
@given(st.text(st.sampled_from("项目名称投资额阶段签约园区企业电子科技有限公司建设合作开发联通甲乙丙，。、0123,"),
               min_size=2, max_size=40))  # fmt: skip
def test_simplified_text_is_never_taken_for_big5(text):
    assert _text.decode(text.encode("gbk")) == text


def test_a_quotation_mark_that_swallows_lines_is_refused_and_one_within_a_cell_is_not():
    with pytest.raises(Refused, match="没有配对引号"):
        read('名称,备注\n甲,"未完\n乙,好\n丙,好\n'.encode(), "a.csv")
    assert cells('名称,规格\n甲,5" 管\n乙,好\n'.encode(), "a.csv")[1] == ["甲", '5" 管']


# OpenDocument


def test_an_open_document_gives_its_values_and_the_rows_their_numbers():
    day, moment = date(2023, 8, 31), datetime(2023, 8, 31, 10, 20)
    (sheet,) = read(
        ods(table(row("名称", "值"), row(times=2), row("甲", 12.5, day, moment, True, None, "末"),
                  row("同", times=2))),
        "台账.ods",
    )  # fmt: skip
    assert sheet.rows == [
        Row(1, ["名称", "值"]), Row(4, ["甲", 12.5, day, moment, True, None, "末"]),
        Row(5, ["同"]), Row(6, ["同"]),
    ]  # fmt: skip


def test_hidden_rows_and_sheets_merges_and_the_1904_dates_of_an_open_document_are_told():
    wide = cell("标题", 'table:number-columns-spanned="3" table:number-rows-spanned="2"')
    first, second = read(
        ods(
            table(row(wide), row(), row("藏", hidden=True)),
            table(row("备份"), name="备份", hidden=True),
            before='<table:calculation-settings><table:null-date table:date-value="1904-01-01"/>'
            "</table:calculation-settings>",
        ),
        "台账.ods",
    )
    assert first.merged == [(1, 0, 2, 2)]
    assert [r.hidden for r in first.rows] == [False, True]
    assert (first.hidden, second.hidden) == (False, True)
    assert first.epoch_1904


def test_errors_and_unsaved_formulas_of_an_open_document_are_broken():
    error = (
        '<table:table-cell table:formula="of:=1/0" office:value-type="string" '
        'office:string-value="" calcext:value-type="error"><text:p>#DIV/0!</text:p>'
        "</table:table-cell>"
    )
    excels = '<table:table-cell office:value-type="float" office:value="0"><text:p>#N/A</text:p></table:table-cell>'  # noqa: E501
    unsaved = '<table:table-cell table:formula="of:=1+1"/>'
    saved = '<table:table-cell table:formula="of:=1+1" office:value-type="float" office:value="2"/>'
    (sheet,) = read(ods(table(row(error, excels, unsaved, saved))), "台账.ods")
    division, missing, unknown, two = sheet.rows[0].cells
    assert [type(one) for one in (division, missing, unknown)] == [Broken] * 3
    assert "#DIV/0!" in division.reason
    assert "没有保存计算结果" in unknown.reason
    assert two == 2


def test_the_text_of_a_cell_has_its_lines_and_spaces_and_not_its_remarks():
    inside = (
        '<table:table-cell office:value-type="string"><office:annotation><text:p>批注</text:p>'
        '</office:annotation>\n <text:p>甲<text:s text:c="2"/>乙<text:line-break/>丙</text:p>'
        "<text:p><text:a xlink:href='http://x'>丁</text:a>\n戊</text:p>"
        "<draw:frame><text:p>图</text:p></draw:frame></table:table-cell>"
    )
    assert read(ods(table(row(inside))), "a.ods")[0].rows[0].cells == ["甲  乙\n丙\n丁 戊"]


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.dates(date(1900, 3, 1)),
    st.text("甲乙<&>\"'0.=#/园", min_size=1, max_size=8),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.lists(VALUES, max_size=5), st.integers(1, 4)), max_size=6))
def test_whatever_stands_in_an_open_document_comes_back_in_its_row(lines):
    data = ods(table(*[
        row(*[cell(escape(v) if isinstance(v, str) else v) for v in values], times=times)
        for values, times in lines
    ]))  # fmt: skip
    every = [values for values, times in lines for _ in range(times)]
    wanted = {}
    for number, values in enumerate(every, 1):
        filled = [index for index, value in enumerate(values, 1) if value is not None]
        if filled:
            wanted[number] = values[: filled[-1]]
    (sheet,) = parsed(orjson.dumps({"sheets": _child.read(data, "ods")}))
    assert {r.number: r.cells for r in sheet.rows} == wanted


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_open_document_is_read_or_refused_and_nothing_else(data):
    body = bytearray(table(row("甲", 1), row(date(2023, 8, 31), times=3, hidden=True)).encode())
    for _ in range(data.draw(st.integers(1, 5))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(32, 126))
    with suppress(Unsafe):
        for sheet in _child.read(ods(body.decode(errors="replace")), "ods"):
            assert all(number >= 1 for number, _ in sheet["rows"])


# Books older than Excel 97


@pytest.mark.parametrize(("codec", "codepage"), [("gbk", 936), ("gbk", 1252), ("big5", 950)])
def test_a_book_of_excel_5_gives_its_texts_numbers_and_days(codec, codepage):
    lines = [
        ["名", "年"],
        ["甲山工具", 12.5, Serial(45169), Formula("好的"), Formula(None), Error(42)],
    ]
    (sheet,) = read(excel_5(lines, codec=codec, codepage=codepage), "旧.xls")
    assert sheet.name == "工作表"
    *values, unsaved, error = sheet.rows[1].cells
    assert values == ["甲山工具", 12.5, date(2023, 8, 31), "好的"]
    assert isinstance(unsaved, Broken)
    assert "#N/A" in error.reason


def test_western_texts_of_a_book_of_excel_5_stay_western():
    data = excel_5([["Société"], ["Zürich"]], codec="cp1252", codepage=1252)
    assert cells(data, "a.xls") == [["Société"], ["Zürich"]]
