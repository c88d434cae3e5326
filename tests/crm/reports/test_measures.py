"""What a figure measures: rows, money with what is foreign, land in 亩, what a paper states."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from crm.models import Milestone, MilestoneKind, Project, Zone
from crm.reports import build, lines
from crm.reports.checks import amounts
from crm.reports.figures.attraction import negotiating_investment, signed_investment
from crm.reports.figures.base import Figure
from crm.reports.measures import Count, Reading, Total
from crm.reports.printing import Printing
from crm.stages import Stage
from tests import make

pytestmark = pytest.mark.django_db
MAY = date(2023, 5, 8)
DOLLARS = {"currency": "USD", "foreign_amount": Decimal(3_000_000)}


def of(measure, model, printing=None):
    return Figure(
        key="attraction.toy", label="某数", section="attraction", rule="", measure=measure,
        read=lambda context: model.objects.all(), printing=printing or Printing(digits=2),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("measure", "printed", "row", "heading"),
    [
        (Total("亩", "land_area_mu"), "539亩", "539", "用地需求（亩）"),
        (Total("万平方米", "floor_area_sqm"), "11.3万平方米", "113,000", "厂房需求（平方米）"),
        (Total("亿元", "planned_investment"), "1亿元", "10,000", "计划总投资（万元）"),
    ],
)
def test_a_sum_is_printed_in_its_own_unit(asked, measure, printed, row, heading):
    make.project(land_area_mu=Decimal(539), floor_area_sqm=Decimal(113_000))
    figure = of(measure, Project)
    assert figure.result(asked).printed == printed
    (worth,) = measure.of(list(Project.objects.all()))
    assert lines.in_unit(worth.value, measure) == row
    assert lines.amount_heading(measure, Project.objects.all()) == heading


def test_an_area_keeps_the_scale_of_its_own_column(asked, park):
    make.zone(park, "一片区", "3.5001")
    make.zone(park, "二片区", "7.1599")
    result = of(Total("平方公里", "area_sq_km"), Zone).result(asked)
    assert (result.printed, result.value) == ("10.66平方公里", Decimal("10.66"))


def test_a_unit_nobody_declared_is_refused_when_the_figure_is_declared():
    with pytest.raises(ValueError, match="里弄"):
        Count("里弄")


# Foreign money


def test_foreign_money_counts_by_its_months_rate_and_says_so(asked, county_park):
    make.signed_project(MAY, park=county_park, amount="100000000")
    project = make.project(park=county_park)
    make.agreement(project, MAY, None, **DOLLARS)
    before = signed_investment.result(asked)
    assert (before.value, before.without_amount, before.converted) == (1, 1, 0)
    finding = {one.key: one for one in build.build(asked).findings}[
        "attraction.signed_investment.without_amount"
    ]
    assert "外币请补当月汇率" in finding.text
    assert [(row.title, row.about) for row in finding.rows] == [
        (project.name, "300万美元，缺当月汇率")
    ]
    make.rate(2023, 5)
    after = signed_investment.result(asked)
    assert (after.value, after.without_amount, after.converted) == (Decimal("1.215202"), 0, 1)
    assert after.printed == "1.2亿元"
    assert "attraction.signed_investment.without_amount" not in {
        one.key for one in build.build(asked).findings
    }


def test_the_line_shows_what_was_stated_and_by_which_rate_it_counts(
    client, leader, asked, county_park
):
    make.rate(2023, 5)
    make.agreement(make.project(park=county_park), MAY, None, **DOLLARS)
    (line,) = lines.lines(signed_investment, signed_investment.rows(asked), asked)
    assert (line.amount, line.told) == ("2,152.02", "300万美元 → 2,152.02万元，汇率 7.1734")
    client.force_login(leader)
    page = client.get(
        "/desk/report/figures/attraction.signed_investment/?from=2023-01&to=2023-08"
    ).content.decode()
    assert "300万美元 → 2,152.02万元，汇率 7.1734" in page
    assert page.count("1 行外币按当月汇率折算") == 1
    report = client.get("/desk/report/?from=2023-01&to=2023-08").content.decode()
    assert "依据 1 行，1 行外币按当月汇率折算" in report


def test_talks_about_foreign_money_count_too(asked, county_park):
    make.rate(2023, 9)
    make.project(
        stage=Stage.NEGOTIATION, entered={Stage.NEGOTIATION: MAY}, planned_investment=None,
        **DOLLARS,
    )  # fmt: skip
    result = negotiating_investment.result(asked)
    assert (result.value, result.converted, result.printed) == (
        Decimal("0.215202"), 1, "约0.21亿元",
    )  # fmt: skip
    (line,) = lines.lines(negotiating_investment, negotiating_investment.rows(asked), asked)
    assert line.told == "300万美元 → 2,152.02万元，汇率 7.1734"


# Readings


READING = Reading("亿元", "amount", "evidence")


@pytest.fixture
def reading(monkeypatch) -> Figure:
    """What the statistics bureau took up of projects, as its papers state it."""
    figure = of(READING, Milestone)
    monkeypatch.setattr(amounts, "every", lambda: [figure])
    return figure


def test_what_nobody_stated_is_unknown_and_what_is_stated_shows_its_paper(asked, reading, park):
    assert (reading.result(asked).value, reading.result(asked).printed) == (None, "待补")
    for amount, paper in (("1786000000", "统计月报〔2023〕8号"), ("0", "")):
        make.milestone(
            make.project(park=park), MilestoneKind.STATISTICS, MAY, amount=Decimal(amount),
            evidence=paper,
        )  # fmt: skip
    result = reading.result(asked)
    assert (result.value, result.rows, result.printed) == (Decimal("17.86"), 2, "17.86亿元")
    papers = [line.cells[-1].text for line in lines.lines(reading, Milestone.objects.all(), asked)]
    assert papers == ["统计月报〔2023〕8号", "待补"]
    results = {reading.key: result}
    (finding,) = amounts.readings_without_document(asked, results)
    assert (finding.is_warning, len(finding.rows)) == (True, 1)
    assert "1 个数没有依据文件" in finding.text


def test_a_stated_zero_is_zero(asked, reading, park):
    make.milestone(make.project(park=park), MilestoneKind.STATISTICS, MAY, amount=Decimal(0),
                   evidence="月报")  # fmt: skip
    assert reading.result(asked).printed == "0亿元"


def test_counted_rows_are_one_each(asked):
    make.project()
    (worth,) = Count("个").of(list(Project.objects.all()))
    assert (worth.value, Count("个").is_sum) == (1, False)
