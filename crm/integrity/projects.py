"""Where a project stands follows from its standing moves and its follow-ups alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Case, Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce, Greatest

from crm.integrity.base import Broken, Scope, differ, invariant, named
from crm.models import FollowUp, Project, StageMove
from crm.stages import Stage, Status


def _moves(of: str = "pk") -> QuerySet[StageMove]:
    """The standing moves of the outer row's project, the last one first."""
    return StageMove.objects.standing().filter(project=OuterRef(of)).order_by("-place")


@invariant("project.opening", "每个项目的历史从期初一步开始")
def without_opening(scope: Scope) -> Iterator[Broken]:
    first = _moves().order_by("place").values("from_stage")[:1]
    rows = scope.projects.annotate(begins_at=Subquery(first))
    lost = rows.filter(Q(begins_at__isnull=True) | ~Q(begins_at=""))
    yield from named(lost, "没有期初的一步")


@invariant("project.stage", "项目的阶段和状态就是最后一步变动到的")
def not_where_moved(scope: Scope) -> Iterator[Broken]:
    rows = scope.projects.annotate(
        moved_to=Subquery(_moves().values("to_stage")[:1]),
        moved_as=Subquery(_moves().values("to_status")[:1]),
    )
    elsewhere = rows.filter(~Q(stage=F("moved_to")) | ~Q(status=F("moved_as")))
    yield from named(elsewhere.filter(moved_to__isnull=False), _where)


def _where(project: Any) -> str:
    told = f"{project.get_stage_display()}、{project.get_status_display()}"
    moved = f"{Stage(project.moved_to).label}、{Status(project.moved_as).label}"
    return f"记作{told}，最后一步到{moved}"


@invariant("project.since", "进入本阶段的日期就是进入它的那一步的")
def stage_since(scope: Scope) -> Iterator[Broken]:
    entered = _moves().exclude(from_stage=F("to_stage"))
    day = Case(When(occurred_on__isnull=False, then=F("effective_on")))
    rows = scope.projects.annotate(entered_on=Subquery(entered.annotate(d=day).values("d")[:1]))
    yield from named(
        rows.filter(differ("stage_since", "entered_on")),
        lambda row: f"记作 {row.stage_since or '未知'}，应为 {row.entered_on or '未知'}",
    )


@invariant("project.progress", "最近进展就是最后一次变动或跟进的日期")
def progress_on(scope: Scope) -> Iterator[Broken]:
    """A project without any move is told of by `project.opening`."""
    moved = _moves().order_by().values("project").annotate(d=Max("effective_on")).values("d")
    held = FollowUp.objects.filter(project=OuterRef("pk")).order_by().values("project")
    rows = scope.projects.annotate(
        moved_on=Subquery(moved), held_on=Subquery(held.annotate(d=Max("held_on")).values("d"))
    )
    # Either database's idea of the greatest of a date and nothing is its own.
    last = Greatest(Coalesce("moved_on", "held_on"), Coalesce("held_on", "moved_on"))
    rows = rows.annotate(last_on=last)
    yield from named(
        rows.filter(differ("progress_on", "last_on")),
        lambda row: f"记作 {row.progress_on or '未知'}，应为 {row.last_on or '未知'}",
    )


@invariant(
    "move.place",
    "一个项目的各步变动各占一位",
    by_hand="两步占了同一位，先后无从得知；请核对项目的时间线，作废重复的一步。",
)
def same_place(scope: Scope) -> Iterator[Broken]:
    moves = scope.of_projects(StageMove.objects.standing())
    doubled = moves.order_by().values("project", "place").annotate(n=Count("pk")).filter(n__gt=1)
    projects = Project.objects.filter(pk__in=doubled.values("project"))
    yield from named(projects, "有两步变动占同一位")


@invariant(
    "move.follows",
    "每一步变动从前一步到的地方开始",
    by_hand="中间缺了一步，或有一步写错；请核对项目的时间线和操作记录，补登或更正。",
)
def does_not_follow(scope: Scope) -> Iterator[Broken]:
    before = _moves("project").filter(place__lt=OuterRef("place"))
    moves = scope.of_projects(StageMove.objects.standing()).annotate(
        came_to=Subquery(before.values("to_stage")[:1]),
        came_as=Subquery(before.values("to_status")[:1]),
    )
    apart = moves.filter(~Q(from_stage=F("came_to")) | ~Q(from_status=F("came_as")))
    yield from named(
        apart.filter(came_to__isnull=False),
        lambda move: f"前一步到{Stage(move.came_to).label}、{Status(move.came_as).label}",
    )


@invariant(
    "move.order",
    "变动的日期不早于前面的各步",
    by_hand="请核对凭证，更正其中一步的日期。",
)
def out_of_order(scope: Scope) -> Iterator[Broken]:
    earlier = _moves("project").filter(
        place__lt=OuterRef("place"), occurred_on__gt=OuterRef("occurred_until")
    )
    moves = scope.of_projects(StageMove.objects.standing())
    yield from named(
        moves.filter(Exists(earlier)),
        lambda move: f"{move.occurred.text if move.occurred else ''} 早于前面的一步",
    )
