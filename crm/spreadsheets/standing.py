"""Where the project of a row stands, and what that makes of the row's dates and amounts.

A date that has not come is no fact: it belongs to the plan of its stage, or is asked once for its
column. Of a row that names several phases each may be a project of its own; what the row says of
all of them together is then not said of any single one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from crm import clock
from crm.dates import When
from crm.ledgers import Column, Kind
from crm.models import Said
from crm.spreadsheets.cells import COORDINATES, Cell, Offer, Unsettled, shown, typed
from crm.spreadsheets.reading import Query, Reading, RowValues, Unread
from crm.spreadsheets.stage_words import furthest_of
from crm.spreadsheets.words import PLANNED, WHOLE, Words
from crm.stages import Stage

# The planned dates, and which stage's date each is the plan of.
PLANNED_FOR = {
    Stage.SIGNED: "planned_signing",
    Stage.CONSTRUCTION: "planned_start",
    Stage.OPERATION: "planned_operation",
}
_ONE_FOR_ALL = "写的是几期合起来的数，没有分期；请按各期分别填写。"

SaidIn = Callable[[str], tuple[str, Cell]]  # of a field: its heading and cell in the row at hand


def to_plan(plan: str, values: RowValues) -> None:
    """A date under a stage that is only planned belongs to the plan: 拟开工, 2024年3月."""
    stage = next(stage for stage, name in PLANNED_FOR.items() if name == plan)
    date_ = values.pop(f"entered_{stage.value}", None)
    if date_ is not None:
        values.setdefault(plan, date_)


def keep_as_plan(reading: Reading, plan: Column, heading: str, cell: Cell, when: When) -> None:
    """Puts a date that stands under the heading of a fact into the column of its plan."""
    reading.values.setdefault(plan.name, when)
    why = f"写在“{heading}”里，是计划的时间，记在{plan.label}。"
    reading.unread.append(Unread(plan, heading, typed(cell), Said.MORE, why))


def check_dates(
    reading: Reading, columns: Mapping[str, Column], words: Words, said_in: SaidIn
) -> None:
    """Takes out the dates of stages that lie ahead of today or of the row's own stage: they are
    plans, or left empty, or asked, as was answered for their column."""
    at, today = reading.values.get("stage"), clock.today()
    for name, when in list(reading.values.items()):
        column = columns.get(name)
        if column is None or column.stage is None or not isinstance(when, When):
            continue
        if when.start <= today and (not at or column.stage.rank <= Stage(str(at)).rank):
            continue
        heading, cell = said_in(name)
        answer = words.of_column(column)
        if answer is None:
            error = _of_the_future(column, columns, when, at)
            reading.asked.append(Query(heading, column, WHOLE, error, refuses=True))
            reading.problems.append((heading, error.reason))
            continue
        if answer.refuses:
            reading.problems.append((heading, f"{column.label}“{shown(cell)}”按取值对照退回。"))
            continue
        del reading.values[name]
        plan = PLANNED_FOR.get(column.stage, "") if answer.cell == PLANNED else ""
        if plan in columns:
            keep_as_plan(reading, columns[plan], heading, cell, when)
        else:
            why = "项目还没有到这一步，这个日期没有作为已经发生的记下。"
            reading.unread.append(Unread(column, heading, typed(cell), Said.UNREAD, why))


def _of_the_future(
    column: Column, columns: Mapping[str, Column], when: When, at: object
) -> Unsettled:
    assert column.stage is not None
    ahead = "在今天之后" if when.start > clock.today() else f"而项目才到{Stage(str(at)).label}"
    reason = (
        f"{column.label} {when.text} {ahead}：是计划的时间，还是填错了？请在对词时为这一栏说明。"
    )
    plan = columns.get(PLANNED_FOR.get(column.stage, ""))
    label = f"是计划的时间，记在{plan.label}" if plan else "是计划的时间，只留原文"
    return Unsettled(reason, [Offer(PLANNED, label, reason)])


def parts_of(reading: Reading, columns: Mapping[str, Column], said_in: SaidIn) -> list[RowValues]:
    """What is entered of each phase. Its name tells the phase; an amount of all phases is kept as
    text alone, or it would be counted once a phase; a date after the signing is that of the phase
    that has come furthest."""
    shared, phases = dict(reading.values), reading.phases
    for name in [name for name in shared if name in columns and _is_amount(columns[name])]:
        del shared[name]
        heading, cell = said_in(name)
        unread = Unread(columns[name], heading, typed(cell), Said.UNREAD, _ONE_FOR_ALL)
        reading.unread.append(unread)
        reading.remarks.pop(name, None)
    if "foreign_amount" not in shared:
        shared.pop("currency", None)
    furthest = furthest_of(phases).stage
    parts = []
    for phase in phases:
        stage = phase.standing.stage or Stage.LEAD
        values = {
            name: value
            for name, value in shared.items()
            if stage is furthest or not _is_later(columns.get(name), Stage.SIGNED)
        }
        values |= {"name": f"{shared.get('name')}（{phase.name}）", "stage": stage}
        if phase.standing.status is not None:
            values["status"] = phase.standing.status
        if phase.standing.plan:
            to_plan(phase.standing.plan, values)
        parts.append(values)
    return parts


def _is_amount(column: Column) -> bool:
    is_of_a_place = column.name in COORDINATES
    return column.kind is Kind.MONEY or (column.kind is Kind.NUMBER and not is_of_a_place)


def _is_later(column: Column | None, stage: Stage) -> bool:
    """Whether a column is the date of a stage after this one."""
    return column is not None and column.stage is not None and column.stage.rank > stage.rank
