"""Workbooks of Excel 5 to 2003 (.xls) for the tests, record by record as [MS-XLS] has them."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

DATE = 1  # the second format of a cell: 14 is Excel's own short date


@dataclass(frozen=True)
class Error:
    """An error value in a cell; `formula`: as the saved result of one."""

    code: int
    formula: bool = False


@dataclass(frozen=True)
class Formula:
    """A formula with its saved result; None = a text that was never saved."""

    result: float | str | None


@dataclass(frozen=True)
class Serial:
    """A number shown as a date."""

    number: float


def xls(
    rows: Sequence[Sequence[Any]],
    *,
    epoch_1904: bool = False,
    hidden: Sequence[int] = (),
    merged: Sequence[tuple[int, int, int, int]] = (),
    encrypted: bool = False,
    name: str = "项目",
) -> bytes:
    """A workbook of one sheet. hidden: rows counted from 1. merged: (first row, last row, first
    column, last column), counted from 0."""
    sheet = _bof(0x0010) + _record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, 20, 0))
    for index, cells in enumerate(rows):
        flags = 0x100 | (0x20 if index + 1 in hidden else 0)
        sheet += _record(0x0208, struct.pack("<HHHHHHI", index, 0, len(cells), 255, 0, 0, flags))
    for index, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            sheet += _cell(index, column, cell)
    if merged:
        areas = b"".join(struct.pack("<HHHH", *area) for area in merged)
        sheet += _record(0x00E5, struct.pack("<H", len(merged)) + areas)
    sheet += _record(0x000A, b"")
    before = _bof(0x0005) + (_record(0x002F, bytes(6)) if encrypted else b"")
    before += _record(0x0042, struct.pack("<H", 1200))
    before += _record(0x0022, struct.pack("<H", epoch_1904))
    before += _record(0x00E0, struct.pack("<HH16x", 0, 0))
    before += _record(0x00E0, struct.pack("<HH16x", 0, 14))
    text = name.encode("utf-16-le")
    size = len(before) + 4 + 8 + len(text) + 4
    before += _record(0x0085, struct.pack("<IBBBB", size, 0, 0, len(name), 1) + text)
    return compound(before + _record(0x000A, b"") + sheet)


def excel_5(rows: Sequence[Sequence[Any]], *, codec: str = "gbk", codepage: int = 936) -> bytes:
    """A workbook of Excel 5 or 95: texts in the code page of the office, numbers, Serial, Error and
    Formula."""
    bof = _record(0x0809, struct.pack("<HHHH", 0x0500, 0x0010, 0x0DBB, 0x07CC))
    sheet = bof + _record(0x0200, struct.pack("<HHHHH", 0, len(rows), 0, 20, 0))
    for index, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            place = struct.pack("<HHH", index, column, 0)
            if isinstance(cell, str):
                sheet += _record(0x0204, place + _bytes(cell, codec))
            elif isinstance(cell, Formula) and isinstance(cell.result, str):
                sheet += _record(0x0006, place + struct.pack("<B5xH", 0, 0xFFFF) + _TAIL)
                sheet += _record(0x0207, _bytes(cell.result, codec))
            else:
                sheet += _cell(index, column, cell)
    sheet += _record(0x000A, b"")
    before = _record(0x0809, struct.pack("<HHHH", 0x0500, 0x0005, 0x0DBB, 0x07CC))
    before += _record(0x0042, struct.pack("<H", codepage))
    before += _record(0x00E0, struct.pack("<HH12x", 0, 0)) + _record(
        0x00E0, struct.pack("<HH12x", 0, 14)
    )
    name = "工作表".encode(codec, "replace")
    size = len(before) + 4 + 7 + len(name) + 4
    before += _record(0x0085, struct.pack("<IBBB", size, 0, 0, len(name)) + name)
    return compound(before + _record(0x000A, b"") + sheet, "Book")


def _bytes(text: str, codec: str) -> bytes:
    return struct.pack("<H", len(text.encode(codec))) + text.encode(codec)


def _cell(row: int, column: int, cell: Any) -> bytes:
    place = struct.pack("<HHH", row, column, 0)
    if cell is None:
        return b""
    if isinstance(cell, Error):
        if not cell.formula:
            return _record(0x0205, place + struct.pack("<BB", cell.code, 1))
        return _record(0x0006, place + struct.pack("<BxB3xH", 2, cell.code, 0xFFFF) + _TAIL)
    if isinstance(cell, Formula):
        if isinstance(cell.result, float):
            return _record(0x0006, place + struct.pack("<d", cell.result) + _TAIL)
        made = _record(0x0006, place + struct.pack("<B5xH", 0, 0xFFFF) + _TAIL)
        return made + (_record(0x0207, _text(cell.result)) if cell.result is not None else b"")
    if isinstance(cell, Serial):
        return _record(0x0203, struct.pack("<HHHd", row, column, DATE, cell.number))
    if isinstance(cell, str):
        return _record(0x0204, place + _text(cell))
    return _record(0x0203, place + struct.pack("<d", cell))


_TAIL = struct.pack("<HIHBH", 0, 0, 3, 0x1E, 1)  # the formula =1


def _text(text: str) -> bytes:
    return struct.pack("<HB", len(text), 1) + text.encode("utf-16-le")


def _bof(kind: int) -> bytes:
    return _record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 0x07CC, 0x41, 6))


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def compound(stream: bytes, name: str = "Workbook") -> bytes:
    """A compound file with one stream."""
    stream = stream.ljust(max(4096, -(-len(stream) // 512) * 512), b"\x00")
    count = len(stream) // 512
    end, special, free = 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
    fat = [*range(1, count), end, end, special]
    assert len(fat) <= 128
    fat += [free] * (128 - len(fat))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIIII", 0, 1, count, 0, 4096, end, 0, end, 0, count + 1)
    header += struct.pack("<108I", *[free] * 108)
    entries = _entry("Root Entry", 5, end, 0, child=1) + _entry(name, 2, 0, len(stream))
    entries += bytes(2 * 128)
    return header + stream + entries + struct.pack("<128I", *fat)


def _entry(name: str, kind: int, start: int, size: int, child: int = 0xFFFFFFFF) -> bytes:
    text = name.encode("utf-16-le")
    free = 0xFFFFFFFF
    return (
        text.ljust(64, b"\x00")
        + struct.pack("<HBB", len(text) + 2, kind, 1)
        + struct.pack("<III", free, free, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )
