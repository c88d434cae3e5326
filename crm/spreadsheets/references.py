"""Rows of other ledgers that the cells of a table name."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.db import models

from crm import ledgers
from crm.ledgers import Column, Ledger
from crm.models import User

LOOKED_AT = 2_000


class References:
    """Rows of other ledgers by name, each name asked for once a file."""

    def __init__(self, by: User | None, importing: str) -> None:
        self._by, self._importing = by, importing
        self._known: dict[tuple[str, str], models.Model | None] = {}

    def finder(self, key: str) -> Callable[[str], models.Model | None]:
        def find(name: str) -> models.Model | None:
            if (key, name) not in self._known:
                found = ledgers.referred(key, name, by=self._by) if self._by else None
                if found is None and key == self._importing:
                    return None  # a later row of this very file may bring it
                self._known[key, name] = found
            return self._known[key, name]

        return find

    def forget(self, key: str, name: str) -> None:
        """A row of this name was entered: it is to be asked for again."""
        self._known.pop((key, name), None)

    def amounts(self, ledger: Ledger, column: Column) -> list[Decimal]:
        """What the newest rows that the importer sees have in a column of amounts."""
        fields = {field.name for field in ledger.model._meta.concrete_fields}
        if self._by is None or column.name not in fields:
            return []
        rows: Any = ledger.model._default_manager
        known = rows.visible_to(self._by).exclude(**{column.name: None}).order_by("-pk")
        return list(known.values_list(column.name, flat=True)[:LOOKED_AT])
