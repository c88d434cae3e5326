"""招商引资: what is counted, and what is not."""

from datetime import date
from decimal import Decimal

import pytest

from crm import clock
from crm.actions import rows
from crm.actions.pipeline import agreements, projects
from crm.dates import When
from crm.models import Agreement, AgreementKind
from crm.reports.figures import Context
from crm.reports.figures.attraction import (
    activities,
    negotiating_investment,
    negotiating_projects,
    signed_investment,
    signed_projects,
)
from crm.reports.period import Period
from crm.stages import Stage, Status
from tests import make

MAY = date(2023, 5, 8)


def count(figure, asked: Context) -> int:
    result = figure.result(asked)
    assert result.rows == figure.rows(asked).count()
    return int(result.value)


# Activities


@pytest.mark.parametrize(
    ("held_on", "counted"),
    [
        (date(2022, 12, 31), 0),
        (date(2023, 1, 1), 1),
        (date(2023, 8, 31), 1),
        (date(2023, 9, 1), 0),
    ],
)
def test_an_activity_counts_by_the_day_it_was_held(asked, county_park, held_on, counted):
    make.activity(held_on)
    assert count(activities, asked) == counted


@pytest.mark.parametrize("until", ["2023-11", "2023-12"])
def test_an_activity_planned_for_november_does_not_count_in_september(asked, county_park, until):
    make.activity(date(2023, 11, 5))
    whole = Period.parse("2023-01", until)
    assert count(activities, Context(whole)) == 0
    with clock.playing(date(2023, 11, 5)):
        assert count(activities, Context(whole)) == 1
        assert count(activities, Context(whole, known_on=date(2023, 9, 1))) == 0


# Projects signed


def test_an_agreement_ended_on_the_last_day_makes_way_for_the_new_one(asked, county_park):
    project = make.signed_project(date(2022, 5, 1), park=county_park)
    first = project.agreements.get()
    agreements.end_agreement(first, on=date(2023, 8, 31), by=make.maker(), reason="解约")
    assert count(signed_projects, asked) == 0
    make.agreement(project, date(2023, 8, 31))
    assert count(signed_projects, asked) == 1


@pytest.mark.parametrize(
    ("signed", "counted"),
    [
        (When.day(date(2022, 12, 31)), 0),
        (When.day(date(2023, 1, 1)), 1),
        (When.day(date(2023, 8, 31)), 1),
        (When.day(date(2023, 9, 1)), 0),
        (When.month(2023, 8), 1),
        (When.month(2022, 12), 0),
        (When.year(2023), 0),  # may have been in September to December
        (When.quarter(2023, 2), 1),
        (When.quarter(2023, 3), 0),  # may have been in September
        (When.half(2023, 1), 1),
        (When.third(2023, 8, 3), 1),
        (When(date(2022, 12, 21), date(2023, 1, 10)), 0),
    ],
)
def test_a_signing_counts_when_its_date_lies_wholly_inside(asked, county_park, signed, counted):
    make.agreement(make.project(park=county_park), signed, "350000000")
    assert count(signed_projects, asked) == counted
    assert signed_investment.result(asked).value == Decimal("3.5") * counted


def test_a_year_counts_in_a_period_that_holds_it_whole(county_park):
    make.agreement(make.project(park=county_park), When.year(2022))
    assert count(signed_projects, Context(Period.parse("2022-01", "2022-12"))) == 1
    assert count(signed_projects, Context(Period.parse("2022-01", "2022-11"))) == 0


@pytest.mark.parametrize(
    "kind", [kind for kind in AgreementKind if kind != AgreementKind.INVESTMENT]
)
def test_only_an_investment_agreement_is_a_signing(asked, county_park, kind):
    project = make.project(park=county_park)
    first = make.agreement(project, date(2022, 3, 1), "100000000")
    increase = {"increase_of": first} if kind == AgreementKind.INCREASE else {}
    make.agreement(project, MAY, "900000000", kind=kind, **increase)
    assert count(signed_projects, asked) == 0
    assert signed_investment.result(asked).value == 0


def test_an_increase_adds_nothing_to_the_sum_of_the_signings(asked, county_park):
    project = make.project(park=county_park)
    first = make.agreement(project, MAY, "100000000")
    make.agreement(
        project, date(2023, 6, 1), "900000000", kind=AgreementKind.INCREASE, increase_of=first
    )
    assert count(signed_projects, asked) == 1
    assert signed_investment.result(asked).value == 1


def test_a_signing_without_a_park_is_not_counted(asked, county_park):
    make.agreement(make.project(), MAY)
    assert count(signed_projects, asked) == 0


def beside(first: Agreement, signed_on: date) -> Agreement:
    """A second 投资 agreement in force, as no verb lets one in any more."""
    second = Agreement(
        project=first.project, park=first.park, signed_on=signed_on, amount=first.amount,
        recorded_at=clock.now(),
    )  # fmt: skip
    second.save()
    return second


