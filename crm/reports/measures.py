"""What a figure measures: how many rows there are, or the sum of what they state, in which unit.

The ledger keeps a number in one unit (yuan, m², 亩); a figure prints it in a larger one and shows
its rows in a unit that fits a single row.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import reduce
from typing import Any, ClassVar

from django.db.models import Field, Model, QuerySet

from crm.exact import WAN, YI
from crm.models.worth import Reached, Valuation, Worth, reached, valuation, worths


@dataclass(frozen=True)
class Unit:
    """`size`: how many of what the ledger keeps one of it is: 1亿元 is 10⁸ yuan. `of_rows`: the
    unit a single row is shown in, where this one is too large for it."""

    name: str
    size: Decimal = Decimal(1)
    of_rows: str = ""


UNITS = {
    unit.name: unit
    for unit in (
        *map(Unit, ("个", "户", "次", "宗", "项", "人", "亩", "平方米", "平方公里", "元", "%")),
        Unit("万元", WAN),
        Unit("亿元", YI, "万元"),
        Unit("万平方米", WAN, "平方米"),
    )
}


@dataclass(frozen=True)
class Measure(ABC):
    """How rows become a number, in the unit of this name."""

    unit_name: str
    is_sum: ClassVar[bool] = False
    # Whether no row at all means that the number is unknown rather than 0.
    is_stated: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if self.unit_name not in UNITS:
            raise ValueError(f"no unit {self.unit_name}: it belongs into UNITS")

    @property
    def unit(self) -> Unit:
        return UNITS[self.unit_name]

    @property
    def unit_of_rows(self) -> Unit:
        return UNITS[self.unit.of_rows or self.unit.name]

    @abstractmethod
    def summed(self, rows: QuerySet[Any], known_on: date | None = None) -> Valuation:
        """What all of the rows come to (came to as known on that day), in what the ledger keeps."""

    @abstractmethod
    def of(self, rows: Sequence[Any], known_on: date | None = None) -> list[Worth]:
        """What each of these rows adds, in their order."""

    def holder(self, model: type[Model]) -> Reached | None:
        """Where the number stands that a row of this model adds; None where rows are counted."""
        return None

    def value(self, found: Valuation) -> Decimal | None:
        """The number in the measure's unit; None = unknown."""
        if self.is_stated and not found.count:
            return None
        return None if found.total is None else found.total / self.unit.size


@dataclass(frozen=True)
class Count(Measure):
    """The rows are counted: each of them is one. beside: what was worked out to tell which rows
    count, as (heading, attribute of the row), shown with each."""

    beside: tuple[tuple[str, str], ...] = ()

    def summed(self, rows: QuerySet[Any], known_on: date | None = None) -> Valuation:
        count = rows.order_by().count()
        return Valuation(Decimal(count), count)

    def of(self, rows: Sequence[Any], known_on: date | None = None) -> list[Worth]:
        return [Worth(Decimal(1))] * len(rows)


@dataclass(frozen=True)
class Total(Measure):
    """The sum of what the rows state at `path` (amount, project__land_area_mu). Money that only a
    foreign amount states is converted by the rate of its month."""

    path: str
    is_sum: ClassVar[bool] = True

    def summed(self, rows: QuerySet[Any], known_on: date | None = None) -> Valuation:
        return valuation(rows, self.path, known_on)

    def of(self, rows: Sequence[Any], known_on: date | None = None) -> list[Worth]:
        return worths(rows, self.path, known_on)

    def holder(self, model: type[Model]) -> Reached:
        return reached(model, self.path)

    def field(self, model: type[Model]) -> Field[Any, Any]:
        """The column that is summed."""
        return self.holder(model).field


@dataclass(frozen=True)
class Reading(Total):
    """The rows are readings: numbers that somebody states (a bureau's month, a forecast), each with
    the document at `document`. Where nobody stated any, the number is unknown, not 0."""

    document: str
    is_stated: ClassVar[bool] = True

    def document_of(self, row: Any) -> str:
        return str(reduce(getattr, self.document.split("__"), row) or "")


@dataclass(frozen=True)
class Published(Reading):
    """The one reading of an indicator, or its forecast, as its office states it: in the measure's
    own unit, with the growth it publishes."""

    path: str = "value"
    document: str = "document"

    @property
    def unit(self) -> Unit:
        return Unit(self.unit_name)

    @property
    def unit_of_rows(self) -> Unit:
        return self.unit

    def summed(self, rows: QuerySet[Any], known_on: date | None = None) -> Valuation:
        stated = list(rows.order_by().values_list(self.path, "growth"))
        known = [value for value, _ in stated if value is not None]
        growth = stated[0][1] if len(stated) == 1 else None
        total = sum(known, Decimal(0)) if known or not stated else None
        return Valuation(total, len(stated), unknown=len(stated) - len(known), growth=growth)


@dataclass(frozen=True)
class Share(Published):
    """What parts are of the whole, in per cent: among the rows the whole is the one whose `part`
    is empty. Unknown where the whole or a part is."""

    part: str = "industry"

    def summed(self, rows: QuerySet[Any], known_on: date | None = None) -> Valuation:
        stated = list(rows.values_list(f"{self.part}_id", self.path))
        whole = [value for part, value in stated if part is None]
        parts = [value for part, value in stated if part is not None]
        unknown = sum(value is None for _, value in stated)
        if unknown or len(whole) != 1 or not whole[0] or not parts:
            return Valuation(None, len(stated), unknown=max(unknown, 1) if stated else 0)
        return Valuation(sum(parts, Decimal(0)) / whole[0] * 100, len(stated))
