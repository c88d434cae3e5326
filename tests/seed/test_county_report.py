"""The county's report of January to August 2023, written again by the ledger of the demo county."""

from __future__ import annotations

import csv
import re
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from django.test import Client

from crm.actions.pipeline import agreements, projects
from crm.models import Project, User
from crm.reports import build, figures
from crm.reports.build import Report
from crm.reports.measures import Share
from crm.stages import Stage, Status
from tests import make
from tests.needs import SHARED

pytestmark = pytest.mark.django_db

COPY = Path(__file__).resolve().parent.parent / "data" / "seed_figures.csv"
NUMBER = re.compile(r"约?(\d+(?:\.\d+)?)余?")


def facts(path: Path) -> dict[str, dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        lines = (line for line in file if not line.startswith("#"))
        return {row["key"]: row for row in csv.DictReader(lines)}


FACTS = facts(COPY)


def growth_of(fact: dict[str, str]) -> str:
    """The growth of a number as its report printed it; "" where it stated none."""
    if not (stated := fact["yoy_pct"]):
        return ""
    return f"同比{'下降' if stated.startswith('-') else '增长'}{stated.removeprefix('-')}%"


def report(until: str = "2023-08", **asked: str) -> Report:
    return build.build(build.asked("2023-01", until, **asked))


@cache
def printed() -> Report:
    """January to August of the demo county, built once for all its numbers."""
    return report()


@pytest.mark.parametrize("key", FACTS)
def test_the_ledger_prints_the_number_of_the_report(demo_county, key):
    fact, result = FACTS[key], printed().results[key]
    assert result.printed == fact["value"] + fact["unit"]
    assert figures.get(key).unit == fact["unit"]
    assert (result.growth or "") == growth_of(fact)
    assert result.yoy_pct == (Decimal(fact["yoy_pct"]) if fact["yoy_pct"] else None)


@pytest.mark.parametrize("key", FACTS)
def test_the_number_is_what_its_rows_give(demo_county, key):
    context = printed().context
    figure, result = figures.get(key), printed().results[key]
    rows = list(figure.rows(context))
    worths = figure.measure.of(rows)
    recounted = sum((one.value or Decimal(0) for one in worths), Decimal(0))
    if isinstance(figure.measure, Share):  # parts beside their whole
        (whole,) = (row.value for row in rows if row.subject is None)
        recounted = (recounted - whole) / whole * 100
    assert result.value == recounted / figure.measure.unit.size
    stated = NUMBER.fullmatch(FACTS[key]["value"])
    assert stated
    step = 10 if "余" in FACTS[key]["value"] else 1
    slack = step if FACTS[key]["rounding"] else Decimal("0.1") ** int(FACTS[key]["digits"]) / 2
    beyond = result.value - Decimal(stated[1])
    assert -slack < beyond < slack
    assert beyond >= 0 or not FACTS[key]["rounding"]  # rounded down, where it is


@pytest.mark.shared
def test_the_facts_are_copied_as_they_stand_in_the_reference_data():
    stated = facts(SHARED / "seed" / "figures.csv")
    assert set(FACTS) <= set(stated)
    for key, row in FACTS.items():
        assert row == {name: stated[key][name] for name in row}, key


def test_every_fact_is_a_figure_and_every_figure_a_fact():
    assert {figure.key for figure in figures.every()} == set(FACTS)


def test_the_report_names_the_14_served_projects_that_are_not_near_operation(demo_county):
    found = {finding.key: finding for finding in report().findings}
    assert len(found["liaison_progress"].rows) == 14
    assert "30 个项目中，16 个" in found["liaison_progress"].text
    # 10 + 3 + 3 all have their liaison, and nothing is counted twice.
    assert "delivery_without_liaison" not in found
    assert "signed_but_negotiating" not in found


def test_january_to_september_is_the_same_until_somebody_signs(demo_county):
    before = report("2023-09").results["attraction.signed_projects"]
    officer = User.objects.get(username="officer")
    project = Project.objects.filter(
        officer=officer, stage=Stage.NEGOTIATION, status=Status.ACTIVE, park__isnull=False
    ).first()
    assert project
    make.review(project, date(2023, 8, 31))
    agreements.sign_agreement(
        project, by=officer, signed=date(2023, 9, 1), amount=Decimal("120000000")
    )
    projects.advance(project, Stage.SIGNED, on=date(2023, 9, 1), by=officer)
    after = report("2023-09").results
    assert (before.value, after["attraction.signed_projects"].value) == (27, 28)
    assert after["attraction.signed_investment"].printed == "285.7亿元"
    august = report().results
    assert august["attraction.signed_projects"].value == 27
    assert august["attraction.signed_investment"].printed == "284.5亿元"
    client = Client()
    client.force_login(User.objects.get(username="leader"))
    rows = "/desk/report/figures/attraction.signed_projects/?from=2023-01&to="
    assert project.name in client.get(f"{rows}2023-09").content.decode()
    assert project.name not in client.get(f"{rows}2023-08").content.decode()


def test_every_figure_reads_the_same_as_known_on_the_demo_date(demo_county):
    known = report(known_on="2023-09-01").results
    assert {key: result.printed for key, result in known.items()} == {
        key: fact["value"] + fact["unit"] for key, fact in FACTS.items()
    }


def test_the_parks_of_the_county_hold_all_its_signings(demo_county):
    whole = report(park="lvxi-industrial-park").results["attraction.signed_projects"]
    assert whole.value == 27
    themed = [
        report(park=slug).results["attraction.signed_projects"].value
        for slug in ("lvxi-textile", "lvxi-food")
    ]
    assert all(0 < value < 27 for value in themed)
