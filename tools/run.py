"""Everything `make run` does once the packages are there: database, demo county, index, server.

Safe to repeat. With DEBUG (the default) the demo county is loaded; with DEBUG=0 nothing is made up
and static files are collected. Ctrl-C stops every process it started.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"


def port() -> int:
    """PORT, checked before the first minute is spent on anything else."""
    raw = os.environ.get("PORT", "").strip() or "8000"
    if not raw.isdecimal() or not 1 <= int(raw) <= 65535:
        sys.exit(f"PORT must be a number from 1 to 65535, not {raw!r}.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, int(raw)))
        except OSError as error:
            free = int(raw) + 1 if int(raw) < 65535 else 8001
            sys.exit(
                f"Port {raw} cannot be used ({error.strerror}). Try: PORT={free} make run\n"
                f"端口 {raw} 不可用，请换一个：PORT={free} make run"
            )
    return int(raw)


def say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


def prepare() -> bool:
    """The database brought up to date; says whether the demo county is in it."""
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections

    say("Bringing the database up to date")
    call_command("migrate", interactive=False, verbosity=0)
    if settings.DEMO_ALLOWED:
        say("Loading the demo county (the first time it takes a minute or two)")
        call_command("load_demo")
    else:
        call_command("collectstatic", interactive=False, verbosity=0)
    connections.close_all()
    return settings.DEMO_ALLOWED


def processes(port: int) -> list[list[str]]:
    """The commands that make up a running product: the web server and the worker beside it.

    SQLite has one writer, so one process of each, the web server with threads.
    """
    web = [sys.executable, "-m", "gunicorn", "config.wsgi", f"--bind={HOST}:{port}"]
    web += ["--worker-class=gthread", "--workers=1", "--threads=4", "--no-control-socket"]
    web += ["--log-level=warning"]
    worker = [sys.executable, "manage.py", "db_worker", "--worker-id=make-run"]
    return [web, worker]


def answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0


def announce(port: int, with_demo: bool) -> None:
    print(
        f"\nParkLedger 园账: http://localhost:{port}/  ·  desk 工作台: http://localhost:{port}/desk/"
    )
    if with_demo:
        from crm import demo

        print(f"Demo accounts 演示账号: {', '.join(demo.USERNAMES)}")
        print(f"Password of all 密码: {demo.PASSWORD}")
    print("Ctrl-C stops 停止", flush=True)


def serve(port: int, with_demo: bool) -> int:
    """Runs until Ctrl-C or until one of the processes ends; then none is left."""
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, lambda *_: sys.exit(0))
    running = [subprocess.Popen(command, cwd=BASE_DIR) for command in processes(port)]
    announced = False
    try:
        while all(process.poll() is None for process in running):
            if not announced and answers(port):
                announce(port, with_demo)
                announced = True
            time.sleep(0.2)
        return next(process.returncode for process in running if process.poll() is not None)
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for process in running:
            process.terminate()
        for process in running:
            process.wait()


def main() -> int:
    os.chdir(BASE_DIR)
    sys.path.insert(0, str(BASE_DIR))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    chosen = port()
    try:
        return serve(chosen, prepare())
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
