"""What rows are worth: the one place where an amount, or foreign money by its month's rate, becomes
yuan. Figures, targets, 到位率, lists and the board all add up by it, so that they cannot differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import reduce
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Count, QuerySet, Sum

from crm import dates
from crm.exact import money_text, trimmed
from crm.models.indicators.rates import ExchangeRate
from crm.models.pipeline.project_terms import Currency
from crm.models.states import overlay


@dataclass(frozen=True)
class Worth:
    """What one row states; None = unknown. `per_100`: the rate (yuan for 100) by which foreign
    money became this."""

    value: Decimal | None
    per_100: Decimal | None = None

    @property
    def is_converted(self) -> bool:
        return self.per_100 is not None

    @property
    def rate_text(self) -> str:
        """Yuan for one unit: 汇率 7.1734."""
        return "缺当月汇率" if self.per_100 is None else f"汇率 {trimmed(self.per_100 / 100)}"

    def told(self, row: Valued) -> str:
        """How the row's foreign money became this: 300万美元 → 2,152.02万元，汇率 7.1734."""
        became = "" if self.value is None else f" → {money_text(self.value)}"
        return f"{row.foreign_text}{became}，{self.rate_text}"


@dataclass(frozen=True)
class Valuation:
    """What rows add up to: `total` of those that are known (None: there are rows, and none is), how
    many rows, how many of them converted from foreign money, how many unknown. `growth`: what was
    published with it, in per cent."""

    total: Decimal | None
    count: int
    converted: int = 0
    unknown: int = 0
    growth: Decimal | None = None

    def __add__(self, other: Valuation) -> Valuation:
        totals = [one.total for one in (self, other) if one.count and one.total is not None]
        count = self.count + other.count
        return Valuation(
            sum(totals, Decimal(0)) if totals or not count else None,
            count,
            self.converted + other.converted,
            self.unknown + other.unknown,
        )

    def with_converted(self, found: Iterable[Worth]) -> Valuation:
        """The same, with what foreign money turned out to be worth taken from the unknown."""
        known = [worth.value for worth in found if worth.value is not None]
        if not known:
            return self
        return replace(
            self,
            total=sum(known, self.total or Decimal(0)),
            converted=self.converted + len(known),
            unknown=self.unknown - len(known),
        )

    @classmethod
    def of(cls, found: Sequence[Worth]) -> Self:
        known = [worth.value for worth in found if worth.value is not None]
        return cls(
            sum(known, Decimal(0)) if known or not found else None,
            len(found),
            sum(worth.is_converted for worth in found),
            len(found) - len(known),
        )


NOTHING = Valuation(Decimal(0), 0)


class Valued(models.Model):
    """A row that states money: yuan in the column `valued_as`, or `foreign_amount` in `currency`,
    which the rate of its month makes yuan. A stated yuan amount wins over the rate."""

    valued_as: ClassVar[str] = "amount"

    currency: Any
    foreign_amount: Any

    class Meta:
        abstract = True

    @classmethod
    def rate_days(cls, rows: Sequence[Any]) -> Mapping[int, dates.When | None]:
        """When each row's foreign money counts: its month's rate converts it."""
        return {row.pk: row.happened for row in rows}

    @property
    def is_foreign(self) -> bool:
        """Whether only foreign money is stated."""
        return getattr(self, self.valued_as) is None and self.foreign_amount is not None

    @property
    def foreign_text(self) -> str:
        """300万美元; empty where no foreign money is stated."""
        if self.foreign_amount is None:
            return ""
        return money_text(self.foreign_amount, str(Currency(self.currency).label))

    @property
    def amount_text(self) -> str:
        """What it states, in words: 3,500万元; 300万美元，折 2,152.02万元; unknown is 待补."""
        if not self.is_foreign:
            return money_text(getattr(self, self.valued_as))
        yuan = self.yuan
        return self.foreign_text if yuan is None else f"{self.foreign_text}，折 {money_text(yuan)}"

    @property
    def worth(self) -> Worth:
        return worths([self], self.valued_as)[0]

    @property
    def yuan(self) -> Decimal | None:
        """Its worth in yuan; None while its amount, or the rate of its month, is unknown."""
        return self.worth.value


