"""今日: what to do now, before anything else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from crm import access, clock
from crm.access import Action, Role
from crm.exact import YI, rounded
from crm.models import Enquiry, EnquiryState, Project, Stage, StageMove
from crm.views.base import desk, page_of

SHOWN = 8  # rows of a section on the first page
RECENT_DAYS = 30


@dataclass(frozen=True)
class Section:
    """One list of work: what it is, its first rows, how many there are."""

    key: str
    title: str
    rows: list[Project]
    count: int
    empty: str


@dataclass(frozen=True)
class Bar:
    """A stage of the pipeline: how many projects, how much, and how wide to draw it."""

    stage: Stage
    count: int
    amount: str
    width: int


@desk
def home(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    if not access.can(user, Action.VIEW, "project"):
        return render(request, "crm/home_apart.html", {"role": Role(user.role)})
    whose = request.GET.get("whose") or ("mine" if user.role == Role.OFFICER else "all")
    today = clock.today()
    visible = Project.objects.visible_to(user).select_related("park", "officer")
    projects = visible.filter(officer=user) if whose == "mine" else visible
    lists = _lists(projects, today)
    may_follow_up = access.can(user, Action.FOLLOW_UP, "project")
    if chosen := lists.get(request.GET.get("show", "")):
        title, rows, empty = chosen
        page = page_of(rows, request)
        return render(
            request,
            "crm/home_section.html",
            {"title": title, "page": page, "rows": _with_days(page.object_list, today),
             "empty": empty, "whose": whose, "show": request.GET["show"], "today": today,
             "may_follow_up": may_follow_up},
        )  # fmt: skip
    sections = {
        key: Section(key, title, _with_days(rows[:SHOWN], today), rows.count(), empty)
        for key, (title, rows, empty) in lists.items()
    }
    return render(
        request,
        "crm/home.html",
        {
            "today": today,
            "whose": whose,
            "may_choose": user.role in (Role.OFFICER, Role.TEAMLEAD),
            "sections": list(sections.values()),
            "is_clear": not any(s.count for s in sections.values()),
            "bars": _bars(projects),
            "project_count": projects.count(),
            "newest": list(projects.order_by("-pk")[:5]),
            "moves": list(
                StageMove.objects.standing()
                .filter(project__in=projects, recorded_at__date__gt=today - timedelta(RECENT_DAYS))
                .select_related("project", "by")
                .order_by("-effective_on", "-pk")[:6]
            ),
            "enquiries": list(
                Enquiry.objects.visible_to(user)
                .filter(state=EnquiryState.NEW)
                .select_related("park")
                .order_by("received_at")[:4]
            ),
            "may_follow_up": may_follow_up,
            "may_register": access.can(user, Action.REGISTER, "project"),
        },
    )


def _with_days(rows: Any, today: date) -> list[Project]:
    """The rows, each knowing by how many days its next step is late."""
    for row in rows:
        row.late_days = (today - row.next_on).days if row.next_on else 0
    return list(rows)


def _lists(projects: QuerySet, today: date) -> dict[str, tuple[str, QuerySet, str]]:
    active = projects.filter(pk__in=Project.objects.active().values("pk"))
    unplanned = active.filter(next_on=None).exclude(stage=Stage.OPERATION)
    return {
        "overdue": ("已逾期", active.filter(next_on__lt=today).order_by("next_on", "pk"),
                    "没有逾期的跟进。"),
        "today": ("今天到期", active.filter(next_on=today).order_by("-stage_rank", "pk"),
                  "今天没有约定的跟进。"),
        "unplanned": ("没有安排下一步", unplanned.order_by("-stage_rank", "pk"),
                      "在推进的项目都安排了下一步。"),
        "stalled": ("停滞", projects.filter(status="stalled").order_by("-stage_rank", "pk"),
                    "没有停滞的项目。"),
    }  # fmt: skip


def _bars(projects: QuerySet) -> list[Bar]:
    """Active projects by stage, in pipeline order; the longest bar is the full width."""
    counted = {
        row["stage"]: row
        for row in projects.filter(status="active")
        .order_by()
        .values("stage")
        .annotate(count=Count("pk"), amount=Sum("planned_investment"))
    }
    most = max((row["count"] for row in counted.values()), default=1)
    bars = []
    for stage in Stage:
        row = counted.get(stage.value, {"count": 0, "amount": None})
        amount = f"{rounded(row['amount'] / YI, 2)}亿元" if row["amount"] is not None else ""
        bars.append(Bar(stage, row["count"], amount, round(100 * row["count"] / most)))
    return bars
