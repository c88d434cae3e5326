"""今日: what to do now, before anything else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from crm import access, clock
from crm.access import Action, Role
from crm.errors import Hidden
from crm.exact import total_text
from crm.models import Enquiry, EnquiryState, FundingReceipt, Project, Stage, StageMove
from crm.models.delivery.project_months import MonthState, ProjectMonth
from crm.models.indicators.collections import AnswerState, Collection, CollectionRecipient
from crm.models.indicators.due_reports import DueReport, Occurrence, outstanding
from crm.views.base import PAGE_SIZE, desk
from crm.views.today import start
from crm.views.today.agenda import KINDS, Kind, Task, Work
from crm.views.today.journal import logged

SHOWN = 8  # rows of the first lists on the first page
SHOWN_LATER = 4  # of what presses less
PRESSING = ("overdue", "today", "unassigned")
RECENT_DAYS = 30


@dataclass(frozen=True)
class Section:
    """One list of work: what it is, its first rows, how many there are."""

    kind: Kind
    tasks: list[Task]
    count: int

    @property
    def key(self) -> str:
        return self.kind.key

    @property
    def rows(self) -> list[Project]:
        return [task.project for task in self.tasks]


@dataclass(frozen=True)
class Bar:
    """A stage of the pipeline: how many projects, how much, and how wide to draw it."""

    stage: Stage
    count: int
    amount: str
    width: int


class Counted(Paginator):
    """Pages of a list whose length is known already."""

    def __init__(self, rows: Any, count: int) -> None:
        super().__init__(rows, PAGE_SIZE)
        self.__dict__["count"] = count


@desk
def today(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    if not access.can(user, Action.VIEW, "project"):
        return render(
            request, "crm/today_apart.html", {"role": Role(user.role), "start": start.of(user)}
        )
    whose = request.GET.get("whose") or ("mine" if user.role == Role.OFFICER else "all")
    work = Work(user, clock.today(), is_mine=whose == "mine")
    may = {
        "today": work.today,
        "whose": whose,
        "may_follow_up": access.can(user, Action.FOLLOW_UP, "project"),
        "may_assign": access.can(user, Action.ASSIGN, "project"),
        "may_register": access.can(user, Action.REGISTER, "project"),
    }
    kind = next((kind for kind in KINDS if kind.key == request.GET.get("show")), None)
    if kind is not None:
        return _one_list(request, work, kind, may)
    return render(
        request,
        "crm/today.html",
        {
            **may,
            "may_confirm": access.can(user, Action.CONFIRM, "stagemove"),
            "start": start.of(user, is_hidden=start.COOKIE in request.COOKIES),
            "may_choose": user.role in (Role.OFFICER, Role.TEAMLEAD),
            "sections": _sections(work),
            "is_clear": not any(work.counts[kind.key] for kind in KINDS),
            "has_projects": any(tally.count for tally in work.stages.values())
            or work.projects.exists(),
            "bars": _bars(work),
            "log": logged(user, work.today, work.projects, is_mine=whose == "mine"),
            "moves": _moves(work),
            "due": _due(user, work.today),
            "answers_waiting": _answers_waiting(user),
            "enquiries": list(
                Enquiry.objects.visible_to(user)
                .filter(state=EnquiryState.NEW)
                .select_related("park")
                .order_by("received_at")[:4]
            ),
        },
    )


@desk
def to_confirm(request: HttpRequest) -> HttpResponse:
    """待认定, asked for once the page is there: every step the report counts is held against what
    was said on it, which takes longer than the rest of 今日."""
    user: Any = request.user
    if not access.can(user, Action.CONFIRM, "stagemove"):
        raise Hidden()
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("desk")
    scope = access.scope_q(user, Action.CONFIRM, Project)
    seen = Exists(Project.objects.filter(scope, pk=OuterRef("project")))
    moves = StageMove.objects.standing().unconfirmed().filter(seen)
    receipts = FundingReceipt.objects.standing().unconfirmed().filter(seen)
    months = ProjectMonth.objects.standing().filter(seen, state=MonthState.REPORTED)
    return render(
        request,
        "crm/_to_confirm.html",
        {
            "moves": moves.select_related("project", "by").order_by("-pk")[:SHOWN_LATER],
            "receipts": receipts.select_related("project", "by").order_by("-pk")[:SHOWN_LATER],
            "move_count": moves.count(),
            "receipt_count": receipts.count(),
            "month_count": months.exclude(reporter=user).count(),
        },
    )


def _one_list(request: HttpRequest, work: Work, kind: Kind, may: dict[str, Any]) -> HttpResponse:
    page = Counted(work.rows(kind.key), work.counts[kind.key]).get_page(request.GET.get("page"))
    tasks = [work.task(row) for row in page.object_list]
    return render(
        request, "crm/today_section.html", {**may, "kind": kind, "page": page, "tasks": tasks}
    )


def _sections(work: Work) -> list[Section]:
    return [
        Section(
            kind,
            [
                work.task(row)
                for row in work.first(kind.key, SHOWN if kind.key in PRESSING else SHOWN_LATER)
            ],
            work.counts[kind.key],
        )
        for kind in KINDS
    ]


def _bars(work: Work) -> list[Bar]:
    """Active projects by stage, in pipeline order; the longest bar is the full width."""
    most = max((tally.count for tally in work.stages.values()), default=0) or 1
    return [
        Bar(
            stage,
            tally.count,
            total_text(tally.amount) if tally.amount is not None else "",
            round(100 * tally.count / most),
        )
        for stage, tally in work.stages.items()
    ]


def _due(user: Any, on: date) -> list[Occurrence]:
    """What is to be sent up soon or is overdue, for who keeps the calendar or answers for it."""
    if not access.can(user, Action.VIEW, DueReport):
        return []
    items = DueReport.objects.visible_to(user).select_related("user")
    if not access.can(user, Action.REGISTER, DueReport):
        items = items.filter(user=user)
    return outstanding(list(items), on)


def _answers_waiting(user: Any) -> int:
    """How many answers to a 填报 wait to be taken over."""
    if not access.can(user, Action.CHANGE, Collection):
        return 0
    return CollectionRecipient.objects.filter(state=AnswerState.SUBMITTED).count()


def _moves(work: Work) -> list[StageMove]:
    """What moved of late, the newest first."""
    moves = StageMove.objects.standing().filter(
        Exists(work.projects.filter(pk=OuterRef("project")))
    )
    since = work.today - timedelta(RECENT_DAYS)
    recent = moves.filter(effective_on__gt=since).select_related("project")
    return list(recent.order_by("-effective_on", "-pk")[:6])
