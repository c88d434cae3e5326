"""What a figure is: a number of the report that can show the rows it was counted from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db import models
from django.db.models import QuerySet

from crm import clock, ledgers
from crm.access import Action
from crm.models import Company, Park, ParkState, RateState, User
from crm.models.companies.places import ParkBasis, companies_of
from crm.models.states import State, listening, number_of, state_of, told_of, traceable_since
from crm.models.worth import reached
from crm.reports import confirmed
from crm.reports.measures import Measure
from crm.reports.period import Period
from crm.reports.printing import UNTRACEABLE, Printing


def park_path(model: type[models.Model]) -> str:
    """Which park a row counts for, as its ledger declares it."""
    ledger = ledgers.of_noun(told_of(model))
    if ledger is None or not ledger.park:
        raise LookupError(f"{model.__name__}: its ledger does not say which park a row counts for")
    return ledger.park


@dataclass(frozen=True)
class Context:
    """What a figure is asked for: which months, as known on which day (None: now), in which park
    with what lies inside it (None: the county), and for whom (None: the server's command line,
    which sees every row)."""

    period: Period
    known_on: date | None = None
    park: Park | None = None
    user: User | None = None

    @cached_property
    def end(self) -> date:
        """The last day that counts: no fact of the future does, and on an earlier day none that was
        still to come then."""
        return min(self.period.end, self.known_on or clock.today())

    @cached_property
    def park_ids(self) -> frozenset[int]:
        """The park and every park inside it: a themed park lies in the zones of its county park."""
        if self.park is None:
            return frozenset()
        inner: dict[int | None, list[int]] = {}
        then = self.known_on
        lies_in: Any = (
            ParkState.objects.known_on(then).values_list("row", "parent")
            if then
            else Park.objects.values_list("pk", "parent")
        )
        for pk, parent in lies_in:
            inner.setdefault(parent, []).append(pk)
        found, wave = {self.park.pk}, [self.park.pk]
        while wave:
            wave = [pk for parent in wave for pk in inner.get(parent, []) if pk not in found]
            found.update(wave)
        return frozenset(found)

    @property
    def companies(self) -> QuerySet[Any]:
        """The numbers of the companies that counted for the park at the end."""
        return companies_of(self.park_ids, self.end, self.known_on)

    def narrowed(self, rows: QuerySet[Any], *, of_county: bool = False) -> QuerySet[Any]:
        """Those of the rows that lie in the park asked for (`of_county`: rows that lie in none) and
        that the user may report on."""
        if self.park is not None and not of_county:
            rows = self._in_park(rows)
        if self.user is not None:
            rows = rows.visible_to(self.user, Action.REPORT)  # type: ignore[attr-defined]
        return rows

    def _in_park(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        if told_of(rows.model) is Park:
            return rows.filter(**{f"{number_of(rows.model)}__in": sorted(self.park_ids)})
        to = reached(rows.model, park_path(rows.model))
        ids = sorted(self.park_ids)
        if to.model is Company:
            return rows.filter(**{f"{'__'.join(to.way) or 'pk'}__in": self.companies})
        states: Any = state_of(to.model) if self.known_on else None
        if states is None:
            return rows.filter(**{f"{to.beside(to.field.name)}__in": ids})
        lay = states.objects.known_on(self.known_on).filter(**{f"{to.field.name}__in": ids})
        return rows.filter(**{f"{'__'.join(to.way) or 'pk'}__in": lay.values("row")})


@dataclass(frozen=True)
class Result:
    """A figure as computed: `value` exact and in the figure's unit (None: unknown), `rows` how many
    rows it rests on (None: it could not be counted), `without_amount` how many of them lack one,
    `converted` how many state foreign money that the month's rate made yuan, `unconfirmed` and
    `sent_back` how many nobody has confirmed (待认定) or somebody refused to. `yoy_pct` is the
    growth that was published, `growth` the same as printed; empty where none was."""

    value: Decimal | None
    printed: str
    rows: int | None
    without_amount: int = 0
    converted: int = 0
    unconfirmed: int = 0
    sent_back: int = 0
    reason: str = ""
    yoy_pct: Decimal | None = None

    growth: str = ""

    @property
    def text(self) -> str:
        """As printed, and why it could not be counted."""
        return f"{self.printed}：{self.reason}" if self.reason else self.printed


@dataclass(frozen=True)
class Figure:
    """One number. `read` is its only source: it returns one row for every thing counted, and value,
    drill-down and checks are taken from exactly these rows.

    measure: whether its rows are counted or what they state is added up, and in which unit.
    is_confirmed: its rows are confirmed by a second person (认定), and it says how many are not.
    is_of_county: its rows lie in no park; asked of a park, it is the county's number.
    """

    key: str
    label: str
    section: str
    rule: str
    read: Callable[[Context], QuerySet[Any]]
    measure: Measure
    printing: Printing
    is_confirmed: bool = False
    is_of_county: bool = False

    @property
    def unit(self) -> str:
        return self.measure.unit.name

    def rows(self, context: Context) -> QuerySet[Any]:
        """The rows counted, as far as the user may see them; none where nobody can rebuild them."""
        rows = context.narrowed(self.read(context), of_county=self.is_of_county)
        return rows.none() if self.why_untraceable(context) else rows

    def why_untraceable(self, context: Context) -> str:
        """Why nobody can say what it was as known on that day; empty where the ledger can."""
        if context.known_on is None:
            return ""
        since = traceable_since(*self._rests_on(context))
        if since is None or context.known_on >= since:
            return ""
        return f"{since.isoformat()} 以前，台账只留现值"

    def _rests_on(self, context: Context) -> set[type[State]]:
        """The tables that keep earlier values of what the figure reads."""
        with listening() as asked:
            model = self.read(context).model
        tables: set[Any] = {state_of(told_of(model)), *asked}
        if (holder := self.measure.holder(model)) is not None:
            tables |= {state_of(holder.model), RateState if holder.is_money else None}
        if context.park is not None and not self.is_of_county:
            tables.add(ParkState)
            if told_of(model) is not Park:
                tables.add(state_of(reached(model, park_path(model)).model))
        return tables - {None}

    def rule_of_park(self, context: Context) -> str:
        """By which of its places a company counts for the park asked for; "" where none does."""
        if context.park is None or self.is_of_county:
            return ""
        model = self.read(context).model
        if told_of(model) is Park or reached(model, park_path(model)).model is not Company:
            return ""
        basis = ParkBasis.objects.of_year(context.end.year, context.known_on)
        return (
            f"企业算哪个园区的，{context.end.year} 年按{basis.label}；迁入、迁出的从迁移那天起算。"
        )

    def result(self, context: Context) -> Result:
        if reason := self.why_untraceable(context):
            return Result(None, UNTRACEABLE, None, reason=reason)
        rows = self.rows(context)
        found = self.measure.summed(rows, context.known_on)
        value = self.measure.value(found)
        unconfirmed = sent_back = 0
        if self.is_confirmed and found.count:
            unconfirmed = confirmed.unconfirmed(rows, context.known_on).count()
            sent_back = confirmed.sent_back(rows, context.known_on).count()
        return Result(
            value,
            self.printing.text(value, self.unit),
            found.count,
            found.unknown,
            found.converted,
            unconfirmed,
            sent_back,
            yoy_pct=found.growth,
            growth=self.printing.growth(found.growth),
        )


_figures: dict[str, Figure] = {}


def figure(
    key: str,
    label: str,
    *,
    measure: Measure,
    rule: str,
    printing: Printing | None = None,
    is_confirmed: bool = False,
    is_of_county: bool = False,
) -> Callable[[Callable[[Context], QuerySet[Any]]], Figure]:
    """Declares the function below as a figure; its section is the first part of its key."""

    def declared(read: Callable[[Context], QuerySet[Any]]) -> Figure:
        if key in _figures:
            raise ValueError(f"figure {key} is declared twice")
        _figures[key] = Figure(
            key=key,
            label=label,
            section=key.split(".")[0],
            rule=rule,
            read=read,
            measure=measure,
            printing=printing or Printing(),
            is_confirmed=is_confirmed,
            is_of_county=is_of_county,
        )
        return _figures[key]

    return declared


def get(key: str) -> Figure:
    """The figure of this key; KeyError for none."""
    return _figures[key]


def every() -> list[Figure]:
    """All figures in the order of the report."""
    return list(_figures.values())
