"""How 月报汇总 answers with 2,000 key projects beside 20, each with up to eight months reported:
the time and the number of queries of a page, both printed.

    python bench/project_months.py [--sizes 20 2000] [--rounds 20] [--cpu]

Each size is a process with a SQLite file of its own in a folder that goes away. Pages are asked
through Django's test client, warm, in this process; the figures are milliseconds of the clock, or
with --cpu of the processor (on a machine that does other things too).
The aim: as many queries at both sizes, and p95 at the larger one at most twice that at the smaller,
of a page as long as the smaller one's.
"""

from __future__ import annotations

import os
import sys
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.desk_speed import WARM, asked_of, at, sides  # noqa: E402

GRID = "/desk/project-months/?month=2023-08"
PAGES = {
    "汇总": GRID,
    "汇总 待报": f"{GRID}&state=missing",
    "一个项目": "/desk/projects/1/month/?month=2023-08",
}
USERS = ("statistician",)  # who sees all of them
TODAY = date(2023, 9, 1)
LINES = 10  # of a page at both sizes, so that none is slower for being longer


def measure(size: int, rounds: int, folder: str) -> dict[str, tuple[int, list[float]]]:
    """The number of queries and the milliseconds of each round, by user and page."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ["ELASTICSEARCH_URL"] = ""
    os.environ["DATABASE_URL"] = f"sqlite:///{Path(folder) / f'months-{size}.sqlite3'}"
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.test.utils import setup_test_environment

    settings.DEBUG = False
    setup_test_environment(debug=False)
    call_command("migrate", verbosity=0)
    from bench import desk_county
    from crm import clock
    from crm.models import User
    from crm.views.delivery import grid

    grid.LINES = LINES
    found = {}
    with clock.playing(TODAY):
        desk_county.build(size)
        _report()
        for name in USERS:
            client = Client()
            user = User.objects.get(username=name)
            client.force_login(user, backend="crm.signin.Backend")
            for label, address in PAGES.items():
                asked: list[str] = []
                with connection.execute_wrapper(partial(_noted, asked)):
                    assert client.get(address).status_code == 200
                taken = [asked_of(client, address) for _ in range(WARM + rounds)][WARM:]
                found[f"{name}: {label}"] = (len(asked), taken)
    return found


def _noted(asked: list[str], execute: Any, sql: str, *rest: Any) -> Any:
    asked.append(sql)
    return execute(sql, *rest)


def _report() -> None:
    """Every project is a key project with a plan; half of them lack the last month."""
    from decimal import Decimal

    from crm import clock
    from crm.dates import When
    from crm.models import KeyListing, Project, User
    from crm.models.delivery.investment_plans import InvestmentPlan
    from crm.models.delivery.project_months import ProjectMonth

    who, first = User.objects.get(username="statistician"), date(2023, 1, 1)
    by = {"by": who, "recorded_at": clock.now(), "known_since": TODAY}
    projects = list(Project.objects.order_by("pk"))
    KeyListing.objects.bulk_create(
        KeyListing(project=row, level="county", year=2023) for row in projects
    )
    InvestmentPlan.objects.bulk_create(
        InvestmentPlan(
            project=row, year=2023, amount=Decimal(90_000_000), made_on=first, made_until=first,
            effective_on=first, **by,
        )
        for row in projects
    )  # fmt: skip
    ProjectMonth.objects.bulk_create(
        ProjectMonth(
            project=row, month_on=month.start, month_until=month.end, effective_on=month.end,
            invested=Decimal(5_000_000), cumulative=Decimal(5_000_000) * month.start.month,
            progress="厂房主体施工", reporter=who, state="accepted", **by,
        )
        for row in projects
        for month in (When.month(2023, number) for number in range(1, 9))
        if month.start.month < 8 or row.pk % 2
    )  # fmt: skip


def compare(found: dict[int, dict[str, tuple[int, list[float]]]]) -> bool:
    """Prints both sides; whether every page kept the aim."""
    small, large = min(found), max(found)
    print(f"{'':28}{small:>6,}: queries  p50  p95 {large:>8,}: queries  p50  p95   ratio of p95")
    is_kept = True
    for page, (few, fast) in found[small].items():
        many, slow = found[large][page]
        ratio = at(slow, 0.95) / at(fast, 0.95)
        is_kept &= ratio <= 2 and few == many
        label = page + " " * (28 - len(page) - sum("一" <= sign <= "龥" for sign in page))
        print(
            f"{label}{few:>15} {at(fast, 0.5):6.1f} {at(fast, 0.95):5.1f} {many:>17} "
            f"{at(slow, 0.5):6.1f} {at(slow, 0.95):5.1f}   {ratio:5.2f}"
            f"{'' if ratio <= 2 else '  over'}{'' if few == many else '  more queries'}"
        )
    return is_kept


def main() -> None:
    found = sides(__file__, str(__doc__), measure, sizes=[20, 2000], rounds=20)
    if found is not None:
        sys.exit(0 if compare(found) else 1)


if __name__ == "__main__":
    main()
