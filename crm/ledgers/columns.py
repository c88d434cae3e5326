"""One column of a ledger, and what kinds of value a column holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, TypeAlias

from django.db import models
from django.db.models import QuerySet
from django.utils import timezone

from crm import personal
from crm.dates import When
from crm.exact import WAN, YI, grouped, money_text
from crm.models.people import Person
from crm.stages import Stage

# What a row holds in a column: a reference is the row it points to.
Value: TypeAlias = (
    str | int | Decimal | date | datetime | When | models.Model | list[models.Model] | None
)


class Kind(Enum):
    """What a column holds, which decides how it is shown, typed, filtered and read from a sheet."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    MONEY = "money"  # Decimal yuan; shown and typed in `unit`
    NUMBER = "number"  # exact Decimal in `unit`
    DATE = "date"  # a day (date)
    WHEN = "when"  # a day, month, year or span of days (crm.dates.When)
    STAGE = "stage"
    CHOICE = "choice"
    REFERENCE = "reference"  # a row of another ledger, or a user
    REFERENCES = "references"  # several rows of another ledger
    BOOLEAN = "boolean"
    PERSONAL = "personal"  # name, phone, e-mail: sealed, masked, never filtered or sorted by


@dataclass(frozen=True)
class Column:
    """One column of a ledger.

    name: the model's attribute, or a name the ledger's verbs understand when `get` reads it.
    unit: of what people type and read (万元, 亩, ㎡ …), in headings. aliases: other headings seen
    in real files. `stage`: this WHEN column is the date on which a project entered that stage.
    reference: the key of the ledger it points to ("users" for staff). is_summed: the list adds up
    this amount, and an empty one is unknown; not so where most rows have none by their nature.
    lacking: what an empty amount means, in the list's sum. is_signed: it may lie below 0.
    read_all: the values of many rows at once, by their number, where `get` asks the database.
    filter_rows: the rows whose value is one of these, where no column of the table holds it.
    spelled: what files write for a choice beside its label, as (word, value).
    words: what people call the value of a TEXT column that holds a code. is_moved: moves alone
    change it. is_planned: a date that may be written as one of the future (预计 2024 年).
    part: which part of a person a PERSONAL column holds (crm.models.people.PARTS), where it is not
    called so.
    near: the column right of which `near_aliases` mean this one: beside 联系人 电话 is his,
    and elsewhere anybody's.
    holds: whether a row has what a file's row says, as far as somebody sees, where it may have
    several of its kind.
    is_eventual: what need not have happened yet: an empty one is not 待补.
    made: a required value that no real list has, made of the others (the slug of a name).
    meant: of a TEXT column that names a row there may not be yet: the column that holds that row;
    the form offers both. tab: what rows are called on the page of the row this REFERENCE leads to,
    where several columns lead there.
    holder: the row that holds the value where it is another one (None = none yet), and its field.
    """

    name: str
    label: str
    kind: Kind = Kind.TEXT
    unit: str = ""
    aliases: tuple[str, ...] = ()
    required: bool = False
    choices: type[models.TextChoices] | None = None
    spelled: tuple[tuple[str, str], ...] = ()
    reference: str = ""
    stage: Stage | None = None
    in_list: bool = False
    in_form: bool = True
    in_import: bool = True
    in_api: bool = True
    is_filter: bool = False
    is_sortable: bool = False
    is_summed: bool = True
    lacking: str = "待补未计"
    is_signed: bool = False
    is_moved: bool = False
    is_planned: bool = False
    is_eventual: bool = False
    order_by: str = ""
    part: str = ""
    meant: str = ""
    tab: str = ""
    near: str = ""
    near_aliases: tuple[str, ...] = ()
    help: str = ""
    get: Callable[[Any], Value] | None = None
    read_all: Callable[[Sequence[Any]], Mapping[int, Value]] | None = None
    filter_rows: Callable[[QuerySet, Sequence[str]], QuerySet] | None = None
    words: Callable[[str], str] | None = None
    holder: Callable[[Any], tuple[Any, str]] | None = None
    holds: Callable[[Any, Mapping[str, Value], Any], bool] | None = None
    made: Callable[[Mapping[str, Value]], Value] | None = None

    def value(self, row: models.Model) -> Value:
        """What the row holds in this column."""
        if self.get is not None:
            return self.get(row)
        held: Value = getattr(row, self.name)
        return list(getattr(row, self.name).all()) if self.kind is Kind.REFERENCES else held

    def text(self, value: Value) -> str:
        """A value as people read it where there is no room for more; "" for none. Personal data is
        masked."""
        match value:
            case None:
                return ""
            case bool():
                return "是" if value else "否"
            case Decimal() if self.kind is Kind.MONEY:
                return money_text(value)
            case int() | Decimal():
                is_name = isinstance(value, int) and not self.unit
                return f"{value if is_name else grouped(Decimal(value))} {self.unit}".strip()
            case When():
                return value.text
            case datetime():
                return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
            case date():
                return value.isoformat()
            case list():
                return "、".join(map(_named, value))
            case models.Model():
                return _named(value)
        return self._words(value)

    def _words(self, code: str) -> str:
        """A text, or what a code stands for."""
        if not code:
            return ""
        if self.choices is not None:
            return str(self.choices(code).label)
        if self.kind is Kind.PERSONAL:
            return personal.masked(self.person_part, code)
        return self.words(code) if self.words is not None else str(code)

    @property
    def person_part(self) -> str:
        """Of a PERSONAL column: name, phone, email or other_phones; else ""."""
        return (self.part or self.name) if self.kind is Kind.PERSONAL else ""

    @property
    def heading(self) -> str:
        """The label with its unit: 计划总投资（万元）."""
        return f"{self.label}（{self.unit}）" if self.unit else self.label

    @property
    def factor(self) -> int:
        """How many yuan one `unit` of a money column is."""
        return {"万元": int(WAN), "亿元": int(YI)}.get(self.unit, 1)

    @property
    def is_wide(self) -> bool:
        return self.kind is Kind.LONG_TEXT


def _named(row: models.Model) -> str:
    return row.masked_name if isinstance(row, Person) else str(row)
