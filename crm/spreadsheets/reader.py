"""The door for spreadsheets of strangers, whatever their kind, read in a limited child process.

A hostile or broken file is refused with what to do, in bounded time and memory, and never takes
the web process with it. Formula cells give the values Excel saved; nothing is computed.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import orjson

from crm.errors import Refused
from crm.spreadsheets.cells import Broken, Cell

MAX_BYTES = 10 * 1024 * 1024
KINDS = ("xlsx", "xlsm", "xls", "et", "ods", "csv", "tsv", "txt", "htm", "html", "xml")
_ROOT = Path(__file__).resolve().parents[2]
_WALL_SECONDS = 120
_PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Row:
    """One row that is not blank, under the number the spreadsheet shows for it."""

    number: int
    cells: list[Cell]
    hidden: bool = False


@dataclass(frozen=True)
class Sheet:
    """merged: ranges as (first row, first column, last row, last column); columns count from 0."""

    name: str
    rows: list[Row]
    hidden: bool = False
    epoch_1904: bool = False
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)


def read(source: Path | bytes, name: str) -> list[Sheet]:
    """Every sheet of a file; `name` is what the person calls it. Raises Refused."""
    return parsed(read_json(source, name))


def read_json(source: Path | bytes, name: str) -> bytes:
    """The same as JSON of our own, which may be kept and `parsed` again without opening the file
    once more."""
    suffix = Path(name).suffix.lower().lstrip(".")
    if suffix not in KINDS:
        raise _refused(f"不支持“.{suffix}”文件，请另存为 .xlsx 或 CSV。")
    data = source if isinstance(source, bytes) else load(source)
    if len(data) > MAX_BYTES:
        raise _refused("文件超过 10 MB，请只保留要导入的数据，或分成几个文件。")
    answer = _ask_child(data, suffix)
    if answer.startswith(b'{"refused"'):
        raise _refused(orjson.loads(answer)["refused"])
    return answer


def parsed(kept: bytes) -> list[Sheet]:
    """The sheets of what `read_json` gave."""
    return [_sheet(sheet) for sheet in orjson.loads(kept)["sheets"]]


def load(path: Path) -> bytes:
    """A file's bytes, one more than allowed at most; Refused when it cannot be opened."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise _refused(f"打不开文件“{path.name}”，请检查路径和权限。") from error


def _ask_child(data: bytes, suffix: str) -> bytes:
    command = [sys.executable, "-m", "crm.spreadsheets._child", suffix]
    # No secret of ours goes along: only what Python itself may need to start.
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    environment |= {"PYTHONPATH": str(_ROOT), "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            command,
            input=data,
            capture_output=True,
            cwd=_ROOT,
            env=environment,
            timeout=_WALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _too_much() from error
    if done.returncode != 0:  # killed by a limit, or the library gave up
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        _log.warning("The spreadsheet reader ended with %s: %s", done.returncode, last)
        raise _too_much()
    return done.stdout


def _sheet(sheet: dict[str, Any]) -> Sheet:
    hidden = set(sheet["hidden_rows"])
    rows = [
        Row(number, [_cell(cell) for cell in cells], number in hidden)
        for number, cells in sheet["rows"]
    ]
    merged = [tuple(area) for area in sheet["merged"]]
    return Sheet(sheet["name"], rows, sheet["hidden"], sheet["epoch_1904"], merged)


def _cell(cell: Any) -> Cell:
    if not isinstance(cell, dict):
        return cell
    (kind, text), *_ = cell.items()
    if kind == "day":
        return date.fromisoformat(text)
    return datetime.fromisoformat(text) if kind == "moment" else Broken(text)


def _too_much() -> Refused:
    return _refused(
        "文件太大或太复杂，读取时超出时间或内存限制；请新建一个工作簿，只粘贴数据后再导入。"
    )


def _refused(reason: str) -> Refused:
    return Refused(reason, code="file_refused")
