"""Which sheets of a workbook hold the ledger, where several have headings that match.

A workbook often brings a list of its own field names, a cover or a table of names alone; read as
data, these would give projects called 阶段 and 签约时间.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from crm.ledgers.base import Column
from crm.spreadsheets.cells import is_blank
from crm.spreadsheets.headings import Matcher
from crm.spreadsheets.mapping import Mapping
from crm.spreadsheets.match import Table

_MUCH_BETTER = 3  # columns named by another sheet, where this one names a single one


def fitting(
    tables: Sequence[Table], columns: Sequence[Column], needed: Collection[str], mapping: Mapping
) -> list[Table]:
    """The tables that are data; the first of them tells which sheets were left out, and why."""
    matcher = Matcher(columns, needed, mapping)
    fits = [table for table in tables if not _lists_fields(table, needed, matcher)]
    most = max((len(table.fields) for table in fits if table.rows), default=0)
    kept = [t for t in fits if len(t.fields) > 1 or most < _MUCH_BETTER]
    left_out = {t.sheet.name: "里面列的是栏目名称，不是数据" for t in tables if t not in fits}
    left_out |= {t.sheet.name: "只认出一列表头，别的工作表合适得多" for t in fits if t not in kept}
    for table in kept:
        left_out.pop(table.sheet.name, None)
    return [replace(kept[0], instead_of=[*left_out.items()]), *kept[1:]] if kept else []


def _lists_fields(table: Table, needed: Collection[str], matcher: Matcher) -> bool:
    """Whether what stands below the heading of a name are headings themselves."""
    names = [
        row.cells[heading.index]
        for name, heading in table.fields.items()
        if name in needed
        for row in table.rows
        if heading.index < len(row.cells) and not is_blank(row.cells[heading.index])
    ]
    known = sum(matcher.knows(name) for name in names)
    return known > 1 and known * 2 >= len(names)
