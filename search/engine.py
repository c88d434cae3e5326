"""The whole API of search: ask, say that something changed, rebuild, catch up, compare."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace

from django.db import models, transaction

from search import index, upkeep
from search.backends import failover
from search.finding import Search
from search.query import Query, Result
from search.upkeep import Difference, rebuild, sync, verify

__all__ = ["Difference", "rebuild", "run", "sync", "touch", "touch_many", "verify"]


def run(query: Query) -> Result:
    """Hits the scope may see. Any text is answered, in bounded time; an empty scope sees nothing.

    Raises ValueError only for the name of an engine that is not there.
    """
    started = time.perf_counter()
    name = query.backend or failover.configured_name()
    failover.require(name)
    if query.scope.is_empty:
        result = Result(backend=name)
    else:
        result, used, degraded = failover.ask(lambda one: Search(query, one).answer(), name)
        result = replace(result, backend=used, degraded=degraded)
    return replace(result, took_ms=round(1_000 * (time.perf_counter() - started), 3))


def touch(obj: models.Model) -> None:
    """Index an object that was written or deleted, within the caller's transaction."""
    index.forget_vocabulary()
    label = (obj._meta.concrete_model or type(obj))._meta.label
    for one in index.of_model(label):
        touch_many(one.kind, [obj.pk])


def touch_many(kind: str, ids: Iterable[int]) -> None:
    """The same for many objects of a kind; a kind that nobody registered is ignored."""
    index.forget_vocabulary()
    rows = sorted({int(i) for i in ids})
    if index.get(kind) is None or not rows:
        return
    for start in range(0, len(rows), upkeep.CHUNK):
        upkeep.refresh(kind, rows[start : start + upkeep.CHUNK])
    if failover.is_configured():
        # The first one of a transaction sends everything; the others find nothing to do.
        transaction.on_commit(upkeep.relay, robust=True)
