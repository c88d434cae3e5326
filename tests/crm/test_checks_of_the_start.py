"""The ledger does not start with declarations that contradict each other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crm import checks
from crm.models import StageRule
from crm.reports import figures


def test_every_figure_is_over_a_noun_that_somebody_reports_on():
    assert checks.every_figure_may_be_reported() == []


def test_a_figure_over_a_noun_nobody_reports_on_is_an_error():
    signed = figures.get("attraction.signed_projects")
    over_rules = replace(signed, key="people.rules", read=lambda context: StageRule.objects.all())
    (error,) = checks.unreportable([signed, over_rules])
    assert error.id == "crm.E001"
    assert "crm.StageRule" in error.msg
    assert "people.rules" in error.msg


@pytest.mark.django_db
def test_the_check_asks_the_database_nothing(django_assert_num_queries, settings):
    """It runs before the tables are there."""
    settings.DEMO_ALLOWED = True
    with django_assert_num_queries(0):
        checks.every_figure_may_be_reported()
