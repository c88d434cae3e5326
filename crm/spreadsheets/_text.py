"""Text as offices save a table: comma, tab, semicolon or bar between the cells, in whatever
encoding Excel or an older system writes. An encoding that is not sure is refused, never guessed."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from codecs import BOM_UTF8
from collections import Counter
from typing import Any

from crm.spreadsheets._sheets import MAX_CELL_TEXT, MAX_COLUMNS, MAX_ROWS, Unsafe, sheet

_SIGNS = ",\t;|"
_NOTHING = "\x1f"  # stands in no table: each line is one cell
_ENOUGH_TO_TELL = 8
_LOOKED_AT = 50_000  # signs of the text by which its separator is told
_QUOTED = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")
_KEPT_AS_TEXT = re.compile(r'="([^"]*)"')
UTF16 = (b"\xff\xfe", b"\xfe\xff")


def read_text(data: bytes) -> list[dict[str, Any]]:
    """The one table of a text file."""
    text = decode(data)
    if "\x00" in text:
        raise Unsafe("文件不是文本：里面有空字符（NUL），请另存为 CSV UTF-8。")
    sign = separator(text)
    csv.field_size_limit(MAX_CELL_TEXT)
    rows: list[tuple[int, list[Any]]] = []
    cells: list[str] = []
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign)
        for number, cells in enumerate(reader, start=1):
            while cells and not cells[-1].strip():
                cells.pop()
            if not cells:
                continue
            if number > MAX_ROWS or len(cells) > MAX_COLUMNS:
                raise Unsafe(f"表格超过 {MAX_ROWS} 行或 {MAX_COLUMNS} 列，请分成几个文件。")
            rows.append((number, [_unquoted(cell) for cell in cells]))
    except csv.Error as error:
        raise _unpaired() from error
    # A quotation mark that nobody closed has swallowed the lines to the end.
    if text.count('"') % 2 and cells and "\n" in cells[-1]:
        raise _unpaired()
    return [sheet("", rows)]


def _unpaired() -> Unsafe:
    return Unsafe("CSV 里有过长或没有配对引号的单元格，请用 Excel 打开检查后另存。")


def _unquoted(cell: str) -> str:
    """Our own CSV export puts an apostrophe before what a spreadsheet would take for a formula."""
    return cell[1:] if _QUOTED.match(cell) else kept_as_text(cell)


def kept_as_text(cell: str) -> str:
    """0012 of ="0012", which systems write so that Excel keeps the zeros."""
    match = _KEPT_AS_TEXT.fullmatch(cell.strip())
    return match[1] if match else cell


def separator(text: str) -> str:
    """The sign that cuts most lines into the same number of cells. A text of which hardly a line
    has one is a list: each of its lines is one cell."""
    csv.field_size_limit(_LOOKED_AT)
    worth: dict[str, tuple[int, int]] = {}
    for sign in _SIGNS:
        reader = csv.reader(io.StringIO(text[:_LOOKED_AT], newline=""), delimiter=sign)
        lines = [line for line in reader if any(cell.strip() for cell in line)]
        widths = Counter(len(line) for line in lines if len(line) > 1)
        if not widths or sum(widths.values()) * 10 < len(lines):
            continue
        width = max(widths, key=lambda one: (widths[one], one))
        if len(lines[0]) > 1 or _cuts_below_a_title(sign, lines, width):
            worth[sign] = widths[width], width
    return max(worth, key=lambda sign: worth[sign], default=_NOTHING)


def _cuts_below_a_title(sign: str, lines: list[list[str]], width: int) -> bool:
    """Whether the sign parts cells although it is not in the first line: that may be a title, or
    the one heading of a list of names like `Foo Co., Ltd` and `甲;乙`."""
    if sign == "\t":
        return True
    alike = [line for line in lines if len(line) == width]
    if sign == ",":
        return any(not cell.startswith(" ") for line in alike for cell in line[1:])
    return width > 2 and len(alike) > 1


def decode(data: bytes) -> str:
    """The text of a file, or Unsafe."""
    if data.startswith(UTF16):
        text = _read_as(data, "utf-16")
    else:
        text = _utf16(data) or _utf8(data)
        if text is None and not _is_damaged_utf8(data):
            text = _chinese(data)
    if text is None:
        raise Unsafe("文字编码有错误，请用 Excel 另存为“CSV UTF-8（逗号分隔）”后再导入。")
    return text


def _read_as(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _utf8(data: bytes) -> str | None:
    """A few words of GB18030 may be UTF-8 too, of nothing but Greek to Arabic letters (联通)."""
    text = _read_as(data, "utf-8-sig")
    signs = {sign for sign in text or "" if sign > "\xff"}
    if not data.startswith(BOM_UTF8) and signs and max(signs) < "\u0800":
        simplified = _read_as(data, "gb18030")
        if simplified and is_everyday_chinese(simplified):
            return None
    return text


def _utf16(data: bytes) -> str | None:
    """UTF-16 without its mark: only where the bytes make ordinary text in one order alone."""
    if b"\x00" not in data or len(data) % 2:
        return None
    texts = [_read_as(data, order) for order in ("utf-16-le", "utf-16-be")]
    ordinary = [text for text in texts if text and _is_ordinary(text)]
    return ordinary[0] if len(ordinary) == 1 else None


def _is_ordinary(text: str) -> bool:
    odd = {sign for sign in set(text) - set("\t\r\n") if unicodedata.category(sign)[0] == "C"}
    return not odd - {"\ufeff", "\u200b"}


def _is_damaged_utf8(data: bytes) -> bool:
    """Mostly UTF-8 with a few bad bytes: reading it as GB18030 would give garbage, not Chinese."""
    text = data.decode("utf-8", errors="replace")
    bad = text.count("\ufffd")
    good = sum(1 for sign in text if "\u2e80" <= sign <= "\uffef" and sign != "\ufffd")
    return good > 20 * bad


def _chinese(data: bytes) -> str | None:
    """GB18030, or Big5 where the same bytes are everyday signs in Big5 and many rare ones in
    GB18030; a few signs tell nothing. Of 20,000 names in tens, GB18030 was never taken for Big5."""
    simplified, traditional = _read_as(data, "gb18030"), _read_as(data, "cp950")
    if traditional and sum(sign > "\x7f" for sign in traditional) >= _ENOUGH_TO_TELL:
        is_rare = simplified is None or _everyday(simplified, _is_in_gb2312) < 0.85
        if is_rare and _everyday(traditional, _is_frequent_in_big5) > 0.8:
            return traditional
    return simplified


def is_everyday_chinese(text: str) -> bool:
    """Whether a reading as GB18030 makes signs in daily use: bytes of another encoding do not."""
    return _everyday(text, _is_in_gb2312) >= 0.75


def _everyday(text: str, is_everyday: Any) -> float:
    """Which part of the signs beyond ASCII is in daily use."""
    counts = Counter(sign for sign in text if sign > "\x7f")
    total = sum(counts.values())
    return sum(n for sign, n in counts.items() if is_everyday(sign)) / total if total else 0.0


def _is_frequent_in_big5(sign: str) -> bool:
    """The first of Big5's two levels, and its punctuation."""
    return 0xA1 <= sign.encode("cp950")[0] <= 0xC6


def _is_in_gb2312(sign: str) -> bool:
    try:
        return 0xA1 <= sign.encode("gb2312")[0] <= 0xF7
    except UnicodeEncodeError:
        return False
