"""What of the ledger can be searched, as the nouns declare it. Personal fields never get here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from django.db import models

from crm import ledgers
from crm.ledgers import Ledger, Search
from search import index
from search.index import Document, Index


def _documents(
    ledger: Ledger, search: Search, ids: Sequence[int] | None = None
) -> Iterator[Document]:
    rows = search.rows(ledger.model)
    if ids is not None:
        rows = rows.filter(pk__in=list(ids))
    for row in rows.iterator(chunk_size=500):
        yield search.document(row)


def _depending(ledger: Ledger, search: Search, row: models.Model, renamed: bool) -> set[int]:
    return search.depending_on(row, ledger.model, renamed=renamed)


def register() -> None:
    """Called once when Django starts."""
    for ledger in ledgers.every():
        if (search := ledger.search) is not None:
            index.register(
                Index(
                    ledger.noun,
                    ledger.label,
                    ledger.model._meta.label,
                    partial(_documents, ledger, search),
                    search.words,
                    depending_on=partial(_depending, ledger, search),
                )
            )
