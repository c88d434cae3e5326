"""What the child answers with: the shape of a sheet, and the limits every kind of file is held to.

A sheet is {"name", "rows": [(row number from 1, cells)], "hidden", "epoch_1904", "hidden_rows",
"merged": [(first row, first column, last row, last column)]}, rows counted from 1, columns from 0.
A cell is a number, a text, a yes/no, None, {"day": ISO}, {"moment": ISO} or {"broken": reason}.
"""

from __future__ import annotations

import re
from typing import Any

MAX_ROWS, MAX_COLUMNS = 20_000, 100
MAX_CELLS = MAX_ROWS * MAX_COLUMNS
MAX_CELL_TEXT = 32_767  # Excel's own limit
MAX_SHEETS = 200
UNSAVED = "公式没有保存计算结果，请用 Excel 打开并保存后再导入。"
UNSURE_DAY = "1900年3月1日以前的日期在 Excel 里不可靠，请改成文本后重新填写。"
# What Excel, LibreOffice and WPS show in place of a value they could not compute.
ERROR_WORD = re.compile(
    r"#(?:NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A|SPILL!|CALC!)|(?:Err|错误)[:：]\d{3}"
)


class Unsafe(Exception):
    """A file that will not be read; `reason` says what to do about it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def sheet(name: str, rows: list[tuple[int, list[Any]]], **more: Any) -> dict[str, Any]:
    defaults = {"hidden": False, "epoch_1904": False, "hidden_rows": [], "merged": []}
    return {"name": name, "rows": rows, **defaults, **more}


def error_in_cell(word: str) -> str:
    return f"单元格是公式错误 {word[:12]}，请修正后再导入。"


def too_large(name: str, row: int, column: int) -> Unsafe:
    """A sheet with a filled cell beyond the limits; `column` counts from 0."""
    return Unsafe(
        f"工作表“{name[:31]}”超过 {MAX_ROWS} 行或 {MAX_COLUMNS} 列（最远在第 {row} 行第 "
        f"{column + 1} 列），请删去多余的单元格或分成几个文件。"
    )


def too_long() -> Unsafe:
    return Unsafe("有一格的文字超过 32,767 个字，请精简后再导入。")


def too_many_sheets() -> Unsafe:
    return Unsafe(f"工作簿超过 {MAX_SHEETS} 个工作表，请分成几个文件。")


def too_many_cells() -> Unsafe:
    return Unsafe("工作簿里的单元格太多，请分成几个文件。")
