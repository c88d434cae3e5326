"""项目推进: what is counted, and what is not."""

from datetime import date

import pytest

from crm import clock
from crm.actions import rows
from crm.actions.pipeline import projects
from crm.dates import When
from crm.models import StageMove
from crm.reports.figures import Context
from crm.reports.figures.delivery import (
    commissioning,
    in_operation,
    liaison_projects,
    trial_production,
)
from crm.reports.lines import lines
from crm.reports.period import Period
from crm.stages import Stage, Status
from tests import make

MAY = date(2023, 5, 8)


def count(figure, asked: Context) -> int:
    result = figure.result(asked)
    assert result.rows == figure.rows(asked).count()
    return int(result.value)


def at(stage: Stage, on: date | When, **values):
    return make.project(stage=stage, entered={stage: on}, **values)


# Resident liaisons


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "counted"),
    [
        (date(2022, 1, 1), None, 1),
        (date(2023, 8, 31), None, 1),
        (date(2023, 9, 1), None, 0),
        (MAY, date(2023, 8, 31), 1),
        (MAY, date(2023, 8, 30), 0),
    ],
)
def test_a_liaison_in_force_on_the_last_day_counts(asked, db, starts_on, ends_on, counted):
    make.liaison(make.project(), starts_on, ends_on=ends_on)
    assert count(liaison_projects, asked) == counted


def test_who_sees_a_project_and_may_not_report_counts_nothing(asked, liaison, leader):
    make.liaison(make.project(), MAY, user=liaison)
    assert count(liaison_projects, Context(asked.period, user=leader)) == 1
    assert count(liaison_projects, Context(asked.period, user=liaison)) == 0


def test_a_project_with_two_liaisons_counts_once(asked, db):
    project = make.project()
    make.liaison(project, MAY)
    make.liaison(project, MAY)
    make.liaison(project, date(2023, 6, 1))
    assert count(liaison_projects, asked) == 1


@pytest.mark.parametrize("kind", ["lead_official", "responsible_unit"])
def test_another_duty_is_no_liaison(asked, db, kind):
    make.liaison(make.project(), MAY, kind=kind)
    assert count(liaison_projects, asked) == 0


@pytest.mark.parametrize(
    ("left_on", "counted"), [(None, 1), (date(2023, 8, 31), 0), (date(2023, 9, 1), 1)]
)
def test_a_project_that_had_left_by_the_last_day_has_no_liaison_to_count(
    asked, db, left_on, counted
):
    project = at(Stage.CONSTRUCTION, date(2023, 2, 1))
    make.liaison(project, MAY)
    if left_on:
        projects.withdraw(project, on=left_on, by=make.maker(), reason="投资方撤资")
    assert count(liaison_projects, asked) == counted


def test_a_project_that_rests_keeps_its_liaison_and_one_that_came_back_has_it_again(asked, db):
    resting, back = at(Stage.SIGNED, date(2023, 2, 1)), at(Stage.SIGNED, date(2023, 2, 1))
    for project in (resting, back):
        make.liaison(project, MAY)
    projects.shelve(resting, on=MAY, by=make.maker(), reason="资金未到位")
    projects.withdraw(back, on=MAY, by=make.maker(), reason="投资方撤资")
    assert count(liaison_projects, asked) == 1
    projects.resume(back, on=date(2023, 6, 1), by=make.maker())
    assert count(liaison_projects, asked) == 2


def test_a_liaison_who_starts_in_december_does_not_count_before(db):
    whole = Context(Period.parse("2023-01", "2023-12"))
    make.liaison(make.project(), date(2023, 12, 1))
    assert count(liaison_projects, whole) == 0
    with clock.playing(date(2023, 12, 1)):
        assert count(liaison_projects, Context(whole.period)) == 1


# New in operation


@pytest.mark.parametrize(
    ("entered", "counted"),
    [
        (When.day(date(2022, 12, 31)), 0),
        (When.day(date(2023, 1, 1)), 1),
        (When.day(date(2023, 8, 31)), 1),
        (When.day(date(2023, 9, 1)), 0),
        (When.month(2023, 3), 1),
        (When.year(2023), 0),
    ],
)
def test_going_into_operation_counts_when_its_date_lies_wholly_inside(asked, db, entered, counted):
    at(Stage.OPERATION, entered)
    assert count(in_operation, asked) == counted


def test_an_unknown_date_is_in_no_period(asked, db):
    make.project(stage=Stage.OPERATION)
    assert count(in_operation, asked) == 0


def test_going_into_operation_again_is_not_new(asked, db):
    project = at(Stage.OPERATION, date(2022, 6, 1))
    projects.advance(project, Stage.TRIAL, on=MAY, by=make.maker(), reason="设备返修")
    projects.advance(
        project, Stage.OPERATION, on=date(2023, 6, 1), by=make.maker(), evidence="验收意见2号"
    )
    assert count(in_operation, asked) == 0


def test_going_into_operation_twice_in_the_period_counts_once_by_the_first(asked, db):
    project = at(Stage.OPERATION, date(2023, 2, 1))
    projects.advance(project, Stage.TRIAL, on=MAY, by=make.maker(), reason="设备返修")
    projects.advance(
        project, Stage.OPERATION, on=date(2023, 6, 1), by=make.maker(), evidence="验收意见2号"
    )
    assert in_operation.rows(asked).get().occurred_on == date(2023, 2, 1)


