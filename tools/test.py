"""The suite, as `make test` runs it.

Bare: SQLite, no server, no browser; one line names what did not run. With CI set: the whole suite
on SQLite with a real Elasticsearch node and Chromium, then the ledger, search and the journeys on
PostgreSQL with the same node; there a skip is a failure. Servers start on ports of their own and
stop again.
"""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
# Set on some machines: then every process, and every command a test starts, compiles all anew.
NO_BYTECODE = "PYTHONDONTWRITEBYTECODE"
# Files with the most tests are not the longest: what is long must not be left to the end.
IN_ORDER = ["--no-loadscope-reorder"]
ON_POSTGRES = ["tests/crm", "tests/search", "tests/journeys", "tests/test_databases.py"]


def pytest(*arguments: str, **environment: str) -> int:
    # A file's tests stay in one process: what a module sets up is set up once.
    command = [sys.executable, "-m", "pytest", "-q", "-n", "auto", "--dist", "loadfile", *IN_ORDER]
    kept = {name: value for name, value in os.environ.items() if name != NO_BYTECODE}
    return subprocess.call([*command, *arguments], cwd=BASE_DIR, env=kept | environment)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def elasticsearch() -> Iterator[str]:
    """The address of a node of our own. Its script leaves a line with the address at the end."""
    tool = BASE_DIR / "tools" / "elasticsearch"
    port = str(free_port())
    try:
        started = subprocess.run(
            [tool / "start", port], stdout=subprocess.PIPE, text=True, check=True
        )
        yield started.stdout.split()[-1]
    finally:
        subprocess.run([tool / "stop", port], check=True)
        shutil.rmtree(BASE_DIR / "var" / "elasticsearch" / f"node-{port}", ignore_errors=True)


def postgres_programs() -> Path:
    """Debian keeps initdb and pg_ctl out of PATH, in a folder a version."""
    folders = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name)
    )
    found = shutil.which("initdb")
    if not folders and not found:
        sys.exit("PostgreSQL is missing. Install it: apt-get install postgresql")
    return folders[-1] if folders else Path(str(found)).resolve().parent


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """The address of a cluster that lives in a temporary folder and keeps no promise on disk.

    The server refuses to run as root; then it runs as the postgres user, who may not be able to
    reach the checkout: hence the system's folder for temporary files.
    """
    programs, port = postgres_programs(), free_port()
    folder = Path(tempfile.mkdtemp(prefix="parkledger-postgres-"))
    as_user = []
    if os.geteuid() == 0:
        os.chown(folder, pwd.getpwnam("postgres").pw_uid, -1)
        as_user = ["runuser", "-u", "postgres", "--"]

    def run(program: str, *arguments: str) -> None:
        command = [*as_user, str(programs / program), *arguments]
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)

    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    options += " -c synchronous_commit=off -c full_page_writes=off"
    data, log = str(folder / "data"), str(folder / "log")
    try:
        run(
            "initdb",
            "-D",
            data,
            "-U",
            "parkledger",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
        )
        run("pg_ctl", "-D", data, "-l", log, "-o", options, "-w", "start")
        yield f"postgres://parkledger@127.0.0.1:{port}/postgres"
    finally:
        with contextlib.suppress(subprocess.CalledProcessError):
            run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    for name in ("DATABASE_URL", "ELASTICSEARCH_URL"):
        os.environ.pop(name, None)
    if not IN_CI:
        return pytest(*sys.argv[1:], CHROMIUM="")
    with elasticsearch() as node:
        print(f"\n== SQLite, Elasticsearch at {node}, Chromium", flush=True)
        on_sqlite = pytest(*sys.argv[1:], ELASTICSEARCH_URL=node)
        with postgres() as database:
            print(f"\n== PostgreSQL at {database}, Elasticsearch at {node}", flush=True)
            on_postgres = pytest(*ON_POSTGRES, ELASTICSEARCH_URL=node, DATABASE_URL=database)
    return on_sqlite or on_postgres


if __name__ == "__main__":
    sys.exit(main())
