"""Whatever the ledger holds: recounting the rows of a figure gives the printed number, and nobody
gets at a row by way of a figure that he may not see."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from crm import clock
from crm.access import Action, Role
from crm.actions.pipeline import agreements, projects
from crm.dates import When
from crm.errors import Refused
from crm.models import Agreement, AgreementKind, Park, Project, StageMove, Team, User
from crm.reports import build, figures
from crm.reports.figures import Context
from crm.reports.period import Period
from crm.stages import Stage, Status
from tests import make
from tests.needs import examples

FIRST, TODAY = date(2022, 10, 1), date(2023, 9, 30)
days = st.dates(FIRST, TODAY)
whens = st.one_of(
    days.map(When.day),
    st.sampled_from([When.year(2022), When.month(2023, 3), When.month(2023, 8)]),
)
amounts = st.one_of(st.none(), st.decimals(Decimal("0.01"), Decimal("99999999999"), places=2))
lives = st.lists(
    st.fixed_dictionaries(
        {
            "stage": st.sampled_from(Stage),
            "status": st.sampled_from(Status),
            "entered": whens,
            "amount": amounts,
            "is_foreign": st.booleans(),
            "kinds": st.lists(st.sampled_from(AgreementKind), max_size=3),
            "signed": whens,
            "corrected": st.one_of(st.none(), whens),
            "ended": st.one_of(st.none(), days),
            "back": st.booleans(),
            "liaisons": st.integers(0, 2),
            "team": st.booleans(),
            "park": st.integers(0, 2),
            "activity": days,
        }
    ),
    max_size=5,
)
months = st.tuples(st.integers(0, 11), st.integers(0, 11)).map(sorted)
modest = settings(
    max_examples=examples(12),
    deadline=None,
    # Five projects are few enough to read; shrinking them through the verbs takes minutes.
    phases=[Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


class County:
    """A small county in which everything happens."""

    def __init__(self) -> None:
        self.teams = [make.team(), make.team()]
        outer = make.park()
        self.parks = [outer, make.park(parent=outer), None]
        self.by = make.maker()
        for year, month in ((2022, 11), (2023, 3), (2023, 8), (2023, 9)):
            make.rate(year, month)

    @staticmethod
    def money(life: dict, name: str) -> dict:
        """The life's amount, in yuan or in dollars, which only some months' rates make yuan."""
        if life["is_foreign"] and life["amount"] is not None:
            return {name: None, "currency": "USD", "foreign_amount": life["amount"]}
        return {name: life["amount"]}

    def live(self, life: dict) -> None:
        """One project's life, as far as the verbs allow it."""
        team: Team = self.teams[life["team"]]
        park: Park | None = self.parks[life["park"]]
        project = make.project(
            stage=life["stage"],
            status=life["status"],
            entered={life["stage"]: life["entered"]},
            team=team,
            park=park,
            **self.money(life, "planned_investment"),
        )
        for kind in life["kinds"]:
            self.attempt(self.sign, project, kind, life)
        if life["back"]:
            self.attempt(
                projects.advance,
                project,
                Stage.LEAD,
                on=TODAY - timedelta(days=40),
                by=self.by,
                reason="重新洽谈",
            )
        if life["corrected"]:
            move = StageMove.objects.standing().filter(project=project).first()
            self.attempt(
                projects.correct, move, on=life["corrected"], by=self.by, reason="日期录错"
            )
        for number in range(life["liaisons"]):
            make.liaison(project, FIRST + timedelta(days=90 * number))
        make.activity(life["activity"], team=team, park=park)

    def sign(self, project: Project, kind: AgreementKind, life: dict) -> None:
        first = project.agreements.filter(kind=AgreementKind.INVESTMENT).first()
        increase = {"increase_of": first} if kind == AgreementKind.INCREASE else {}
        signed = agreements.sign_agreement(
            project,
            by=self.by,
            signed=life["signed"],
            kind=kind,
            **self.money(life, "amount"),
            **increase,
        )
        if life["ended"]:
            agreements.end_agreement(signed, on=life["ended"], by=self.by, reason="解约")

    @staticmethod
    def attempt(verb, *args, **kwargs) -> None:
        try:
            verb(*args, **kwargs)
        except Refused:
            return


@pytest.fixture
def a_county(db: None) -> Callable[[], AbstractContextManager[County]]:
    """Each example in a county of its own, gone after it."""

    @contextmanager
    def made() -> Iterator[County]:
        with clock.playing(TODAY), transaction.atomic():
            yield County()
            transaction.set_rollback(True)

    return made


def period(chosen: list[int]) -> Period:
    """Two of the months from October 2022 on, in order."""
    since, until = (f"{2022 + (9 + month) // 12}-{(9 + month) % 12 + 1:02d}" for month in chosen)
    return Period.parse(since, until)


def recount(context: Context) -> None:
    report = build.build(context)
    for figure in figures.every():
        rows, result = list(figure.rows(context)), report.results[figure.key]
        if result.rows is None:
            assert rows == []
            continue
        assert len(rows) == result.rows
        counted = [getattr(row, "project_id", f"row {row.pk}") for row in rows]
        assert len(set(counted)) == len(counted)  # each thing once
        if not figure.measure.is_sum:
            assert result.value == len(rows)
            continue
        worths = figure.measure.of(rows)
        known = [one.value for one in worths if one.value is not None]
        assert result.without_amount == len(rows) - len(known)
        assert result.converted == sum(one.is_converted for one in worths)
        if figure.measure.is_stated and not rows:
            assert result.value is None  # nobody stated a number
        elif known or not rows:
            assert result.value == sum(known, Decimal(0)) / figure.measure.unit.size
        else:
            assert result.value is None


@modest
@given(lives=lives, chosen=months, known_on=days)
def test_recounting_the_rows_gives_the_number(a_county, lives, chosen, known_on):
    with a_county() as county:
        for life in lives:
            county.live(life)
        recount(Context(period(chosen)))
        recount(Context(period(chosen), known_on))
        recount(Context(period(chosen), known_on, park=county.parks[0]))


@modest
@given(lives=lives, chosen=months, role=st.sampled_from([Role.OFFICER, Role.TEAMLEAD, Role.PARK]))
def test_a_figure_opens_no_row_its_user_may_not_see(a_county, lives, chosen, role):
    with a_county() as county:
        for life in lives:
            county.live(life)
        user: User = make.user(
            role, team=county.teams[0], parks=[county.parks[1]] if role == Role.PARK else []
        )
        mine = Context(period(chosen), user=user)
        everybodys = Context(period(chosen))
        recount(mine)
        for figure in figures.every():
            rows = figure.rows(mine)
            seen = set(
                rows.model.objects.visible_to(user, Action.VIEW).values_list("pk", flat=True)
            )
            all_rows = set(figure.rows(everybodys).values_list("pk", flat=True))
            assert set(rows.values_list("pk", flat=True)) == all_rows & seen
        projects_seen, agreements_seen = (
            set(model.objects.visible_to(user).values_list("pk", flat=True))
            for model in (Project, Agreement)
        )
        for finding in build.build(mine).findings:
            for row in finding.rows:
                assert row.pk in (projects_seen if row.kind == "project" else agreements_seen)
