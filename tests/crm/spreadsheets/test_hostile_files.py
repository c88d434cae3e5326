"""Hostile and disguised files get a clear refusal, and this process lives on.

The files are small and would be large: had one been opened here, the test run would have died.
"""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import zipfile

import pytest

from crm.errors import Refused
from crm.spreadsheets.reader import read
from tests.crm.spreadsheets.books import cell, raw_xlsx, with_parts, xlsx, zipped
from tests.crm.spreadsheets.open_documents import cell as cell_of_ods
from tests.crm.spreadsheets.open_documents import ods, row, table

GOOD = xlsx([["项目名称"], ["甲"]])
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def spaces(size: int) -> bytes:
    return raw_xlsx(f"<row r='1'>{cell('A1', ' ' * size)}</row>")


def many_rows(count: int) -> bytes:
    rows = "".join(f"<row><c t='n'><v>{number}</v></c></row>" for number in range(count))
    return raw_xlsx(rows)


def lying_about_its_size() -> bytes:
    data = raw_xlsx(f"<row r='1'>{cell('A1', '甲' * 50_000)}</row>")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entry = archive.getinfo("xl/worksheets/sheet1.xml")
    true, false = struct.pack("<L", entry.file_size), struct.pack("<L", 100)
    return data.replace(true, false)


