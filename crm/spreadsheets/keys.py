"""Which rows of a file cannot be in the ledger yet, told without asking for each."""

from __future__ import annotations

from django.db.models import Model

from crm.ledgers import Ledger
from crm.ledgers.base import Given

MANY = 200  # rows of a file from which looking all keys up at once is cheaper


class KnownKeys:
    """The keys by which a ledger's rows are found, all of them at once: most rows of a large file
    are new, and a row whose keys nobody has need not be looked for. Where the ledger declares no
    keys, or the file is small, every row is looked for."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._known: dict[str, set[str]] | None = None

    def load(self) -> None:
        rows = self._ledger.model._default_manager.order_by()
        self._known = {
            field: set(rows.values_list(field, flat=True)) for field in self._ledger.find_keys
        } or None

    def are_new(self, values: Given) -> bool:
        """Whether no row of the ledger, whoever may see it, has one of these keys."""
        return self._known is not None and not any(
            key_of(values) in self._known[field] for field, key_of in self._ledger.find_keys.items()
        )

    def add(self, row: Model) -> None:
        for field, known in (self._known or {}).items():
            known.add(getattr(row, field))
