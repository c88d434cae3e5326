"""How a value of a column is shown: its text, its address, its shape."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone

from crm import ledgers, personal
from crm.access import Action
from crm.dates import When
from crm.exact import grouped, money_text
from crm.forms.fields import reference_label
from crm.ledgers import Column, Group, Kind, Ledger
from crm.ledgers.selection import Values
from crm.models.worth import Valued, Worth, worths
from crm.stages import Stage, Status

UNKNOWN = "—"
UNREAD: Any = object()
# A list of more columns drops the county's registers on a phone: two lines a row.
ROOM = 6
SHORT = 12  # signs that fit a cell


@dataclass(frozen=True)
class Cell:
    """One shown value. `kind` is its style: text, number, date, stage, status, person …"""

    label: str
    text: str
    kind: str = "text"
    url: str = ""
    mark: str = ""
    title: str = ""
    unit: str = ""
    name: str = ""
    note: str = ""  # said before the text, more quietly
    is_minor: bool = False  # left out where there is no room
    is_editable: bool = False

    @property
    def is_empty(self) -> bool:
        return self.text in ("", UNKNOWN)


@dataclass(frozen=True)
class Line:
    """One row of a list."""

    url: str
    cells: list[Cell]
    row: Any


class Shower:
    """Shows values for one user: it links only what he may open."""

    def __init__(self, user: Any) -> None:
        self.user = user
        # What foreign money of the rows of a list is worth, asked for once.
        self._worths: dict[tuple[str, int], Worth] = {}
        self._open = {ledger.key: ledger.can(user, Action.VIEW) for ledger in ledgers.every()} | {
            "users": False
        }
        self._minor = {one.key for one in ledgers.every() if one.group is Group.COUNTY}

    def lines(
        self,
        ledger: Ledger,
        columns: Sequence[Column],
        rows: Sequence[Any],
        query: Callable[[int], str] = lambda place: "",
        editable: Callable[[Column, Any], bool] = lambda column, row: False,
    ) -> list[Line]:
        """`query` is what a row's address says of the list, by the row's place on the page."""
        values = Values(columns, rows)
        foreign = [row for row in rows if isinstance(row, Valued) and row.is_foreign]
        if foreign:
            self._worths |= dict(
                zip(map(_key, foreign), worths(foreign, foreign[0].valued_as), strict=True)
            )
        spare = len(columns) > ROOM and list(columns) == list(ledger.list_columns)
        return [
            Line(
                reverse("desk-row", args=[ledger.key, row.pk]) + query(place),
                [
                    replace(
                        self.cell(column, row, held=values.of(column, row)),
                        is_minor=spare and column.reference in self._minor,
                        is_editable=editable(column, row),
                    )
                    for column in columns
                ],
                row,
            )
            for place, row in enumerate(rows)
        ]

    def cell(self, column: Column, row: Any, *, full: bool = False, held: Any = UNREAD) -> Cell:
        """`full` is a detail page: amounts with their unit, long text uncut. `held` is the value
        where it has been read already."""
        value = column.value(row) if held is UNREAD else held
        label, kind = column.label, column.kind
        name = column.name
        if value is None and isinstance(row, Valued) and row.is_foreign and name == row.valued_as:
            return self._converted(column, row, full=full)
        if value is None or value == "" or value == []:
            numeric = kind in (Kind.MONEY, Kind.NUMBER)
            return Cell(label, UNKNOWN, "number" if numeric else "text", name=name)
        match kind:
            case Kind.MONEY:
                text = money_text(value) if full else grouped(value / column.factor)
                return Cell(label, text, "number", title=money_text(value), unit=column.unit,
                            name=name)  # fmt: skip
            case Kind.NUMBER:
                # A whole number without a unit is a name, as a year is: 2023, not 2,023.
                number = (
                    str(value) if isinstance(value, int) and not column.unit else grouped(value)
                )
                text = f"{number} {column.unit}".strip() if full else number
                return Cell(label, text, "number", unit=column.unit, name=name)
            case Kind.DATE | Kind.WHEN:
                return Cell(label, shown_date(value), "date", name=name)
            case Kind.STAGE:
                return Cell(label, Stage(value).label, "stage", mark=str(value), name=name)
            case Kind.CHOICE:
                assert column.choices is not None
                status = column.choices is Status
                return Cell(label, str(column.choices(value).label),
                            "status" if status else "text", mark=str(value), name=name)  # fmt: skip
            case Kind.REFERENCE:
                url = (
                    reverse("desk-row", args=[column.reference, value.pk])
                    if self._open.get(column.reference)
                    else ""
                )
                return Cell(label, str(value), "reference", url, name=name)
            case Kind.REFERENCES:
                return Cell(label, "、".join(reference_label(other) for other in value), name=name)
            case Kind.BOOLEAN:
                return Cell(label, "是" if value else "否", name=name)
            case Kind.PERSONAL:
                return Cell(
                    label, personal.masked(column.person_part, value), "personal", name=name
                )
            case Kind.LONG_TEXT:
                return Cell(label, str(value), "long", title=_hint(value), name=name)
        if column.words is not None:
            return Cell(label, column.words(str(value)), name=name)
        return Cell(label, str(value), title=_hint(value), name=name)

    def _converted(self, column: Column, row: Valued, *, full: bool) -> Cell:
        """An amount of which only foreign money is stated: as every sum counts it."""
        worth = self._worths.get(_key(row)) or row.worth
        told = worth.told(row)
        if worth.value is None:
            text, note = UNKNOWN, ""
        elif full:
            text, note = money_text(worth.value), f"{row.foreign_text}，{worth.rate_text}，折合"
        else:
            text, note = grouped(worth.value / column.factor), "折"
        return Cell(column.label, text, "number", title=told, unit=column.unit, name=column.name,
                    note=note)  # fmt: skip


def _key(row: Any) -> tuple[str, int]:
    return row._meta.label_lower, row.pk


def _hint(value: Any) -> str:
    """What a narrow cell cuts off, shown when the pointer rests on it."""
    text = str(value)
    return f"{text[:300]}…" if len(text) > 300 else text if len(text) > SHORT else ""


def shown_date(value: When | date | datetime) -> str:
    if isinstance(value, When):
        return value.text
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    return value.isoformat()