@dataclass(frozen=True)
class Reached:
    """Where a path from a table's rows leads: the relations on the way, a table and its column."""

    way: tuple[str, ...]
    model: type[models.Model]
    field: models.Field[Any, Any]

    @property
    def is_money(self) -> bool:
        return issubclass(self.model, Valued) and self.field.name == self.model.valued_as

    def beside(self, name: str) -> str:
        """The path to another column of the same table."""
        return "__".join((*self.way, name))


def reached(model: type[models.Model], path: str) -> Reached:
    *way, last = path.split("__")
    for name in way:
        model = model._meta.get_field(name).related_model  # type: ignore[assignment]
    return Reached(tuple(way), model, model._meta.get_field(last))  # type: ignore[arg-type]


def valuation(rows: QuerySet[Any], path: str, known_on: date | None = None) -> Valuation:
    """What these rows state at `path` (stated on that day), added up; foreign money is converted as
    `worths` does it."""
    if known_on is None:
        return valuations(rows, path).get((), NOTHING)
    way = reached(rows.model, path).way
    some = rows.select_related("__".join(way)) if way else rows
    return Valuation.of(worths(list(some), path, known_on))


Group = tuple[Any, ...]


def valuations(rows: QuerySet[Any], path: str, by: Sequence[str] = ()) -> dict[Group, Valuation]:
    """The same for each group of rows that are alike in the columns `by`."""
    rows = rows.order_by()
    told = {"count": Count("pk"), "total": Sum(path), "known": Count(path)}
    groups = rows.values(*by).annotate(**told) if by else [rows.aggregate(**told)]
    found = {
        tuple(group[name] for name in by): Valuation(
            group["total"] if group["count"] else Decimal(0),
            group["count"],
            unknown=group["count"] - group["known"],
        )
        for group in groups
    }
    for key, these in converted(rows, path, by).items():
        found[key] = found[key].with_converted(these)
    return found


def converted(rows: QuerySet[Any], path: str, by: Sequence[str] = ()) -> dict[Group, list[Worth]]:
    """What the rows that state foreign money alone are worth, by group: few, and asked for apart,
    so that an index that holds the yuan still answers for all the others."""
    to = reached(rows.model, path)
    if not to.is_money:
        return {}
    foreign = {f"{path}__isnull": True, f"{to.beside('foreign_amount')}__isnull": False}
    some = rows.filter(**foreign).order_by()
    if to.way:
        some = some.select_related("__".join(to.way))
    found: dict[Group, list[Worth]] = {}
    these = list(some)
    for row, worth in zip(these, worths(these, path), strict=True):
        key = tuple(reduce(getattr, name.split("__"), row) for name in by)
        found.setdefault(key, []).append(worth)
    return found


def worths(rows: Sequence[Any], path: str, known_on: date | None = None) -> list[Worth]:
    """What each of these rows states at `path`; the rates are read once, and only where needed.

    With `known_on` what it stated on that day, and by the rates of that day; the rows passed in
    carry those values afterwards and are for showing, not for saving.
    """
    if not rows:
        return []
    to = reached(type(rows[0]), path)
    holders = [reduce(getattr, to.way, row) for row in rows]
    overlay(filter(None, holders), known_on)
    stated = [Worth(None if one is None else getattr(one, to.field.name)) for one in holders]
    if not to.is_money:
        return stated
    foreign = {one.pk: one for one in holders if one is not None and one.is_foreign}
    if not foreign:
        return stated
    book = ExchangeRate.objects.book(known_on)
    days = to.model.rate_days(list(foreign.values()))  # type: ignore[attr-defined]
    made = {
        pk: Worth(*book.in_yuan(one.foreign_amount, one.currency, days.get(pk)))
        for pk, one in foreign.items()
    }
    return [
        made.get(one.pk, known) if one is not None else known
        for one, known in zip(holders, stated, strict=True)
    ]
