"""Versions of objects and what another engine has still to hear: rows of the same transaction."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

from django.db import connection, transaction

from search.models import SearchOutbox

BATCH = 500


def now() -> int:
    """Microseconds: versions go on rising even where an older database was restored."""
    return time.time_ns() // 1_000


def bump(kind: str, ids: Sequence[int]) -> dict[int, int]:
    """A new version for each object, pending, in the caller's transaction.

    The write also locks the rows until the commit, so two transactions that touch one object index
    it one after the other, the second one seeing what the first one did.
    """
    stamp = now()
    rows = sorted(set(ids))
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO search_outbox (kind, object_id, version, is_pending) "
            "VALUES (%s, %s, %s, TRUE) ON CONFLICT (kind, object_id) DO UPDATE SET "
            "version = CASE WHEN excluded.version > search_outbox.version THEN excluded.version "
            "ELSE search_outbox.version + 1 END, is_pending = TRUE",
            [(kind, object_id, stamp) for object_id in rows],
        )
    return versions(kind, rows)


def versions(kind: str, ids: Iterable[int] | None = None, *, lock: bool = False) -> dict[int, int]:
    rows = SearchOutbox.objects.filter(kind=kind)
    if ids is not None:
        rows = rows.filter(object_id__in=list(ids))
    if lock:
        rows = rows.select_for_update()
    return dict(rows.values_list("object_id", "version"))


def ensure(kind: str, ids: Sequence[int]) -> dict[int, int]:
    """The locked versions of objects, starting one for those that never had any."""
    stamp = now()
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO search_outbox (kind, object_id, version, is_pending) "
            "VALUES (%s, %s, %s, FALSE) ON CONFLICT (kind, object_id) DO NOTHING",
            [(kind, object_id, stamp) for object_id in sorted(ids)],
        )
    return versions(kind, ids, lock=True)


def pending(limit: int = BATCH) -> list[SearchOutbox]:
    return list(SearchOutbox.objects.filter(is_pending=True).order_by("version")[:limit])


def pending_count() -> int:
    return SearchOutbox.objects.filter(is_pending=True).count()


def mark_sent(rows: Iterable[SearchOutbox]) -> None:
    """Only rows that nobody touched meanwhile: a newer version stays pending."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE search_outbox SET is_pending = FALSE WHERE id = %s AND version = %s",
            [(row.pk, row.version) for row in rows],
        )


def mark_pending(changed: dict[str, list[int]]) -> None:
    for kind, ids in changed.items():
        for start in range(0, len(ids), BATCH):
            chunk = ids[start : start + BATCH]
            SearchOutbox.objects.filter(kind=kind, object_id__in=chunk).update(is_pending=True)
