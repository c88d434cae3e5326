"""As known on a day: a report of that day prints, ever after, what it printed after its last write.

Random histories of every verb with the clock advancing: registering, moving, signing, correcting,
withdrawing, changing, assigning, merging, importing, undoing. What was printed each evening is kept
and compared with the same day's report as it is rebuilt at the end.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from crm import clock, ledgers
from crm.access import Role
from crm.actions import imports, merges, rows, withdrawals
from crm.actions.companies import spells
from crm.actions.indicators import forecasts, readings
from crm.actions.pipeline import agreements, confirmations, projects, receipts, transfers
from crm.dates import When
from crm.errors import Refused
from crm.models import (
    Activity,
    Agreement,
    Assignment,
    Company,
    ExchangeRate,
    FundingReceipt,
    ImportBatch,
    Merge,
    Park,
    Project,
    Recognition,
    StageMove,
    Zone,
)
from crm.models.companies.spells import AboveScaleSpell
from crm.models.companies.upgrades import Upgrade
from crm.models.indicators.indicators import Indicator
from crm.models.indicators.readings import Reading
from crm.reports import checks, figures
from crm.reports.figures.base import Context
from crm.reports.figures.targeted import FUNDS_IN_PLACE, STARTED
from crm.reports.period import Period
from crm.reports.printing import UNTRACEABLE
from crm.spreadsheets.commit import import_file
from crm.stages import Stage
from tests import make
from tests.needs import examples

pytestmark = pytest.mark.django_db
BEGIN = date(2023, 5, 29)
EXAMPLES = int(os.environ.get("EXAMPLES") or examples(4))
PERIODS = [Period.parse("2023-01", "2023-06"), Period.parse("2023-06", "2023-12")]

FIGURES = [*figures.every(), STARTED, FUNDS_IN_PLACE]


class County:
    """Two parks, one in the other, two teams, and somebody who may do everything."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.by = make.maker()
        self.second = make.user(Role.STATISTICIAN)
        self.teams = [make.team(), make.team()]
        self.outer = make.park(team=self.teams[0])
        self.parks = [self.outer, make.park(parent=self.outer), make.park()]
        self.count = 0
        self.industries = [make.industry(slug, slug=slug) for slug in ("textile", "food")]
        self.companies = [
            make.company(park=park, industry=industry)
            for park, industry in zip((self.parks[1], None), self.industries, strict=True)
        ]
        for _ in range(3):
            self.register()

    def one(self, found: Any) -> Any:
        some = list(found.order_by("pk"))
        return self.chance.choice(some) if some else None

    def project(self) -> Project:
        return self.one(Project.objects.all())

    def when(self) -> date | When:
        """A day of the last weeks, or only its month, or its year."""
        day = clock.today() - timedelta(self.chance.randrange(0, 90))
        return self.chance.choice([day, day, When.month(day.year, day.month), When.year(day.year)])

    def amount(self) -> Decimal:
        return Decimal(self.chance.randrange(1, 90)) * 10_000_000

    # What may happen on a day

    def register(self) -> None:
        self.count += 1
        stage = self.chance.choice(list(Stage))
        entered = {stage: self.when()} if self.chance.random() < 0.8 else {}
        foreign = {"currency": "USD", "foreign_amount": self.amount(), "planned_investment": None}
        money = foreign if self.chance.random() < 0.3 else {"planned_investment": self.amount()}
        made = make.project(
            f"项目{self.count}",
            stage=stage,
            entered=entered,
            park=self.chance.choice([*self.parks, None]),
            team=self.chance.choice(self.teams),
            **money,
        )
        if self.chance.random() < 0.5:
            make.agreement(made, self.when(), park=made.park or self.outer)

    def advance(self) -> None:
        project = self.project()
        to = self.chance.choice(list(Stage))
        # Past the gates: what they ask for is no matter of time.
        with transaction.atomic():
            projects._move(
                project, to, project.status, self._when(), by=self.by, reason="推进", verb="advance"
            )

    def _when(self) -> When:
        day = self.when()
        return day if isinstance(day, When) else When.day(day)

    def shelve(self) -> None:
        projects.shelve(self.project(), on=clock.today(), by=self.by, reason="停")

    def leave(self) -> None:
        projects.withdraw(self.project(), on=clock.today(), by=self.by, reason="退出")

    def resume(self) -> None:
        projects.resume(self.project(), on=clock.today(), by=self.by, reason="恢复")

    def change(self) -> None:
        values = self.chance.choice(
            [
                {"planned_investment": self.amount()},
                {"park": self.chance.choice(self.parks), "zone": None},
                {"currency": "USD", "foreign_amount": self.amount(), "planned_investment": None},
            ]
        )
        projects.change(self.project(), values, by=self.by)

    def correct_move(self) -> None:
        move = self.one(StageMove.objects.standing())
        projects.correct(move, on=self.when(), by=self.by, reason="按原件")

    def void(self) -> None:
        kind = self.chance.choice([StageMove, Agreement, FundingReceipt])
        fact = self.one(kind.objects.standing())
        if fact is not None:
            withdrawals.void(fact, by=self.by, reason="登记有误")

    def sign(self) -> None:
        project = self.project()
        foreign = {"amount": None, "currency": "USD", "foreign_amount": self.amount()}
        money = foreign if self.chance.random() < 0.3 else {"amount": self.amount()}
        park = self.chance.choice(self.parks)
        agreements.sign_agreement(project, by=self.by, signed=self.when(), park=park, **money)

    def correct_agreement(self) -> None:
        agreement = self.one(Agreement.objects.standing())
        values = {"amount": self.amount(), "park": self.chance.choice(self.parks)}
        agreements.correct_agreement(agreement, values, by=self.by, reason="按原件")

    def end_agreement(self) -> None:
        agreement = self.one(Agreement.objects.standing().filter(ended_on=None))
        agreements.end_agreement(agreement, on=clock.today(), by=self.by, reason="解约")

    def receive(self) -> None:
        make.receipt(self.project(), self.when(), str(self.amount()))

    def correct_receipt(self) -> None:
        receipt = self.one(FundingReceipt.objects.standing())
        receipts.correct_receipt(receipt, {"amount": self.amount()}, by=self.by, reason="按回单")

    def confirm(self) -> None:
        move = self.one(StageMove.objects.standing().to_confirm())
        if self.chance.random() < 0.5:
            confirmations.confirm([move], by=self.second)
        else:
            confirmations.send_back([move], by=self.second, reason="日期不对")

    def hold(self) -> None:
        day = clock.today() + timedelta(self.chance.randrange(-30, 30))
        make.activity(day, park=self.chance.choice([*self.parks, None]))

    def change_activity(self) -> None:
        day = clock.today() - timedelta(self.chance.randrange(0, 60))
        activity = self.one(Activity.objects.all())
        rows.change(activity, {"held_on": day, "park": self.chance.choice(self.parks)}, by=self.by)

    def serve(self) -> None:
        day = clock.today() + timedelta(self.chance.randrange(-30, 20))
        make.liaison(self.project(), day)

    def change_duty(self) -> None:
        duty = self.one(Assignment.objects.all())
        values = self.chance.choice(
            [{"project": self.project()}, {"ends_on": max(duty.starts_on, clock.today())}]
        )
        rows.change(duty, values, by=self.by)

    def quote(self) -> None:
        make.rate(2023, self.chance.randrange(3, 9), str(self.chance.randrange(600, 800)))

    def change_rate(self) -> None:
        rate = self.one(ExchangeRate.objects.all())
        rows.change(rate, {"yuan_per_100": Decimal(self.chance.randrange(600, 800))}, by=self.by)

    def move_park(self) -> None:
        park = self.parks[1]
        rows.change(park, {"parent": self.chance.choice([None, self.outer])}, by=self.by)

    def rename_kind(self) -> None:
        kind = self.chance.choice(["industrial", "special"])
        rows.change(self.one(Park.objects.all()), {"kind": kind}, by=self.by)

    def lay_out(self) -> None:
        self.count += 1
        make.zone(self.chance.choice(self.parks), f"片区{self.count}")

    def measure(self) -> None:
        zone = self.one(Zone.objects.all())
        rows.change(zone, {"area_sq_km": Decimal(self.chance.randrange(1, 9))}, by=self.by)

    def honour(self) -> None:
        day, second = self.when(), self.chance.random() < 0.4
        facts = {"granted": day if isinstance(day, When) else When.day(day)}
        facts["grant"] = self.chance.choice(["first", "first", "review"])
        if second:
            make.recognition(park=self.one(Park.objects.all()), title_kind="special_park", **facts)
        else:
            company = self.chance.choice(self.companies)
            facts |= {"company": company, "level": "nation", "title_kind": "little_giant"}
            make.recognition("小巨人", **facts)

    def dishonour(self) -> None:
        title = self.one(Recognition.objects.filter(revoked_on=None))
        rows.change(title, {"state": "revoked", "revoked_on": clock.today()}, by=self.by)

    def move_company(self) -> None:
        company = self.one(Company.objects.all())
        rows.change(company, {"park": self.chance.choice([None, *self.parks])}, by=self.by)

    def aim(self) -> None:
        target = Decimal(self.chance.choice([50, 100])) * 10**8
        industry = make.industry("食品", is_leading=True)
        rows.change(industry, {"cluster_target": target}, by=self.by)

    def enter(self) -> None:
        made = make.spell(self.chance.choice(self.companies), self.when())
        if self.chance.random() < 0.3:
            spells.leave(made, by=self.by, left=self.when(), exit_reason="below")

    def void_spell(self) -> None:
        stay = self.one(AboveScaleSpell.objects.standing())
        withdrawals.void(stay, by=self.by, reason="登记有误")

    def turn(self) -> None:
        to = self.chance.choice(self.industries)
        make.industry_change(self.chance.choice(self.companies), to, self.when())

    def reclassify(self) -> None:
        industry = self.chance.choice([None, *self.industries])
        rows.change(self.chance.choice(self.companies), {"industry": industry}, by=self.by)

    def renew(self) -> None:
        self.count += 1
        day = self.when()
        started = day if isinstance(day, When) else When.day(day)
        make.upgrade(self.chance.choice(self.companies), started)

    def complete(self) -> None:
        rows.change(self.one(Upgrade.objects.all()), {"ended": When.day(clock.today())}, by=self.by)

    def merge_companies(self) -> None:
        merges.merge(*self.chance.sample(self.companies, k=2), by=self.by)

    def publish(self) -> None:
        """A month of the county, an industry or a company; below an earlier one with its reason."""
        indicator = self.one(Indicator.objects.all()) or make.indicator()
        first = clock.today().replace(day=1)
        last = self.chance.choice([min(6, first.month), first.month])  # of the first period, or now
        month = When.month(first.year, last)
        subject = self.chance.choice(
            [{}, {"industry": self.chance.choice(self.industries)},
             {"company": self.chance.choice(self.companies)}]
        )  # fmt: skip
        value = Decimal(self.chance.randrange(1, 40))
        readings.record_reading(
            indicator, by=self.by, month=month, value=value, growth=value, why="核减", **subject
        )

    def revise(self) -> None:
        reading = self.one(Reading.objects.standing())
        value = Decimal(self.chance.randrange(1, 40))
        readings.revise_reading(reading, {"value": value}, by=self.by, reason="核实")

    def void_reading(self) -> None:
        withdrawals.void(self.one(Reading.objects.standing()), by=self.by, reason="登记有误")

    def foresee(self) -> None:
        indicator = self.one(Indicator.objects.all()) or make.indicator()
        value = Decimal(self.chance.randrange(1, 400))
        forecasts.record_forecast(indicator, by=self.by, year=2023, made=clock.today(), value=value)

    def hand_over(self) -> None:
        project = self.project()
        to = {"to_park": self.chance.choice(self.parks), "to_team": self.chance.choice(self.teams)}
        offer = transfers.propose_transfer(
            project, by=self.by, reason="更适合", share=Decimal("0.5"), **to
        )
        transfers.accept_transfer(offer, by=self.second)

    def merge(self) -> None:
        loser, survivor = self.project(), self.project()
        take = self.chance.sample(["planned_investment", "park"], k=self.chance.randrange(3))
        merges.merge(loser, survivor, by=self.by, take=take)

    def unmerge(self) -> None:
        merges.undo(self.one(Merge.objects.filter(undone_at=None)), by=self.by)

    def take_file(self) -> None:
        self.count += 1
        known = self.project()
        lines = [
            "项目名称,计划总投资（万元）,阶段,试生产时间,签约时间,协议投资额（万元）,落户园区",
            f"文件项目{self.count},{self.chance.randrange(1, 900)},试生产,2023年5月,2023-05-03,700,"
            f"{self.chance.choice(self.parks)}",
            f"{known.name},{self.chance.randrange(1, 900)},,,,,",
        ]
        text = "\n".join(lines).encode()
        import_file(text, f"{self.count}.csv", ledgers.get("projects"), by=self.by)

    def undo_file(self) -> None:
        batch = self.one(ImportBatch.objects.filter(reverted_at=None))
        if batch is not None:
            imports.revert_import(batch, by=self.by)

    def day(self, deeds: list[str]) -> list[str]:
        """Carries out what the day brings; a refusal is a day's end like any other."""
        done = []
        for deed in deeds:
            try:
                with transaction.atomic():
                    getattr(self, deed)()
                done.append(deed)
            except (Refused, AttributeError, TypeError, IndexError) as error:
                if not isinstance(error, Refused) and "None" not in str(error):
                    raise
        return done


