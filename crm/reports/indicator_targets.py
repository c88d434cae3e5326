"""Targets of published numbers against what was published: completed, 时序进度, ahead or behind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from crm.models import User
from crm.models.indicators.forecasts import Forecast
from crm.models.indicators.indicator_targets import IndicatorTarget
from crm.models.indicators.indicators import Nature
from crm.models.indicators.readings import Reading
from crm.prorata import Completion


@dataclass(frozen=True)
class IndicatorProgress:
    """One target of an indicator in a month: the reading it is measured by and the newest forecast
    of the year, each None where nobody stated one."""

    target: IndicatorTarget
    months: int
    reading: Reading | None
    forecast: Forecast | None = None

    @property
    def done(self) -> Decimal | None:
        return self.reading.value if self.reading else None

    @property
    def completion(self) -> Completion:
        return Completion(self.months, self.done, self.target.value)

    @property
    def percent(self) -> Decimal | None:
        """完成率."""
        return self.completion.percent

    @property
    def due(self) -> Decimal | None:
        """时序, in per cent; None of what does not grow over the year."""
        is_cumulative = self.target.indicator.nature == Nature.CUMULATIVE
        return self.completion.due if is_cumulative else None

    @property
    def ahead(self) -> Decimal | None:
        """超时序 (positive) or 欠进度 (negative), in percentage points."""
        return None if self.due is None else self.completion.ahead

    @property
    def expected(self) -> Decimal | None:
        """What share of the target the forecast comes to, in per cent."""
        if self.forecast is None or self.forecast.value is None:
            return None
        return self.forecast.value * 100 / self.target.value


def progress(year: int, months: int, user: User) -> list[IndicatorProgress]:
    """The targets of a year at the end of a month, the county's first, then park by park."""
    targets = list(
        IndicatorTarget.objects.visible_to(user)
        .filter(year=year)
        .select_related("indicator", "park")
        .order_by("park__name", "indicator")
    )
    indicators = {one.indicator_id for one in targets}
    if not indicators:
        return []
    stated = Reading.objects.standing().visible_to(user).filter(
        indicator__in=indicators, month_on=date(year, months, 1),
        zone=None, industry=None, company=None,
    )  # fmt: skip
    readings = {(one.indicator_id, one.park_id): one for one in stated}
    forecasts = _newest(
        Forecast.objects.standing().visible_to(user).filter(indicator__in=indicators, year=year)
    )
    made = [
        IndicatorProgress(
            one,
            months,
            readings.get((one.indicator_id, one.park_id)),
            None if one.park_id else forecasts.get(one.indicator_id),
        )
        for one in targets
    ]
    return sorted(made, key=lambda one: one.target.park_id is not None)


def _newest(forecasts: Iterable[Forecast]) -> dict[int, Forecast]:
    """The last one made of each indicator."""
    ordered = sorted(forecasts, key=lambda one: (one.effective_on, one.made_until, one.pk))
    return {one.indicator_id: one for one in ordered}
