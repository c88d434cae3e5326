"""What an .xls file tells that its cell values do not: hidden rows, error values, the 1904 dates.

A workbook of Excel 97-2003 is a compound file (a small file system) with one stream of BIFF
records. Sources: Microsoft's [MS-CFB] and [MS-XLS]. Read here as far as these few facts need it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from crm.spreadsheets._archive import MAX_COLUMNS, MAX_ROWS, BookFacts, SheetFacts, Unsafe

_FREE = 0xFFFFFFFA  # this and above are no sectors
_NAMES = ("Workbook", "Book")
_ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?",
    0x24: "#NUM!", 0x2A: "#N/A",
}  # fmt: skip
_FORMULA, _EOF, _DATEMODE, _FILEPASS, _BOUNDSHEET = 0x0006, 0x000A, 0x0022, 0x002F, 0x0085
_BOOLERR, _STRING, _ROW, _BOF = 0x0205, 0x0207, 0x0208, 0x0809
_SHARED = (0x0221, 0x0236, 0x04BC)  # what may stand between a formula and its text
_HIDDEN = 0x20


def inspect(data: bytes) -> tuple[BookFacts, list[SheetFacts]]:
    """The facts of the book, and those of its sheets in their order; Unsafe when it is encrypted
    or broken."""
    try:
        stream = _workbook(data)
        facts, places = _globals(stream)
        return facts, [_sheet(stream, place) for place in places]
    except (struct.error, IndexError, ValueError) as error:
        raise Unsafe("工作簿已损坏，请用 Excel 打开后另存为 .xlsx。") from error


def _globals(stream: bytes) -> tuple[BookFacts, list[int]]:
    facts, places = BookFacts(), []
    for kind, start, size in _records(stream, 0):
        if kind == _DATEMODE and size >= 2:
            facts.epoch_1904 = struct.unpack_from("<H", stream, start)[0] == 1
        elif kind == _FILEPASS:
            raise Unsafe("工作簿加了打开密码，请取消密码后再导入。")
        elif kind == _BOUNDSHEET:
            places.append(struct.unpack_from("<I", stream, start)[0])
    return facts, places


def _sheet(stream: bytes, place: int) -> SheetFacts:
    facts = SheetFacts()
    waiting: tuple[int, int] | None = None  # a formula whose text must follow
    for kind, start, size in _records(stream, place):
        if waiting and kind not in _SHARED:
            if kind != _STRING:
                _break(facts, waiting, "公式没有保存计算结果，请用 Excel 打开并保存后再导入。")
            waiting = None
        if kind == _ROW and size >= 16:
            row, flags = struct.unpack_from("<H10xI", stream, start)
            if flags & _HIDDEN and row < MAX_ROWS:
                facts.hidden_rows.append(row + 1)
        elif kind == _BOOLERR and size >= 8:
            row, column, value, is_error = struct.unpack_from("<HH2xBB", stream, start)
            if is_error:
                _break(facts, (row + 1, column), _error(value))
        elif kind == _FORMULA and size >= 14:
            row, column, what, code, mark = struct.unpack_from("<HH2xBxB3xH", stream, start)
            if mark == 0xFFFF and what == 2:
                _break(facts, (row + 1, column), _error(code))
            elif mark == 0xFFFF and what == 0:
                waiting = (row + 1, column)
    return facts


def _break(facts: SheetFacts, cell: tuple[int, int], reason: str) -> None:
    if cell[0] <= MAX_ROWS and cell[1] < MAX_COLUMNS:
        facts.broken[cell] = reason


def _error(code: int) -> str:
    return f"单元格是公式错误 {_ERRORS.get(code, '')}，请修正后再导入。"


def _records(stream: bytes, place: int) -> Iterator[tuple[int, int, int]]:
    """(kind, where its content begins, its length) of one substream, charts inside it left out."""
    depth = 0
    while place + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, place)
        start, place = place + 4, place + 4 + size
        depth += (kind == _BOF) - (kind == _EOF)
        if depth <= 0:
            return
        if depth == 1:
            yield kind, start, size


def _workbook(data: bytes) -> bytes:
    """The stream with the records, out of the compound file."""
    sector_size = 1 << struct.unpack_from("<H", data, 30)[0]
    if sector_size not in (512, 4096):
        raise ValueError(sector_size)
    fat_count, directory = struct.unpack_from("<II", data, 44)
    cutoff, small_fat, _, more, _ = struct.unpack_from("<IIIII", data, 56)

    def sector(number: int) -> bytes:
        start = (number + 1) * sector_size
        part = data[start : start + sector_size]
        return part.ljust(sector_size, b"\x00")

    most = len(data) // sector_size + 1
    places = [n for n in struct.unpack_from("<109I", data, 76) if n < _FREE]
    each = sector_size // 4
    for _ in range(most):
        if more >= _FREE:
            break
        *found, more = struct.unpack(f"<{each}I", sector(more))
        places += [n for n in found if n < _FREE]
    fat: list[int] = []
    for place in places[: min(fat_count, most)]:
        fat += struct.unpack(f"<{each}I", sector(place))

    def chain(first: int, table: list[int]) -> Iterator[int]:
        for _ in range(len(table)):  # a ring ends here too
            if first >= _FREE:
                return
            yield first
            first = table[first]

    entries = b"".join(sector(n) for n in chain(directory, fat))
    root_start, wanted = 0, None
    for place in range(0, len(entries) - 127, 128):
        length, what = struct.unpack_from("<HB", entries, place + 64)
        start, size = struct.unpack_from("<II", entries, place + 116)
        name = entries[place : place + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
        if what == 5:
            root_start = start
        elif what == 2 and name in _NAMES and wanted is None:
            wanted = (start, min(size, len(data)))
    if wanted is None:
        raise ValueError("no workbook stream")
    start, size = wanted
    if size >= cutoff:
        return b"".join(sector(n) for n in chain(start, fat))[:size]
    small = b"".join(sector(n) for n in chain(root_start, fat))
    table = [n for s in chain(small_fat, fat) for n in struct.unpack(f"<{each}I", sector(s))]
    return b"".join(small[n * 64 : n * 64 + 64] for n in chain(start, table))[:size]
