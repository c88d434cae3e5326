# ruff: noqa: E402 - Django is set up first
"""What an import costs beside inserting the very same rows into the very same tables.

    python bench/import_speed.py [ROWS] [--runs N] [--only LEDGER]
    10,000 rows and 3 runs unless told; DATABASE_URL may name a server

One xlsx file of companies and one of projects with their moves go through the importer as they
would on the desk: read in the child, tried, then judged and written row by row by the ledger's
verbs, with audit entries and kept states. Then every row that this wrote is inserted once more into
an emptied copy of its table by `executemany`, one transaction a file. Indexing for search is
counted apart on our side and left out on the other. Of several runs the best of each part counts.
Peak memory is that of the command that imports the file, in a process of its own, and of the child
that reads it.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
_folder = tempfile.TemporaryDirectory(prefix="parkledger-bench-")
os.environ.setdefault("DATABASE_URL", f"sqlite:///{_folder.name}/bench.sqlite3")
os.environ["ELASTICSEARCH_URL"] = ""

import django

django.setup()

from django.conf import settings
from django.db import connection, transaction

from crm import ledgers
from crm.actions.system import users
from crm.models import User
from crm.models.companies.companies import credit_code_check_sign
from crm.spreadsheets.commit import import_sheets
from crm.spreadsheets.reader import read
from crm.spreadsheets.writer import write_rows
from search import engine

WORDS = "绿溪南部阆中仪陇营山蓬安西充高坪嘉陵顺庆剑阁苍溪旺苍青川巴州平昌佳禧飞尚锦腾恒鑫瑞盛"
TRADES = ("印染", "电池", "储能", "纺织", "饮料", "模具", "鞋服", "水泥", "食品", "光伏")
TABLES = {
    "companies": ("crm_importbatch", "crm_company", "crm_auditentry"),
    "projects": (
        "crm_importbatch", "crm_project", "crm_projectstate", "crm_stagemove", "crm_auditentry",
    ),
}  # fmt: skip
Seconds = tuple[float, float]  # on the clock, of the processor


def companies(count: int) -> Iterator[list[Any]]:
    yield ["企业名称", "统一社会信用代码", "简称", "企业简介"]
    for number in range(count):
        first = f"91511300MA{number:07d}"
        name = _name(number)
        code = first + credit_code_check_sign(first)
        yield [f"{name}有限公司", code, name[:4], f"生产{name}"]


def projects(count: int) -> Iterator[list[Any]]:
    """Two moves a project: signed, then under construction."""
    yield [
        "项目名称", "投资方", "总投资（万元）", "落户园区", "地点", "阶段", "签约日期",
        "开工日期", "建设内容",
    ]  # fmt: skip
    for number in range(count):
        name, month = _name(number), number % 12 + 1
        yield [
            f"{name}项目", f"{name}集团", 1000 + number, "绿溪工业园区", "北片区", "开工建设",
            f"2022-{month:02d}-05", f"2023年{month % 8 + 1}月", f"建设{name}生产线及配套设施",
        ]  # fmt: skip


def _name(number: int) -> str:
    chance = random.Random(number)
    return "".join(chance.sample(WORDS, 4)) + chance.choice(TRADES) + str(number)


@contextmanager
def indexing_apart() -> Iterator[list[float]]:
    """The seconds spent on telling the search index while this is open."""
    spent, whole = [0.0, 0.0], engine.touch_many

    def timed(kind: str, ids: Any) -> None:
        began, busy = time.perf_counter(), time.process_time()
        whole(kind, ids)
        spent[0] += time.perf_counter() - began
        spent[1] += time.process_time() - busy

    engine.touch_many = timed
    try:
        yield spent
    finally:
        engine.touch_many = whole


def took(work: Callable[[], Any]) -> Seconds:
    began, busy = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - began, time.process_time() - busy


def imported(key: str, data: bytes, count: int, by: User) -> dict[str, Seconds]:
    sheets: list[Any] = []
    parts = {"reading": took(lambda: sheets.extend(read(data, f"{key}.xlsx")))}
    for name, is_trial in (("dry run", True), ("rows", False)):
        plans: list[Any] = []

        def carry_out(plans: list[Any] = plans, is_trial: bool = is_trial) -> None:
            ledger = ledgers.get(key)
            plan = import_sheets(sheets, key, ledger, by=by, file_hash="bench", dry_run=is_trial)
            plans.append(plan)

        with indexing_apart() as index:
            whole = took(carry_out)
        assert plans[0].new == count, plans[0].refused[:3]
        parts[name] = (whole[0] - index[0], whole[1] - index[1])
    parts["indexing"] = (index[0], index[1])
    return parts


def inserted_raw(tables: tuple[str, ...]) -> tuple[Seconds, dict[str, int]]:
    """The same rows into copies of the tables with the same indexes and checks."""
    kept = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT * FROM {table}")
            names = [column[0] for column in cursor.description]
            rows = cursor.fetchall()
            generated = _generated(cursor, table)
            places = [i for i, name in enumerate(names) if name not in generated]
            kept[table] = ([names[i] for i in places], [[row[i] for i in places] for row in rows])
    _empty(tables)

    def insert() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            for table, (names, rows) in kept.items():
                quoted = ", ".join(f'"{name}"' for name in names)
                marks = ", ".join(["%s"] * len(names))
                cursor.executemany(f"INSERT INTO {table} ({quoted}) VALUES ({marks})", rows)

    return took(insert), {table: len(rows) for table, (_, rows) in kept.items()}


def _generated(cursor: Any, table: str) -> set[str]:
    if connection.vendor == "sqlite":
        cursor.execute(f"PRAGMA table_xinfo({table})")
        return {row[1] for row in cursor.fetchall() if row[6]}
    cursor.execute(
        "SELECT column_name FROM information_schema.columns "
        "WHERE table_name = %s AND is_generated = 'ALWAYS'",
        [table],
    )
    return {row[0] for row in cursor.fetchall()}


def _empty(tables: tuple[str, ...]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA foreign_keys = OFF")
            for table in reversed(tables):
                cursor.execute(f"DELETE FROM {table}")
            cursor.execute("PRAGMA foreign_keys = ON")
        else:
            cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")


# A small process in between: what was forked from this one would begin with its size.
_MEASURED = """
import resource, subprocess, sys
source = open(sys.argv[1], "rb") if sys.argv[1] else subprocess.DEVNULL
subprocess.run(sys.argv[2:], stdin=source, stdout=subprocess.DEVNULL, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
_ROOT = Path(__file__).resolve().parent.parent
_MANAGE = str(_ROOT / "manage.py")


def peak(command: list[str], stdin: str = "") -> float:
    """Of a process and those it starts, in MiB. As in production: DEBUG keeps every query."""
    keys = {"SECRET_KEY": "k" * 50, "FIELD_KEYS": "k" * 50, "ALLOWED_HOSTS": "localhost"}
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED, stdin, sys.executable, *command],
        cwd=_ROOT,
        env={**os.environ, **keys, "DEBUG": "0"},
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout) / 1024


