"""Readings: what is taken, what is refused, what is revised and with which reason."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from crm import ledgers
from crm.actions import rows, withdrawals
from crm.actions.indicators import forecasts, readings
from crm.dates import When
from crm.errors import Refused
from crm.models import AuditEntry
from crm.models.indicators.closings import MonthClosing
from crm.models.indicators.forecasts import Forecast
from crm.models.indicators.indicators import Indicator
from crm.models.indicators.readings import Reading, ReservedReading
from crm.spreadsheets.commit import import_file
from tests import make

pytestmark = pytest.mark.django_db

JULY, AUGUST = When.month(2023, 7), When.month(2023, 8)


@pytest.fixture
def output(db) -> Indicator:
    return make.indicator("规上工业总产值", "output")


def said(refusal) -> tuple[str, list[str]]:
    return refusal.value.code, list(refusal.value.fields)


def test_number_base_and_growth_are_three_facts_each_of_which_may_be_unknown(statistician, output):
    told = {"value": Decimal("141.76"), "base": Decimal("119.47"), "growth": Decimal("18.66")}
    made = readings.record_reading(output, by=statistician, month=AUGUST, **told)
    assert [made.value, made.base, made.growth] == list(told.values())
    only = readings.record_reading(output, by=statistician, month=JULY, growth=Decimal("18.4"))
    assert [only.value, only.base, only.in_month] == [None, None, None]
    with pytest.raises(Refused) as refusal:
        readings.record_reading(output, by=statistician, month=When.month(2023, 6))
    assert said(refusal) == ("invalid", ["value"])


def test_a_month_has_one_reading_of_a_subject_and_another_is_a_revision(statistician, output):
    first = readings.record_reading(output, by=statistician, month=AUGUST, value=Decimal(140))
    park = make.park()
    readings.record_reading(output, by=statistician, month=AUGUST, value=Decimal(90), park=park)
    with pytest.raises(Refused, match="已经登记，请修订") as refusal:
        readings.record_reading(output, by=statistician, month=AUGUST, value=Decimal(141))
    assert said(refusal) == ("exists", ["month"])
    revised = readings.revise_reading(
        first, {"value": Decimal(141)}, by=statistician, reason="年报核实"
    )
    assert [revised.value, revised.why, revised.replaces] == [Decimal(141), "年报核实", first]
    assert set(Reading.objects.standing().values_list("value", flat=True)) == {90, 141}
    with pytest.raises(Refused, match="最新的一条"):
        readings.revise_reading(first, {"value": Decimal(1)}, by=statistician, reason="又改")


def test_a_revision_needs_its_reason(statistician, output):
    first = readings.record_reading(output, by=statistician, month=AUGUST, value=Decimal(140))
    with pytest.raises(Refused) as refusal:
        readings.revise_reading(first, {"value": Decimal(141)}, by=statistician, reason=" ")
    assert refusal.value.code == "reason_needed"


@pytest.mark.parametrize(
    ("month", "told", "code", "field"),
    [
        (When.month(2099, 1), {"value": Decimal(1)}, "future_date", "month"),
        (When.year(2023), {"value": Decimal(1)}, "invalid", "month"),
        (AUGUST, {"value": Decimal(-1)}, "invalid", "value"),
        (AUGUST, {"base": Decimal(-1)}, "invalid", "base"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(statistician, output, month, told, code, field):
    with pytest.raises(Refused) as refusal:
        readings.record_reading(output, by=statistician, month=month, **told)
    assert said(refusal) == (code, [field])
    assert not Reading.objects.exists()


def test_profits_may_lie_below_zero_and_growth_always_may(statistician, output):
    profit = make.indicator("利润总额", "profit", may_be_negative=True)
    told = {"month": AUGUST, "by": statistician}
    assert readings.record_reading(profit, value=Decimal(-3), **told).value == -3
    assert readings.record_reading(output, growth=Decimal("-19.8"), **told).growth < 0


def test_a_reading_is_of_one_subject(statistician, output):
    with pytest.raises(Refused, match="只属于一个对象"):
        readings.record_reading(
            output, by=statistician, month=AUGUST, value=Decimal(1), park=make.park(),
            industry=make.industry("食品"),
        )  # fmt: skip


def test_a_cumulative_number_below_an_earlier_month_is_taken_with_its_reason(statistician, output):
    readings.record_reading(output, by=statistician, month=JULY, value=Decimal(120))
    told = {"by": statistician, "month": AUGUST, "value": Decimal(110)}
    with pytest.raises(Refused) as refusal:
        readings.record_reading(output, **told)
    assert said(refusal) == ("falling", ["why"])
    assert readings.record_reading(output, why="一户退库核减", **told).value == 110
    # A new year begins anew, and a point in time may fall.
    park = make.park()
    for month, value in ((When.month(2022, 12), 150), (When.month(2023, 2), 20)):
        readings.record_reading(
            output, by=statistician, month=month, value=Decimal(value), park=park
        )
    count = make.indicator("规上企业", "above", unit="户", nature="point")
    for month, value in ((JULY, 65), (AUGUST, 64)):
        readings.record_reading(count, by=statistician, month=month, value=Decimal(value))


def test_confidential_numbers_of_single_companies_lie_in_a_table_of_their_own(statistician):
    tax, company = make.indicator("入库税收", "tax", is_confidential=True), make.company()
    told = {"by": statistician, "month": AUGUST, "value": Decimal("1.7")}
    with pytest.raises(Refused, match="单户保密读数") as refusal:
        readings.record_reading(tax, company=company, table=Reading, **told)
    assert said(refusal) == ("invalid", ["company"])
    kept = readings.record_reading(tax, company=company, **told)
    assert [type(kept), Reading.objects.count()] == [ReservedReading, 0]
    assert isinstance(readings.record_reading(tax, **told), Reading)
    open_to_all = make.indicator()
    with pytest.raises(Refused, match="登记在“指标读数”里"):
        readings.record_reading(open_to_all, company=company, table=ReservedReading, **told)
    # What is confidential stays so, once there are such numbers, and what is open stays open.
    readings.record_reading(open_to_all, company=company, **told)
    for indicator in (tax, open_to_all):
        with pytest.raises(Refused, match="已有单户读数"):
            rows.change(
                indicator, {"is_confidential": not indicator.is_confidential}, by=statistician
            )


def test_what_is_entered_or_revised_in_a_closed_month_needs_its_reason(statistician, output):
    first = readings.record_reading(output, by=statistician, month=JULY, value=Decimal(120))
    closing = readings.close_month(JULY, by=statistician)
    other = make.indicator("工业投资", "investment")
    with pytest.raises(Refused) as refusal:
        readings.record_reading(other, by=statistician, month=JULY, value=Decimal(30))
    assert said(refusal) == ("closed", ["why"])
    readings.record_reading(other, by=statistician, month=JULY, value=Decimal(30), why="补报")
    readings.revise_reading(first, {"value": Decimal(121)}, by=statistician, reason="核实")
    with pytest.raises(Refused, match="已经封账"):
        readings.close_month(JULY, by=statistician)
    withdrawals.void(closing, by=statistician, reason="还要补报")
    assert not MonthClosing.objects.closes(JULY.start)


def test_a_closed_month_is_closed_to_files_too(statistician, output):
    readings.close_month(JULY, by=statistician)
    text = "指标,月份,读数,修订原因\n规上工业总产值,2023-07,120,\n规上工业总产值,2023-08,140,\n"
    plan = import_file(text.encode(), "a.csv", ledgers.get("readings"), by=statistician)
    assert [plan.new, [one.row for one in plan.refused]] == [1, [2]]
    again = text.replace("120,", "120,补报")
    plan = import_file(again.encode(), "a.csv", ledgers.get("readings"), by=statistician)
    assert [plan.new, plan.same, len(plan.refused)] == [1, 1, 0]


def test_a_month_that_has_not_ended_is_not_closed(statistician):
    with pytest.raises(Refused, match="还没有结束"):
        readings.close_month(When.month(2099, 1), by=statistician)


def test_who_may_not_register_takes_no_reading(officer, output):
    with pytest.raises(Refused):
        readings.record_reading(output, by=officer, month=AUGUST, value=Decimal(1))
    with pytest.raises(Refused):
        readings.close_month(JULY, by=officer)
    assert not Reading.objects.exists()


def test_an_indicator_with_readings_keeps_its_code_and_its_unit(statistician, output):
    ledger = ledgers.get("indicators")
    ledger.change(output, {"code": "gross-output"}, by=statistician)
    readings.record_reading(output, by=statistician, month=AUGUST, value=Decimal(1))
    output.refresh_from_db()
    for changed in ({"code": "output"}, {"unit": "万元"}):
        with pytest.raises(Refused) as refusal:
            ledger.change(output, changed, by=statistician)
        assert list(refusal.value.fields) == list(changed)
    ledger.change(output, {"definition": "现价"}, by=statistician)


def test_a_later_forecast_stands_beside_an_earlier_one(statistician, output):
    for day, value in ((date(2023, 3, 1), 150), (date(2023, 8, 1), 155)):
        forecasts.record_forecast(
            output, by=statistician, year=2023, made=day, value=Decimal(value)
        )
    assert Forecast.objects.standing().count() == 2
    with pytest.raises(Refused, match="当天已有一条"):
        forecasts.record_forecast(
            output, by=statistician, year=2023, made=date(2023, 8, 1), value=Decimal(156)
        )
    newest = Forecast.objects.order_by("-pk").first()
    forecasts.correct_forecast(newest, {"value": Decimal(156)}, by=statistician, reason="笔误")
    assert set(Forecast.objects.standing().values_list("value", flat=True)) == {150, 156}
    assert AuditEntry.objects.filter(verb="correct_forecast").exists()
