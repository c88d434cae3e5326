"""The process that opens a stranger's file: little memory, little time, nothing of ours in it.

It reads the file from standard input and answers one JSON document: {"sheets": […]} or
{"refused": reason}. It knows no Django, no settings and no database. Whatever goes wrong here ends
this process and not the caller's.
"""

from __future__ import annotations

import csv
import io
import re
import resource
import sys
from contextlib import suppress
from datetime import date, datetime
from typing import Any

import orjson

from crm.spreadsheets import _old_book
from crm.spreadsheets._archive import MAX_COLUMNS, MAX_ROWS, SheetFacts, Unsafe, inspect

MEMORY = 512 * 1024 * 1024
CPU_SECONDS = 60
MAX_TEXT = 32 * 1024 * 1024
MAX_CELLS = MAX_ROWS * MAX_COLUMNS
MAX_CELL_TEXT = 32_767  # Excel's own limit
MAX_SHEETS = 200

ZIP, OLE, PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF"
_MARKUP = re.compile(rb"\s*<(?:!doctype|html|head|body|table|meta|\?xml|style|div)", re.IGNORECASE)
_QUOTED = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")
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
    _check_disguise(data, suffix)
    sheets = _read_text(data) if suffix in ("csv", "txt") else _read_book(data, suffix)
    size = sum(
        len(c) for s in sheets for _, cells in s["rows"] for c in cells if isinstance(c, str)
    )
    if size > MAX_TEXT:
        raise Unsafe("表格里的文字太多，请分成几个文件。")
    return sheets


def _check_disguise(data: bytes, suffix: str) -> None:
    if not data.strip():
        raise Unsafe("文件是空的。")
    if data.startswith(PDF):
        raise Unsafe(f"文件名是 .{suffix}，内容却是 PDF；请提供原始的 Excel 或 CSV 文件。")
    if _MARKUP.match(data[:512].lstrip(b"\xef\xbb\xbf")):
        raise Unsafe(
            f"文件名是 .{suffix}，内容却是网页或 XML（系统导出的“假 Excel”），"
            "请用 Excel 打开后另存为 .xlsx。"
        )
    if data.startswith(OLE) and "EncryptedPackage".encode("utf-16-le") in data:
        raise Unsafe("工作簿加了打开密码，请取消密码后再导入。")
    if data.startswith(OLE) and "_VBA_PROJECT".encode("utf-16-le") in data:
        raise Unsafe("工作簿带有宏，请另存为不含宏的 .xlsx 后再导入。")
    real = "xlsx" if data.startswith(ZIP) else "xls" if data.startswith(OLE) else "csv"
    named = {"xlsm": "xlsx", "txt": "csv"}.get(suffix, suffix)
    if real != named:
        what = {"xlsx": "一个 .xlsx 或 zip 文件", "xls": "旧版 .xls", "csv": "文本"}[real]
        raise Unsafe(
            f"文件名是 .{suffix}，内容却是{what}；请把扩展名改对，或用 Excel 打开后另存为 .xlsx。"
        )


def _read_text(data: bytes) -> list[dict[str, Any]]:
    text = _decode(data)
    if "\x00" in text:
        raise Unsafe("文件不是文本：里面有空字符（NUL），请另存为 CSV UTF-8。")
    csv.field_size_limit(MAX_CELL_TEXT)
    rows: list[tuple[int, list[Any]]] = []
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
        for number, cells in enumerate(reader, start=1):
            while cells and not cells[-1].strip():
                cells.pop()
            if not cells:
                continue
            if number > MAX_ROWS or len(cells) > MAX_COLUMNS:
                raise Unsafe(f"表格超过 {MAX_ROWS} 行或 {MAX_COLUMNS} 列，请分成几个文件。")
            rows.append((number, [_unquoted(cell) for cell in cells]))
    except csv.Error as error:
        raise Unsafe("CSV 里有过长或没有配对引号的单元格，请用 Excel 打开检查后另存。") from error
    return [_sheet("", rows)]


def _decode(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            if encoding == "utf-8-sig" and _is_damaged_utf8(data):
                break
            continue
        return text
    raise Unsafe("文字编码有错误，请用 Excel 另存为“CSV UTF-8（逗号分隔）”后再导入。")


def _is_damaged_utf8(data: bytes) -> bool:
    """Mostly UTF-8 with a few bad bytes: reading it as GB18030 would give garbage, not Chinese."""
    text = data.decode("utf-8", errors="replace")
    bad = text.count("\ufffd")
    good = sum(1 for sign in text if "\u2e80" <= sign <= "\uffef" and sign != "\ufffd")
    return good > 20 * bad


def _delimiter(text: str) -> str:
    first = next((line for line in text[:20_000].splitlines() if line.strip()), "")
    return max(",\t;", key=lambda sign: (first.count(sign), sign == ","))


def _unquoted(cell: str) -> str:
    """Our own CSV export puts an apostrophe before what a spreadsheet would take for a formula."""
    return cell[1:] if _QUOTED.match(cell) else cell


def _read_book(data: bytes, suffix: str) -> list[dict[str, Any]]:
    facts, ordered = _old_book.inspect(data) if suffix == "xls" else (inspect(data), None)
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        if len(book.sheets_metadata) > MAX_SHEETS:
            raise Unsafe(f"工作簿超过 {MAX_SHEETS} 个工作表，请分成几个文件。")
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
                raise Unsafe("工作簿里的单元格太多，请分成几个文件。")
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
    for (number, column), reason in known.broken.items():
        row = table.setdefault(number, [])
        row.extend([None] * (column + 1 - len(row)))
        row[column] = {"broken": reason}
    rows = []
    for number in sorted(table):
        row = table[number]
        while row and row[-1] is None:
            row.pop()
        if row:
            rows.append((number, row))
    return _sheet(
        meta.name,
        rows,
        hidden=str(meta.visible).rpartition(".")[2] != "Visible",
        epoch_1904=epoch_1904,
        hidden_rows=known.hidden_rows,
        merged=[
            (top + 1, left, min(bottom + 1, MAX_ROWS), min(right, MAX_COLUMNS))
            for (top, left), (bottom, right) in (sheet.merged_cell_ranges or [])
        ],
    )


def _sheet(name: str, rows: list[tuple[int, list[Any]]], **more: Any) -> dict[str, Any]:
    defaults = {"hidden": False, "epoch_1904": False, "hidden_rows": [], "merged": []}
    return {"name": name, "rows": rows, **defaults, **more}


def _cell(value: Any, epoch_1904: bool) -> Any:
    if isinstance(value, (bool, int, float)):
        return value if value == value else None
    if isinstance(value, date):
        day = value.date() if isinstance(value, datetime) else value
        if day < _FIRST_SURE_DAY and not epoch_1904:
            return {"broken": "1900年3月1日以前的日期在 Excel 里不可靠，请改成文本后重新填写。"}
        return {"moment" if isinstance(value, datetime) else "day": value.isoformat()}
    text = str(value)
    if len(text) > MAX_CELL_TEXT:
        raise Unsafe("有一格的文字超过 32,767 个字，请精简后再导入。")
    return text if text.strip() else None


if __name__ == "__main__":
    main()
