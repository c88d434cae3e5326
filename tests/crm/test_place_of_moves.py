"""The order of a project's moves is its history, whatever their dates leave open."""

from datetime import date

import pytest

from crm import clock
from crm.actions.pipeline import projects
from crm.dates import When
from crm.errors import Refused
from crm.models import Project, StageMove
from crm.stages import Stage
from tests import make

AUGUST = date(2023, 8, 31)


@pytest.fixture(autouse=True)
def september():
    with clock.playing(date(2023, 9, 1)):
        yield


def stage_on(project: Project, day: date = AUGUST) -> str:
    return StageMove.objects.last_by(day).get(project=project).to_stage


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("trial", "operation"),
    [
        (When.year(2022), When.day(date(2022, 6, 1))),
        (When.month(2023, 8), When.day(date(2023, 8, 10))),
        (When.day(date(2023, 8, 10)), When.month(2023, 8)),
        (When.day(date(2023, 8, 10)), When.day(date(2023, 8, 10))),
    ],
)
def test_a_later_stage_holds_though_an_earlier_date_reaches_further(trial, operation):
    project = make.project(
        stage=Stage.OPERATION, entered={Stage.TRIAL: trial, Stage.OPERATION: operation}
    )
    assert stage_on(project) == Stage.OPERATION


@pytest.mark.django_db
def test_a_correction_keeps_the_place_of_what_it_corrects():
    day = date(2023, 8, 10)
    project = make.project(
        stage=Stage.OPERATION,
        entered={Stage.TRIAL: When.day(date(2023, 8, 1)), Stage.OPERATION: When.day(day)},
    )
    for on in (day, date(2023, 7, 1), day):
        trial = StageMove.objects.standing().get(project=project, to_stage=Stage.TRIAL)
        projects.correct(trial, on=on, by=make.maker(), reason="以台账为准")
        assert stage_on(project) == Stage.OPERATION
    trial = StageMove.objects.standing().get(project=project, to_stage=Stage.TRIAL)
    with pytest.raises(Refused, match="晚于后一步"):
        projects.correct(trial, on=date(2023, 8, 11), by=make.maker(), reason="以台账为准")
