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
    """The tables that are data; the first of them tells which sheets were left out, and why. A list
    of field names beside data on one sheet counts as its ignored rows."""
    matcher = Matcher(columns, needed, mapping)
    lists = [table for table in tables if _lists_fields(table, needed, matcher)]
    data = [table for table in tables if table not in lists]
    named: dict[str, int] = {}
    for table in data:
        count = len(table.fields)
        named[table.sheet.name] = max(count, named.get(table.sheet.name, 0))
    is_much = max(named.values(), default=0) >= _MUCH_BETTER
    kept = [t for t in data if not (is_much and named[t.sheet.name] == 1)]
    if not kept:
        return []
    names = {table.sheet.name for table in kept}
    left_out = {t.sheet.name: "里面列的是栏目名称，不是数据" for t in lists}
    left_out |= {t.sheet.name: "只认出一列表头，别的工作表合适得多" for t in data}
    away = [(name, why) for name, why in left_out.items() if name not in names]
    kept = [_with_ignored(table, lists) for table in kept]
    return [replace(kept[0], instead_of=away), *kept[1:]]


def _with_ignored(table: Table, lists: Sequence[Table]) -> Table:
    numbers = [row.number for other in lists if other.sheet is table.sheet for row in other.rows]
    told = [(number, "栏目说明") for number in numbers]
    return replace(table, ignored=sorted([*table.ignored, *told])) if told else table


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
