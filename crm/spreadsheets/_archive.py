"""What an .xlsx or .ods file is made of, looked at before any library opens it.

A few kilobytes can unpack to gigabytes, or claim a cell in the last corner of the sheet, so the
zip directory, the parts a reader opens and the place of every cell are checked first.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar
from xml.parsers import expat

from crm.spreadsheets._sheets import (
    MAX_COLUMNS,
    MAX_ROWS,
    UNSAVED,
    Unsafe,
    error_in_cell,
    too_large,
)

MAX_ENTRIES = 2_000
MAX_UNPACKED = 200 * 1024 * 1024
MAX_RATIO = 100
_RATIO_FROM = 1024 * 1024  # tiny repetitive parts may pack well
_CHUNK = 1024 * 1024
_MACROS = ("basic/", "scripts/")  # of an .ods
_REFERENCE = re.compile(r"([A-Z]{1,4})([0-9]{1,9})")


_Read = TypeVar("_Read")
# What a parser tells: an element with its attributes; the name of one that ended, or text.
Started = Callable[[str, dict[str, str]], None]
Ended = Callable[[str], None]


@dataclass
class SheetFacts:
    """What the cell values alone do not tell: hidden rows, cells without a value of their own; of
    a book older than Excel 97 also its texts and the sheet's name, which the library garbles.
    Cells are (row from 1, column from 0)."""

    hidden_rows: list[int] = field(default_factory=list)
    broken: dict[tuple[int, int], str] = field(default_factory=dict)
    texts: dict[tuple[int, int], str] = field(default_factory=dict)
    name: str = ""


@dataclass
class BookFacts:
    epoch_1904: bool = False
    sheets: dict[str, SheetFacts] = field(default_factory=dict)


def unpacked(data: bytes, read: Callable[[zipfile.ZipFile], _Read]) -> _Read:
    """What `read` makes of an archive whose directory was checked; Unsafe where either fails."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_directory(archive)
            return read(archive)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise Unsafe("文件已损坏或不是 Excel 工作簿，请用 Excel 打开后另存为 .xlsx。") from error
    except (expat.ExpatError, KeyError, ValueError, UnicodeError) as error:
        raise Unsafe("工作簿内部结构有错误，请用 Excel 打开后另存为 .xlsx。") from error


def _check_directory(archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    lowered = [name.lower() for name in names]
    if len(entries) > MAX_ENTRIES:
        raise Unsafe("工作簿里的部件太多，请新建一个工作簿，只粘贴数据后再导入。")
    if len(set(lowered)) != len(lowered):
        raise Unsafe("工作簿里有重名的部件，可能被改动过，请用 Excel 另存为 .xlsx。")
    if any(_leaves_the_archive(name) for name in names):
        raise Unsafe("工作簿里有指向文件之外的路径，不能读取。")
    if any(entry.flag_bits & 1 for entry in entries):
        raise Unsafe("工作簿加了密码，请取消密码后再导入。")
    if any("vbaproject" in name or name.startswith(_MACROS) for name in lowered):
        raise Unsafe("工作簿带有宏，请另存为不含宏的 .xlsx 后再导入。")
    if any(name.startswith("xl/externallinks/") for name in lowered):
        raise Unsafe("工作簿引用了其他文件，请在 Excel“数据→编辑链接”中断开链接后再导入。")
    too_big = Unsafe("工作簿解压后太大，请新建一个工作簿，只粘贴数据（不带格式）后再导入。")
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise too_big
    for entry in entries:
        if entry.file_size > _RATIO_FROM and entry.file_size > MAX_RATIO * entry.compress_size:
            raise too_big
        with archive.open(entry) as part:  # a wrong declared size or checksum raises here
            while part.read(_CHUNK):
                pass


def _leaves_the_archive(name: str) -> bool:
    return name.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", name) or ":" in name


def read_facts(archive: zipfile.ZipFile) -> BookFacts:
    """The facts of an .xlsx workbook."""
    names = set(archive.namelist())
    if "xl/workbook.xml" not in names:
        raise Unsafe("文件不是 Excel 工作簿（.xlsx 或 .ods），请用 Excel 另存为 .xlsx。")
    facts = BookFacts()
    sheets: list[tuple[str, str]] = []
    targets: dict[str, str] = {}

    def book(tag: str, attributes: dict[str, str]) -> None:
        if tag == "workbookPr":
            facts.epoch_1904 = attributes.get("date1904", "0") in ("1", "true")
        elif tag == "sheet":
            reference = next((v for k, v in attributes.items() if k.endswith(":id")), "")
            sheets.append((attributes.get("name", ""), reference))

    def relations(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    parse_part(archive, "xl/workbook.xml", book)
    parse_part(archive, "xl/_rels/workbook.xml.rels", relations)
    for part in ("[Content_Types].xml", "xl/sharedStrings.xml", "xl/styles.xml"):
        if part in names:
            parse_part(archive, part, None)
    for name, reference in sheets:
        target = targets.get(reference, "")
        path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if path in names and "worksheets/" in path:
            facts.sheets[name] = _read_sheet(archive, path, name)
    return facts


def _read_sheet(archive: zipfile.ZipFile, path: str, name: str) -> SheetFacts:
    facts = SheetFacts()
    row = column = 0
    kind, formula, value, text, inside_value = "", False, False, "", False

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal row, column, kind, formula, value, text, inside_value
        if tag == "c":
            match = _REFERENCE.fullmatch(attributes.get("r", ""))
            column = _column_index(match[1]) if match else column + 1
            row = int(match[2]) if match else row
            kind, formula, value, text = attributes.get("t", ""), False, False, ""
        elif tag == "f":
            formula = True
        elif tag in ("v", "is"):
            value = inside_value = True
        elif tag == "row":
            row, column = int(attributes.get("r", row + 1)), -1
            if attributes.get("hidden") in ("1", "true") and row <= MAX_ROWS:
                facts.hidden_rows.append(row)

    def end(tag: str) -> None:
        nonlocal inside_value
        if tag in ("v", "is"):
            inside_value = False
        if tag != "c" or not (formula or value):
            return
        if row > MAX_ROWS or column >= MAX_COLUMNS:
            raise too_large(name, row, column)
        if kind == "e":
            facts.broken[row, column] = error_in_cell(text)
        elif formula and not text and kind != "str":  # openpyxl writes <f> with an empty <v>
            facts.broken[row, column] = UNSAVED

    def characters(data: str) -> None:
        nonlocal text
        if formula or kind == "e":
            text = (text + data)[:12] if inside_value else text

    parse_part(archive, path, start, end, characters)
    return facts


def parse_part(
    archive: zipfile.ZipFile,
    path: str,
    start: Started | None,
    end: Ended | None = None,
    characters: Ended | None = None,
) -> None:
    """One part of an archive through `parser_of`."""
    with archive.open(path) as part:
        parser_of(start, end, characters).ParseFile(part)


def parser_of(
    start: Started | None, end: Ended | None = None, characters: Ended | None = None
) -> expat.XMLParserType:
    """A parser that hears of elements by their names without prefixes; a document type declaration
    is refused whatever its encoding."""
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def no_doctype(*_: object) -> None:
        raise Unsafe("工作簿里有不允许的声明（DTD），不能读取。")

    parser.StartDoctypeDeclHandler = no_doctype
    if start:
        parser.StartElementHandler = lambda tag, given: start(tag.rpartition(":")[2], given)
    if end:
        parser.EndElementHandler = lambda tag: end(tag.rpartition(":")[2])
    if characters:
        parser.CharacterDataHandler = characters
    return parser


def _column_index(letters: str) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1
