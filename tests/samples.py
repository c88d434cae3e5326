"""One row of any ledger, made from its declaration, so that a new ledger is tested with the others.

A value follows from the kind of its column, or is the example that its help gives (例如 2023). What
the ledger refuses in one row together is left out again: the sample is as full as a row can be.
Ledgers that people do not write themselves get their rows from the verbs that write them.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from crm import ledgers
from crm.actions.system import words
from crm.dates import When
from crm.errors import Refused
from crm.ledgers import Column, Kind, Ledger
from crm.models import User
from crm.stages import Stage
from tests import make

DAY = date(2023, 3, 1)
_EXAMPLE = re.compile(r"例如\s*“?([^。，、”；\s]+)")
_next = itertools.count(1)
Enter = Callable[..., Any]  # (values, by=) → whatever was made of them; Refused where it was not
PERSONAL = {"phone": "1380000{:04d}", "other_phones": "1390000{:04d}",
            "email": "sample{}@example.org"}  # fmt: skip


class Samples:
    """Rows by the key of their ledger, each made when it is first asked for. `given`: rows that are
    there already; what refers to their ledger refers to them."""

    def __init__(self, *, by: User | None = None, **given: Any) -> None:
        self.by = by or make.maker()
        self._rows: dict[str, Any] = {key.replace("_", "-"): row for key, row in given.items()}

    def row(self, key: str) -> Any:
        if key not in self._rows:
            self._rows[key] = self._made(ledgers.get(key))
        return self._rows[key]

    def every(self) -> dict[str, Any]:
        """One row of every ledger."""
        written = [ledger for ledger in ledgers.every() if not ledger.is_read_only]
        rows = {ledger.key: self.row(ledger.key) for ledger in written}
        self._told_by_verbs()
        for ledger in ledgers.every():
            if ledger.is_read_only:
                rows[ledger.key] = ledger.model._default_manager.order_by("pk").first()
        return rows

    @cached_property
    def head(self) -> User:
        """The head of the team whose rows they are."""
        return make.user("teamlead", team=self.row("teams"))

    def values(self, ledger: Ledger) -> dict[str, Any]:
        """A value for every column of the form."""
        return {column.name: self.value(ledger, column) for column in ledger.form_columns}

    def value(self, ledger: Ledger, column: Column) -> Any:
        stored, number = field_of(ledger, column), next(_next)
        example = _EXAMPLE.search(column.help)
        match column.kind:
            case Kind.MONEY:
                return Decimal(f"{number}2345678.90")
            case Kind.NUMBER if isinstance(stored, models.IntegerField):
                return _least(stored) + number % _span(stored)
            case Kind.NUMBER:
                scale = getattr(stored, "scale", 2)
                return Decimal(example[1]) if example else Decimal(number % 50 + 1).scaleb(-scale)
            case Kind.DATE:
                return DAY
            case Kind.WHEN:
                return When.parse(example[1]) if example else When.day(DAY)
            case Kind.STAGE:
                return Stage.LEAD.value
            case Kind.CHOICE:
                assert column.choices is not None
                # A row that states a foreign amount is in a foreign currency.
                return column.choices.values[1 if column.name == "currency" else 0]
            case Kind.REFERENCE:
                return self.by if column.reference == "users" else self._referred(ledger, column)
            case Kind.REFERENCES:
                return [self.by if column.reference == "users" else self._referred(ledger, column)]
            case Kind.BOOLEAN:
                return True
            case Kind.PERSONAL:
                return PERSONAL.get(column.name, "样例{}").format(number)
            case Kind.LONG_TEXT:
                return f"{column.label}第一行（{number}）\n第二行"
        return example[1] if example else f"{column.label}（{number}）"

    def _referred(self, ledger: Ledger, column: Column) -> Any:
        """A row of the same ledger lies in none."""
        return None if column.reference == ledger.key else self.row(column.reference)

    def _made(self, ledger: Ledger) -> Any:
        def enter(values: Mapping[str, Any], *, by: User) -> Any:
            found = ledger.find(values, by=self.by)  # what a migration or another verb filled in
            return found if found is not None else ledger.register(values, by=by)

        return self.entered(ledger, self.values(ledger), enter)

    def fresh(self, ledger: Ledger) -> dict[str, Any]:
        """Values of a row that the ledger does not have yet."""
        values = self.values(ledger)
        keys = [ledger.column(name) for name in ledger.natural_key]
        chosen = next((column for column in keys if column.choices is not None), None)
        for choice in chosen.choices.values if chosen and chosen.choices else ():
            values[chosen.name] = choice
            if ledger.find(values, by=self.by) is None:
                break
        return values

    def entered(self, ledger: Ledger, values: Mapping[str, Any], enter: Enter) -> Any:
        """What `enter` makes of a row, without what does not go together in one row."""
        kept = {name: value for name, value in values.items() if value not in (None, [])}
        by = self.by
        while True:
            try:
                return enter(kept, by=by)
            except Refused as refused:
                if refused.code == "not_allowed" and by is self.by:
                    by = self.head  # who follows projects up
                    continue
                wrong = set(refused.fields) & set(kept)
                if not wrong:
                    raise
                kept |= {
                    name: self._other(ledger.column(name), kept[name], refused) for name in wrong
                }
                kept = {name: value for name, value in kept.items() if value is not None}

    def _other(self, column: Column, value: Any, refused: Refused) -> Any:
        """Another row than the one all samples refer to, where the ledger wants two of them; else
        as for choices."""
        is_needed = column.kind is Kind.REFERENCE and column.required
        if is_needed and value == self._rows.get(column.reference):
            return self._made(ledgers.get(column.reference))
        return _other(column, value, refused)

    def _told_by_verbs(self) -> None:
        """A first contact, a ruling on one, an offered transfer and one that divided the credit, a
        confirmation, a word's meaning, a round of collection, a published evaluation; moves and the
        record come of themselves."""
        project = self.row("projects")
        if not project.claims.exists():
            make.claim(project)
        make.transfer(project, to_park=make.park())
        make.divided(make.project(team=project.team, park=project.park))
        make.ruling(make.project(team=project.team, park=project.park))
        make.confirmed(project)
        park, asked = self.row("parks"), [self.row("indicators")]
        make.collection([park], kind="park", indicators=asked)
        make.evaluation(make.company(), 2019)
        words.remember("projects", "project", {"stage": {"前期": "洽谈"}}, by=self.head)


def _other(column: Column, value: Any, refused: Refused) -> Any:
    """Another choice instead of the one refused; nothing, where none is left or none is offered."""
    choices = list(column.choices.values) if column.choices else []
    later = choices[choices.index(value) + 1 :] if value in choices else []
    if column.required and not later:
        raise refused
    return later[0] if later else None


def field_of(ledger: Ledger, column: Column) -> Any:
    try:
        return ledger.model._meta.get_field(column.name)
    except FieldDoesNotExist:  # read through the column's `get`
        return None


def _span(stored: models.Field) -> int:
    """How many numbers the column takes, fifty at most."""
    most = [one.limit_value for one in stored.validators if isinstance(one, MaxValueValidator)]
    return min([50, *(limit - _least(stored) + 1 for limit in most)])


def _least(stored: models.Field) -> int:
    limits = [one.limit_value for one in stored.validators if isinstance(one, MinValueValidator)]
    return max([1, *limits])


def as_typed(ledger: Ledger, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as a person types them into the form."""
    return {
        column.name: _typed(column, values[column.name])
        for column in ledger.form_columns
        if values.get(column.name) not in (None, [], False)
    }


def _typed(column: Column, value: Any) -> Any:
    match column.kind:
        case Kind.MONEY:
            return str(value / column.factor)
        case Kind.REFERENCES:
            return [str(other.pk) for other in value]
    return "on" if value is True else as_data(value)


def as_sent(ledger: Ledger, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as a program sends them."""
    return {
        column.name: as_data(values[column.name])
        for column in ledger.form_columns
        if values.get(column.name) not in (None, [])
    }


def as_data(value: Any) -> Any:
    if isinstance(value, list):
        return [as_data(one) for one in value]
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, When):
        return value.iso
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def unlike(ledger: Ledger, row: Any, values: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Where a row does not say what was entered: column → (what it says, what was entered)."""
    found = {}
    for column in ledger.form_columns:
        if column.name not in values:
            continue
        # Browsers send line breaks as CRLF; what was understood may say more: 1953（195 制鞋业）.
        held = column.text(column.value(row)).replace("\r\n", "\n")
        told = column.text(values[column.name])
        if held != told and not held.startswith(f"{told}（"):
            found[column.name] = (held, told)
    return found