def test_a_second_ceremony_does_not_count_a_project_twice(asked, county_park):
    project = make.project(park=county_park)
    beside(make.agreement(project, date(2022, 6, 1), "100000000"), MAY)
    assert count(signed_projects, asked) == 0  # it was signed in 2022
    other = make.project(park=county_park)
    beside(make.agreement(other, MAY, "200000000"), date(2023, 6, 1))
    assert count(signed_projects, asked) == 1
    assert signed_projects.rows(asked).get().signed_on == MAY
    assert signed_investment.result(asked).value == 2


@pytest.mark.parametrize(
    ("ended_on", "counted"), [(date(2023, 8, 31), 0), (date(2023, 9, 1), 1), (MAY, 0)]
)
def test_a_signing_that_ended_in_the_period_is_not_counted(asked, county_park, ended_on, counted):
    signed = make.agreement(make.project(park=county_park), MAY)
    agreements.end_agreement(signed, on=ended_on, by=make.maker(), reason="投资方退出")
    assert count(signed_projects, asked) == counted


def test_a_new_agreement_after_an_ended_one_counts(asked, county_park):
    project = make.project(park=county_park)
    first = make.agreement(project, date(2022, 6, 1), "100000000")
    agreements.end_agreement(first, on=date(2023, 2, 1), by=make.maker(), reason="解约")
    make.agreement(project, MAY, "200000000")
    assert count(signed_projects, asked) == 1
    assert signed_investment.result(asked).value == 2


def test_a_corrected_agreement_counts_as_corrected(asked, county_park):
    signed = make.agreement(make.project(park=county_park), MAY, "100000000")
    again = agreements.correct_agreement(
        signed, {"amount": Decimal("120000000.01")}, by=make.maker(), reason="金额录错"
    )
    assert count(signed_projects, asked) == 1
    assert signed_investment.result(asked).value == Decimal("1.2000000001")
    agreements.correct_agreement(
        again, {"signed_on": date(2022, 5, 8)}, by=make.maker(), reason="日期录错"
    )
    assert count(signed_projects, asked) == 0


def test_an_unknown_amount_is_left_out_of_the_sum_and_told(asked, county_park):
    make.agreement(make.project(park=county_park), MAY, "150000000")
    make.agreement(make.project(park=county_park), MAY, None)
    result = signed_investment.result(asked)
    assert (result.value, result.rows, result.without_amount) == (Decimal("1.5"), 2, 1)
    assert result.printed == "1.5亿元"


def test_a_sum_of_unknown_amounts_is_unknown_and_a_sum_of_nothing_is_zero(asked, county_park):
    assert signed_investment.result(asked).printed == "0亿元"
    make.agreement(make.project(park=county_park), MAY, None)
    result = signed_investment.result(asked)
    assert (result.value, result.printed, result.rows) == (None, "待补", 1)


# Projects under negotiation


def at(stage: Stage, on: date, **values):
    return make.project(stage=stage, entered={stage: on}, **values)


def test_a_project_in_talks_at_the_periods_end_counts(asked, county_park):
    at(Stage.NEGOTIATION, date(2021, 3, 1), planned_investment=Decimal("9070000000"))
    assert count(negotiating_projects, asked) == 1
    result = negotiating_investment.result(asked)
    assert (result.value, result.printed) == (Decimal("90.7"), "约90亿元")


@pytest.mark.parametrize("stage", [Stage.LEAD, Stage.SIGNED])
def test_a_project_at_another_stage_is_not_in_talks(asked, county_park, stage):
    at(stage, MAY)
    assert count(negotiating_projects, asked) == 0


@pytest.mark.parametrize("status", [Status.STALLED, Status.EXITED])
def test_talks_that_rest_or_ended_are_not_counted(asked, county_park, status):
    at(Stage.NEGOTIATION, MAY, status=status)
    assert count(negotiating_projects, asked) == 0


def test_talks_count_as_they_stood_at_the_end_of_the_period_and_not_later(asked, county_park):
    begun_later = at(Stage.NEGOTIATION, date(2023, 9, 1))
    stalled_later = at(Stage.NEGOTIATION, MAY)
    projects.shelve(stalled_later, on=date(2023, 9, 1), by=make.maker(), reason="资金未到位")
    stalled_within = at(Stage.NEGOTIATION, MAY)
    projects.shelve(stalled_within, on=date(2023, 8, 31), by=make.maker(), reason="资金未到位")
    counted = {move.project for move in negotiating_projects.rows(asked)}
    assert counted == {stalled_later}
    assert begun_later not in counted
    assert stalled_within not in counted


def test_talks_resumed_within_the_period_count_again(asked, county_park):
    project = at(Stage.NEGOTIATION, date(2023, 2, 1))
    projects.shelve(project, on=date(2023, 3, 1), by=make.maker(), reason="资金未到位")
    assert count(negotiating_projects, asked) == 0
    projects.resume(project, on=date(2023, 4, 1), by=make.maker())
    assert count(negotiating_projects, asked) == 1


