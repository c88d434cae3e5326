"""What the tests of import and export share."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from crm.dates import When
from crm.stages import Stage
from tests import make
from tests.samples import Samples


@pytest.fixture(scope="module")
def county(kept_rows):
    """A row of every ledger as its declaration gives it, and of some with what is hard to write
    and read: units, precisions, brackets, foreign money. All tests of a module find them."""
    team = make.team("招商三科")
    industry = make.industry("新能源", code="C38", is_leading=True, cluster_target=Decimal(10**10))
    park = make.park("绿溪（新）园区", team=team, industries=[industry])
    zone = make.zone(park, area_sq_km="3.25")
    company = make.company("绿溪电池有限公司", credit_code=make.credit_code(), industry=industry)
    project = make.project(
        "动力电池（二期）项目",
        stage=Stage.SIGNED,
        entered={Stage.LEAD: date(2022, 5, 1), Stage.SIGNED: date(2023, 3, 5)},
        park=park,
        zone=zone,
        company=company,
        industry=industry,
        planned_investment=Decimal("123456789.01"),
        land_area_mu=Decimal("35.5"),
        floor_area_sqm=Decimal("20000"),
        planned_start=When.day(date(2024, 1, 2)),
        planned_operation=When.month(2025, 6),
        expected_output=Decimal("50000000"),
        expected_tax=Decimal(0),
        expected_jobs=320,
        method="chain",
        capital_nature="hmt",
        source_area="province",
        origin="福建泉州",
        gbt="C3841",
        construction_nature="relocation",
        assigned_level="head",
        summary="第一行\n第二行",
        location="北片区",
    )
    make.project("外资项目", planned_investment=None, currency="EUR",
                 foreign_amount=Decimal("2500000.5"))  # fmt: skip
    make.agreement(project, date(2023, 3, 5), "120000000")
    make.follow_up(project, by=make.user("teamlead", team=project.team), held_on=date(2023, 3, 1))
    make.contact(project)
    make.activity(date(2023, 4, 1))
    make.milestone(project, "filing", When.month(2023, 2), evidence="川投资备〔2023〕1号")
    make.milestone(project, "statistics", When.year(2023), amount=Decimal("80000000.01"))
    link = make.chain_gap(industry, state="weak", note="只有一家")
    make.prospect(industry=industry, link=link, area="江苏常州", why="第一行\n第二行")
    make.key_listing(project, "city", document="演示〔2023〕1号")
    make.review(project, date(2023, 2, 10), verdict="conditional", conditions="补交\n能评批复")
    make.receipt(project, date(2023, 4, 1), evidence="回单 001")
    make.receipt(project, When.month(2023, 5), None, currency="EUR", foreign_amount=Decimal("1.5"))
    make.target(2023, "signed_projects", "40")
    make.target(2023, "agreed_investment", "12.5", park=park)
    make.rate(2023, 5, "774.3912", "EUR")
    make.recognition(park=park)
    make.recognition("先进企业", company=company, state="applied", granted=None)
    make.recognition("典型经验", state="revoked", revoked_on=date(2023, 8, 1), note="全市唯一")
    make.liaison(project, date(2023, 5, 1), user=make.user("liaison", username="小王"))
    Samples().every()
