"""The process that opens a stranger's file: little memory, little time, nothing of ours in it.

It reads the file from standard input and answers one JSON document: {"sheets": […]} or
{"refused": reason}. It knows no Django, no settings and no database. Whatever goes wrong here ends
this process and not the caller's.
"""

from __future__ import annotations

import io
import re
import resource
import sys
from contextlib import suppress
from datetime import date, datetime
from typing import Any
from zipfile import ZipFile

import orjson

from crm.spreadsheets import _old_book
from crm.spreadsheets._archive import BookFacts, SheetFacts, read_facts, unpacked
from crm.spreadsheets._html import MARKUP, read_html
from crm.spreadsheets._ods import read_ods
from crm.spreadsheets._sheets import (
    MAX_CELL_TEXT,
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_ROWS,
    MAX_SHEETS,
    UNSURE_DAY,
    Unsafe,
    too_long,
    too_many_cells,
    too_many_sheets,
)
from crm.spreadsheets._sheets import sheet as sheet_of
from crm.spreadsheets._text import UTF16, read_text
from crm.spreadsheets._xml_book import NAMESPACE, read_xml_book

MEMORY = 512 * 1024 * 1024
CPU_SECONDS = 60
MAX_TEXT = 32 * 1024 * 1024

ZIP, OLE, PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF"
_BARE_BOOK = re.compile(rb"\x09[\x00\x02\x04\x08][\x04\x06\x08]\x00", re.DOTALL)
_FIRST_SURE_DAY = date(1900, 3, 1)


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(ValueError, OSError):  # macOS knows no limit of address space
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        answer: dict[str, Any] = {"sheets": read(sys.stdin.buffer.read(), sys.argv[1])}
    except Unsafe as refusal:
        answer = {"refused": refusal.reason}
    except MemoryError:
        answer = {"refused": "文件太大或太复杂，读取时超出内存限制，请只保留数据后再导入。"}
    sys.stdout.buffer.write(orjson.dumps(answer))


def read(data: bytes, suffix: str) -> list[dict[str, Any]]:
    """Every sheet of a file, read as what it is, whatever it is called."""
    sheets = _read_as_it_is(data, suffix)
    size = sum(
        len(c) for s in sheets for _, cells in s["rows"] for c in cells if isinstance(c, str)
    )
    if size > MAX_TEXT:
        raise Unsafe("表格里的文字太多，请分成几个文件。")
    return sheets


def _read_as_it_is(data: bytes, suffix: str) -> list[dict[str, Any]]:
    """Systems export a web page or plain text under the name .xls, and people rename files: Excel
    opens these, and so do we. What is no table at all is refused with what to do."""
    if not data.strip():
        raise Unsafe("文件是空的。")
    if data.startswith(ZIP):
        return unpacked(data, lambda archive: _read_archive(archive, data))
    if data.startswith(OLE):
        _refuse_locked(data)
        facts, ordered = _old_book.inspect(data)
        return _read_book(data, facts, ordered)
    said = f"文件名是 .{suffix}，内容却是"
    if data.startswith(PDF):
        raise Unsafe(f"{said} PDF；请提供原始的 Excel 或 CSV 文件。")
    if _BARE_BOOK.match(data):
        raise Unsafe(f"{said} Excel 4.0 以前的旧格式，请用 Excel 打开后另存为 .xlsx。")
    head = data[:2048].decode("utf-16" if data.startswith(UTF16) else "utf-8-sig", "ignore")
    if head.startswith("MIME-Version"):
        raise Unsafe(f"{said}单个文件网页（mht），请用 Excel 打开后另存为 .xlsx。")
    if NAMESPACE in head:
        return read_xml_book(data)
    if MARKUP.match(head):
        if "<?xml" in head and "<html" not in head.lower():
            raise Unsafe(f"{said} XML 数据，请用 Excel 打开后另存为 .xlsx。")
        return read_html(data)
    return read_text(data)


