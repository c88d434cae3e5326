"""Targets against what the ledger has: completed, 时序进度, ahead or behind, rank."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet

from crm import access
from crm.access import Action
from crm.models import (
    Assignment,
    AssignmentKind,
    Park,
    Target,
    TargetIndicator,
    TargetLevel,
    User,
)
from crm.models.pipeline.transfers import WHOLE
from crm.models.worth import worths
from crm.prorata import Completion
from crm.reports.credit import PARK, TEAM, Credit, credit_of, divisions, own, whole
from crm.reports.figures import attraction, delivery
from crm.reports.figures.base import Context, Figure
from crm.reports.figures.targeted import FUNDS_IN_PLACE, STARTED
from crm.reports.period import Period

FIGURES: dict[str, Figure] = {
    TargetIndicator.SIGNED_PROJECTS: attraction.signed_projects,
    TargetIndicator.AGREED_INVESTMENT: attraction.signed_investment,
    TargetIndicator.STARTED: STARTED,
    TargetIndicator.IN_OPERATION: delivery.in_operation,
    TargetIndicator.FUNDS_IN_PLACE: FUNDS_IN_PLACE,
}
NO_RECEIPTS = "当年还没有到位资金记录"
NO_DUTIES = "台账里没有它负责的项目"


@dataclass(frozen=True)
class Received:
    """到位资金 of one target, by its shares, in yuan: 上报 (None where none is known) and 核定, how
    many receipts there are, and how many have been allowed."""

    reported: Decimal | None
    allowed: Decimal
    count: int
    allowed_count: int

    @classmethod
    def of(cls, credit: Credit) -> Received:
        rows = [part.row for part in credit.parts]
        told = zip(credit.parts, worths(rows, "amount"), strict=True)
        known = [part.share * worth.value for part, worth in told if worth.value is not None]
        allowed = [
            part.share * part.row.allowed_amount
            for part in credit.parts
            if part.row.allowed_amount is not None
        ]
        return cls(
            sum(known, Decimal(0)) if known or not rows else None,
            sum(allowed, Decimal(0)),
            len(rows),
            len(allowed),
        )


@dataclass(frozen=True)
class Progress:
    """One target as it stands: `credit` None with a `reason` where the ledger cannot tell.

    reported: of a park, what its report's figure counts, whole projects by where they are. It
    differs from what is completed where credit is shared; `shared_count` of its projects are.
    is_total: a park whose parks have targets of their own beside it. funds: of 到位资金, what was
    reported and what was allowed, of which the credit counts the second before the first.
    """

    target: Target
    months: int
    credit: Credit | None
    reason: str = ""
    rank: int | None = None
    reported: Decimal | None = None
    shared_count: int = 0
    is_total: bool = False
    funds: Received | None = None

    @property
    def is_reported_otherwise(self) -> bool:
        return bool(self.shared_count) and self.reported != self.done

    @property
    def done(self) -> Decimal | None:
        """Completed, in yuan or in pieces."""
        return self.credit.value if self.credit else None

    @property
    def done_shown(self) -> Decimal | None:
        factor = TargetIndicator(self.target.indicator).factor
        return None if self.done is None else self.done / factor

    @property
    def completion(self) -> Completion:
        return Completion(self.months, self.done, self.target.value)

    @property
    def percent(self) -> Decimal | None:
        """完成率."""
        return self.completion.percent

    @property
    def due(self) -> Decimal:
        """时序: the share of the year that is over, in percent."""
        return self.completion.due

    @property
    def ahead(self) -> Decimal | None:
        """超时序 (positive) or 欠进度 (negative), in percentage points."""
        return self.completion.ahead


def visible_targets(user: User) -> QuerySet[Target]:
    """All of them for who reports on the whole county; else those of one's own team and parks, for
    of the others he could not count the rows."""
    targets = Target.objects.visible_to(user)
    if _reports_all(user):
        return targets
    access.require_noun(user, Action.REPORT, "project")
    return targets.filter(
        Q(level=TargetLevel.TEAM, team=user.team_id, team__isnull=False)
        | Q(level=TargetLevel.PARK, park__in=sorted(user.park_ids))
    )


def _reports_all(user: User) -> bool:
    return access.Reach.ALL in access.reaches(user, Action.REPORT, "project")


class Board:
    """The targets of a year as they stand at the end of a month, for one user."""

    def __init__(self, year: int, months: int, user: User) -> None:
        self.year, self.months, self.user = year, months, user
        period = Period.parse(f"{year}-01", f"{year}-{months:02d}")
        self.context = Context(period, user=user)
        self._rows: dict[str, list[Any]] = {}

    @property
    def is_partial(self) -> bool:
        return not _reports_all(self.user)

    def progress(self) -> dict[TargetLevel, dict[TargetIndicator, list[Progress]]]:
        """By level and indicator, the first in rank first."""
        made: dict[Any, dict[Any, list[Progress]]] = {
            level: defaultdict(list) for level in TargetLevel
        }
        targets = visible_targets(self.user).filter(year=self.year)
        for target in targets.select_related("park", "team"):
            level, indicator = TargetLevel(target.level), TargetIndicator(target.indicator)
            made[level][indicator].append(self.of(target))
        return {
            level: {
                indicator: list(self._ranked(found[indicator]))
                for indicator in TargetIndicator
                if indicator in found
            }
            for level, found in made.items()
            if found
        }

    def _ranked(self, found: list[Progress]) -> Iterator[Progress]:
        """By 完成率; equal ones share a rank, and what is unknown has none. A park that contains
        others of these is their total and stands before them. Who sees a part of the county is told
        no rank: he could count the others by it."""
        totals = {one.target.pk for one in found if self._contains_others(one, found)}
        yield from (replace(one, is_total=True) for one in found if one.target.pk in totals)
        ranked = [one for one in found if one.target.pk not in totals]
        known = sorted(
            (one for one in ranked if one.percent is not None),
            key=lambda one: (-(one.percent or 0), one.target.unit_name),
        )
        for one in known:
            better = sum((other.percent or 0) > (one.percent or 0) for other in known)
            is_alone = self.is_partial or one.target.level == TargetLevel.COUNTY
            yield replace(one, rank=None if is_alone else better + 1)
        yield from (one for one in ranked if one.percent is None)

    def _contains_others(self, one: Progress, found: list[Progress]) -> bool:
        park = one.target.park
        inside = _inside(park, self._parents) - {park.pk} if park else set()
        return any(other.target.park_id in inside for other in found)

    def of(self, target: Target) -> Progress:
        """How it stands, but for its rank."""
        made = self._of(target)
        if made.credit is None or target.indicator != TargetIndicator.FUNDS_IN_PLACE:
            return made
        return replace(made, funds=Received.of(made.credit))

    def _of(self, target: Target) -> Progress:
        indicator = TargetIndicator(target.indicator)
        figure, rows = FIGURES[indicator], self.rows(indicator)
        if indicator == TargetIndicator.FUNDS_IN_PLACE and not rows:
            return Progress(target, self.months, None, NO_RECEIPTS)
        match TargetLevel(target.level):
            case TargetLevel.COUNTY:
                return Progress(target, self.months, whole(figure, rows))
            case TargetLevel.PARK:
                return self._of_park(target, figure, rows)
            case TargetLevel.TEAM:
                credit = credit_of(figure, rows, TEAM, [target.team_id or 0], self._by_team)
            case _:
                served = self._served.get(target.unit)
                if served is None:
                    return Progress(target, self.months, None, NO_DUTIES)
                mine = [row for row in rows if row.project_id in served]
                credit = whole(figure, mine)
        return Progress(target, self.months, credit)

    def _of_park(self, target: Target, figure: Figure, rows: list[Any]) -> Progress:
        """By shares of credit, and beside it what the park's report says: its own rows, whole."""
        units = _inside(target.park, self._parents)
        credit = credit_of(figure, rows, PARK, units, self._by_park)
        mine = [row for row in rows if own(row, PARK) in units]
        here = {row.pk: WHOLE for row in mine}
        shares = {part.row.pk: part.share for part in credit.parts}
        differ = {
            row.project_id
            for row in rows
            if here.get(row.pk, Decimal(0)) != shares.get(row.pk, Decimal(0))
        }
        reported = whole(figure, mine).value
        return Progress(target, self.months, credit, reported=reported, shared_count=len(differ))

    def rows(self, indicator: TargetIndicator) -> list[Any]:
        """The rows of the indicator's figure, read once."""
        if indicator not in self._rows:
            found = FIGURES[indicator].rows(self.context).select_related("project")
            self._rows[indicator] = list(found)
        return self._rows[indicator]

    @cached_property
    def _by_team(self) -> Any:
        return divisions(TEAM)

    @cached_property
    def _by_park(self) -> Any:
        return divisions(PARK)

    @cached_property
    def _parents(self) -> list[tuple[int, int | None]]:
        return list(Park.objects.values_list("pk", "parent"))

    @cached_property
    def _served(self) -> dict[str, set[int]]:
        """Responsible unit → its projects, by the duties in force at the period's end."""
        made: dict[str, set[int]] = defaultdict(set)
        duties = Assignment.objects.filter(kind=AssignmentKind.RESPONSIBLE_UNIT).exclude(unit="")
        held = duties.in_force_on(self.context.end)
        for unit, project in held.values_list("unit", "project"):
            made[unit].add(project)
        return dict(made)


def _inside(park: Park | None, parents: list[tuple[int, int | None]]) -> set[int]:
    """The park and every park inside it."""
    found = {park.pk} if park else set()
    while more := {pk for pk, parent in parents if parent in found} - found:
        found |= more
    return found
