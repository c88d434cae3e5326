"""Rows of a dry run in words: what would be entered, what would change into what."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Model

from crm import personal
from crm.ledgers import Column
from crm.ledgers.columns import Value
from crm.models.people import Person

_LONGEST = 60
_NOTHING = "—"


def name_of(row: Model) -> str:
    """A person is named as the desk shows them."""
    return row.masked_name if isinstance(row, Person) else _cut(str(row))


def facts_of(
    name: str,
    columns: Mapping[str, Column],
    values: Mapping[str, Value],
    before: Mapping[str, Value],
) -> list[tuple[str, str, str]]:
    """(label, before, after) of the values of a row, its name apart; before is empty for a new
    one."""
    told = [(columns[field], field, values[field]) for field in values if field in columns]
    return [
        (column.label, said(column, before[field]) if field in before else "", text)
        for column, field, value in told
        if (text := said(column, value)) not in (_NOTHING, name)
    ]


def said(column: Column, value: Value) -> str:
    """A value in words; a person's name is masked, for the outcome is kept unsealed."""
    if column.person_part == "name":
        return personal.mask_name(str(value or "")) or _NOTHING
    return _cut(column.text(value)) or _NOTHING


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
