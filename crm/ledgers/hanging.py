"""What hangs on a row: the ledgers whose rows point to it, as their columns declare."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from django.core.exceptions import FieldDoesNotExist

from crm.ledgers.base import Column, Kind, Ledger
from crm.ledgers.registry import every


@dataclass(frozen=True)
class Hanging:
    """The rows of `ledger` whose `path` leads to a row of another one. `label` is what they are
    called there (the `tab` of the column, where it has one), `name` what its page says of them in
    its address."""

    ledger: Ledger
    path: str
    label: str
    name: str

    @property
    def is_direct(self) -> bool:
        """They point to it themselves, not by way of a third row: one may be registered on it."""
        return "__" not in self.path

    @property
    def is_typed(self) -> bool:
        """The form of a new one has a field for it."""
        return any(column.name == self.path for column in self.ledger.form_columns)


@cache
def pointers(key: str) -> dict[str, str]:
    """The paths by which rows of this ledger lead to rows of others → the key of each."""
    ledger = next(one for one in every() if one.key == key)
    found = {}
    for column in ledger.columns:
        if column.kind not in (Kind.REFERENCE, Kind.REFERENCES):
            continue
        if (column.in_form or column.in_list or column.is_filter) and _is_stored(ledger, column):
            found[column.name] = column.reference
    return found | {path: other for other, path in ledger.seen_from.items()}


def _is_stored(ledger: Ledger, column: Column) -> bool:
    try:
        return bool(ledger.model._meta.get_field(column.name).is_relation)
    except FieldDoesNotExist:
        return False


@cache
def hanging_on(key: str) -> tuple[Hanging, ...]:
    """What hangs on the rows of the ledger of this key, in the order of the menu."""
    found = []
    for other in every():
        paths = [path for path, target in pointers(other.key).items() if target == key]
        for path in paths:
            label, name = other.label, other.key
            if len(paths) > 1 or other.key == key:
                column = other.column(path)
                label = column.tab or f"{column.label}的{label}"
                name = f"{name}-{path}"
            found.append(Hanging(other, path, label, name))
    return tuple(found)
