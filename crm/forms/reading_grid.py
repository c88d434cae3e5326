"""The readings of a year as a grid: a line an indicator or a subject, a column a month.

What was typed or pasted is read, what is unlikely is asked once for all of it, and it is saved as a
whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, Subquery

from crm import clock
from crm.actions.indicators import readings
from crm.actions.indicators.readings import Stated
from crm.dates import When
from crm.exact import trimmed
from crm.forms.grid import Cell, Grid
from crm.models import User
from crm.models.indicators.closings import MonthClosing
from crm.models.indicators.indicators import Indicator, Nature
from crm.models.indicators.readings import SCALE, MonthlyReading, Reading, naming
from crm.spreadsheets.cells import Unreadable
from crm.spreadsheets.money import read_money, read_unit
from crm.spreadsheets.values import read_number

TIMES = 10  # a number so many times last month's is hardly meant
STEEP = Decimal(300)  # per cent: growth beyond it is hardly meant
# The numbers a reading states, each of which may be unknown; 当月数 follows from the first.
FACTS = {"value": "读数", "growth": "同比（%）", "base": "同期可比数"}
# What is a part of what, by the codes of both.
PARTS = (("upgrade_investment", "industrial_investment"),)


@dataclass(kw_only=True)
class GridCell(Cell):
    """One month of a line; `was`: what stood in the ledger when the page was made."""

    month: int
    reading: MonthlyReading | None
    was: str
    fact: str = "value"

    @property
    def held(self) -> Decimal | None:
        return getattr(self.reading, self.fact) if self.reading else None


@dataclass
class GridLine:
    """One indicator of one subject (None = the county)."""

    label: str
    indicator: Indicator
    subject: Any
    cells: list[GridCell] = field(default_factory=list)


@dataclass(frozen=True)
class Change:
    """A number that is to be entered or revised. unlikely: why it needs a reason, in words."""

    line: GridLine
    cell: GridCell
    value: Decimal
    unlikely: str = ""

    @property
    def called(self) -> str:
        return f"{self.line.label} {self.cell.label} {self.cell.typed}"


def growth_in(text: str) -> Decimal | None:
    """A typed growth in per cent (18.66, 18.66%, -3.2); None for a blank or unknown one. Raises
    Unreadable."""
    number = read_number(text, scale=2, label=FACTS["growth"], unit="%", signed=True)
    return number.value


def number_in(text: str, indicator: Indicator) -> tuple[Decimal | None, str]:
    """A typed number in the indicator's unit, and how it was taken where it has a unit of its own
    (1200万 under 亿元); None for a blank or unknown one. Raises Unreadable."""
    own = read_unit(indicator.unit)
    written = read_unit("".join(sign for sign in text if sign not in "0123456789.,-+ "))
    if own is not None and not own.is_foreign and written is not None and written != own:
        amount = read_money(text, default=indicator.unit).amount
        if amount is None:
            return None, ""
        value = amount.scaleb(-own.power)
        return value, f"按 {trimmed(value)}{indicator.unit} 计"
    number = read_number(text, scale=SCALE, label="读数", unit=indicator.unit, signed=True)
    return number.value, ""


def against(indicator: Indicator, value: Decimal, before: Decimal | None) -> list[str]:
    """What is unlikely about a number beside the one of an earlier month of the year, in words."""
    if before is not None and indicator.nature == Nature.CUMULATIVE and value < before:
        return [f"累计数比前面的 {trimmed(before)} 少"]
    if before and value >= TIMES * before:
        return [f"是前面 {trimmed(before)} 的 {int(value / before)} 倍"]
    return []


class ReadingGrid(Grid):
    """The months of a year, those to come left out, of one of the FACTS, as kept in `table`."""

    def __init__(
        self, year: int, lines: Iterable[tuple[str, Indicator, Any]], user: User,
        sent: Mapping[str, str] | None = None, fact: str = "value",
        table: type[MonthlyReading] = Reading,
    ) -> None:  # fmt: skip
        super().__init__(sent)
        self.year, self.user, self.fact = year, user, fact
        today = clock.today()
        self.months = list(range(1, (today.month if year == today.year else 12) + 1))
        self.lines = [GridLine(label, indicator, subject) for label, indicator, subject in lines]
        standing = (
            table.objects.standing()
            .visible_to(user)
            .filter(month_on__year=year, **_of_subjects(self.lines, table))
        )
        held = {
            (one.indicator_id, *one.same_subject.values(), one.month_on.month): one
            for one in standing.filter(indicator__in={line.indicator.pk for line in self.lines})
        }
        for line in self.lines:
            like = table(indicator=line.indicator, **naming(line.subject))
            for month in self.months:
                name = f"v-{line.indicator.pk}-{line.subject.pk if line.subject else 0}-{month}"
                found = held.get((line.indicator.pk, *like.same_subject.values(), month))
                before = getattr(found, fact) if found else None
                seen = "" if before is None else trimmed(before)
                was = seen if sent is None else sent.get(f"was-{name}", "")
                line.cells.append(
                    GridCell(
                        name=name,
                        label=f"{month}月",
                        seen=seen,
                        typed=was if sent is None else sent.get(name, was).strip(),
                        month=month,
                        reading=found,
                        was=was,
                        fact=fact,
                    )
                )

    def is_valid(self) -> bool:
        """Whether every number can be read and what is unlikely has its reason; fills `changes`."""
        closed = {
            one.month_on.month
            for one in MonthClosing.objects.standing().filter(month_on__year=self.year)
        }
        for line in self.lines:
            before: Decimal | None = None
            for cell in line.cells:
                value = self._read(line, cell)
                if value is not None and value != cell.held:
                    why = self._unlikely(line, cell, value, before, closed)
                    self.changes.append(Change(line, cell, value, why))
                before = value if value is not None else before
        self._check_parts()
        return self.is_settled

    def _read(self, line: GridLine, cell: GridCell) -> Decimal | None:
        if cell.typed in (cell.was, cell.seen):
            return cell.held
        if cell.was != cell.seen:
            cell.error = f"别人刚把它登记为 {cell.seen or '空'}，请核对；仍要改的再保存一次。"
            return cell.held
        try:
            if self.fact == "growth":
                value = growth_in(cell.typed)
            else:
                value, cell.told = number_in(cell.typed, line.indicator)
        except Unreadable as unreadable:
            cell.error = unreadable.reason
            return cell.held
        if value is None and cell.held is not None:
            cell.error = "清空不会删掉读数：填错了的，请在这条读数的页面上作废。"
        return cell.held if value is None else value

    def _unlikely(
        self,
        line: GridLine,
        cell: GridCell,
        value: Decimal,
        before: Decimal | None,
        closed: set[int],
    ) -> str:
        told = []
        if cell.held is not None:
            told.append(f"原来是 {trimmed(cell.held)}，这是修订")
        if cell.month in closed:
            told.append(f"{cell.month}月已经封账")
        if self.fact == "growth":
            if abs(value) > STEEP:
                told.append("同比这么大，请核对小数点")
        else:
            told += against(line.indicator, value, before)
        return "；".join(told)

    def _check_parts(self) -> None:
        """A part above its whole: 技改投资 above 工业投资."""
        if self.fact == "growth":
            return
        whole_of = dict(PARTS)
        stated = {
            (line.indicator.code, line.subject, cell.month): cell.held
            for line in self.lines
            for cell in line.cells
        }
        stated |= {
            (one.line.indicator.code, one.line.subject, one.cell.month): one.value
            for one in self.changes
        }
        for at, one in enumerate(self.changes):
            whole = whole_of.get(one.line.indicator.code)
            total = stated.get((whole, one.line.subject, one.cell.month)) if whole else None
            if total is not None and one.value > total:
                said = f"比它所属的 {trimmed(total)} 还大"
                why = "；".join(filter(None, [one.unlikely, said]))
                self.changes[at] = Change(one.line, one.cell, one.value, why)

    def carry_out(self) -> int:
        """Has all of it written, or nothing; how many numbers it was. A refusal stands at its
        cell."""
        ordered = sorted(self.changes, key=lambda one: one.cell.month)
        return self.outcome(ordered, readings.record_all(map(self._stated, ordered), by=self.user))

    def _stated(self, one: Change) -> Stated:
        month = When.month(self.year, one.cell.month)
        why = self.why if one.unlikely else ""
        cell, line = one.cell, one.line
        return Stated(
            line.indicator, line.subject, month, one.value, why, cell.reading, fact=self.fact
        )


def _of_subjects(lines: Iterable[GridLine], table: type[MonthlyReading]) -> dict[str, Any]:
    """The condition that leaves the readings of these lines, which are all of one kind."""
    named = [line.subject for line in lines if line.subject is not None]
    if not named:
        return dict.fromkeys(table.subjects)
    return {f"{named[0]._meta.model_name}__in": named}


def years() -> list[int]:
    """Those one may choose: from the first one with a reading to this one."""
    of_indicator = Reading.objects.filter(indicator=OuterRef("pk")).order_by("month_on")
    first = Indicator.objects.values_list(Subquery(of_indicator.values("month_on")[:1]), flat=True)
    this = clock.today().year
    begin = min((day.year for day in first if day), default=this)
    return list(range(this, min(begin, this) - 1, -1))
