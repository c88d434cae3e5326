"""Where a dry run writes what it takes back: on SQLite in a copy of the database, for its one write
lock would keep everybody else waiting; elsewhere in a transaction that is rolled back."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections


@contextmanager
def aside() -> Iterator[None]:
    """Within it this thread's database is a copy that is thrown away; where there is none to be
    had (another engine, a database in memory, a transaction under way) it is the database."""
    ours: Any = connections[DEFAULT_DB_ALIAS]
    name = str(ours.settings_dict["NAME"])
    if ours.vendor != "sqlite" or "memory" in name or ours.in_atomic_block:
        yield
        return
    ours.ensure_connection()
    with tempfile.TemporaryDirectory(prefix="parkledger-trial-") as folder:
        path = str(Path(folder) / "trial.sqlite3")
        with closing(sqlite3.connect(path)) as target:
            ours.connection.backup(target)
        copy = ours.copy()
        copy.settings_dict["NAME"] = path
        connections[DEFAULT_DB_ALIAS] = copy
        try:
            yield
        finally:
            copy.close()
            connections[DEFAULT_DB_ALIAS] = ours
