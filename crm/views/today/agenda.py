"""What is to be done: the lists of 今日, each with its exact count, over what a user sees."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from crm import access
from crm.access import Action
from crm.dates import When
from crm.models import Project, StageRule, rested_too_long
from crm.models.delivery.project_months import (
    MonthState,
    due_on,
    month_asked_for,
    unreported,
)
from crm.models.system.originals import to_check
from crm.models.worth import Worth, converted
from crm.stages import Stage, Status

# From the last stage back, in orders that indexes give.
LATEST = ("-stage_rank", "-pk")
LATEST_TOUCHED = ("-stage_rank", "-progress_on", "-pk")


@dataclass(frozen=True)
class Kind:
    """One list of work: its name, what its emptiness means, and the order it is worked in.
    is_seldom: its count is shown only while there is something in it."""

    key: str
    title: str
    short: str
    empty: str
    ordering: tuple[str, ...]
    is_late: bool = False
    is_seldom: bool = False


KINDS = (
    Kind(
        "overdue",
        "已逾期",
        "已逾期",
        "没有逾期的跟进。",
        ("next_on", "stage_rank", "pk"),
        is_late=True,
    ),
    Kind("today", "今天到期", "今天到期", "今天没有约定的跟进。", LATEST),
    Kind("unassigned", "待指派", "待指派", "每个在推进的项目都有人负责。", LATEST_TOUCHED),
    Kind(
        "idle",
        "久未推进",
        "久未推进",
        "没有超过规则天数的项目。",
        ("progress_on", "pk"),
        is_late=True,
    ),
    Kind("unplanned", "没有安排下一步", "没有下一步", "在推进的项目都安排了下一步。", LATEST),
    Kind(
        "months",
        "项目月报待报",
        "月报待报",
        "重点项目的月报都报了。",
        ("name", "pk"),
        is_seldom=True,
    ),
    Kind("stalled", "停滞", "停滞", "没有停滞的项目。", LATEST_TOUCHED),
    Kind(
        "to_check",
        "导入时没读懂，待核",
        "待核",
        "导入时没读懂的都核过了。",
        LATEST_TOUCHED,
        is_seldom=True,
    ),
)


@dataclass(frozen=True)
class Task:
    """A project on a list of work. `lacks` is who is missing where somebody is: the officer, else
    the liaison. month: the one whose 月报 is asked for now; is_returned: its report was sent
    back."""

    project: Project
    late_days: int = 0
    stage_days: int | None = None
    idle_days: int = 0
    idle_limit: int = 0
    lacks: str = ""
    month: When | None = None
    month_due: date | None = None
    month_late_days: int = 0
    is_returned: bool = False


@dataclass
class Tally:
    """The projects of one stage that are worked on: how many, how much, how many unknown."""

    count: int = 0
    amount: Decimal | None = None
    known_count: int = 0

    def convert(self, worths: Iterable[Worth]) -> None:
        """Adds what projects whose money is foreign are worth, where a rate says so."""
        for worth in worths:
            if worth.value is not None:
                self.amount = (self.amount or 0) + worth.value
                self.known_count += 1


class Work:
    """The lists of one user on one day; `is_mine` narrows them to what he is officer of."""

    def __init__(self, user: Any, today: date, *, is_mine: bool) -> None:
        self.user, self.today = user, today
        self.rules = StageRule.objects.days()
        self.month = month_asked_for(today)
        pieces = access.scope_pieces(user, Action.VIEW, Project)
        self.whole = reduce(or_, pieces)
        self.parts = access.apart(pieces)
        if is_mine:
            self.whole &= Q(officer=user.pk)
            self.parts = [self.whole]
        self.counts: dict[str, int] = defaultdict(int)
        self.stages: dict[Stage, Tally] = {stage: Tally() for stage in Stage}
        self._count()

    @property
    def projects(self) -> QuerySet[Project]:
        return Project.objects.filter(self.whole)

    def rows(self, key: str) -> QuerySet[Project]:
        """The rows of one list in the order they are worked in."""
        narrow: Callable[[], QuerySet[Project]] = {
            "overdue": lambda: self.projects.overdue(self.today),
            "today": lambda: self.projects.active().filter(next_on=self.today),
            "unassigned": lambda: self.projects.unassigned(self.today),
            "idle": lambda: self.projects.idle(self.today),
            "unplanned": lambda: self.projects.unplanned(),
            "stalled": lambda: self.projects.filter(status=Status.STALLED),
            "to_check": lambda: self.projects.filter(to_check(Project)),
            "months": lambda: unreported(self._mine_to_report(), self.month),
        }[key]
        return self._listed(narrow(), key)

    def _mine_to_report(self) -> QuerySet[Project]:
        """The projects of which the user reports the months himself: of those he sees."""
        return self.projects.filter(access.scope_q(self.user, Action.FILE, Project))

    def _listed(self, rows: QuerySet[Project], key: str) -> QuerySet[Project]:
        kind = next(kind for kind in KINDS if kind.key == key)
        return rows.select_related("officer").defer("summary").order_by(*kind.ordering)

    def first(self, key: str, many: int) -> list[Project]:
        """The first rows of a list. 久未推进 is asked a stage at a time: an index holds each in
        order, their union would have to be sorted."""
        if not self.counts[key]:
            return []
        if key != "idle":
            return list(self.rows(key)[:many])
        found = [
            row
            for stage, days in self.rules.items()
            for row in self._listed(
                self.projects.active().filter(self._rests(stage, days)), "idle"
            )[:many]
        ]
        return sorted(found, key=lambda row: (row.progress_on, row.pk))[:many]

    def task(self, row: Project) -> Task:
        """What a line of work says about a project."""
        return Task(
            row,
            late_days=max((self.today - row.next_on).days, 0) if row.next_on else 0,
            stage_days=(self.today - row.stage_since).days if row.stage_since else None,
            idle_days=rested_too_long(row, self.today, self.rules),
            idle_limit=self.rules.get(Stage(row.stage), 0),
            lacks="liaison" if row.officer_id else "officer",
            month=self.month,
            month_due=due_on(self.month),
            month_late_days=max((self.today - due_on(self.month)).days, 0),
            is_returned=getattr(row, "month_state", None) == MonthState.RETURNED,
        )

    def _count(self) -> None:
        """One pass over each part of the scope; the parts share no row, so their counts add up."""
        for part in self.parts:
            rows = Project.objects.filter(part)
            worked_on = rows.filter(status__in=[Status.ACTIVE, Status.STALLED])
            sums = {
                "count": Count("pk"),
                "amount": Sum("planned_investment"),
                "known_count": Count("planned_investment"),
                "planned": Count("next_on"),
                "assigned": Count("officer"),
            }
            # Of a team, all in the one pass; of a whole county, each by the index that holds it.
            dated = {key: Count("pk", filter=q) for key, q in self._dated("stage")} if part else {}
            for row in worked_on.order_by().values("status", "stage").annotate(**sums, **dated):
                self._add(row, list(dated))
            abroad = converted(rows.active(), "planned_investment", ("stage",))
            for (stage,), worths in abroad.items():
                self.stages[Stage(stage)].convert(worths)
            if not dated:
                for key, condition in self._dated("stage_rank"):
                    self.counts[key.partition("_")[0]] += rows.active().filter(condition).count()
            self.counts["to_check"] += rows.filter(to_check(Project)).count()
            alone = rows.filter(officer__isnull=False)
            self.counts["unassigned"] += alone.unserved(self.today).count()
        # Who enters for the whole county is not reminded of what others have to report.
        if access.can(self.user, Action.FILE, Project) and not self._files_all:
            self.counts["months"] = self.rows("months").count()

    @property
    def _files_all(self) -> bool:
        return access.Reach.ALL in access.reaches(self.user, Action.FILE, Project)

    def _dated(self, stage_by: str) -> list[tuple[str, Q]]:
        """What of the projects worked on belongs to which list, by its dates. `stage_by` is the
        column in which the index that answers holds the stage."""
        rests = [
            (f"idle_{stage.value}", self._rests(stage, days, stage_by))
            for stage, days in self.rules.items()
        ]
        return [("overdue", Q(next_on__lt=self.today)), ("today", Q(next_on=self.today)), *rests]

    def _rests(self, stage: Stage, days: int, stage_by: str = "stage_rank") -> Q:
        at = {"stage": stage.value, "stage_rank": stage.rank}[stage_by]
        return Q(progress_on__lt=self.today - timedelta(days), **{stage_by: at})

    def _add(self, row: dict[str, Any], dated: list[str]) -> None:
        if row["status"] == Status.STALLED:
            self.counts["stalled"] += row["count"]
            return
        for key in dated:
            self.counts[key.partition("_")[0]] += row[key]
        if row["stage"] != Stage.OPERATION:
            self.counts["unassigned"] += row["count"] - row["assigned"]
            self.counts["unplanned"] += row["count"] - row["planned"]
        tally = self.stages[Stage(row["stage"])]
        tally.count += row["count"]
        tally.known_count += row["known_count"]
        if row["amount"] is not None:
            tally.amount = (tally.amount or 0) + row["amount"]
