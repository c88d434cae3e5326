"""全年预计: putting a forecast of the year on record, and correcting it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from crm import access
from crm.access import Action
from crm.actions import _checks, _lock, _record
from crm.actions.questions import NOTHING_SAID, Anyway
from crm.dates import When
from crm.errors import Refused
from crm.models import User
from crm.models.indicators.forecasts import Forecast
from crm.models.indicators.indicators import Indicator


def record_forecast(
    indicator: Indicator,
    *,
    by: User,
    year: int,
    made: When | date,
    value: Decimal | None = None,
    growth: Decimal | None = None,
    last_year: Decimal | None = None,
    document: str = "",
    anyway: Anyway = NOTHING_SAID,
) -> Forecast:
    """What is expected of a year, on the day it was said; a later one does not replace it.
    There is one a day, so that there is nothing to ask `anyway`."""
    when = made if isinstance(made, When) else When.day(made)
    forecast = Forecast(
        indicator=indicator,
        year=year,
        made_on=when.start,
        made_until=when.end,
        value=value,
        growth=growth,
        last_year=last_year,
        document=document,
    )
    access.require(by, Action.REGISTER, forecast)
    with _lock.one_at_a_time("forecast", f"{indicator.pk}/{year}"):
        if same_forecasts(forecast):
            raise Refused(f"“{forecast}”当天已有一条，请更正那一条。", "exists", ["made"])
        return _insert(forecast, by=by, verb="record_forecast")


def same_forecasts(forecast: Forecast) -> list[Forecast]:
    """Those of the same indicator and year that were made on the same day."""
    standing = Forecast.objects.standing()
    same = standing.filter(indicator=forecast.indicator, year=forecast.year)
    return list(same.filter(made_on=forecast.made_on, made_until=forecast.made_until))


def correct_forecast(
    forecast: Forecast, values: Mapping[str, Any], *, by: User, reason: str
) -> Forecast:
    """Corrects what was written down wrong of a forecast; a changed mind is a new forecast."""
    access.require(by, Action.CHANGE, forecast)
    _checks.require_reason(reason, "更正全年预计")
    standing = _checks.current(forecast)
    row = _checks.corrected(standing, values)
    return _insert(row, by=by, verb="correct_forecast", reason=reason)


def _insert(forecast: Forecast, *, by: User, verb: str, reason: str = "") -> Forecast:
    _checks.dated(forecast, "made", "预计日期在今天之后。")
    return _record.enter(forecast, by=by, verb=verb, reason=reason)
