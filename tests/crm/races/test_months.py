"""Two who report one month of a project at the same moment: one report stands."""

from __future__ import annotations

import pytest

from crm.actions.delivery import project_months
from crm.dates import When
from crm.errors import Refused
from crm.models.delivery.project_months import ProjectMonth
from tests import make

pytestmark = pytest.mark.django_db
MONTH = When.month(2023, 8)


@pytest.fixture
def calls(meeting):
    project, people = make.project(), [make.user("statistician") for _ in range(2)]
    meeting(project_months, "same_months")
    return [lambda by=by: make.month_report(project, MONTH, 0, by=by) for by in people]


def test_of_two_who_file_one_month_the_second_is_told_that_it_is_there(at_once, calls):
    answers = at_once(*calls)
    (refused,) = [one for one in answers if isinstance(one, Refused)]
    assert [refused.code, ProjectMonth.objects.count()] == ["exists", 1]


@pytest.mark.usefixtures("unlocked")
def test_without_the_lock_both_are_written(at_once, calls):
    at_once(*calls)
    assert ProjectMonth.objects.count() == 2
