"""Whose a counted row is: by team and by park, where a transfer has divided a project's credit.

The county counts every row once. A unit counts its share of it; the shares of all units add up to
what the county counts, less what belongs to nobody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from crm.models import Agreement, CreditShare
from crm.models.pipeline.transfers import WHOLE
from crm.models.worth import Worth
from crm.reports.figures.base import Figure

TEAM, PARK = "team", "park"
Divisions = Mapping[int, Mapping[int, Decimal]]


def divisions(dimension: str, known_on: date | None = None) -> Divisions:
    """project → unit → share, of every project whose credit is divided."""
    made: dict[int, dict[int, Decimal]] = defaultdict(dict)
    rows = CreditShare.objects.standing(known_on).filter(**{f"{dimension}__isnull": False})
    for project, unit, share in rows.values_list("project", dimension, "share"):
        made[project][unit] = share
    return made


@dataclass(frozen=True)
class Part:
    """A counted row as far as it is a unit's: `worth` is what the whole row adds, in yuan or 1."""

    row: Any
    share: Decimal
    worth: Worth

    @property
    def amount(self) -> Decimal | None:
        """None = unknown."""
        return self.worth.value

    @property
    def counted(self) -> Decimal | None:
        return None if self.amount is None else self.amount * self.share


@dataclass(frozen=True)
class Credit:
    """What a unit has done: the sum of its parts, and how many of them have no amount."""

    parts: tuple[Part, ...]

    @property
    def value(self) -> Decimal | None:
        """None where there are rows and the amount of none is known."""
        known = [part.counted for part in self.parts if part.counted is not None]
        return None if self.parts and not known else sum(known, Decimal(0))

    @property
    def without_amount(self) -> int:
        return sum(part.amount is None for part in self.parts)

    @property
    def converted(self) -> int:
        """How many state foreign money that the month's rate made yuan."""
        return sum(part.worth.is_converted for part in self.parts)


def credit_of(
    figure: Figure, rows: Iterable[Any], dimension: str, units: Iterable[int], divided: Divisions
) -> Credit:
    """What of the figure's rows is these units' (a park with the parks inside it)."""
    ours, some = frozenset(units), list(rows)
    made = []
    for row, worth in zip(some, figure.measure.of(some), strict=True):
        shares = divided.get(row.project_id)
        if shares is None:
            share = WHOLE if own(row, dimension) in ours else Decimal(0)
        else:
            share = sum((shares.get(unit, Decimal(0)) for unit in ours), Decimal(0))
        if share:
            made.append(Part(row, share, worth))
    return Credit(tuple(made))


def whole(figure: Figure, rows: Iterable[Any]) -> Credit:
    """The county's, or a responsible unit's: every row counts in full."""
    some = list(rows)
    worths = figure.measure.of(some)
    return Credit(tuple(Part(row, WHOLE, one) for row, one in zip(some, worths, strict=True)))


def own(row: Any, dimension: str) -> int | None:
    """Whose an undivided row is: a signing its agreement's park, else the project's own unit."""
    if dimension == PARK and isinstance(row, Agreement):
        return row.park_id
    return getattr(row.project, f"{dimension}_id")
