"""规上: who is above scale at the end, who is new, and of which industry a company was that day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from crm import clock, ledgers
from crm.actions import merges, rows, withdrawals
from crm.actions.companies import industry_changes, spells
from crm.dates import When
from crm.errors import Refused
from crm.models import Company
from crm.models.companies.industry_changes import IndustryChange
from crm.reports.build import build
from crm.reports.figures import Context
from crm.reports.figures.cultivation import new_above_scale
from crm.reports.figures.indicators import above_scale_enterprises
from crm.reports.figures.industries import food_enterprises, textile_enterprises
from tests import make

pytestmark = pytest.mark.django_db
MAY = date(2023, 5, 8)
LONG_AGO = date(2015, 3, 1)


def count(context: Context, figure=above_scale_enterprises) -> int:
    result = figure.result(context)
    assert result.rows == len(list(figure.rows(context)))
    return int(result.value)


def findings(context: Context) -> dict:
    return {one.key: one for one in build(context).findings}


@pytest.mark.parametrize(
    ("entered", "left", "there", "new"),
    [
        (LONG_AGO, None, 1, 0),
        (date(2022, 12, 31), None, 1, 0),
        (date(2023, 1, 1), None, 1, 1),
        (date(2023, 8, 31), None, 1, 1),
        (date(2023, 9, 1), None, 0, 0),
        (When.month(2023, 8), None, 1, 1),
        (When.year(2022), None, 1, 0),
        (LONG_AGO, date(2023, 8, 31), 0, 0),
        (LONG_AGO, date(2023, 9, 1), 1, 0),
        (LONG_AGO, When.month(2023, 8), 0, 0),
        (date(2023, 2, 1), date(2023, 8, 1), 0, 0),
    ],
)
def test_a_company_is_there_from_entry_to_exit_and_new_in_the_period(
    asked, entered, left, there, new
):
    make.spell(make.company(), entered, left=left)
    assert (count(asked), count(asked, new_above_scale)) == (there, new)


def test_an_entry_known_to_the_year_counts_from_the_day_it_was_heard_of(asked):
    """On 1 September somebody said “2023”: it was in by then, not surely by the end of August."""
    make.spell(make.company(), When.year(2023))
    assert (count(asked), count(asked, new_above_scale)) == (0, 0)
    assert "spell_dates" in findings(asked)


def test_who_left_and_came_back_within_the_period_is_not_new(asked):
    company = make.company()
    make.spell(company, LONG_AGO, left=date(2023, 2, 28))
    make.spell(company, date(2023, 6, 1))
    assert (count(asked), count(asked, new_above_scale)) == (1, 0)


def test_who_came_back_after_years_is_new_and_told_from_first_entries(asked):
    company = make.company("佳禧印染")
    make.spell(company, LONG_AGO, left=date(2019, 12, 31))
    make.spell(company, MAY)
    make.spell(make.company(), MAY)
    assert count(asked, new_above_scale) == 2
    told = findings(asked)["reentries"]
    assert [row.title for row in told.rows] == ["佳禧印染"]


def test_a_park_has_the_companies_that_lie_in_it(asked, county_park):
    inner = make.park(parent=county_park)
    make.spell(make.company(park=inner), MAY)
    make.spell(make.company(), MAY)
    assert count(replace(asked, park=county_park)) == 1
    assert count(replace(asked, park=make.park())) == 0


def test_a_report_of_an_earlier_day_knows_what_was_known_then(asked, county_park):
    with clock.playing(date(2023, 6, 1)):
        company = make.company(park=county_park)
        made = make.spell(company, MAY)
    with clock.playing(date(2023, 7, 1)):
        left = spells.leave(made, by=make.maker(), left=date(2023, 6, 15), exit_reason="below")
    with clock.playing(date(2023, 8, 1)):
        withdrawals.void(left, by=make.maker(), reason="登记错了企业")
        make.spell(make.company(), LONG_AGO)
    then = [date(2023, 5, 31), date(2023, 6, 1), date(2023, 7, 1), date(2023, 8, 1)]
    known = [replace(asked, known_on=day) for day in then]
    assert [count(one) for one in known] == [0, 1, 0, 1]
    assert [count(one, new_above_scale) for one in known] == [0, 1, 0, 0]
    assert [count(replace(one, park=county_park)) for one in known] == [0, 1, 0, 0]


def test_revenue_below_the_threshold_is_named_and_counts(asked):
    make.spell(make.company("小厂"), MAY, revenue=Decimal("19999999.99"))
    make.spell(make.company(), MAY, revenue=Decimal(20_000_000))
    make.spell(make.company(), MAY)
    told = findings(asked)["below_threshold"]
    assert [row.title for row in told.rows] == ["小厂"]
    assert count(asked) == 3
    threshold = ledgers.get("scale-thresholds").model.objects.get()
    rows.change(threshold, {"amount": Decimal(10_000_000)}, by=make.maker())
    assert "below_threshold" not in findings(asked)
    assert "below_threshold" not in findings(replace(asked, known_on=date(2023, 8, 31)))


def test_the_rows_behind_the_number_lead_to_company_and_stay(client, leader, asked):
    made = make.spell(make.company("绿溪佳禧印染有限公司"), When.month(2023, 5))
    client.force_login(leader)
    address = "/desk/report/figures/cultivation.new_above_scale/?from=2023-01&to=2023-08"
    page = client.get(address).content.decode()
    assert f'href="/desk/companies/{made.company_id}/"' in page
    assert f'href="/desk/above-scale/{made.pk}/"' in page
    assert "2023年5月" in page
    assert "首次入库" in page


def test_the_rows_behind_the_number_ask_no_question_a_row(
    client, leader, django_assert_max_num_queries
):
    client.force_login(leader)
    address = "/desk/report/figures/indicators.above_scale_enterprises/?from=2023-01&to=2023-08"

    def asked() -> int:
        with django_assert_max_num_queries(40) as queries:
            client.get(address)
        return len(queries)

    make.spell(make.company(), MAY)
    few = asked()
    for _ in range(5):
        make.spell(make.company(), MAY)
    assert asked() == few


# The industry of that day


@pytest.fixture
def textile(db):
    return make.industry("纺织鞋服", slug="textile")


@pytest.fixture
def food(db):
    return make.industry("健康食品", slug="food")


def of_industries(context):
    return count(context, textile_enterprises), count(context, food_enterprises)


def test_a_company_counts_for_its_industry_and_those_above_it(asked, textile, food):
    shoes = make.industry("制鞋", parent=textile)
    soles = make.industry("鞋底", parent=shoes)
    for industry in (textile, shoes, soles, food, make.industry("装备制造"), None):
        make.spell(make.company(industry=industry), MAY)
    make.company(industry=textile)  # not above scale
    assert of_industries(asked) == (3, 1)


def test_a_company_above_scale_without_an_industry_is_named(asked, textile):
    make.spell(make.company("无业厂"), MAY)
    make.spell(make.company(industry=textile), MAY)
    make.company()  # not above scale
    told = findings(asked)["above_scale_without_industry"]
    assert [row.title for row in told.rows] == ["无业厂"]
    rows.change(Company.objects.get(name="无业厂"), {"industry": textile}, by=make.maker())
    assert "above_scale_without_industry" not in findings(asked)


def test_an_industry_is_known_by_its_code_and_not_by_its_name(asked, textile):
    make.spell(make.company(industry=textile), MAY)
    rows.change(textile, {"name": "现代纺织"}, by=make.maker())
    assert of_industries(asked) == (1, 0)


@pytest.mark.parametrize(
    ("changed", "counted"),
    [
        (date(2023, 8, 31), (0, 1)),
        (date(2023, 9, 1), (1, 0)),
        (When.month(2023, 8), (0, 1)),
        (date(2020, 1, 1), (0, 1)),
    ],
)
def test_a_company_counts_for_the_industry_it_was_of_on_the_last_day(
    asked, textile, food, changed, counted
):
    company = make.company(industry=textile)
    make.spell(company, LONG_AGO)
    make.industry_change(company, food, changed)
    assert of_industries(asked) == counted
    assert Company.objects.get(pk=company.pk).industry == food


def test_an_industry_that_was_wrong_from_the_start_is_corrected_for_all_days(asked, textile, food):
    company = make.company(industry=textile)
    make.spell(company, LONG_AGO)
    rows.change(company, {"industry": food}, by=make.maker())
    assert of_industries(asked) == (0, 1)


def test_changes_follow_each_other_and_the_last_one_is_withdrawn(asked, textile, food):
    company, by = make.company(industry=textile), make.maker()
    make.spell(company, LONG_AGO)
    first = make.industry_change(company, food, date(2023, 3, 1))
    with pytest.raises(Refused, match="以后"):
        make.industry_change(company, textile, date(2023, 2, 1))
    with pytest.raises(Refused, match="相同"):
        make.industry_change(company, food, date(2023, 4, 1))
    second = make.industry_change(company, textile, date(2023, 5, 1))
    assert of_industries(asked) == (1, 0)
    with pytest.raises(Refused, match="作废后面的"):
        withdrawals.void(first, by=by, reason="登记错了")
    withdrawals.void(second, by=by, reason="登记错了")
    assert of_industries(asked) == (0, 1)
    assert Company.objects.get(pk=company.pk).industry == food
    withdrawals.void(IndustryChange.objects.standing().get(), by=by, reason="登记错了")
    assert of_industries(asked) == (1, 0)


def test_a_corrected_change_takes_the_company_along(asked, textile, food):
    company = make.company(industry=textile)
    other = make.industry("装备制造")
    make.spell(company, LONG_AGO)
    change = make.industry_change(company, other, date(2023, 3, 1))
    industry_changes.correct_industry_change(
        change, {"to_industry": food, "changed_on": date(2023, 4, 1)}, by=make.maker(),
        reason="按核准文件",
    )  # fmt: skip
    assert of_industries(asked) == (0, 1)


def test_a_company_without_an_industry_has_none_to_turn_from(textile):
    with pytest.raises(Refused, match="还没有产业"):
        make.industry_change(make.company(), textile, MAY)


def test_a_change_heard_of_later_was_not_known_before(asked, db):
    with clock.playing(date(2023, 6, 1)):
        textile, food = (make.industry(name, slug=name) for name in ("textile", "food"))
        company = make.company(industry=textile)
        make.spell(company, LONG_AGO)
    with clock.playing(date(2023, 8, 1)):
        make.industry_change(company, food, date(2023, 3, 1))
    assert of_industries(replace(asked, known_on=date(2023, 7, 31))) == (1, 0)
    assert of_industries(replace(asked, known_on=date(2023, 8, 1))) == (0, 1)


def test_merged_companies_with_changes_are_sorted_out_first(textile, food):
    companies = [make.company(industry=textile) for _ in range(2)]
    for one in companies:
        make.industry_change(one, food, MAY if one is companies[0] else date(2023, 6, 1))
    with pytest.raises(Refused, match="不能并存"):
        merges.merge(*companies, by=make.maker())
