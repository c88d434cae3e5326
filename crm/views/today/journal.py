"""本组今天记录: what was written down today, by whom."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from crm import clock
from crm.models import FollowUp, Project, StageMove

SHOWN = 6


@dataclass(frozen=True)
class Entry:
    """One thing written down: a talk, a move or a new project."""

    project: Project
    what: str
    who: str
    at: datetime
    text: str = ""


@dataclass(frozen=True)
class Person:
    name: str
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def text(self) -> str:
        return "、".join(f"{what} {count}" for what, count in self.counts.items() if count)


@dataclass(frozen=True)
class Log:
    """people: how much each wrote down today, all of it. entries: the newest."""

    title: str
    people: list[Person]
    entries: list[Entry]


def logged(user: Any, today: date, projects: QuerySet[Project], *, is_mine: bool) -> Log:
    """On the projects one sees: by oneself, by one's team or, for those without one, by anybody."""
    start = timezone.make_aware(datetime.combine(today, time.min))
    whose, title = Q(), "今天记录"
    if is_mine:
        whose, title = Q(by=user.pk), "我今天记录"
    elif user.team_id:
        whose, title = (
            Q(by__in=list(user.team.members.values_list("pk", flat=True))),
            "本组今天记录",
        )
    day = Q(recorded_at__gte=start, recorded_at__lte=clock.end_of(today))
    # A day's rows are few, a team's projects many: each row's project is looked up.
    seen = Exists(projects.filter(pk=OuterRef("project")))
    talks = FollowUp.objects.filter(whose, day).filter(seen)
    moves = StageMove.objects.filter(whose, day).filter(seen)
    people: dict[int | None, Person] = {}
    _add(people, talks, {"跟进": Q()})
    new, first = Q(from_stage=""), Q(replaces=None)
    _add(
        people,
        moves,
        {
            "登记": new & first,
            "推进": ~new & first,
            "更正": ~first & Q(withdraws=False),
            "作废": Q(withdraws=True),
        },
    )
    entries = [
        Entry(row.project, row.get_kind_display(), str(row.by or ""), row.recorded_at, row.content)
        for row in _newest(talks)
    ]
    entries += [
        Entry(row.project, _said(row), str(row.by or ""), row.recorded_at) for row in _newest(moves)
    ]
    entries.sort(key=lambda entry: entry.at, reverse=True)
    ordered = sorted(people.values(), key=lambda one: -one.counts.total())
    return Log(title, ordered, entries[:SHOWN])


def _add(people: dict[int | None, Person], rows: QuerySet, kinds: dict[str, Q]) -> None:
    counted = rows.order_by().values("by", "by__first_name", "by__username")
    names = {f"n{number}": Count("pk", filter=only) if only else Count("pk")
             for number, only in enumerate(kinds.values())}  # fmt: skip
    for row in counted.annotate(**names):
        name = row["by__first_name"] or row["by__username"] or "系统"
        person = people.setdefault(row["by"], Person(name))
        for number, what in enumerate(kinds):
            person.counts[what] += row[f"n{number}"]


def _newest(rows: QuerySet) -> QuerySet:
    return rows.select_related("project", "by").order_by("-recorded_at", "-pk")[:SHOWN]


def _said(move: StageMove) -> str:
    if move.withdraws:
        return f"作废{move.get_to_stage_display()}"
    if move.replaces_id:
        return f"更正{move.get_to_stage_display()}"
    if not move.from_stage:
        return f"登记（{move.get_to_stage_display()}）"
    if move.is_status_change:
        return str(move.get_to_status_display())
    return f"进入{move.get_to_stage_display()}"
