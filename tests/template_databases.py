"""The databases that tests start from: made once by the product's own commands, then copied.

There are two: an empty ledger, as `migrate` leaves it, and the demo county on top of it, as
`load_demo` does. The name of each carries a hash of everything that decides its content, so what
has changed is made anew and nobody needs to remember it. SQLite keeps them as files in
var/templates/, PostgreSQL as databases beside the one of DATABASE_URL.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.house import ROOT, imports

FOLDER = ROOT / "var" / "templates"
# Of either kind; the others belong to branches one comes back to.
KEPT = 4


@dataclass(frozen=True)
class Template:
    """What `command` makes of a copy of `base`, or of nothing; `sources` are patterns of the files
    that decide what that is."""

    kind: str
    command: tuple[str, ...]
    sources: tuple[str, ...]
    base: Template | None = None


# The tables of the search are made by its code. Versions of other people's migrations are pinned.
EMPTY = Template(
    "empty",
    ("migrate", "-v0"),
    ("*/migrations/*.py", "search/**/*", "config/settings.py", "requirements.txt"),
)
DEMO = Template("demo", ("load_demo",), ("demo/*", "crm/**/*", "cms/**/*", "config/*"), base=EMPTY)


def files(template: Template, root: Path = ROOT) -> set[Path]:
    """The files that decide what a template holds, without those of its base."""
    found = {path for pattern in template.sources for path in root.glob(pattern)}
    # What Python compiled lies beside it, in folders of its own.
    found = {path for path in found if path.is_file() and path.suffix != ".pyc"}
    for path in [path for path in found if path.parent.name == "migrations"]:
        name = str(path.relative_to(root))
        modules = (module for _, module in imports(name, path.read_text(encoding="utf-8")))
        found |= {root / f"{module.replace('.', '/')}.py" for module in modules}
    return {path for path in found if path.is_file()}


def key(template: Template, root: Path = ROOT) -> str:
    """A short hash of everything a template's content depends on: its command, files and their
    names, the keys of the personal fields, and the base."""
    said = (*template.command, os.environ.get("FIELD_KEYS", ""))
    digest = hashlib.sha256("\0".join(said).encode())
    if template.base:
        digest.update(key(template.base, root).encode())
    for path in sorted(files(template, root)):
        digest.update(f"{path.relative_to(root)}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


class Files:
    """SQLite: a database is a file, its name the path."""

    def name(self, kind: str, key: str) -> str:
        return str(FOLDER / f"{kind}-{key}.sqlite3")

    def address(self, name: str) -> str:
        return f"sqlite:///{name}"

    @contextlib.contextmanager
    def locked(self, kind: str) -> Iterator[None]:
        FOLDER.mkdir(parents=True, exist_ok=True)
        with (FOLDER / f"{kind}.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def standing(self, kind: str) -> list[str]:
        """The finished ones, used last at the end."""
        found = sorted(FOLDER.glob(f"{kind}-*.sqlite3"), key=lambda path: path.stat().st_mtime)
        return [str(path) for path in found]

    def copy(self, source: str | None, name: str) -> None:
        if source is not None:
            shutil.copyfile(source, name)

    def finish(self, draft: str, name: str) -> None:
        # The product writes beside the file (WAL); a template is one file.
        with contextlib.closing(sqlite3.connect(draft)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
        Path(draft).replace(name)

    def used(self, name: str) -> None:
        Path(name).touch()

    def drop(self, name: str) -> None:
        for path in (name, f"{name}-wal", f"{name}-shm"):
            Path(path).unlink(missing_ok=True)


class Server:
    """PostgreSQL: a database is one of the server that DATABASE_URL names."""

    def __init__(self, url: str) -> None:
        self.url = url

    def name(self, kind: str, key: str) -> str:
        return f"template_{kind}_{key}"

    def address(self, name: str) -> str:
        return f"{self.url.rpartition('/')[0]}/{name}"

    def _execute(self, sql: str) -> list[tuple[str, ...]]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(sql)  # type: ignore[call-overload]
            return cursor.fetchall() if cursor.description else []

    @contextlib.contextmanager
    def locked(self, kind: str) -> Iterator[None]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("SELECT pg_advisory_lock(hashtext(%s))", [self.name(kind, "")])
            yield

    def standing(self, kind: str) -> list[str]:
        """The finished ones, made last at the end."""
        like = self.name(kind, "_" * 16).replace("_", r"\_", 2)
        sql = f"SELECT datname FROM pg_database WHERE datname LIKE '{like}' ORDER BY oid"
        return [name for (name,) in self._execute(sql)]

    def copy(self, source: str | None, name: str) -> None:
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{source or "template1"}"')

    def finish(self, draft: str, name: str) -> None:
        self._execute(f'ALTER DATABASE "{draft}" RENAME TO "{name}"')

    def used(self, name: str) -> None:
        """The server keeps no day of last use."""

    def drop(self, name: str) -> None:
        self._execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def store() -> Files | Server:
    """Where the run's databases are."""
    url = os.environ.get("DATABASE_URL", "")
    return Server(url) if url.startswith("postgres") else Files()


@contextlib.contextmanager
def ready(template: Template) -> Iterator[str]:
    """The name of the finished template, for as long as it takes to copy it. Whoever asks first
    makes it, the others wait."""
    where = store()
    name = where.name(template.kind, key(template))
    with where.locked(template.kind):
        if name in where.standing(template.kind):
            where.used(name)
        else:
            _make(template, name)
        yield name


def _make(template: Template, name: str) -> None:
    where, draft = store(), f"{name}_draft"
    where.drop(draft)  # of a run that was killed
    try:
        with ready(template.base) if template.base else contextlib.nullcontext() as base:
            where.copy(base, draft)
        manage(environment(where.address(draft)), *template.command)
        if name != where.name(template.kind, key(template)):
            raise RuntimeError("The sources changed while a template was made of them: run again.")
        where.finish(draft, name)
    finally:
        where.drop(draft)
    for old in where.standing(template.kind)[:-KEPT]:
        where.drop(old)


def copy(template: Template, name: str) -> str:
    """Copies a template to `name`, a path or a name on the server; its address."""
    with ready(template) as source:
        store().copy(source, name)
    return store().address(name)


def environment(database: str) -> dict[str, str]:
    """A development machine with this database, no Elasticsearch, and the tests' keys."""
    dropped = ("DJANGO", "ELASTICSEARCH")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    return kept | {"DATABASE_URL": database, "DEBUG": "1", "PYTHONUNBUFFERED": "1"}


def manage(env: dict[str, str], *arguments: str) -> str:
    """The standard output of a management command of the product."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return done.stdout