def best(one: Seconds, other: Seconds) -> Seconds:
    return min(one[0], other[0]), min(one[1], other[1])


def measure(key: str, data: bytes, count: int, runs: int, by: User) -> None:
    parts: dict[str, Seconds] = {}
    for _ in range(runs):
        _empty(tuple(dict.fromkeys(table for of in TABLES.values() for table in of)))
        ours = imported(key, data, count, by)
        raw, counts = inserted_raw(TABLES[key])
        for name, spent in (ours | {"raw": raw}).items():
            parts[name] = best(spent, parts.get(name, spent))
    told = ", ".join(f"{table[4:]} {number}" for table, number in counts.items())
    print(f"\n{key}: {told}")
    for name, (clock, busy) in parts.items():
        print(f"  {name:18}{clock:7.2f} ({busy:.2f})")
    (clock, busy), (raw_clock, raw_busy) = parts["rows"], parts["raw"]
    print(f"  rows / raw        {clock / raw_clock:7.1f}× ({busy / raw_busy:.1f}×)")
    _empty(TABLES[key])
    path = str(Path(_folder.name) / f"{key}.xlsx")
    Path(path).write_bytes(data)
    whole = peak([_MANAGE, "import_ledger", path, "--ledger", key, "--as", by.username])
    print(f"  peak memory       {whole:7.0f} MiB")
    child = peak(["-m", "crm.spreadsheets._child", "xlsx"], path)
    print(f"  of the child      {child:7.0f} MiB", flush=True)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("rows", nargs="?", type=int, default=10_000)
    asked.add_argument("--runs", type=int, default=3)
    asked.add_argument("--only", choices=tuple(TABLES))
    options = asked.parse_args()
    subprocess.run([sys.executable, _MANAGE, "migrate", "-v0"], check=True)
    settings.DEBUG = False
    by = users.add_user("bench", role="statistician", by=None, password="no password at all 1")
    ledgers.get("parks").register({"name": "绿溪工业园区", "slug": "bench"}, by=by)
    made = {"companies": companies(options.rows), "projects": projects(options.rows)}
    print(
        f"{connection.vendor}, {options.rows} rows a file, the best of {options.runs} runs; "
        "seconds on the clock (of the processor)"
    )
    for key, rows in made.items():
        if options.only in (None, key):
            data = write_rows(next(rows), rows, "xlsx")
            measure(key, data, options.rows, options.runs, by)


if __name__ == "__main__":
    main()