def test_talks_without_a_planned_investment_are_told_apart(asked, county_park):
    at(Stage.NEGOTIATION, MAY, planned_investment=None)
    at(Stage.NEGOTIATION, MAY, planned_investment=Decimal("35000000"))
    result = negotiating_investment.result(asked)
    assert (result.value, result.rows, result.without_amount) == (Decimal("0.35"), 2, 1)
    assert result.printed == "约0.35亿元"


# As known on an earlier day


def test_what_was_recorded_later_was_not_known(asked, county_park):
    with clock.playing(date(2023, 6, 1)):
        signed = make.agreement(make.project(park=county_park), MAY, "100000000")
    with clock.playing(date(2023, 8, 1)):
        agreements.correct_agreement(
            signed, {"amount": Decimal("300000000")}, by=make.maker(), reason="金额录错"
        )

    def known(day: date) -> Context:
        return Context(asked.period, known_on=day)

    assert count(signed_projects, known(date(2023, 5, 31))) == 0
    assert signed_investment.result(known(date(2023, 6, 1))).value == 1
    assert signed_investment.result(known(date(2023, 7, 31))).value == 1
    assert signed_investment.result(known(date(2023, 8, 1))).value == 3
    assert signed_investment.result(asked).value == 3


def test_what_people_edit_reads_as_it_was_known(asked, county_park):
    with clock.playing(date(2023, 7, 1)):
        activity = make.activity(MAY)
        project = at(Stage.NEGOTIATION, MAY, planned_investment=Decimal("100000000"))
    before = Context(asked.period, known_on=date(2023, 7, 31))
    with clock.playing(date(2023, 8, 1)):
        rows.change(activity, {"held_on": date(2022, 5, 1)}, by=make.maker())
        projects.change(project, {"planned_investment": Decimal("700000000")}, by=make.maker())
    assert activities.result(before).value == 1
    assert activities.result(asked).value == 0
    assert negotiating_investment.result(before).value == 1
    assert negotiating_investment.result(asked).value == 7


@pytest.mark.parametrize("figure", [activities, negotiating_investment])
def test_what_was_said_before_the_ledger_kept_it_cannot_be_rebuilt(asked, county_park, figure):
    make.activity(MAY)
    at(Stage.NEGOTIATION, MAY)
    make.states_begin(date(2023, 9, 1))
    earlier = Context(asked.period, known_on=date(2023, 8, 31))
    result = figure.result(earlier)
    assert (result.value, result.rows, result.printed) == (None, None, "无法追溯")
    assert "2023-09-01 以前，台账只留现值" in result.text
    assert not figure.rows(earlier).exists()
    assert figure.result(Context(asked.period, known_on=date(2023, 9, 1))).rows == 1


# One park


def test_a_park_counts_with_the_parks_inside_it(asked, county_park):
    textile = make.park("纺织鞋服产业园", parent=county_park)
    elsewhere = make.park("另一园区")
    for park in (county_park, textile, elsewhere):
        make.agreement(make.project(park=park), MAY, "100000000")
        make.activity(MAY, park=park)
        at(Stage.NEGOTIATION, MAY, park=park)
    for figure in (signed_projects, signed_investment, activities, negotiating_projects):
        assert int(figure.result(Context(asked.period, park=county_park)).value) == 2
        assert int(figure.result(Context(asked.period, park=textile)).value) == 1
        assert int(figure.result(asked).value) == 3


def test_a_projects_park_on_an_earlier_day_is_the_one_it_lay_in_then(asked, county_park):
    elsewhere = make.park("另一园区")
    with clock.playing(date(2023, 7, 1)):
        project = at(Stage.NEGOTIATION, MAY, park=county_park)
        make.agreement(make.project(park=county_park), MAY)
    with clock.playing(date(2023, 8, 1)):
        projects.change(project, {"park": elsewhere}, by=make.maker())
    then = date(2023, 7, 31)
    for park, before, now in ((county_park, 1, 0), (elsewhere, 0, 1)):
        earlier = Context(asked.period, known_on=then, park=park)
        assert negotiating_projects.result(earlier).value == before
        assert negotiating_projects.result(Context(asked.period, park=park)).value == now
    assert signed_projects.result(Context(asked.period, known_on=then, park=county_park)).value == 1


def test_a_park_counts_on_an_earlier_day_with_what_lay_inside_it_then(asked, county_park):
    with clock.playing(date(2023, 7, 1)):
        inner = make.park("纺织鞋服产业园", parent=county_park)
        make.agreement(make.project(park=inner), MAY)
    with clock.playing(date(2023, 8, 1)):
        rows.change(inner, {"parent": None}, by=make.maker())
    earlier = Context(asked.period, known_on=date(2023, 7, 31), park=county_park)
    assert signed_projects.result(earlier).value == 1
    assert signed_projects.result(Context(asked.period, park=county_park)).value == 0
