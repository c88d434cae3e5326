"""OpenDocument spreadsheets (.ods) for the tests, as LibreOffice writes them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

_OASIS = "urn:oasis:names:tc:opendocument:xmlns"
_NAMES = (
    f'xmlns:office="{_OASIS}:office:1.0" xmlns:table="{_OASIS}:table:1.0" '
    f'xmlns:text="{_OASIS}:text:1.0" xmlns:style="{_OASIS}:style:1.0" '
    f'xmlns:draw="{_OASIS}:drawing:1.0" xmlns:xlink="http://www.w3.org/1999/xlink" '
    'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
)
_HIDDEN = (
    '<style:style style:name="ta2" style:family="table">'
    '<style:table-properties table:display="false"/></style:style>'
)
_EMPTY = '<table:table-cell table:number-columns-repeated="16384"/>'
# A sheet reaches to its last row and column, whatever is in it.
_TO_THE_END = f'<table:table-row table:number-rows-repeated="1048000">{_EMPTY}</table:table-row>'


def ods(
    *tables: str, before: str = "", prologue: str = "", extra: dict[str, bytes | str] | None = None
) -> bytes:
    """A document of these tables (`table`); `before` stands ahead of them."""
    parts: dict[str, bytes | str] = {
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "content.xml": f"{prologue}<office:document-content {_NAMES}><office:automatic-styles>"
        f"{_HIDDEN}</office:automatic-styles><office:body><office:spreadsheet>{before}"
        f"{''.join(tables)}</office:spreadsheet></office:body></office:document-content>",
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**parts, **(extra or {})}.items():
            archive.writestr(name, content)
    return out.getvalue()


def table(*rows: str, name: str = "项目", hidden: bool = False) -> str:
    style = ' table:style-name="ta2"' if hidden else ""
    body = "\n".join(rows)
    return f'<table:table table:name="{name}"{style}>{body}{_TO_THE_END}</table:table>'


def row(*cells: Any, times: int = 1, hidden: bool = False) -> str:
    """A row of values; a text that begins with < is a cell made by hand."""
    more = ' table:visibility="collapse"' if hidden else ""
    made = "".join(c if isinstance(c, str) and c.startswith("<") else cell(c) for c in cells)
    return (
        f'<table:table-row table:number-rows-repeated="{times}"{more}>{made}{_EMPTY}'
        "</table:table-row>"
    )


def rows(lines: Iterable[Iterable[Any]]) -> list[str]:
    return [row(*line) for line in lines]


def cell(value: Any, attributes: str = "") -> str:
    match value:
        case None:
            kind, inside = "", ""
        case bool():
            kind = f'office:value-type="boolean" office:boolean-value="{str(value).lower()}"'
            inside = ""
        case int() | float():
            kind = f'office:value-type="float" office:value="{value}"'
            inside = f"<text:p>{value:,}</text:p>"
        case datetime() | date():
            kind = f'office:value-type="date" office:date-value="{value.isoformat()}"'
            inside = f"<text:p>{value:%y/%m/%d}</text:p>"
        case _:
            kind, inside = 'office:value-type="string"', f"<text:p>{value}</text:p>"
    return f"<table:table-cell {kind} {attributes}>{inside}</table:table-cell>"
