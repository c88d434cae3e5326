"""The rows behind a figure as lines of a table: what each is, when, how much, its address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from typing import Any, NamedTuple

from crm import ledgers
from crm.exact import grouped
from crm.models import Agreement
from crm.models.worth import Valued, Worth
from crm.reports import confirmed
from crm.reports.figures.base import Context, Figure
from crm.reports.measures import Measure, Reading, Total
from crm.reports.resigned import earlier_signings

UNKNOWN = "待补"


def row_address(noun: str, pk: int) -> str:
    """The desk's page of a row."""
    ledger = ledgers.of_noun(noun)
    return f"/desk/{ledger.key}/{pk}/" if ledger else ""


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


@dataclass(frozen=True)
class Shape:
    """How the rows of one noun are shown: what names them, and their columns."""

    heading: str
    joins: tuple[str, ...]
    title: Callable[[Any], tuple[str, str]]
    cells: Callable[[Any], list[Cell]]


def _project(row: Any) -> tuple[str, str]:
    return row.project.name, row_address("project", row.project_id)


SHAPES = {
    "agreement": Shape(
        "项目",
        ("project", "park"),
        _project,
        lambda row: [
            Cell(
                "签订日期",
                row.signed.text if row.signed else UNKNOWN,
                row_address("agreement", row.pk),
                is_date=True,
            ),
            Cell("协议类型", row.get_kind_display()),
            Cell("落户园区", row.park.name if row.park else UNKNOWN),
        ],
    ),
    "stagemove": Shape(
        "项目",
        ("project", "project__park"),
        _project,
        lambda row: [
            Cell(
                "变动日期",
                row.occurred.text if row.occurred else UNKNOWN,
                row_address("stagemove", row.pk),
                is_date=True,
            ),
            Cell("阶段", row.get_to_stage_display()),
            Cell("状态", row.get_to_status_display()),
            Cell("落户园区", row.project.park.name if row.project.park else "未定"),
        ],
    ),
    "assignment": Shape(
        "项目",
        ("project", "user"),
        _project,
        lambda row: [
            Cell(
                "开始日期",
                row.starts_on.isoformat(),
                row_address("assignment", row.pk),
                is_date=True,
            ),
            Cell("驻企联络员", str(row.user or row.unit)),
        ],
    ),
    "activity": Shape(
        "活动",
        ("team",),
        lambda row: (row.name, row_address("activity", row.pk)),
        lambda row: [
            Cell("举办日期", row.held_on.isoformat(), is_date=True),
            Cell("类型", row.get_kind_display()),
            Cell("地点", row.place or "未填"),
        ],
    ),
}


def shape_of(rows: Any) -> Shape:
    return SHAPES[str(rows.model._meta.model_name)]


def lines(figure: Figure, rows: Any, context: Context) -> list[Line]:
    """The lines of these rows (a page of the figure's), amounts where the figure sums them."""
    shape, measure = shape_of(rows), figure.measure
    shown = list(rows.select_related(*shape.joins))
    said = confirmed.marks(shown, context.known_on) if figure.is_confirmed else {}
    before = earlier_signings(shown, context) if rows.model is Agreement else {}
    made = []
    for row, worth in zip(shown, measure.of(shown), strict=True):
        title, address = shape.title(row)
        cells = shape.cells(row)
        if isinstance(measure, Reading):
            cells = [*cells, Cell("依据文件", measure.document_of(row) or UNKNOWN)]
        amount = in_unit(worth.value, measure) if measure.is_sum else ""
        marks = [said[row.pk]] if row.pk in said else []
        marks += [f"换签：{before[row.pk]}"] if row.pk in before else []
        made.append(Line(title, address, cells, amount, marks, told(measure, row, worth)))
    return made


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
