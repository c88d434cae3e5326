"""What the tests of the report share: the seed's period, and today after it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from crm import clock
from crm.models import Park
from crm.reports.figures import Context
from crm.reports.period import Period
from tests import make

PERIOD = Period.parse("2023-01", "2023-08")


@pytest.fixture(autouse=True)
def after_the_period() -> Iterator[None]:
    with clock.playing(date(2023, 9, 1)):
        yield


@pytest.fixture
def county_park(db: None) -> Park:
    return make.park("绿溪工业园区")


@pytest.fixture
def asked() -> Context:
    """January to August 2023, the whole county."""
    return Context(PERIOD)