def test_another_projects_start_of_operation_takes_nothing_from_a_later_one(asked, db):
    at(Stage.OPERATION, date(2022, 6, 1))
    days = {Stage.TRIAL: date(2023, 1, 5), Stage.OPERATION: date(2023, 2, 1)}
    make.project(stage=Stage.OPERATION, entered=days)
    assert count(in_operation, asked) == 1


def test_a_project_that_fell_back_is_not_in_operation_at_the_end(asked, db):
    project = at(Stage.OPERATION, date(2023, 2, 1))
    projects.advance(project, Stage.TRIAL, on=MAY, by=make.maker(), reason="设备返修")
    assert count(in_operation, asked) == 0
    assert count(trial_production, asked) == 1


def test_a_project_that_left_is_not_in_operation(asked, db):
    project = at(Stage.OPERATION, date(2023, 2, 1))
    projects.withdraw(project, on=date(2023, 8, 31), by=make.maker(), reason="关停")
    assert count(in_operation, asked) == 0


def test_a_project_that_left_after_the_period_was_in_operation_at_its_end(asked, db):
    project = at(Stage.OPERATION, date(2023, 2, 1))
    projects.withdraw(project, on=date(2023, 9, 1), by=make.maker(), reason="关停")
    assert count(in_operation, asked) == 1


def test_a_rest_and_its_end_are_no_new_operation(asked, db):
    project = at(Stage.OPERATION, date(2022, 2, 1))
    projects.shelve(project, on=date(2023, 2, 1), by=make.maker(), reason="停产检修")
    projects.resume(project, on=date(2023, 3, 1), by=make.maker())
    assert count(in_operation, asked) == 0


def test_a_corrected_date_moves_the_project_out_of_the_period(asked, db):
    project = at(Stage.OPERATION, MAY)
    assert count(in_operation, asked) == 1
    projects.correct(
        StageMove.objects.standing().get(project=project),
        on=date(2022, 12, 1),
        by=make.maker(),
        reason="以验收意见为准",
    )
    assert count(in_operation, asked) == 0


# Trial production and commissioning


@pytest.mark.parametrize(
    ("figure", "stage"), [(trial_production, Stage.TRIAL), (commissioning, Stage.COMMISSIONING)]
)
def test_a_project_counts_at_the_stage_where_it_stood_at_the_end(asked, db, figure, stage):
    at(stage, date(2022, 6, 1))  # when it came there does not matter
    at(stage, MAY, status=Status.STALLED)
    at(stage, MAY, status=Status.EXITED)
    at(stage, date(2023, 9, 1))
    for other in Stage:
        if other != stage:
            at(other, MAY)
    assert count(figure, asked) == 2


def test_a_project_that_moved_on_by_the_end_stands_at_the_later_stage_only(asked, db):
    project = at(Stage.COMMISSIONING, MAY)
    projects.advance(
        project, Stage.TRIAL, on=date(2023, 8, 31), by=make.maker(), evidence="试运行方案"
    )
    assert count(commissioning, asked) == 0
    assert count(trial_production, asked) == 1


# As known on an earlier day


def test_a_move_recorded_late_was_not_known_before(asked, db):
    with clock.playing(date(2023, 3, 1)):
        project = at(Stage.COMMISSIONING, date(2023, 2, 1))
    projects.advance(project, Stage.TRIAL, on=MAY, by=make.maker(), evidence="试运行方案")
    before = Context(asked.period, known_on=date(2023, 8, 31))
    assert (count(commissioning, before), count(trial_production, before)) == (1, 0)
    now = Context(asked.period, known_on=date(2023, 9, 1))
    assert (count(commissioning, now), count(trial_production, now)) == (0, 1)


def test_a_corrected_move_reads_as_it_was_known(asked, db):
    with clock.playing(date(2023, 6, 1)):
        project = at(Stage.OPERATION, MAY)
    with clock.playing(date(2023, 8, 1)):
        projects.correct(
            StageMove.objects.standing().get(project=project),
            on=date(2022, 12, 1),
            by=make.maker(),
            reason="以验收意见为准",
        )
    assert count(in_operation, Context(asked.period, known_on=date(2023, 7, 31))) == 1
    assert count(in_operation, Context(asked.period, known_on=date(2023, 8, 1))) == 0


def test_who_served_a_project_reads_as_it_was_known(asked, db):
    with clock.playing(date(2023, 7, 1)):
        duty = make.liaison(make.project(), MAY)
    with clock.playing(date(2023, 8, 1)):
        rows.change(duty, {"ends_on": date(2023, 6, 1)}, by=make.maker())
    earlier = Context(asked.period, known_on=date(2023, 7, 31))
    assert liaison_projects.result(earlier).value == 1
    assert [line.title for line in lines(liaison_projects, liaison_projects.rows(earlier), earlier)]
    assert liaison_projects.result(asked).value == 0


def test_who_served_a_project_before_the_ledger_kept_it_cannot_be_rebuilt(asked, db):
    make.liaison(make.project(), MAY)
    make.states_begin(date(2023, 9, 1))
    earlier = Context(asked.period, known_on=date(2023, 8, 31))
    assert liaison_projects.result(earlier).printed == "无法追溯"
