"""Rows of a dry run in words: what would be entered, what would change into what."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from crm import personal
from crm.dates import When
from crm.exact import grouped, money_text
from crm.ledgers import Column, Kind
from crm.models.people import Person

_LONGEST = 60
_NOTHING = "—"


def name_of(row: Any) -> str:
    """A person is named as the desk shows them."""
    return row.masked_name if isinstance(row, Person) else _cut(str(row))


def facts_of(
    name: str, columns: Mapping[str, Column], values: Mapping[str, Any], before: Mapping[str, Any]
) -> list[tuple[str, str, str]]:
    """(label, before, after) of the values of a row, its name apart; before is empty for a new
    one."""
    told = [(columns[field], field, values[field]) for field in values if field in columns]
    return [
        (column.label, said(column, before[field]) if field in before else "", text)
        for column, field, value in told
        if (text := said(column, value)) not in (_NOTHING, name)
    ]


def said(column: Column, value: Any) -> str:
    if value is None or value == "" or value == []:
        return _NOTHING
    match column.kind:
        case Kind.MONEY:
            return money_text(value)
        case Kind.NUMBER:
            return f"{grouped(value)} {column.unit}".strip()
        case Kind.DATE | Kind.WHEN:
            return _day(value)
        case Kind.STAGE | Kind.CHOICE:
            return str(column.choices(value).label) if column.choices else str(value)
        case Kind.REFERENCES:
            return _cut("、".join(_named(other) for other in value))
        case Kind.REFERENCE:
            return _cut(_named(value))
        case Kind.BOOLEAN:
            return "是" if value else "否"
        case Kind.PERSONAL:
            return personal.masked(column.name, str(value))
    return _cut(str(value))


def _named(row: Any) -> str:
    return row.masked_name if isinstance(row, Person) else str(row)


def _day(value: When | date) -> str:
    return value.text if isinstance(value, When) else value.isoformat()


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
