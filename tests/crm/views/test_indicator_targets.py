"""指标目标 on 目标进度: a published number against its target, and what is not published."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from crm import clock, ledgers
from crm.actions.indicators import forecasts, readings
from crm.dates import When
from crm.errors import Refused
from crm.models.indicators.indicators import Nature
from crm.reports.indicator_targets import progress
from tests import make

pytestmark = pytest.mark.django_db
AUGUST = When.month(2023, 8)


@pytest.fixture(autouse=True)
def _september():
    with clock.playing(date(2023, 9, 1)):
        yield


@pytest.fixture
def output(db):
    return make.indicator()


def aim(by, indicator, value="150", **more):
    told = {"indicator": indicator, "year": "2023", "value": Decimal(value), **more}
    return ledgers.get("indicator-targets").register(told, by=by)


def page(client, url="/desk/targets/"):
    return client.get(url).content.decode()


def test_a_published_number_is_ahead_of_the_year_or_behind(as_user, statistician, leader, output):
    aim(statistician, output, last_year=Decimal(123))
    told = {"value": Decimal("141.76"), "growth": Decimal("18.66")}
    reading = readings.record_reading(output, by=statistician, month=AUGUST, **told)
    forecasts.record_forecast(
        output, by=statistician, year=2023, value=Decimal(155), made=date(2023, 8, 25)
    )
    shown = page(as_user(leader))
    for said in ("94.5%", "超时序 27.8", "141.76", "目标增长 22.0%", "公布同比 18.66%"):
        assert said in shown, said
    assert "2023-08-25 预计全年 155 亿元，为目标的 103.3%" in shown
    assert f"/desk/readings/{reading.pk}/" in shown


def test_a_month_without_a_reading_is_unknown_and_not_nothing(as_user, statistician, output):
    aim(statistician, output)
    [one] = progress(2023, 8, statistician)
    assert [one.done, one.percent, one.ahead] == [None, None, None]
    assert "8月还没有读数" in page(as_user(statistician))
    readings.record_reading(output, by=statistician, month=AUGUST, value=Decimal(0))
    [one] = progress(2023, 8, statistician)
    assert [one.done, one.percent] == [0, 0]


def test_what_is_counted_at_a_months_end_has_no_pace(as_user, statistician):
    held = make.indicator("规上企业", "above_scale_enterprises", unit="户", nature=Nature.POINT)
    aim(statistician, held, "66")
    readings.record_reading(held, by=statistician, month=AUGUST, value=Decimal(64))
    [one] = progress(2023, 8, statistician)
    assert [one.due, one.ahead] == [None, None]
    assert "时点数，不比时序" in page(as_user(statistician))


def test_a_park_is_measured_by_its_own_readings(statistician, output, park):
    aim(statistician, output)
    aim(statistician, output, "90", park=park)
    readings.record_reading(output, by=statistician, month=AUGUST, value=Decimal(60), park=park)
    county, of_park = progress(2023, 8, statistician)
    assert [county.done, of_park.done] == [None, 60]


def test_a_year_has_one_target_of_an_indicator(statistician, officer, output):
    aim(statistician, output)
    with pytest.raises(Refused, match="已登记"):
        aim(statistician, output, "151")
    with pytest.raises(Refused, match="大于 0"):
        aim(statistician, output, "0")
    with pytest.raises(Refused) as refusal:
        aim(officer, output, "151")
    assert refusal.value.code == "not_allowed"