DEEDS = sorted(
    name
    for name, value in vars(County).items()
    if isinstance(value, Callable) and not name.startswith("_")
    if name not in ("one", "project", "when", "amount", "day")
)


def printed(county: County, known_on: date | None = None) -> dict[tuple[str, ...], Any]:
    """Every figure, of the county and of parks, and what stands beside the county's."""
    first, second = PERIODS
    found: dict[tuple[str, ...], Any] = {}
    for period, park in (
        (first, None), (second, None), (first, county.outer), (second, county.parks[2]),
    ):  # fmt: skip
        context = Context(period, known_on=known_on, park=park)
        results = {figure.key: figure.result(context) for figure in FIGURES}
        for key, result in results.items():
            found[period.iso, str(park), key] = (result.text, result.value, result.rows)
        if park is None:
            for finding in checks.run(context, results):
                found[period.iso, "beside", finding.key] = finding.text
    return found


def differing(then: dict, again: dict) -> dict:
    keys = then.keys() | again.keys()
    return {key: (then.get(key), again.get(key)) for key in keys if then.get(key) != again.get(key)}


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    # An evening takes seconds to print, so a failure is shown as it was found.
    phases=[phase for phase in Phase if phase is not Phase.shrink],
)
@given(
    seed=st.integers(0, 10**6),
    days=st.lists(
        st.tuples(st.integers(0, 9), st.lists(st.sampled_from(DEEDS), max_size=8)),
        min_size=2,
        max_size=6,
    ),
)
def test_a_report_as_known_on_a_day_is_what_was_printed_that_day(seed, days):
    with transaction.atomic():
        today = BEGIN
        with clock.playing(today):
            county = County(seed)
            evenings = {today: printed(county)}
        for later, deeds in days:
            today += timedelta(later)
            with clock.playing(today):
                county.day(deeds)
                evenings[today] = printed(county)
        with clock.playing(today + timedelta(1)):
            for day, then in evenings.items():
                again = printed(county, known_on=day)
                assert differing(then, again) == {}, day
                assert not any(UNTRACEABLE in str(value) for value in again.values())
        transaction.set_rollback(True)
