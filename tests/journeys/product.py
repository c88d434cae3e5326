"""A running product for a journey: its own database with the demo county, a server and a worker.

The demo county is a copy of its template, so that every journey starts from the same day. With
DATABASE_URL on PostgreSQL (and ELASTICSEARCH_URL) the product runs on those engines.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import template_databases
from tests.template_databases import manage

BASE_DIR = Path(__file__).resolve().parents[2]
READY_SECONDS = 60


@dataclass(frozen=True)
class Product:
    """`url` without a slash at its end; `env` is what its processes run with."""

    url: str
    env: dict[str, str]

    def manage(self, *arguments: str) -> str:
        """The standard output of a management command on this product's database."""
        return manage(self.env, *arguments)

    def report(self, first: str, last: str, *more: str) -> dict[str, Any]:
        """The figures of `build_report` for the months first..last; `more` are its options."""
        text = self.manage(
            "build_report", "--from", first, "--to", last, "--format", "json", "--out", "-", *more
        )
        return dict(json.loads(text)["figures"])


def environment(database: str) -> dict[str, str]:
    """What the product's processes run with on this database. On PostgreSQL Elasticsearch answers
    the searches too."""
    env = template_databases.environment(database)
    if _on_server() and "ELASTICSEARCH_URL" in os.environ:
        name = database.rpartition("/")[2]
        env |= {
            "ELASTICSEARCH_URL": os.environ["ELASTICSEARCH_URL"],
            "ELASTICSEARCH_PREFIX": f"journey-{name}",
        }
    return env


def _on_server() -> bool:
    return isinstance(template_databases.store(), template_databases.Server)


def _copy(folder: Path) -> dict[str, str]:
    """The environment of a new database that holds the demo county, in `folder` or on the
    server."""
    name = f"journey_{uuid.uuid4().hex[:8]}"
    place = name if _on_server() else str(folder / f"{name}.sqlite3")
    env = environment(template_databases.copy(template_databases.DEMO, place))
    if "ELASTICSEARCH_URL" in env:
        manage(env, "search_rebuild")  # the copy's own indices
    return env


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[Product]:
    """A product with the demo county, stopped at the end."""
    env = _copy(folder)
    port = free_port()
    log = (folder / "server.log").open("w")
    server = subprocess.Popen(
        [sys.executable, "manage.py", "runserver", "--noreload", f"127.0.0.1:{port}"],
        cwd=BASE_DIR,
        env=env,
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    worker = subprocess.Popen(
        [sys.executable, "manage.py", "db_worker"],
        cwd=BASE_DIR,
        env=env,
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{url}/login/", server)
        yield Product(url, env)
    finally:
        for process in (server, worker):
            process.terminate()
        for process in (server, worker):
            process.wait(timeout=20)
        log.close()


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    last = time.monotonic() + READY_SECONDS
    while time.monotonic() < last:
        assert server.poll() is None, "the server stopped at its start"
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.3)
    raise AssertionError(f"no answer from {url}")