def _refuse_locked(data: bytes) -> None:
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise Unsafe("工作簿加了打开密码，请取消密码后再导入。")
    if "_VBA_PROJECT".encode("utf-16-le") in data:
        raise Unsafe("工作簿带有宏，请另存为不含宏的 .xlsx 后再导入。")


def _read_archive(archive: ZipFile, data: bytes) -> list[dict[str, Any]]:
    names = set(archive.namelist())
    if "xl/workbook.bin" in names:
        raise Unsafe("文件是二进制工作簿（.xlsb），请用 Excel 另存为 .xlsx。")
    if "content.xml" in names and "xl/workbook.xml" not in names:
        return read_ods(archive)
    return _read_book(data, read_facts(archive), None)


def _read_book(
    data: bytes, facts: BookFacts, ordered: list[SheetFacts] | None
) -> list[dict[str, Any]]:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        if len(book.sheets_metadata) > MAX_SHEETS:
            raise too_many_sheets()
        sheets, cells = [], 0
        for index, meta in enumerate(book.sheets_metadata):
            if str(meta.typ).rpartition(".")[2] != "WorkSheet":
                continue
            if ordered is None:
                known = facts.sheets.get(meta.name)
            else:  # by their order: the old format knows names in many encodings
                known = ordered[index] if index < len(ordered) else None
            sheet = _read_sheet(book, meta, known or SheetFacts(), epoch_1904=facts.epoch_1904)
            cells += sum(len(row) for _, row in sheet["rows"])
            if cells > MAX_CELLS:
                raise too_many_cells()
            sheets.append(sheet)
        return sheets
    except PasswordError as error:
        raise Unsafe("工作簿加了打开密码，请取消密码后再导入。") from error
    except (Unsafe, MemoryError):
        raise
    except (CalamineError, BaseException) as error:  # a panic of the Rust library is no Exception
        raise Unsafe("工作簿读不出来，可能已损坏，请用 Excel 打开后另存为 .xlsx。") from error


def _read_sheet(book: Any, meta: Any, known: SheetFacts, *, epoch_1904: bool) -> dict[str, Any]:
    sheet = book.get_sheet_by_name(meta.name)
    if sheet.total_height > MAX_ROWS or sheet.total_width > MAX_COLUMNS:
        raise Unsafe(
            f"工作表“{meta.name[:31]}”超过 {MAX_ROWS} 行或 {MAX_COLUMNS} 列，请分成几个文件。"
        )
    table = {
        number: [_cell(value, epoch_1904) for value in row]
        for number, row in enumerate(sheet.to_python(skip_empty_area=False), start=1)
    }
    own = {**known.texts, **{place: {"broken": why} for place, why in known.broken.items()}}
    for (number, column), cell in own.items():
        row = table.setdefault(number, [])
        row.extend([None] * (column + 1 - len(row)))
        row[column] = cell
    rows = []
    for number in sorted(table):
        row = table[number]
        while row and row[-1] is None:
            row.pop()
        if row:
            rows.append((number, row))
    return sheet_of(
        known.name or meta.name,
        rows,
        hidden=str(meta.visible).rpartition(".")[2] != "Visible",
        epoch_1904=epoch_1904,
        hidden_rows=known.hidden_rows,
        merged=[
            (top + 1, left, min(bottom + 1, MAX_ROWS), min(right, MAX_COLUMNS))
            for (top, left), (bottom, right) in (sheet.merged_cell_ranges or [])
        ],
    )


def _cell(value: Any, epoch_1904: bool) -> Any:
    if isinstance(value, (bool, int, float)):
        return value if value == value else None
    if isinstance(value, date):
        day = value.date() if isinstance(value, datetime) else value
        if day < _FIRST_SURE_DAY and not epoch_1904:
            return {"broken": UNSURE_DAY}
        return {"moment" if isinstance(value, datetime) else "day": value.isoformat()}
    text = str(value)
    if len(text) > MAX_CELL_TEXT:
        raise too_long()
    return text if text.strip() else None


if __name__ == "__main__":
    main()