def duplicate_names() -> bytes:
    out = io.BytesIO(GOOD)
    with zipfile.ZipFile(out, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("xl/workbook.xml", b"<workbook/>")
    return out.getvalue()


def billion_laughs(external: bool = False) -> bytes:
    inner = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    subset = '<!ENTITY a0 SYSTEM "file:///etc/passwd">' if external else f'<!ENTITY a0 "哈">{inner}'
    dtd = f'<?xml version="1.0"?><!DOCTYPE x [{subset}]>'
    return raw_xlsx(f"<row r='1'>{cell('A1', '&a9;')}</row>", prologue=dtd)


def spread(rows: int, columns: int, repeated_rows: int = 1) -> bytes:
    """A document of a kilobyte that claims so many rows and columns of one filled cell."""
    one = cell_of_ods("x", f'table:number-columns-repeated="{columns}"')
    return ods(table(row(), *[row(one, times=rows)] * repeated_rows))


OPEN_DOCUMENTS = [
    ("a milliard rows", lambda: spread(10**9, 1), "超过 20000 行"),
    ("a milliard columns", lambda: spread(1, 10**9), "100 列"),
    ("as many cells as may be, thrice", lambda: ods(*[
        table(row(cell_of_ods("x", 'table:number-columns-repeated="100"'), times=19_999),
              name=str(number)) for number in range(3)]), "单元格太多"),
    ("rows that are no number", lambda: ods("<table:table><table:table-row table:number-rows-"
     "repeated='x'><table:table-cell/></table:table-row></table:table>"), "结构有错误"),
    ("a cell of a milliard spaces", lambda: ods(table(row(
        "<table:table-cell><text:p><text:s text:c='1000000000'/></text:p></table:table-cell>"
    ))), "32,767"),
    ("a bomb of spaces", lambda: ods(table(row(" " * 150_000_000 + "x"))), "解压后太大"),
    ("a long text in many rows", lambda: ods(table(row("长" * 30_000, times=19_000))), "文字太多"),
    ("a table in a cell", lambda: ods(table(row(
        f"<table:table-cell>{table(row('x'))}</table:table-cell>"))), "套着另一张表"),
    ("300 sheets", lambda: ods(*[table(row("x"), name=str(n)) for n in range(300)]), "工作表"),
    ("billion laughs", lambda: ods(prologue="<!DOCTYPE x [<!ENTITY a 'b'>]>"), "DTD"),
    ("macros", lambda: ods(table(row("x")), extra={"Basic/Standard/Module1.xml": "x"}), "带有宏"),
    ("scripts", lambda: ods(table(row("x")), extra={"Scripts/python/x.py": "x"}), "带有宏"),
    ("a link to another file", lambda: ods(table(
        "<table:table-source xlink:href='file:///etc/passwd'/>", row("x"))), "其他文件"),
    ("a password", lambda: ods(table(row("x")), extra={
        "META-INF/manifest.xml": "<m:manifest xmlns:m='x'><m:encryption-data/></m:manifest>"
    }), "密码"),
    ("a password over all", lambda: ods(extra={"encrypted-package": b"x"}), "密码"),
    ("broken XML", lambda: ods("<table:table>"), "结构有错误"),
    ("a path out of the archive", lambda: ods(extra={"../x": "x"}), "文件之外"),
]  # fmt: skip

HOSTILE = [
    ("a bomb of spaces", lambda: spaces(190_000_000), "解压后太大"),
    ("a bomb inside the ratio", lambda: zipped({f"xl/{n}": bytes(1_000_000) for n in range(210)}),
     "解压后太大"),
    ("a cell in the last corner",
     lambda: raw_xlsx(f"<row r='1048576'>{cell('XFD1048576', 'x')}</row>"), "超过 20000 行"),
    ("a number of a row that is no number", lambda: raw_xlsx("<row r='x'/>"), "结构有错误"),
    ("600,000 rows", lambda: many_rows(600_000), "超过 20000 行"),
    ("101 columns", lambda: xlsx([["列"] * 101]), "100 列"),
    ("billion laughs", billion_laughs, "DTD"),
    ("an external entity", lambda: billion_laughs(external=True), "DTD"),
    ("macros", lambda: with_parts(GOOD, {"xl/vbaProject.bin": b"x"}), "带有宏"),
    ("an external link",
     lambda: with_parts(GOOD, {"xl/externalLinks/externalLink1.xml": "<x/>"}), "其他文件"),
    ("a path out of the archive", lambda: with_parts(GOOD, {"../../x": "x"}), "文件之外"),
    ("an absolute path", lambda: with_parts(GOOD, {"/etc/x": "x"}), "文件之外"),
    ("a path of another system", lambda: with_parts(GOOD, {"xl\\..\\..\\x": "x"}), "文件之外"),
    ("two parts of one name", duplicate_names, "重名"),
    ("100,000 entries", lambda: zipped({f"{n}": b"" for n in range(90_000)}), "部件太多"),
    ("a wrong declared size", lying_about_its_size, "已损坏"),
    ("a shared string that is not there",
     lambda: raw_xlsx("<row r='1'><c r='A1' t='s'><v>99999</v></c></row>"), "读不出来"),
    ("broken XML", lambda: raw_xlsx("<row"), "结构有错误"),
    ("a zip that is no workbook", lambda: zipped({"a.txt": "x"}), "不是 Excel 工作簿"),
    ("half a file", lambda: GOOD[: len(GOOD) // 2], "已损坏"),
    ("a page without a table", lambda: b"<html><p>1</p></html>", "网页"),
    ("a page with a byte order mark", lambda: "\ufeff<TABLE>".encode(), "网页"),
    ("a PDF", lambda: b"%PDF-1.7", "PDF"),
    ("an encrypted workbook", lambda: OLE + "EncryptedPackage".encode("utf-16-le"), "密码"),
    ("an empty old workbook", lambda: OLE, "已损坏"),
    ("bytes that are no text", lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "编码|NUL"),
    ("nothing", lambda: b"", "空的"),
    ("too many bytes", lambda: bytes(10 * 1024 * 1024 + 1), "超过 10 MB"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("make", "reason"), [case[1:] for case in OPEN_DOCUMENTS], ids=[c[0] for c in OPEN_DOCUMENTS]
)
def test_an_open_document_with(make, reason):
    with pytest.raises(Refused, match=reason) as refusal:
        read(make(), "台账.ods")
    assert refusal.value.code == "file_refused"


@pytest.mark.parametrize(
    ("make", "reason"), [case[1:] for case in HOSTILE], ids=[c[0] for c in HOSTILE]
)
def test_a_workbook_that_is(make, reason):
    with pytest.raises(Refused, match=reason) as refusal:
        read(make(), "台账.xlsx")
    assert refusal.value.code == "file_refused"
    assert refusal.value.reason.endswith("。")


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.csv", b"<table>", "网页"),
        ("a.csv", b"a,b\n1,\x002\n", "NUL"),
        ("a.csv", "名称\n".encode() + b"\xff\xff\xff\n", "编码"),
        ("a.csv", b'a,"' + b"x" * 40_000 + b'"\n', "过长"),
        ("a.csv", b"x\n" * 20_001, "20000 行"),
        ("a.csv", b"," * 100 + b"x\n", "100 列"),
        ("a.xls", OLE, "已损坏"),
        ("a.xls", OLE + "_VBA_PROJECT".encode("utf-16-le"), "带有宏"),
    ],
)
def test_text_and_old_workbooks_are_held_to_the_same_rules(name, data, reason):
    with pytest.raises(Refused, match=reason):
        read(data, name)


def test_a_file_that_needs_more_memory_than_the_child_has_is_refused():
    """Just under the limits of the directory check, far over the child's memory once unpacked."""
    body = "".join(f"<row r='{n}'>{cell(f'A{n}', '甲' * 30_000)}</row>" for n in range(1, 2_000))
    noise = "".join(f"<!--{n * 7919 % 100_003}-->" for n in range(400_000))
    with pytest.raises(Refused, match=r"限制|太多|太大"):
        read(raw_xlsx(body + noise), "台账.xlsx")


def test_many_sheets_with_odd_names_are_read():
    def change(book):
        for number in range(50):
            book.create_sheet(f"表{number} ‘x’&<i>")

    assert len(read(xlsx([["项目名称"]], change), "多表.xlsx")) == 51


def test_a_lone_phonetic_run_and_a_long_comment_do_no_harm():
    shared = (
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        "<si><t>名称</t><rPh sb='0' eb='1'><t>ming</t></rPh></si></sst>"
    )
    comment = b"<x>" + bytes(range(32, 127)) * 9_000 + b"</x>"
    body = "<row r='1'><c r='A1' t='s'><v>0</v></c></row>"
    data = raw_xlsx(body, shared=shared, extra={"xl/comments1.xml": comment})
    assert read(data, "批注.xlsx")[0].rows[0].cells == ["名称"]


def test_styled_but_empty_rows_to_the_end_of_the_sheet_are_no_rows():
    body = f"<row r='1'>{cell('A1', '名称')}</row><row r='1048576'><c r='A1048576' s='0'/></row>"
    (sheet,) = read(raw_xlsx(body), "格式.xlsx")
    assert [row.number for row in sheet.rows] == [1]


def test_the_child_is_told_no_secret_and_loads_no_django(monkeypatch):
    real, seen = subprocess.run, {}

    def run(command, **options):
        seen.update(options)
        return real(command, **options)

    monkeypatch.setenv("SECRET_KEY", "a secret")
    monkeypatch.setattr(subprocess, "run", run)
    assert read(GOOD, "台账.xlsx")
    assert "SECRET_KEY" not in seen["env"]
    code = "import crm.spreadsheets._child, sys; print('django' in sys.modules)"
    loaded = real(
        [sys.executable, "-c", code], env=seen["env"], cwd=seen["cwd"], capture_output=True
    )
    assert loaded.stdout == b"False\n"
