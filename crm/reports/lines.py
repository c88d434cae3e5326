"""The rows behind a figure as lines of a table: what each is, when, how much, its address."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import reduce
from typing import Any, NamedTuple

from django.db.models import Model, QuerySet

from crm import ledgers
from crm.exact import grouped
from crm.ledgers import Column, Kind, Ledger
from crm.models import Agreement, Project
from crm.models.states import State, overlay, told_of
from crm.models.worth import Valued, Worth
from crm.reports import confirmed
from crm.reports.figures.base import Context, Figure
from crm.reports.measures import Count, Measure, Reading, Total
from crm.reports.resigned import earlier_signings

UNKNOWN = "待补"


class Cell(NamedTuple):
    heading: str
    text: str
    address: str = ""
    is_date: bool = False


class Line(NamedTuple):
    title: str
    address: str
    cells: list[Cell]
    amount: str  # in the unit of a single row, where the figure is a sum
    marks: list[str]  # 待认定 or 被退回; 换签 with what was signed before
    told: str = ""  # of foreign money: what is stated, and by which rate it became the amount


def row_address(noun: str, pk: int) -> str:
    """The desk's page of a row."""
    return ledgers.address_of(noun, pk)


def ledger_of(model: type[Model]) -> Ledger:
    """What says how rows of this model are shown."""
    ledger = ledgers.of_noun(told_of(model))
    if ledger is None:
        raise LookupError(f"{model.__name__} has no ledger to show its rows by")
    return ledger


def heading(rows: QuerySet) -> str:
    return ledger_of(rows.model).figure_columns[0].label


def lines(figure: Figure, rows: Any, context: Context) -> list[Line]:
    """The lines of these rows (a page of the figure's), amounts where the figure sums them."""
    measure = figure.measure
    shown = _as_known(rows, ledger_of(rows.model), context.known_on)
    said = confirmed.marks(shown, context.known_on) if figure.is_confirmed else {}
    before = earlier_signings(shown, context) if rows.model is Agreement else {}
    made = []
    for row, worth in zip(shown, measure.of(shown, context.known_on), strict=True):
        marks = [said[row.pk]] if row.pk in said else []
        marks += [f"换签：{before[row.pk]}"] if row.pk in before else []
        shows = line(row)
        if isinstance(measure, Reading):
            document = Cell("依据文件", measure.document_of(row) or UNKNOWN)
            shows = shows._replace(cells=[*shows.cells, document])
        if isinstance(measure, Count):
            beside = [Cell(label, _number(getattr(row, name))) for label, name in measure.beside]
            shows = shows._replace(cells=[*shows.cells, *beside])
        amount = in_unit(worth.value, measure) if measure.is_sum else ""
        made.append(shows._replace(amount=amount, marks=marks, told=told(measure, row, worth)))
    return made


def _number(value: Decimal | None) -> str:
    return UNKNOWN if value is None else grouped(value)


def _as_known(rows: Any, ledger: Ledger, known_on: date | None) -> list[Any]:
    """The rows to show, with the values they and their projects had on that day."""
    if issubclass(rows.model, State):
        along = ("row", *(f"row__{name}" for name in ledger.joins))
        shown = [state.as_row() for state in rows.select_related(*along)]
    else:
        some = ledger.computed(rows) if ledger.computed is not None else rows
        shown = list(some.select_related(*ledger.joins) if ledger.joins else some)
        overlay(shown, known_on)
    projects = [getattr(row, "project", None) for row in shown]
    overlay([project for project in projects if isinstance(project, Project)], known_on)
    return shown


def line(row: Model) -> Line:
    """One row as its ledger shows it. A row named by what it hangs on leads there, and its date to
    the row itself."""
    ledger = ledger_of(type(row))
    title, *columns = ledger.figure_columns
    here, named = ledger.address(row.pk), title.value(row)
    above = ledgers.address_of(named, named.pk) if isinstance(named, Model) else ""
    cells = [_cell(column, row, here if above else "") for column in columns]
    return Line(title.text(named), above or here, cells, "", [])


def _cell(column: Column, row: Model, address: str) -> Cell:
    is_date = column.kind in (Kind.DATE, Kind.WHEN)
    text = column.text(column.value(row)) or UNKNOWN
    return Cell(column.label, text, address if is_date else "", is_date)


def told(measure: Measure, row: Any, worth: Worth) -> str:
    """How foreign money became the row's amount, or why it did not; "" for what is stated in yuan:
    300万美元 → 2,152.02万元，汇率 7.1734."""
    if not isinstance(measure, Total):
        return ""
    holder = reduce(getattr, measure.path.split("__")[:-1], row)
    return worth.told(holder) if isinstance(holder, Valued) and holder.is_foreign else ""


def amount_heading(measure: Total, rows: Any) -> str:
    """The name of what is summed, in the unit of a single row: 协议投资额（万元）."""
    return f"{measure.field(rows.model).verbose_name}（{measure.unit_of_rows.name}）"


def in_unit(amount: Decimal | None, measure: Measure) -> str:
    """What one row adds, in the unit of a single row."""
    return UNKNOWN if amount is None else grouped(amount / measure.unit_of_rows.size)
