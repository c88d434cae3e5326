# ruff: noqa: E402 - Django is set up first
"""What an import costs beside inserting the very same rows into the very same tables.

    python bench/import_speed.py [ROWS]     10,000 unless told; DATABASE_URL may name a server

One xlsx file of companies and one of projects with their moves go through the importer as they
would on the desk: read in the child, judged and written row by row by the ledger's verbs, with
audit entries. Then every row that this wrote, audit entries included, is inserted once more into an
emptied copy of its table by `executemany`, one transaction a file. Indexing for search is counted
apart on our side and left out on the other. Peak memory is of this process, which holds nothing but
the product, and of the child.
"""

import argparse
import os
import random
import resource
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
    "projects": ("crm_importbatch", "crm_project", "crm_stagemove", "crm_auditentry"),
}


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


def took(work: Callable[[], Any]) -> tuple[float, float]:
    began, busy = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - began, time.process_time() - busy


def imported(key: str, data: bytes, count: int, by: User) -> dict[str, tuple[float, float]]:
    sheets: list[Any] = []
    reading = took(lambda: sheets.extend(read(data, f"{key}.xlsx")))
    plans: list[Any] = []
    with indexing_apart() as index:
        whole = took(
            lambda: plans.append(
                import_sheets(sheets, key, ledgers.get(key), by=by, file_hash="bench")
            )
        )
    assert plans[0].new == count, plans[0].refused[:3]
    rest = (whole[0] - index[0], whole[1] - index[1])
    return {"reading": reading, "rows": rest, "indexing": (index[0], index[1])}


def inserted_raw(tables: tuple[str, ...]) -> tuple[tuple[float, float], dict[str, int]]:
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


def peak() -> float:
    """Of this process so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# A small process in between: what was forked from this one would begin with its size.
_CHILD = """
import resource, subprocess, sys
child = [sys.executable, "-m", "crm.spreadsheets._child", "xlsx"]
subprocess.run(child, stdin=open(sys.argv[1], "rb"), stdout=subprocess.DEVNULL, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def peak_of_child(data: bytes) -> float:
    path = Path(_folder.name) / "table.xlsx"
    path.write_bytes(data)
    command = [sys.executable, "-c", _CHILD, str(path)]
    root = Path(__file__).resolve().parent.parent
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    return int(done.stdout) / 1024


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("rows", nargs="?", type=int, default=10_000)
    count = options.parse_args().rows
    # In a process of its own: the history of the tables takes memory the product never does.
    manage = Path(__file__).resolve().parent.parent / "manage.py"
    subprocess.run([sys.executable, manage, "migrate", "-v0"], check=True)
    by = users.add_user("bench", role="statistician", by=None, password="no password at all 1")
    ledgers.get("parks").register({"name": "绿溪工业园区", "slug": "bench"}, by=by)
    made = {"companies": companies(count), "projects": projects(count)}
    print(f"{connection.vendor}, {count} rows a file; seconds on the clock (of the processor)")
    for key, rows in made.items():
        _empty(("crm_auditentry",))
        data = write_rows(next(rows), rows, "xlsx")
        before = peak()
        ours = imported(key, data, count, by)
        after = peak()
        raw, counts = inserted_raw(TABLES[key])
        told = ", ".join(f"{table[4:]} {number}" for table, number in counts.items())
        print(f"\n{key}: {told}")
        for name, (clock, busy) in ours.items():
            print(f"  import, {name:9} {clock:7.2f} ({busy:.2f})")
        print(f"  raw inserts       {raw[0]:7.2f} ({raw[1]:.2f})")
        times = ours["rows"][0] / raw[0], ours["rows"][1] / raw[1]
        print(f"  rows / raw        {times[0]:7.1f}× ({times[1]:.1f}×)")
        print(f"  peak memory       {after:7.0f} MiB (before: {before:.0f})")
        print(f"  of the child      {peak_of_child(data):7.0f} MiB", flush=True)


if __name__ == "__main__":
    main()
