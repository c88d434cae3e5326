"""How the desk's first pages answer at 100,000 projects beside 1,000: 今日, board and list.

    python bench/desk_speed.py [--sizes 1000 100000] [--rounds 30] [--at FOLDER] [--cpu]

Each size is a process with a database of its own: SQLite files in a folder that goes away (or stays
in FOLDER and is used again), or, where DATABASE_URL names PostgreSQL, test databases made there.
Pages are asked through Django's test client, warm, in this process; the figures are milliseconds
of the clock, or with --cpu of the processor (on a machine that does other things too).
The aim: p95 at the largest size is at most twice the p95 at the smallest.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGES = {
    "今日": "/desk/",
    "今日 全部逾期": "/desk/?show=overdue&whose=all",
    "看板": "/desk/board/",
    "看板 筛选": "/desk/board/?park=3",
    "列表": "/desk/projects/",
    "列表 第2页": "/desk/projects/?page=2",
    "列表 洽谈": "/desk/projects/?stage=negotiation&status=active",
    "列表 按金额": "/desk/projects/?ordering=-planned_investment",
    "列表 按阶段": "/desk/projects/?ordering=stage",
}
USERS = ("teamlead", "statistician")
WARM = 3
CLOCK = time.process_time if "--cpu" in sys.argv else time.perf_counter


def measure(size: int, rounds: int, folder: str) -> dict[str, list[float]]:
    """Milliseconds of each round, by user and page."""
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ["ELASTICSEARCH_URL"] = ""
    is_server = os.environ.get("DATABASE_URL", "").startswith("postgres")
    path = Path(folder) / f"desk-{size}.sqlite3"
    if not is_server:
        os.environ["DATABASE_URL"] = f"sqlite:///{path}"
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.test.utils import setup_test_environment

    settings.DEBUG = False
    setup_test_environment(debug=False)
    if is_server:
        connection.creation.create_test_db(verbosity=0, serialize=False)
    else:
        call_command("migrate", verbosity=0)
    try:
        from bench import desk_county
        from crm.models import Project, User

        if not Project.objects.exists():
            desk_county.build(size)
            if is_server:  # SQLite is left as it is in use, where nobody runs ANALYZE
                connection.cursor().execute("ANALYZE")
        found: dict[str, list[float]] = {}
        for name in USERS:
            client = Client()
            user = User.objects.get(username=name)
            client.force_login(user, backend="crm.signin.Backend")
            for label, address in PAGES.items():
                taken = [asked_of(client, address) for _ in range(WARM + rounds)][WARM:]
                found[f"{name}: {label}"] = taken
        return found
    finally:
        if is_server:
            connection.creation.destroy_test_db(settings.DATABASES["default"]["NAME"], verbosity=0)


def asked_of(client: object, address: str) -> float:
    begun = CLOCK()
    answer = client.get(address)  # type: ignore[attr-defined]
    assert answer.status_code == 200, (address, answer.status_code)
    return 1000 * (CLOCK() - begun)


def at(times: list[float], share: float) -> float:
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def compare(found: dict[int, dict[str, list[float]]]) -> bool:
    """Prints both sides; whether every page kept the aim."""
    small, large = min(found), max(found)
    print(f"{'':26}{small:>9,} p50   p95 {large:>10,} p50    p95   ratio of p95")
    is_kept = True
    for page, few in found[small].items():
        many = found[large][page]
        ratio = at(many, 0.95) / at(few, 0.95)
        is_kept &= ratio <= 2
        label = page + " " * (26 - len(page) - sum("一" <= sign <= "龥" for sign in page))
        print(
            f"{label}{at(few, 0.5):13.1f} {at(few, 0.95):5.1f} {at(many, 0.5):14.1f} "
            f"{at(many, 0.95):6.1f}   {ratio:5.2f}{'' if ratio <= 2 else '  over'}"
        )
    return is_kept


def sides(
    file: str, doc: str, measure: Callable[[int, int, str], Any], *, sizes: list[int], rounds: int
) -> dict[int, Any] | None:
    """What `measure` (size, rounds, folder) gives of each size, in a process and a folder of its
    own: asked of the script `file` as often as there are sizes. None in such a process, which
    prints its side."""
    parser = argparse.ArgumentParser(description=doc.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=sizes)
    parser.add_argument("--rounds", type=int, default=rounds)
    parser.add_argument("--at", default="")
    parser.add_argument("--cpu", action="store_true")
    parser.add_argument("--side", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.side:
        print(json.dumps(measure(asked.side, asked.rounds, asked.at)))
        return None
    with tempfile.TemporaryDirectory(prefix="parkledger-bench-") as passing:
        folder = asked.at or passing
        found = {}
        for size in asked.sizes:
            command = [sys.executable, file, "--side", str(size), "--at", folder]
            command += ["--rounds", str(asked.rounds)] + ["--cpu"] * asked.cpu
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
            found[size] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    found = sides(__file__, str(__doc__), measure, sizes=[1000, 100_000], rounds=30)
    if found is not None:
        sys.exit(0 if compare(found) else 1)


if __name__ == "__main__":
    main()
