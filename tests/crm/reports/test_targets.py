"""年度目标: completed is computed, shared where a project changed hands, held against 时序."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm import ledgers
from crm.access import Role
from crm.actions.pipeline import agreements, projects
from crm.dates import When
from crm.errors import Refused
from crm.models import Assignment, Target, TargetIndicator, TargetLevel
from crm.models.worth import Worth
from crm.reports import build
from crm.reports.credit import PARK, TEAM, Part, credit_of, divisions, whole
from crm.reports.figures import Context
from crm.reports.period import Period
from crm.reports.targets import FIGURES, Board, visible_targets
from crm.stages import Stage
from tests import make

pytestmark = pytest.mark.django_db
LEDGER = ledgers.get("annual-targets")
AUGUST = 8


def board(months=AUGUST, user=None, year=2023):
    return Board(year, months, user or make.maker())


def standing(target, months=AUGUST, user=None):
    return board(months, user).of(target)


@pytest.fixture
def signed(team, park):
    """Three of the team in its park, 2亿 each, one of them before the year."""
    days = (date(2023, 2, 1), date(2023, 7, 1), date(2022, 7, 1))
    return [make.signed_project(on, park=park, team=team, amount="200000000") for on in days]


def test_what_is_completed_is_counted_by_the_reports_own_figures(signed, team):
    target = make.target(2023, "signed_projects", "6", team=team)
    one = standing(target)
    assert (one.done, one.percent) == (2, Decimal(2) * 100 / 6)
    money = make.target(2023, "agreed_investment", "8", team=team)
    assert standing(money).done_shown == 4


def test_ahead_and_behind_are_points_against_the_months_gone(signed):
    target = make.target(2023, "signed_projects", "4")
    assert standing(target, 6).percent == 25
    assert standing(target, 6).ahead == Decimal(25) - 50
    assert standing(target, 8).due == Decimal(800) / 12
    assert standing(target, 3).ahead == 0


def test_zero_is_zero(team):
    target = make.target(2023, "signed_projects", "6", team=team)
    assert (standing(target).done, standing(target).percent) == (0, 0)


def test_an_unknown_amount_is_no_zero(team, park):
    make.signed_project(date(2023, 2, 1), park=park, team=team, amount=None)
    one = standing(make.target(2023, "agreed_investment", "6", team=team))
    assert (one.done, one.ahead, one.credit.without_amount) == (None, None, 1)


def test_a_divided_project_counts_by_share_and_once_for_the_county(signed, team):
    other = make.team()
    make.divided(signed[0], to_team=other)
    of = {
        name: standing(make.target(2023, "signed_projects", "6", **unit)).done
        for name, unit in (("county", {}), ("old", {"team": team}), ("new", {"team": other}))
    }
    assert of == {"county": 2, "old": Decimal("1.4"), "new": Decimal("0.6")}
    money = make.target(2023, "agreed_investment", "8", team=other)
    assert standing(money).done_shown == Decimal("1.2")


def test_a_signing_stays_its_agreements_park_unless_its_credit_is_divided(signed, park):
    elsewhere = make.park()
    projects.change(signed[0], {"park": elsewhere}, by=make.maker())
    target = make.target(2023, "signed_projects", "6", park=park)
    assert standing(target).done == 2
    make.divided(signed[1], to_park=elsewhere)
    assert standing(target).done == Decimal("1.4")


def test_a_park_counts_with_the_parks_inside_it(signed, park, team):
    inner = make.park(parent=park)
    make.signed_project(date(2023, 3, 1), park=inner, team=team)
    assert standing(make.target(2023, "signed_projects", "6", park=park)).done == 3
    assert standing(make.target(2023, "signed_projects", "6", park=inner)).done == 1


def test_started_counts_the_first_start_of_those_still_building(team, park):
    def begun(on, **more):
        return make.project(
            stage=Stage.CONSTRUCTION, entered={Stage.CONSTRUCTION: on}, team=team, **more
        )

    begun(date(2023, 3, 1))
    begun(date(2022, 3, 1))
    gone = begun(date(2023, 4, 1))
    projects.withdraw(gone, on=date(2023, 5, 1), by=make.maker(), reason="不建了")
    begun(When.year(2023))
    assert standing(make.target(2023, "started", "6", team=team)).done == 1


def test_a_second_start_counts_no_more_and_another_projects_start_takes_nothing(team, park):
    by, company = make.maker(), make.company()
    again = make.project(
        stage=Stage.CONSTRUCTION, entered={Stage.CONSTRUCTION: date(2022, 3, 1)}, team=team,
        park=park, zone=make.zone(park), land_mode="new", company=company,
    )  # fmt: skip
    make.review(again, date(2022, 2, 1))
    make.agreement(again, date(2022, 2, 1))
    projects.advance(again, Stage.SIGNED, on=date(2023, 2, 1), by=by, reason="规划调整")
    projects.advance(again, Stage.CONSTRUCTION, on=date(2023, 3, 1), by=by, evidence="施工许可2号")
    target = make.target(2023, "started", "6", team=team)
    assert standing(target).done == 0
    days = {Stage.SIGNED: date(2023, 1, 5), Stage.CONSTRUCTION: date(2023, 4, 1)}
    make.project(stage=Stage.CONSTRUCTION, entered=days, team=team)
    assert standing(target).done == 1


def test_funds_count_what_has_arrived_and_nothing_on_record_is_no_zero(signed, team):
    target = make.target(2023, "funds_in_place", "2", team=team)
    assert (standing(target).done, standing(target).reason) == (None, "当年还没有到位资金记录")
    make.receipt(signed[0], date(2023, 5, 1), "30000000")
    make.receipt(signed[0], date(2022, 5, 1), "70000000")
    assert standing(target).done_shown == Decimal("0.3")
    others = make.target(2023, "funds_in_place", "2", team=make.team())
    assert standing(others).done == 0


def test_a_department_counts_the_projects_it_answers_for_in_full(signed):
    target = make.target(2023, "signed_projects", "3", department="县经信局")
    assert standing(target).reason == "台账里没有它负责的项目"
    ledgers.get("assignments").register(
        {"project": signed[0], "kind": "responsible_unit", "unit": "县经信局",
         "starts_on": date(2023, 1, 1)},
        by=make.maker(),
    )  # fmt: skip
    assert Assignment.objects.exists()
    assert standing(target).done == 1
    town = make.target(2023, "signed_projects", "3", township="东兴镇")
    assert standing(town).done is None


def test_ranks_go_by_percent_and_equal_ones_share(signed, team):
    third = make.team("招商丙科")
    for unit, value in ((team, "4"), (make.team("招商甲科"), "5"), (make.team("招商乙科"), "9")):
        make.target(2023, "signed_projects", value, team=unit)
    make.target(2023, "signed_projects", "2", team=third)
    found = board().progress()[TargetLevel.TEAM][TargetIndicator.SIGNED_PROJECTS]
    assert [(one.target.unit_name, one.rank) for one in found] == [
        (team.name, 1), ("招商丙科", 2), ("招商乙科", 2), ("招商甲科", 2),
    ]  # fmt: skip


def test_a_park_that_contains_others_is_their_total_and_stands_unranked_before_them(
    signed, park, team
):
    inner, other = make.park("内园", parent=park), make.park("外园")
    empty = make.park("园中园没有目标", parent=other)
    make.signed_project(date(2023, 3, 1), park=inner, team=team)
    make.signed_project(date(2023, 3, 1), park=other, team=team)
    make.signed_project(date(2023, 3, 1), park=empty, team=team)
    for unit, value in ((park, "1"), (inner, "4"), (other, "4")):
        make.target(2023, "signed_projects", value, park=unit)
    found = board().progress()[TargetLevel.PARK][TargetIndicator.SIGNED_PROJECTS]
    assert [(one.target.park, one.rank, one.is_total, one.done) for one in found] == [
        (park, None, True, 3), (other, 1, False, 2), (inner, 2, False, 1),
    ]  # fmt: skip


def test_where_a_parks_report_and_its_target_differ_the_shared_projects_are_counted(
    signed, park, team
):
    elsewhere = make.park()
    target = make.target(2023, "signed_projects", "6", park=park)
    theirs = make.target(2023, "signed_projects", "6", park=elsewhere)
    assert (standing(target).reported, standing(target).is_reported_otherwise) == (2, False)
    make.divided(signed[1], to_park=elsewhere)
    one, other = standing(target), standing(theirs)
    # The agreement stays the park's that signed it; the credit is split 40 to 60.
    assert (one.reported, one.done, one.shared_count) == (2, Decimal("1.4"), 1)
    assert (other.reported, other.done, other.shared_count) == (0, Decimal("0.6"), 1)
    assert one.is_reported_otherwise
    context = Context(Period.parse("2023-01", "2023-08"), park=park)
    assert FIGURES["signed_projects"].result(context).value == one.reported


def test_a_transfer_within_a_park_changes_nothing_for_the_whole_of_it(signed, park):
    inner = make.park(parent=park)
    make.divided(signed[0], to_park=inner)
    whole_park = standing(make.target(2023, "signed_projects", "6", park=park))
    assert (whole_park.done, whole_park.is_reported_otherwise) == (2, False)
    part = standing(make.target(2023, "signed_projects", "6", park=inner))
    assert (part.reported, part.done) == (0, Decimal("0.6"))


def test_a_teams_transfer_moves_no_parks_credit(signed, park):
    make.divided(signed[0])
    elsewhere = make.park()
    projects.change(signed[0], {"park": elsewhere}, by=make.maker())
    started = make.project(
        stage=Stage.CONSTRUCTION, entered={Stage.CONSTRUCTION: date(2023, 3, 1)}, park=park
    )
    make.divided(started)
    projects.change(started, {"park": elsewhere}, by=make.maker())
    assert standing(make.target(2023, "started", "6", park=elsewhere)).done == 1
    assert standing(make.target(2023, "started", "6", park=park)).done == 0


def test_a_parks_report_names_what_its_target_counts_by_shares(signed, park):
    elsewhere = make.park()
    make.divided(signed[0], to_park=elsewhere)

    def found(of):
        context = Context(Period.parse("2023-01", "2023-08"), park=of)
        return {one.key: one for one in build.build(context).findings}.get("shared_credit")

    assert [(row.title, row.about) for row in found(park).rows] == [
        (signed[0].name, "本园区份额 40%")
    ]
    assert found(elsewhere) is None
    assert found(None) is None


def test_a_team_sees_its_own_target_and_no_rank(signed, team, park, teamlead, park_user, leader):
    for unit in ({}, {"team": team}, {"team": make.team()}, {"park": park}):
        make.target(2023, "signed_projects", "6", **unit)
    assert [one.team for one in visible_targets(teamlead)] == [team]
    assert [one.park for one in visible_targets(park_user)] == [park]
    assert visible_targets(leader).count() == 4
    (own,) = board(user=teamlead).progress()[TargetLevel.TEAM][TargetIndicator.SIGNED_PROJECTS]
    assert (own.done, own.rank) == (2, None)


def test_who_makes_no_report_sees_no_progress(team):
    with pytest.raises(Refused):
        visible_targets(make.user(Role.LIAISON, team=team))


# The ledger


def test_money_is_typed_in_yi_and_kept_in_yuan():
    target = make.target(2023, "agreed_investment", "284.5")
    assert (target.value, target.shown) == (Decimal(28_450_000_000), Decimal("284.5"))
    changed = LEDGER.change(target, {"value": Decimal(300)}, by=make.maker(), version=1)
    assert changed.value == 30_000_000_000


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"level": "park"}, "park"),
        ({"level": "team"}, "team"),
        ({"level": "department"}, "unit"),
        ({"level": "county", "unit": "县经信局"}, "unit"),
        ({"value": Decimal("2.5")}, "value"),
        ({"value": Decimal(0)}, "value"),
        ({"year": "今年"}, "year"),
        ({"year": "1066"}, "year"),
    ],
    ids=str,
)
def test_a_target_belongs_to_one_unit_of_its_level(facts, field):
    whole_row = {
        "year": "2023", "level": "county", "indicator": "signed_projects", "value": Decimal(5),
    } | facts  # fmt: skip
    with pytest.raises(Refused) as caught:
        LEDGER.register(whole_row, by=make.maker())
    assert field in caught.value.fields


def test_a_unit_has_one_target_an_indicator_and_year(team):
    make.target(2023, "signed_projects", "6", team=team)
    with pytest.raises(Refused):
        make.target(2023, "signed_projects", "7", team=team)
    make.target(2024, "signed_projects", "7", team=team)
    assert Target.objects.count() == 2


def test_only_the_statistician_sets_targets(teamlead):
    with pytest.raises(Refused):
        LEDGER.register(
            {"year": "2023", "level": "county", "indicator": "started", "value": Decimal(5)},
            by=teamlead,
        )


# Credit


class Of:
    def __init__(self, project, team):
        self.project_id = project
        self.project = type("P", (), {"team_id": team})


@given(
    teams=st.lists(st.integers(1, 4), min_size=1, max_size=8),
    cuts=st.dictionaries(st.integers(0, 7), st.tuples(st.integers(1, 4), st.integers(1, 9_999))),
)
def test_the_units_credit_adds_up_to_what_the_county_counts(teams, cuts):
    rows = [Of(number, team) for number, team in enumerate(teams)]
    divided = {}
    for number, (other, part) in cuts.items():
        own = teams[number % len(teams)]
        if other != own:
            share = Decimal(part).scaleb(-4)
            divided[number % len(teams)] = {own: 1 - share, other: share}
    figure = FIGURES["signed_projects"]
    total = sum(credit_of(figure, rows, TEAM, [unit], divided).value for unit in range(1, 5))
    assert total == whole(figure, rows).value == len(rows)
    together = credit_of(figure, rows, TEAM, range(1, 5), divided)
    assert together.value == len(rows)
    one = Worth(Decimal(1))
    assert all(part == Part(part.row, Decimal(1), one) for part in together.parts)


def test_shares_are_read_in_one_query_however_many(signed, django_assert_num_queries):
    for project in signed:
        make.divided(project, to_team=make.team(), to_park=make.park())
    for dimension in (TEAM, PARK):
        with django_assert_num_queries(1):
            assert len(divisions(dimension)) == 3


def test_a_page_of_targets_asks_as_many_questions_for_many_as_for_few(
    signed, team, park, django_assert_max_num_queries
):
    user = make.maker()

    def counted():
        with django_assert_max_num_queries(30) as asked:
            board(user=user).progress()
        return len(asked)

    for indicator in ("signed_projects", "agreed_investment", "started", "in_operation"):
        make.target(2023, indicator, "6", team=team)
        make.target(2023, indicator, "6", park=park)
    few = counted()
    for _ in range(3):
        make.target(2023, "signed_projects", "6", team=make.team())
        make.target(2023, "started", "6", park=make.park())
        make.signed_project(date(2023, 2, 1), park=park, team=team)
    assert counted() == few


def test_an_agreement_that_ended_counts_for_nobody(signed, team):
    target = make.target(2023, "signed_projects", "6", team=team)
    first = signed[0].agreements.get()
    agreements.end_agreement(first, on=date(2023, 3, 1), by=make.maker(), reason="解约")
    assert standing(target).done == 1
