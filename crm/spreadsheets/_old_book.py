"""What an .xls file tells that its cell values do not: hidden rows, error values, the 1904 dates.

A workbook of Excel 5 to 2003 is a compound file (a small file system) with one stream of BIFF
records. Sources: Microsoft's [MS-CFB] and [MS-XLS]. Read here as far as these few facts need it.
Before Excel 97 texts stand in the code page of the office: python-calamine garbles those of more
than one byte, so they are read here too.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from crm.spreadsheets._archive import BookFacts, SheetFacts
from crm.spreadsheets._sheets import MAX_COLUMNS, MAX_ROWS, UNSAVED, Unsafe, error_in_cell
from crm.spreadsheets._text import is_everyday_chinese

_FREE = 0xFFFFFFFA  # this and above are no sectors
_NAMES = ("Workbook", "Book")
_ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?",
    0x24: "#NUM!", 0x2A: "#N/A",
}  # fmt: skip
_FORMULA, _EOF, _DATEMODE, _FILEPASS, _BOUNDSHEET = 0x0006, 0x000A, 0x0022, 0x002F, 0x0085
_BOOLERR, _STRING, _ROW, _BOF = 0x0205, 0x0207, 0x0208, 0x0809
_CODEPAGE, _LABEL, _RICH_LABEL = 0x0042, 0x0204, 0x00D6
_EXCEL_97 = 0x0600
_CODECS = {936: "gb18030", 950: "cp950", 932: "cp932", 949: "cp949"}
_SHARED = (0x0221, 0x0236, 0x04BC)  # what may stand between a formula and its text
_HIDDEN = 0x20


@dataclass
class _Globals:
    """places: where each sheet begins, and its name as the file has it."""

    facts: BookFacts = field(default_factory=BookFacts)
    version: int = _EXCEL_97
    codepage: int = 0
    places: list[tuple[int, bytes]] = field(default_factory=list)


def inspect(data: bytes) -> tuple[BookFacts, list[SheetFacts]]:
    """The facts of the book, and those of its sheets in their order; Unsafe when it is encrypted
    or broken."""
    try:
        stream = _workbook(data)
        book = _globals(stream)
        found = [_sheet(stream, place) for place, _ in book.places]
        if book.version < _EXCEL_97:
            _add_texts(book, found)
        return book.facts, [facts for facts, _ in found]
    except (struct.error, IndexError, ValueError) as error:
        raise Unsafe("工作簿已损坏，请用 Excel 打开后另存为 .xlsx。") from error


def _globals(stream: bytes) -> _Globals:
    book = _Globals()
    for kind, start, size in _records(stream, 0):
        if kind == _BOF and size >= 2:
            book.version = struct.unpack_from("<H", stream, start)[0]
        elif kind == _DATEMODE and size >= 2:
            book.facts.epoch_1904 = struct.unpack_from("<H", stream, start)[0] == 1
        elif kind == _CODEPAGE and size >= 2:
            book.codepage = struct.unpack_from("<H", stream, start)[0]
        elif kind == _FILEPASS:
            raise Unsafe("工作簿加了打开密码，请取消密码后再导入。")
        elif kind == _BOUNDSHEET:
            place, length = struct.unpack_from("<I2xB", stream, start)
            book.places.append((place, stream[start + 7 : start + 7 + length]))
    return book


def _add_texts(
    book: _Globals, found: list[tuple[SheetFacts, dict[tuple[int, int], bytes]]]
) -> None:
    texts = [text for _, own in found for text in own.values()]
    codec = _codec(book.codepage, [*texts, *(name for _, name in book.places)])
    for (facts, own), (_, name) in zip(found, book.places, strict=True):
        facts.name = name.decode(codec)
        facts.texts = {place: text.decode(codec) for place, text in own.items()}


def _codec(codepage: int, texts: Iterable[bytes]) -> str:
    """That of the code page; Chinese systems write GBK and call it Western, so it is looked at."""
    if codepage in _CODECS:
        return _CODECS[codepage]
    try:
        joined = b"\n".join(texts).decode("gb18030")
    except UnicodeDecodeError:
        return "cp1252"
    return "gb18030" if is_everyday_chinese(joined) else "cp1252"


def _sheet(stream: bytes, place: int) -> tuple[SheetFacts, dict[tuple[int, int], bytes]]:
    """The facts of a sheet, and its texts as Excel 5 keeps them."""
    facts, texts = SheetFacts(), dict[tuple[int, int], bytes]()
    waiting: tuple[int, int] | None = None  # a formula whose text must follow
    for kind, start, size in _records(stream, place):
        if waiting and kind not in _SHARED:
            if kind == _STRING and size >= 2:
                texts[waiting] = _counted(stream, start)
            else:
                _break(facts, waiting, UNSAVED)
            waiting = None
        if kind == _ROW and size >= 16:
            row, flags = struct.unpack_from("<H10xI", stream, start)
            if flags & _HIDDEN and row < MAX_ROWS:
                facts.hidden_rows.append(row + 1)
        elif kind in (_LABEL, _RICH_LABEL) and size >= 8:
            row, column = struct.unpack_from("<HH", stream, start)
            texts[row + 1, column] = _counted(stream, start + 6)
        elif kind == _BOOLERR and size >= 8:
            row, column, value, is_error = struct.unpack_from("<HH2xBB", stream, start)
            if is_error:
                _break(facts, (row + 1, column), error_in_cell(_ERRORS.get(value, "")))
        elif kind == _FORMULA and size >= 14:
            row, column, what, code, mark = struct.unpack_from("<HH2xBxB3xH", stream, start)
            if mark == 0xFFFF and what == 2:
                _break(facts, (row + 1, column), error_in_cell(_ERRORS.get(code, "")))
            elif mark == 0xFFFF and what == 0:
                waiting = (row + 1, column)
    return facts, {
        place: text
        for place, text in texts.items()
        if place[0] <= MAX_ROWS and place[1] < MAX_COLUMNS and text.strip()
    }


def _counted(stream: bytes, start: int) -> bytes:
    """A text of Excel 5: how many bytes, then they."""
    (length,) = struct.unpack_from("<H", stream, start)
    return stream[start + 2 : start + 2 + length]


def _break(facts: SheetFacts, cell: tuple[int, int], reason: str) -> None:
    if cell[0] <= MAX_ROWS and cell[1] < MAX_COLUMNS:
        facts.broken[cell] = reason


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
