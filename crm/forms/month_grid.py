"""A month of the key projects as a grid: a line a project, a column for each thing it reports."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from crm.actions.delivery import project_months
from crm.actions.delivery.doubts import Year, complete, doubts
from crm.actions.delivery.project_months import Filed
from crm.dates import When
from crm.exact import WAN, money_text, trimmed
from crm.forms.fields import read_amount, whole_number
from crm.forms.grid import Cell, Grid
from crm.models import User
from crm.models.delivery.project_months import MonthState, ProjectMonth
from crm.models.delivery.sheets import Sheet
from crm.spreadsheets.cells import Unreadable

UNIT = "万元"
AMOUNTS = {"invested": "本月完成投资", "cumulative": "累计完成投资"}
WORDS = {
    "progress": ("形象进度", 1000),
    "problems": ("存在问题", 1000),
    "unit": ("责任单位", 100),
    "next_plan": ("下月计划", 1000),
}
CHANGED = "别人刚报送或办理了这份月报，请核对；仍要改的再保存一次。"


@dataclass(kw_only=True)
class MonthCell(Cell):
    """One thing a project reports. before: what it said when the page was made."""

    column: str
    before: str

    @property
    def is_amount(self) -> bool:
        return self.column in AMOUNTS

    @property
    def is_long(self) -> bool:
        return self.most > 200

    @property
    def most(self) -> int:
        return 40 if self.is_amount else WORDS[self.column][1]

    @property
    def is_touched(self) -> bool:
        return self.typed != self.before


@dataclass
class MonthLine:
    """One project's month. may_file: whether there are inputs; shown: the number of the report that
    stood when the page was made, 0 for none."""

    sheet: Sheet
    may_file: bool
    shown: int
    cells: list[MonthCell] = field(default_factory=list)

    @property
    def label(self) -> str:
        return self.sheet.project.name

    @property
    def stands(self) -> int:
        return self.sheet.row.pk if self.sheet.row else 0


@dataclass(frozen=True)
class MonthChange:
    line: MonthLine
    values: dict[str, Any]
    cell: MonthCell
    unlikely: str = ""

    @property
    def called(self) -> str:
        told = [f"{cell.label} {cell.typed}" for cell in self.line.cells if cell.is_amount]
        return f"{self.line.label}：{'，'.join(told)}"


def written(row: ProjectMonth | None, column: str) -> str:
    """What a report says in a column, as people type it."""
    value = getattr(row, column) if row is not None else None
    if isinstance(value, Decimal):
        return trimmed(value / WAN)
    return str(value or "").replace("\r\n", "\n")


class MonthGrid(Grid):
    """The month of these projects; `fileable`: the numbers of those the user may report on."""

    def __init__(
        self, month: When, sheets: Sequence[Sheet], user: User, fileable: Collection[int],
        sent: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(sent)
        self.month, self.user = month, user
        self.lines = [self._line(sheet, sheet.project.pk in fileable, sent) for sheet in sheets]
        if sent is not None:
            self._fill(sent)

    @staticmethod
    def _line(sheet: Sheet, may_file: bool, sent: Mapping[str, str] | None) -> MonthLine:
        stands = sheet.row.pk if sheet.row else 0
        was = whole_number((sent or {}).get(f"was-{sheet.project.pk}", ""))
        line = MonthLine(sheet, may_file, stands if was is None else was)
        labels = AMOUNTS | {name: label for name, (label, _) in WORDS.items()}
        for column, label in labels.items():
            seen = written(sheet.row, column)
            line.cells.append(
                MonthCell(
                    name=f"{column}-{sheet.project.pk}",
                    label=label,
                    seen=seen,
                    typed=seen,
                    column=column,
                    before=seen,
                )
            )
        return line

    def _fill(self, sent: Mapping[str, str]) -> None:
        """What was typed; beside a report that took another's place meanwhile, only that is a
        change which differs from what the page showed."""
        moved = [line for line in self.lines if line.shown != line.stands]
        shown = ProjectMonth.objects.in_bulk([line.shown for line in moved if line.shown])
        for line in self.lines:
            if not line.may_file:
                continue
            for cell in line.cells:
                if line in moved:
                    found = shown.get(line.shown)
                    is_its = found is None or found.project_id == line.sheet.project.pk
                    cell.before = written(found if is_its else None, cell.column)
                typed = sent.get(cell.name, cell.before).strip().replace("\r\n", "\n")
                cell.typed = cell.seen if typed == cell.before else typed
                if typed == cell.before:
                    cell.before = cell.seen

    def is_valid(self) -> bool:
        """Whether all that was typed can be read and what is unlikely has its reason; fills
        `changes`."""
        for line in self.lines:
            touched = [cell for cell in line.cells if cell.is_touched]
            if not touched:
                continue
            if line.shown != line.stands:
                touched[0].error = CHANGED
                continue
            values = self._read(touched)
            held = {name: getattr(line.sheet.row, name, "") for name in values}
            if not any(cell.error for cell in touched) and values != held:
                unlikely = self._unlikely(line, values)
                self.changes.append(MonthChange(line, values, touched[0], unlikely))
        return self.is_settled

    @staticmethod
    def _read(touched: Sequence[MonthCell]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for cell in touched:
            if not cell.is_amount:
                values[cell.column] = cell.typed
                continue
            try:
                values[cell.column] = read_amount(cell.typed, UNIT) if cell.typed else None
            except Unreadable as unreadable:
                cell.error = unreadable.reason
                continue
            if any(sign in cell.typed for sign in "亿万元"):
                cell.told = f"= {money_text(values[cell.column])}"
        return values

    def _unlikely(self, line: MonthLine, values: Mapping[str, Any]) -> str:
        sheet = line.sheet
        amounts = {name: getattr(sheet.row, name, None) for name in AMOUNTS}
        amounts |= {name: values[name] for name in AMOUNTS if name in values}
        row = ProjectMonth(
            project=sheet.project,
            month_on=sheet.month.start,
            month_until=sheet.month.end,
            **amounts,
        )
        year = Year.around(row, sheet.year, sheet.plan)
        complete(row, year)
        told = ["已经认可，这是修订"] if sheet.state == MonthState.ACCEPTED else []
        return "；".join([*told, *doubts(row, year)])

    def carry_out(self) -> int:
        """Has all of it filed, or nothing; how many reports it was. A refusal stands at its
        line."""
        filed = [
            Filed(
                one.line.sheet.project,
                self.month,
                one.values,
                self.why if one.unlikely else "",
                one.line.sheet.row,
            )
            for one in self.changes
        ]
        return self.outcome(self.changes, project_months.file_all(filed, by=self.user))
