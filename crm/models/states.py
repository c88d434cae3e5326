"""What editable rows said on earlier days, as far as reports read it.

A row that people edit holds its present values. Those a figure reads are also kept here, each time
they change: insert-only, with the moment it was recorded, so that a report as known on an earlier
day prints what it printed then. `crm/actions/_record.py` writes them, nobody else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Max, OuterRef, Subquery
from django.utils import timezone

from crm import access, clock
from crm.exact import ExactField, money_field
from crm.models.base import InsertOnly, InsertOnlyRows
from crm.models.pipeline.project_terms import Currency


class States(InsertOnlyRows):
    def known_on(self, day: date) -> Self:
        """One a row: what it said last by the end of that day; none of rows withdrawn by then."""
        newest = self.model._base_manager.filter(
            row=OuterRef("row"), recorded_at__lte=clock.end_of(day)
        ).order_by("-pk")
        return self.filter(pk=Subquery(newest.values("pk")[:1]), is_withdrawn=False)


class State(InsertOnly):
    """What a row (`row`) said from `recorded_at` on. `is_first`: written when the ledger began to
    keep states; what the row said before that day nobody knows."""

    rights = access.NOBODY  # but where a figure's rows are states

    recorded_at = models.DateTimeField("登记时间", db_index=True)
    is_withdrawn = models.BooleanField("已作废", default=False)
    is_first = models.BooleanField(default=False)

    objects = States.as_manager()

    class Meta:
        abstract = True
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    @classmethod
    def kept(cls) -> list[Any]:
        """The fields in which a state repeats its row."""
        own = {"id", "row", "recorded_at", "is_withdrawn", "is_first"}
        return [field for field in cls._meta.concrete_fields if field.name not in own]

    @classmethod
    def of_row(cls, row: Any) -> Self:
        values = {field.attname: getattr(row, field.attname) for field in cls.kept()}
        is_withdrawn = row.withdrawn_at is not None
        return cls(row_id=row.pk, recorded_at=clock.now(), is_withdrawn=is_withdrawn, **values)

    def as_row(self) -> Any:
        """The row with what it said then, for showing."""
        row: Any = self.row  # type: ignore[attr-defined]
        _lay_over(row, self)
        return row

    def says_the_same(self, other: State) -> bool:
        names = ["is_withdrawn", *(field.attname for field in self.kept())]
        return all(getattr(self, name) == getattr(other, name) for name in names)


def _row(noun: str) -> Any:
    return models.ForeignKey(f"crm.{noun}", models.CASCADE, related_name="states")


class ProjectState(State):
    row = _row("Project")
    planned_investment = money_field(null=True)
    currency = models.CharField(max_length=3, choices=Currency)
    foreign_amount = ExactField(scale=2, null=True)
    park = models.ForeignKey("crm.Park", models.PROTECT, null=True, related_name="+")

    class Meta(State.Meta):
        verbose_name = verbose_name_plural = "项目旧值"


class ParkState(State):
    rights = access.Rights(access.REGISTERS)

    row = _row("Park")
    kind = models.CharField(max_length=20)
    parent = models.ForeignKey("crm.Park", models.PROTECT, null=True, related_name="+")

    class Meta(State.Meta):
        verbose_name = verbose_name_plural = "园区旧值"


class ActivityState(State):
    rights = access.Rights(
        access.PIPELINE, own={access.Reach.TEAM: "row__team", access.Reach.PARK: "park"}
    )

    row = _row("Activity")
    held_on = models.DateField()
    park = models.ForeignKey("crm.Park", models.PROTECT, null=True, related_name="+")

    class Meta(State.Meta):
        verbose_name = verbose_name_plural = "活动旧值"


class AssignmentState(State):
    rights = access.Rights(access.PIPELINE, parent="project")

    row = _row("Assignment")
    project = models.ForeignKey("crm.Project", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    user = models.ForeignKey("crm.User", models.PROTECT, null=True, related_name="+")
    unit = models.CharField(max_length=100, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)

    class Meta(State.Meta):
        verbose_name = verbose_name_plural = "服务分工旧值"


class RateState(State):
    row = _row("ExchangeRate")
    currency = models.CharField(max_length=3, choices=Currency)
    month_on = models.DateField()
    yuan_per_100 = ExactField(scale=4)

    class Meta(State.Meta):
        verbose_name = verbose_name_plural = "汇率旧值"


def state_of(model: type[models.Model]) -> type[State] | None:
    """The table that keeps what rows of this table said before; None where no report reads any."""
    links = (link for link in model._meta.related_objects if link.name == "states")
    found: Any = next((link.related_model for link in links), None)
    return found if found is not None and issubclass(found, State) else None


def overlay(rows: Iterable[Any], known_on: date | None) -> None:
    """Gives rows (of one table, not to be saved) the values they had on that day."""
    by_number: dict[int, list[Any]] = {}
    for row in rows if known_on else ():
        by_number.setdefault(row.pk, []).append(row)
    if not by_number or known_on is None:
        return
    model = type(next(iter(by_number.values()))[0])
    table = state_of(model)
    if table is None:
        return
    for state in table.objects.known_on(known_on).filter(row__in=list(by_number)):
        for row in by_number[state.row_id]:  # type: ignore[attr-defined]
            _lay_over(row, state)


def _lay_over(row: Any, state: State) -> None:
    for field in state.kept():
        setattr(row, field.attname, getattr(state, field.attname))


def told(model: Any, known_on: date | None) -> Any:
    """The rows of a table as they stand, or as what they said at the end of a day: states, which
    have the same columns as far as reports read them."""
    states: Any = state_of(model)
    if known_on is None or states is None:
        return model._default_manager.all()
    if (asked := _asked.get()) is not None:
        asked.add(states)
    return states.objects.known_on(known_on)


# Which states are asked for while somebody listens.
_asked: ContextVar[set[type[State]] | None] = ContextVar("asked", default=None)


@contextmanager
def listening() -> Iterator[set[type[State]]]:
    """Within it every table of states that `told` is asked for is put into this set."""
    asked: set[type[State]] = set()
    token = _asked.set(asked)
    try:
        yield asked
    finally:
        _asked.reset(token)


def told_of(model: type[models.Model]) -> type[models.Model]:
    """The table whose rows these are, or are states of."""
    if not issubclass(model, State):
        return model
    return model._meta.get_field("row").related_model  # type: ignore[return-value]


def number_of(model: type[models.Model]) -> str:
    """The column that holds the number of the row, in its own table or in that of its states."""
    return "row" if issubclass(model, State) else "pk"


def traceable_since(*tables: type[State]) -> date | None:
    """The first day for which all of these tables know everything; None = they always did."""
    days = [
        table.objects.filter(is_first=True).aggregate(last=Max("recorded_at"))["last"]
        for table in tables
    ]
    known = [timezone.localtime(day).date() for day in days if day is not None]
    return max(known, default=None)
