"""Several people at the same moment: threads with connections of their own, on a database of the
test's own, a copy of the empty ledger: a file on SQLite, a database on PostgreSQL.

A race is forced, not hoped for: `meeting` stops the racers between the question and the write until
all of them are there, or until it is certain that the others are kept waiting.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections
from django.db.utils import load_backend

from crm.actions import _lock, imports
from tests.template_databases import EMPTY, copy, store

# How long one waits for the others: with the lock they cannot come, without it they will.
LOCKED_SECONDS, UNLOCKED_SECONDS = 0.6, 20


@pytest.fixture(autouse=True)
def own_database(tmp_path: Path, db: None) -> Iterator[None]:
    """The test's own, for this thread and for every new one."""
    original, settings = connections["default"], connections.settings["default"]
    is_file = original.vendor == "sqlite"
    name = str(tmp_path / "race.sqlite3") if is_file else f"race_{uuid.uuid4().hex[:12]}"
    copy(EMPTY, name)
    own = connections.settings["default"] = settings | {"NAME": name}
    connections["default"] = load_backend(own["ENGINE"]).DatabaseWrapper(own, "default")
    try:
        yield
    finally:
        connections["default"].close()
        connections["default"] = original
        connections.settings["default"] = settings
        store().drop(name)


@pytest.fixture
def at_once() -> Callable[..., list[Any]]:
    """Runs the calls at the same moment, each on a connection of its own; what each gave back, or
    the refusal it ended with."""

    def run(*calls: Callable[[], Any]) -> list[Any]:
        start = threading.Barrier(len(calls))

        def one(call: Callable[[], Any]) -> Any:
            try:
                start.wait()
                return call()
            except Exception as error:
                return error
            finally:
                connection.close()

        with ThreadPoolExecutor(len(calls)) as pool:
            return list(pool.map(one, calls))

    return run


class Meeting:
    """Where the racers meet: each waits until `count` are there, or for a moment only."""

    def __init__(self, count: int, seconds: float) -> None:
        self._barrier, self._seconds = threading.Barrier(count), seconds

    @property
    def is_broken(self) -> bool:
        return self._barrier.broken

    def wait(self) -> None:
        with suppress(threading.BrokenBarrierError):
            self._barrier.wait(self._seconds)


@pytest.fixture
def meeting(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Callable[..., Meeting]:
    """Makes callers of `module.name` wait for each other once they have its answer."""
    seconds = UNLOCKED_SECONDS if "unlocked" in request.fixturenames else LOCKED_SECONDS

    def meet(module: Any, name: str, count: int = 2) -> Meeting:
        met, asked = Meeting(count, seconds), getattr(module, name)

        def ask(*args: Any, **kwargs: Any) -> Any:
            answer = asked(*args, **kwargs)
            met.wait()
            return answer

        monkeypatch.setattr(module, name, ask)
        return met

    return meet


@pytest.fixture
def unlocked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: every lock taken out, with the transaction that is it on SQLite."""
    monkeypatch.setattr(_lock, "one_at_a_time", lambda *_: nullcontext())
    monkeypatch.setattr(imports, "alone", lambda *_, **__: nullcontext())
