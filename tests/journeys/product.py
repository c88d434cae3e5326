"""A running product for a journey: its own database with the demo county, a server and a worker.

The demo county is loaded once and copied, so that every journey starts from the same day. With
DATABASE_URL on PostgreSQL (and ELASTICSEARCH_URL) the product runs on those engines.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
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

import psycopg

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

    def report(self, first: str, last: str) -> dict[str, Any]:
        """The figures of `build_report` for the months first..last."""
        text = self.manage(
            "build_report", "--from", first, "--to", last, "--format", "json", "--out", "-"
        )
        return dict(json.loads(text)["figures"])


def environment(database: str) -> dict[str, str]:
    """A development machine with this database and keys that are nobody's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DJANGO")}
    if not _on_server():
        kept.pop("ELASTICSEARCH_URL", None)
    return kept | {
        "DATABASE_URL": database,
        "ELASTICSEARCH_PREFIX": f"journey-{database.rpartition('/')[2].partition('.')[0]}",
        "SECRET_KEY": "journey-secret-key-of-no-value-0123456789-abcdefghij",
        "FIELD_KEYS": "journey-field-key-of-no-value-0123456789-abcdefghij",
        "DEBUG": "1",
        "PYTHONUNBUFFERED": "1",
    }


def _on_server() -> bool:
    """Whether the run is the one on PostgreSQL, where Elasticsearch answers the searches too."""
    return os.environ.get("DATABASE_URL", "").startswith("postgres")


def _create(name: str, template: str = "template1") -> str:
    """A new database on the run's PostgreSQL server; its address."""
    server = os.environ["DATABASE_URL"]
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return f"{server.rpartition('/')[0]}/{name}"


def manage(env: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=BASE_DIR,
        env=env,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


def load(folder: Path) -> str:
    """A migrated database that holds the demo county, in `folder` or on the server: its address."""
    if _on_server():
        database = _create(f"county_{uuid.uuid4().hex[:8]}")
    else:
        database = f"sqlite:///{folder / 'county.sqlite3'}"
    env = environment(database)
    manage(env, "migrate", "-v0")
    manage(env, "load_demo")
    return database


def _copy(loaded: str, folder: Path) -> dict[str, str]:
    """The environment of a copy of the loaded database."""
    if _on_server():
        name = f"journey_{uuid.uuid4().hex[:8]}"
        env = environment(_create(name, template=loaded.rpartition("/")[2]))
        manage(env, "search_rebuild")  # the copy's own indices
        return env
    file = folder / f"journey_{uuid.uuid4().hex[:8]}.sqlite3"
    shutil.copy(loaded.removeprefix("sqlite:///"), file)
    return environment(f"sqlite:///{file}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def serving(loaded: str, folder: Path) -> Iterator[Product]:
    """A product on a copy of the loaded database, stopped at the end."""
    env = _copy(loaded, folder)
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
