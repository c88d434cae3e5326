"""A company page and the 月报表格 at 20,000 companies and ten years, beside a hundredth of that.

    python bench/company_page.py [--sizes 200 20000] [--rounds 30] [--at FOLDER] [--cpu]

As bench/desk_speed.py: a process and a SQLite database a size, pages asked warm through Django's
test client, milliseconds. Each company has 120 months of readings and some of everything else that
hangs on it; beside the time stands how many queries a page asks, which must not grow either.
The aim: p95 at the largest size is at most twice the p95 at the smallest.
"""

from __future__ import annotations

import os
import sys
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from desk_speed import WARM, asked_of, compare, sides

ROOT = Path(__file__).resolve().parent.parent
YEARS = 10
FIRST = 200  # companies made one by one; the others are copies
PARKS = 8
PAGES = {
    "企业 经过": "/desk/companies/{company}/",
    "企业 指标读数": "/desk/companies/{company}/?tab=readings",
    "企业 落地的项目": "/desk/companies/{company}/?tab=projects-company",
    "企业 园惠贷": "/desk/companies/{company}/?tab=loans",
    "月报表格 全县": "/desk/reading-grid/?year=2022",
    "月报表格 规上企业": "/desk/reading-grid/?year=2022&of=company",
    "片区": "/desk/zones/{zone}/",
    "产业": "/desk/industries/{industry}/",
}


def measure(size: int, rounds: int, folder: str) -> dict[str, Any]:
    """Milliseconds of each round and the number of queries, by page."""
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ["ELASTICSEARCH_URL"] = ""
    os.environ["DATABASE_URL"] = f"sqlite:///{Path(folder) / f'companies-{size}.sqlite3'}"
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext, setup_test_environment

    settings.DEBUG = False
    setup_test_environment(debug=False)
    call_command("migrate", verbosity=0)
    from crm.models import Company, Industry, User, Zone

    if not Company.objects.exists():
        _build(size)
    client = Client()
    client.force_login(User.objects.get(username="statistician"), backend="crm.signin.Backend")
    middle = Company.objects.order_by("pk")[size // 2].pk
    named = {
        "company": middle,
        "zone": Zone.objects.order_by("pk").values_list("pk", flat=True)[0],
        "industry": Industry.objects.order_by("pk").values_list("pk", flat=True)[0],
    }
    times, queries = {}, {}
    for label, pattern in PAGES.items():
        address = pattern.format(**named)
        times[label] = [asked_of(client, address) for _ in range(WARM + rounds)][WARM:]
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        queries[label] = len(captured)
    return {"times": times, "queries": queries}


def _build(count: int) -> None:
    """Companies with what hangs on them, inserted raw; nobody in it is real."""
    from django.db import transaction
    from django.utils import timezone

    from crm.access import Role
    from crm.models import Company, Industry, Origin, Park, Project, StageMove, User, Zone
    from crm.models.companies.guidance import Visit
    from crm.models.companies.loans import Loan
    from crm.models.companies.spells import AboveScaleSpell
    from crm.models.indicators.indicators import Indicator
    from crm.models.indicators.readings import Reading

    at = timezone.make_aware(datetime(2023, 1, 4))
    day = date(2020, 5, 1)
    dated = {"recorded_at": at, "known_since": at.date()}
    with transaction.atomic():
        User.objects.create(username="statistician", role=Role.STATISTICIAN)
        parks = [Park.objects.create(name=f"第{n}园区", slug=f"park-{n}") for n in range(PARKS)]
        zones = [Zone.objects.create(park=park, name="一片区") for park in parks]
        trades = [Industry.objects.create(name=f"第{n}产业") for n in range(PARKS)]
        output = Indicator.objects.create(name="产值", code="output", unit="亿元")
        some = min(count, FIRST)
        companies = Company.objects.bulk_create(
            Company(
                name=f"第{n}号有限公司", name_key=f"第{n}号", park=parks[n % PARKS],
                zone=zones[n % PARKS], industry=trades[n % PARKS],
            )
            for n in range(some)
        )  # fmt: skip
        Project.objects.bulk_create(
            Project(name=f"{one.name}项目", name_key=one.name_key, company=one, park=one.park)
            for one in companies
        )
        StageMove.objects.bulk_create(
            StageMove(
                project=row, to_stage="lead", to_status="active", occurred_on=day,
                occurred_until=day, effective_on=day, place=1, origin=Origin.OPENING, **dated,
            )
            for row in Project.objects.all()
        )  # fmt: skip
        AboveScaleSpell.objects.bulk_create(
            AboveScaleSpell(
                company=one, entered_on=day, entered_until=day, effective_on=day, **dated
            )
            for one in companies
        )
        Loan.objects.bulk_create(
            Loan(
                company=one, bank="农商银行", amount=Decimal(3_000_000), applied_on=day,
                applied_until=day, effective_on=day, **dated,
            )
            for one in companies
        )  # fmt: skip
        Visit.objects.bulk_create(
            Visit(company=one, visited_on=day + timedelta(30 * n), visitors="经信局")
            for one in companies
            for n in range(12)
        )
        months = [date(2013 + n // 12, n % 12 + 1, 1) for n in range(12 * YEARS)]
        Reading.objects.bulk_create(
            (
                Reading(
                    indicator=output, company=one, month_on=month,
                    month_until=(month + timedelta(31)).replace(day=1) - timedelta(1),
                    effective_on=month, value=Decimal(month.month), **dated,
                )
                for one in companies
                for month in months
            ),
            batch_size=5000,
        )  # fmt: skip
        for model in (Company, Project, StageMove, AboveScaleSpell, Loan, Visit, Reading):
            _copy(model, count)


def _copy(model: Any, count: int) -> None:
    """The rows of the first companies again and again, until `count` companies are there."""
    from django.db import connection, models

    offset = model._base_manager.count()
    quoted = connection.ops.quote_name
    names = [
        field.column
        for field in model._meta.local_concrete_fields
        if not isinstance(field, models.GeneratedField)
    ]
    moved = {"id": offset, "company_id": FIRST, "project_id": FIRST}
    values = [
        f"{quoted(name)} + %s * {moved[name]}" if name in moved else quoted(name) for name in names
    ]
    table = quoted(model._meta.db_table)
    sql = (
        f"INSERT INTO {table} ({', '.join(map(quoted, names))}) "
        f"SELECT {', '.join(values)} FROM {table} WHERE id <= {offset}"
    )
    with connection.cursor() as cursor:
        for time_ in range(1, count // FIRST):
            cursor.execute(sql, [time_] * sum(name in moved for name in names))


def counted(found: dict[int, dict[str, Any]]) -> bool:
    """Prints the queries of both sides; whether no page asks more of the larger ledger."""
    small, large = min(found), max(found)
    print(f"\n{'queries':26}{small:>9,}{large:>14,}")
    is_kept = True
    for page, few in found[small]["queries"].items():
        many = found[large]["queries"][page]
        is_kept &= many <= few
        label = page + " " * (26 - len(page) - sum("一" <= sign <= "龥" for sign in page))
        print(f"{label}{few:9}{many:14}{'' if many <= few else '  over'}")
    return is_kept


def main() -> None:
    found = sides(__file__, str(__doc__), measure, sizes=[200, 20_000], rounds=30)
    if found is not None:
        is_kept = compare({size: one["times"] for size, one in found.items()})
        sys.exit(0 if counted(found) & is_kept else 1)


if __name__ == "__main__":
    main()
