"""Published numbers in the report: which month and subject, with which growth; tiers; findings."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from crm import clock, ledgers
from crm.actions import rows
from crm.actions.indicators import forecasts, readings
from crm.dates import When
from crm.errors import Refused
from crm.models.companies.tiers import Tier
from crm.reports import build, checks, figures, lines
from crm.reports.build import Report
from tests import make

pytestmark = pytest.mark.django_db

AUGUST = When.month(2023, 8)


@pytest.fixture
def output(db):
    return make.indicator()


def report(since: str = "2023-01", until: str = "2023-08", **asked: str) -> Report:
    return build.build(build.asked(since, until, **asked))


def result(key: str, **asked: str):
    return report(**asked).results[key]


def findings(key: str, **asked: str) -> list[str]:
    return [row.about for one in report(**asked).findings if one.key == key for row in one.rows]


def test_what_nobody_published_is_unknown_and_a_stated_zero_is_zero(output):
    assert [result("indicators.output").printed, result("indicators.output").rows] == ["待补", 0]
    make.reading(output, AUGUST, 0)
    assert result("indicators.output").printed == "0亿元"


def test_the_number_and_its_growth_are_printed_as_published(output):
    make.reading(output, AUGUST, "141.76", base=Decimal("119.47"), growth=Decimal("18.66"))
    found = result("indicators.output")
    assert [found.printed, found.growth, found.yoy_pct, found.rows] == [
        "141.76亿元", "同比增长18.66%", Decimal("18.66"), 1
    ]  # fmt: skip
    told = report().as_data()["figures"]["indicators.output"]
    assert [told["value"], told["yoy_pct"]] == [Decimal("141.76"), Decimal("18.66")]
    investment = make.indicator("工业投资", "industrial_investment")
    make.reading(investment, AUGUST, "35.66", growth=Decimal("-19.8"))
    assert result("indicators.industrial_investment").growth == "同比下降19.8%"


@pytest.mark.parametrize(("growth", "printed"), [(None, ""), (Decimal(0), "同比持平")])
def test_growth_that_was_not_published_is_not_printed(output, growth, printed):
    make.reading(output, AUGUST, "141.76", base=Decimal("119.47"), growth=growth)
    found = result("indicators.output")
    assert [found.yoy_pct, found.growth] == [growth, printed]


def test_only_the_last_month_of_a_period_since_january_counts(output):
    make.reading(output, When.month(2023, 7), 120)
    assert result("indicators.output").value is None
    make.reading(output, AUGUST, 141)
    assert result("indicators.output").value == 141
    assert result("indicators.output", until="2023-07").value == 120
    assert result("indicators.output", since="2023-03").value is None
    assert result("indicators.output", since="2022-01").value is None


def test_a_part_of_the_county_is_not_the_county(output):
    park = make.park()
    make.reading(output, AUGUST, 90, park=park)
    assert result("indicators.output").value is None
    assert result("indicators.output", park=park.slug).value == 90
    assert result("indicators.output", park=make.park("另一园区").slug).value is None


def test_a_revision_counts_from_its_day(output, statistician):
    with clock.playing(date(2023, 8, 10)):
        first = make.reading(output, When.month(2023, 7), 120)
    with clock.playing(date(2023, 8, 20)):
        readings.revise_reading(first, {"value": Decimal(121)}, by=statistician, reason="核实")
    asked = {"until": "2023-07"}
    assert result("indicators.output", **asked).value == 121
    assert result("indicators.output", **asked, known_on="2023-08-15").value == 120
    assert result("indicators.output", **asked, known_on="2023-08-05").value is None


def test_the_share_is_unknown_until_every_leading_industry_states_its_number(output):
    textile = make.industry("纺织鞋服", slug="textile", is_leading=True)
    food = make.industry("健康食品", slug="food", is_leading=True)
    other = make.industry("装备制造")
    make.reading(output, AUGUST, "141.76")
    make.reading(output, AUGUST, "55.84", industry=textile)
    make.reading(output, AUGUST, "20", industry=other)
    assert result("industries.leading_share").printed == "待补"
    make.reading(output, AUGUST, "38.27", industry=food)
    found = result("industries.leading_share")
    assert [found.printed, found.rows] == ["66.4%", 3]
    assert result("industries.textile.output").printed == "55.84亿元"


def test_the_newest_forecast_made_by_the_periods_end_is_printed(output, statistician):
    for day, value, growth in ((date(2023, 3, 1), 150, 22), (date(2023, 8, 25), 155, 26)):
        forecasts.record_forecast(
            output, by=statistician, year=2023, made=day, value=Decimal(value),
            growth=Decimal(growth), last_year=Decimal("123.0"),
        )  # fmt: skip
    found = result("forecast.output")
    assert [found.printed, found.growth] == ["155亿元", "同比增长26%"]
    assert result("forecast.output", until="2023-06").printed == "150亿元"
    assert result("forecast.output", until="2023-02").value is None


# Tiers


def rolling(output, company, now: str, december: str | None, same_month: str | None) -> None:
    told = {(2023, 8): now, (2022, 12): december, (2022, 8): same_month}
    for (year, month), value in sorted(told.items()):
        if value is not None:
            make.reading(output, When.month(year, month), value, company=company)


@pytest.mark.parametrize(
    ("numbers", "twenty", "ten"),
    [
        (("14.2", "18.9", "12.5"), 1, 0),  # 20.6 of twelve months
        (("7.4", "9.6", "6.2"), 0, 1),
        (("14.2", "9.9", "3.0"), 1, 0),  # the highest tier only
        (("14.2", "20.0", "12.5"), 0, 0),  # it was there already
        (("6.0", "9.5", "5.9"), 0, 0),  # 9.6
        (("6.4", "9.5", "5.9"), 0, 1),  # exactly 10
        (("30", None, "12"), 0, 0),  # what is not known counts for nothing
        (("30", "9", None), 0, 0),
    ],
)
def test_a_company_is_of_a_tier_by_its_twelve_months(output, numbers, twenty, ten):
    rolling(output, make.company(), *numbers)
    found = report().results
    assert [found[f"cultivation.tier_{tier}"].value for tier in ("2bn", "1bn")] == [twenty, ten]


def tier(code: str) -> Tier:
    return Tier.objects.get(code=code)


def test_a_threshold_is_data_and_counts_from_the_day_it_was_set(output, statistician):
    rolling(output, make.company(), "14.2", "18.9", "12.5")  # 20.6
    with clock.playing(date(2023, 8, 20)):
        rows.change(tier("tier_2bn"), {"threshold": Decimal(21)}, by=statistician)
    found = report().results
    assert [found[f"cultivation.tier_{one}"].value for one in ("2bn", "1bn")] == [0, 0]
    with clock.playing(date(2023, 8, 20)):
        rows.change(tier("tier_1bn"), {"threshold": Decimal(20)}, by=statistician)
    assert result("cultivation.tier_1bn").value == 1


def test_a_tier_is_measured_by_the_indicator_it_names(output, statistician):
    revenue = make.indicator("营业收入", "revenue")
    rolling(revenue, make.company(), "14.2", "18.9", "12.5")
    assert result("cultivation.tier_2bn").value == 0
    rows.change(tier("tier_2bn"), {"measure": "revenue"}, by=statistician)
    assert result("cultivation.tier_2bn").value == 1


def test_a_tier_keeps_its_code_and_no_two_have_one_threshold(statistician):
    with pytest.raises(Refused, match="代码不改"):
        rows.change(tier("tier_2bn"), {"code": "tier_3bn"}, by=statistician)
    with pytest.raises(Refused, match="同一门槛"):
        rows.change(tier("tier_2bn"), {"threshold": Decimal(10)}, by=statistician)


def test_behind_a_tier_stands_what_the_twelve_months_come_to(output):
    rolling(output, make.company("甲山食品有限公司"), "14.2", "18.9", "12.5")
    figure, context = figures.get("cultivation.tier_2bn"), build.asked("2023-01", "2023-08")
    (line,) = lines.lines(figure, figure.rows(context), context)
    assert ("近十二个月（亿元）", "20.6") in [(cell.heading, cell.text) for cell in line.cells]


@pytest.mark.parametrize(
    ("numbers", "told", "named"),
    [
        (("14.2", "18.9", "12.5"), "产值 20.6亿元（2022年9月至2023年8月）", "20亿级"),
        (("14.2", None, "12.5"), "产值待补（缺 2022年12月的累计数）", ""),
        (("1.2", "0", "0"), "产值 1.2亿元（2022年9月至2023年8月）", ""),
    ],
)
def test_a_companys_page_says_its_tier_and_why(output, numbers, told, named):
    company = make.company()
    rolling(output, company, *numbers)
    ledger = ledgers.get("companies")
    assert ledger.column("twelve_months").value(company) == told
    assert ledger.column("tier").value(company) == named


def test_a_listed_company_is_named_whatever_its_output(output):
    company = make.company()
    make.recognition("绿溪县“镇园之宝”", company=company, level="county")
    assert ledgers.get("companies").column("tier").value(company) == "镇园之宝"


# What does not fit


def test_growth_that_is_not_the_quotient_is_noted_and_printed_as_published(output):
    told = {"base": Decimal("119.47"), "growth": Decimal("15.5")}
    make.reading(output, AUGUST, "141.76", **told)
    assert findings("growth_is_no_quotient") == ["公布 15.5%，读数与可比数相除为 18.66%"]
    assert result("indicators.output").growth == "同比增长15.5%"


def test_what_changed_after_a_month_was_closed_stands_beside_the_report(output, statistician):
    make.reading(output, When.month(2023, 7), 120)
    with clock.playing(date(2023, 9, 5)):
        first = make.reading(output, AUGUST, "140", growth=Decimal("17"))
        readings.close_month(AUGUST, by=statistician)
    assert findings("revised_since_closing") == []
    with clock.playing(date(2023, 9, 20)):
        readings.revise_reading(
            first, {"value": Decimal("141.76")}, by=statistician, reason="年报核实"
        )
        food = make.industry("健康食品")
        make.reading(output, AUGUST, "38.27", industry=food, why="迟报")
    assert findings("revised_since_closing") == [
        "读数由 140 改为 141.76；原因：年报核实",
        "封账后登记；原因：迟报",
    ]
    # As known before, nothing had changed; and of another period nothing has.
    with clock.playing(date(2023, 9, 30)):
        assert findings("revised_since_closing", known_on="2023-09-10") == []
    told = build.build(build.asked("2023-01", "2023-07")).findings
    assert "revised_since_closing" not in {one.key for one in told}


def test_the_sum_of_companies_is_noted_where_it_differs(output):
    make.reading(output, AUGUST, 100)
    for name, value in (("甲", 60), ("乙", 30)):
        make.reading(output, AUGUST, value, company=make.company(f"{name}有限公司"))
    assert findings("companies_differ") == ["2 户企业合计 90亿元，少 10亿元"]
    make.reading(output, AUGUST, 10, company=make.company("丙有限公司"))
    assert findings("companies_differ") == []


def test_a_months_own_number_is_the_difference_of_two_months(output):
    make.reading(output, When.month(2023, 7), 120)
    make.reading(output, AUGUST, 141, in_month=Decimal(20))
    assert findings("month_is_no_difference") == ["当月数 20，累计数的差 21"]


def test_numbers_that_fit_are_not_spoken_of(output):
    make.reading(output, When.month(2023, 7), 120)
    told = {"in_month": Decimal("21.76"), "base": Decimal("119.47"), "growth": Decimal("18.66")}
    make.reading(output, AUGUST, "141.76", **told)
    keys = {one.key for one in checks.run(build.asked("2023-01", "2023-08"), report().results)}
    assert not keys & {"growth_is_no_quotient", "companies_differ", "month_is_no_difference"}
    assert figures.get("indicators.output").measure.unit.size == 1
