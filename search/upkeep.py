"""Keeping the indexes equal to the ledger: relay, rebuild, catch up, compare and repair."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from django.db import transaction

from search import index, outbox, plan
from search.backends import failover
from search.backends.base import Change, Unavailable, tidy
from search.backends.database import Database
from search.index import Document, Index

if TYPE_CHECKING:
    from search.backends.elastic import Elastic

logger = logging.getLogger(__name__)
CHUNK = 500
# Somebody waits for the page: what a large import leaves is search_sync's work.
RELAY_BATCH, RELAY_ROUNDS = 200, 5
MISSING, STALE, GHOST = "missing", "stale", "ghost"


@dataclass(frozen=True)
class Difference:
    """`what`: missing in the engine, stale there, or a ghost of an object that is gone."""

    backend: str
    kind: str
    object_id: int
    what: str


def changes(kind: str, versions: dict[int, int]) -> list[Change]:
    """What the objects are now; those that do not come back are gone."""
    one = index.get(kind)
    documents = {d.object_id: tidy(d) for d in one.documents(list(versions))} if one else {}
    return [Change(kind, i, version, documents.get(i)) for i, version in versions.items()]


def relay() -> None:
    """After a commit: tell Elasticsearch, if it is known to be well. Never fails, hardly waits.

    What is not sent stays pending for the next one or for search_sync.
    """
    if not failover.breaker.is_closed:
        return
    try:
        for _ in range(RELAY_ROUNDS):
            if not _send(outbox.pending(RELAY_BATCH), seconds=None):
                break
    except Unavailable as error:
        # Nobody else shall wait for it: the next search is the one that tries again.
        failover.breaker.failed(for_certain=True)
        logger.warning("Elasticsearch was not told, the outbox keeps it: %s", error)


def _send(rows: Sequence[outbox.SearchOutbox], *, seconds: float | None) -> int:
    """Send what these objects are now. The versions were read first, so they are never too new."""
    by_kind: dict[str, dict[int, int]] = {}
    for row in rows:
        by_kind.setdefault(row.kind, {})[row.object_id] = row.version
    batch = [change for kind, versions in by_kind.items() for change in changes(kind, versions)]
    if seconds is None:
        failover.elastic().relay(batch)
    else:
        failover.elastic().write(batch, seconds=seconds)
    outbox.mark_sent(rows)
    return len(rows)


def sync() -> dict[str, int]:
    """Send everything pending to Elasticsearch; an index of another shape is built anew."""
    if not failover.is_configured():
        return {"sent": 0, "pending": 0}
    sent = 0
    engine = failover.elastic()
    if not engine.is_current():
        _rebuild_elastic(engine)
    while rows := outbox.pending():
        sent += _send(rows, seconds=30.0)
    engine.refresh()
    failover.breaker.succeeded()
    return {"sent": sent, "pending": outbox.pending_count()}


def rebuild(kinds: Sequence[str] = ()) -> dict[str, dict[str, int] | None]:
    """Index every row anew: {"database": {kind: rows}, "elasticsearch": the same, or None when it
    did not answer}. Searches go on meanwhile; writes too, and win.
    """
    chosen = [one for one in index.registered() if not kinds or one.kind in kinds]
    counts: dict[str, dict[str, int] | None] = {
        Database.name: {one.kind: _rebuild_kind(one) for one in chosen}
    }
    if not kinds:
        _drop_unregistered()
    if failover.is_configured():
        try:
            counts[failover.ELASTICSEARCH] = _rebuild_elastic(failover.elastic())
        except Unavailable as error:
            logger.warning("Elasticsearch was not rebuilt: %s", error)
            counts[failover.ELASTICSEARCH] = None
    return counts


def _chunks(documents: Iterable[Document]) -> Iterator[list[Document]]:
    rows = iter(documents)
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def _rebuild_kind(one: Index) -> int:
    """A row touched while we read is left alone: its own transaction indexed a newer state."""
    index.forget_vocabulary()
    before = outbox.versions(one.kind)
    database = Database()
    seen: set[int] = set()
    for chunk in _chunks(one.documents(None)):
        ids = [document.object_id for document in chunk]
        seen.update(ids)
        with transaction.atomic():
            known = outbox.ensure(one.kind, ids)
            database.write(
                [
                    Change(one.kind, d.object_id, known[d.object_id], tidy(d))
                    for d in chunk
                    if before.get(d.object_id) in (None, known[d.object_id])
                ]
            )
    ghosts = [i for kind, i, _ in database.stored() if kind == one.kind and i not in seen]
    for start in range(0, len(ghosts), CHUNK):
        # Not simply deleted: a row may have been added since.
        refresh(one.kind, ghosts[start : start + CHUNK])
    return len(seen)


def _drop_unregistered() -> None:
    database = Database()
    known = {one.kind for one in index.registered()}
    ghosts = [Change(kind, i, 0, None) for kind, i, _ in database.stored() if kind not in known]
    for start in range(0, len(ghosts), CHUNK):
        database.write(ghosts[start : start + CHUNK])


def refresh(kind: str, ids: Sequence[int]) -> None:
    """Index objects as they are now and leave word for other engines, in one transaction."""
    with transaction.atomic():
        Database().write(changes(kind, outbox.bump(kind, ids)))


def _rebuild_elastic(engine: Elastic) -> dict[str, int]:
    """A whole new index beside the old one, then one swap, then what changed meanwhile."""
    counts: dict[str, int] = {}
    before = {one.kind: outbox.versions(one.kind) for one in index.registered()}
    name = engine.begin(outbox.now())
    try:
        for one in index.registered():
            for chunk in _chunks(one.documents(None)):
                new = [d.object_id for d in chunk if d.object_id not in before[one.kind]]
                if new:
                    with transaction.atomic():
                        before[one.kind] |= outbox.ensure(one.kind, new)
                known = before[one.kind]
                batch = [Change(one.kind, d.object_id, known[d.object_id], tidy(d)) for d in chunk]
                engine.write(batch, into=name)
                counts[one.kind] = counts.get(one.kind, 0) + len(chunk)
        engine.swap(name, sum(counts.values()))
    except BaseException:
        # The old index goes on answering.
        engine.abandon(name)
        raise
    for kind, known in before.items():
        now = outbox.versions(kind)
        outbox.mark_pending({kind: [i for i, version in now.items() if known.get(i) != version]})
    while rows := outbox.pending():
        _send(rows, seconds=30.0)
    engine.refresh()
    failover.breaker.succeeded()
    return counts


def verify(*, repair: bool = False) -> list[Difference]:
    """Compare the ledger with every engine, both ways; repaired differences are reported too."""
    wanted = {
        (one.kind, document.object_id): plan.digest(tidy(document))
        for one in index.registered()
        for document in one.documents(None)
    }
    engines: list[Database | Elastic] = [Database()]
    if failover.is_configured():
        engines.append(failover.elastic())
    found = [one for engine in engines for one in _compare(engine, wanted)]
    if repair and found:
        by_kind: dict[str, set[int]] = {}
        for difference in found:
            by_kind.setdefault(difference.kind, set()).add(difference.object_id)
        for kind, ids in by_kind.items():
            rows = sorted(ids)
            for start in range(0, len(rows), CHUNK):
                refresh(kind, rows[start : start + CHUNK])
        if failover.is_configured():
            sync()
    return found


def _compare(
    engine: Database | Elastic, wanted: dict[tuple[str, int], str]
) -> Iterator[Difference]:
    """Against Elasticsearch a pending row is not yet a difference: it is on its way."""
    waiting = (
        {(row.kind, row.object_id) for row in outbox.SearchOutbox.objects.filter(is_pending=True)}
        if engine.name == failover.ELASTICSEARCH
        else set()
    )
    left = dict(wanted)
    for kind, object_id, digest in engine.stored():
        key = (kind, object_id)
        expected = left.pop(key, None)
        if expected != digest and key not in waiting:
            yield Difference(engine.name, kind, object_id, GHOST if expected is None else STALE)
    for kind, object_id in left:
        if (kind, object_id) not in waiting:
            yield Difference(engine.name, kind, object_id, MISSING)
