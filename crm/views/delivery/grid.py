"""月报汇总: all key projects of a month on one page, typed or pasted and saved once; who has not
reported yet, and what is to be accepted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from crm import access, clock, ledgers
from crm.access import Action
from crm.actions.delivery import project_months
from crm.dates import When
from crm.errors import Hidden, Refused
from crm.forms.month_grid import MonthGrid
from crm.models import Park, Project, Team
from crm.models.delivery.project_months import (
    MISSING,
    MonthState,
    ProjectMonth,
    due_on,
    month_after,
    month_asked_for,
    month_before,
    month_of,
    reporting,
    with_state,
)
from crm.models.delivery.sheets import sheets_of
from crm.views.base import Link, address, back_to, desk, page_of, pages_beside

LINES = 50
# In the order in which they want work.
STATES = {
    "": "全部",
    MISSING: "待报",
    MonthState.RETURNED.value: "退回",
    MonthState.REPORTED.value: "已报送",
    MonthState.ACCEPTED.value: "已认可",
}


@dataclass(frozen=True)
class Shown:
    """What of the key projects a page shows: their month, and narrowed to a park, a team, a
    state."""

    month: When
    park: int | None
    team: int | None
    state: str

    @classmethod
    def asked(cls, request: HttpRequest) -> Shown:
        state = request.GET.get("state", "")
        return cls(
            month_asked(request.GET.get("month", "")),
            _number(request.GET.get("park", "")),
            _number(request.GET.get("team", "")),
            state if state in STATES else "",
        )

    def of(self, projects: QuerySet[Any]) -> QuerySet[Any]:
        """Those that report this month, of the park and the team, each with `month_state`."""
        found = with_state(reporting(projects, self.month), self.month)
        if self.park:
            found = found.filter(park=self.park)
        return found.filter(team=self.team) if self.team else found

    def in_state(self, projects: QuerySet[Any]) -> QuerySet[Any]:
        if not self.state:
            return projects
        return projects.filter(month_state=None if self.state == MISSING else self.state)


def month_asked(text: str) -> When:
    """The month of an address, 2023-08; the one that is asked for now where it names none, or one
    that has not begun."""
    try:
        month = month_of(date.fromisoformat(f"{text}-01"))
    except ValueError:
        return month_asked_for(clock.today())
    return month if month.start <= clock.today() else month_asked_for(clock.today())


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 19 else None


@desk
def grid(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    if not ledgers.get("monthly-reports").can(user, Action.VIEW):
        raise Hidden()
    shown = Shown.asked(request)
    key = shown.of(Project.objects.visible_to(user))
    rows = shown.in_state(key).select_related("park", "team").order_by("park__name", "name", "pk")
    page = page_of(rows, request, LINES)
    projects = list(page.object_list)
    mine = _those(user, Action.FILE, projects)
    sent = request.POST if request.method == "POST" and mine else None
    form = MonthGrid(shown.month, sheets_of(projects, shown.month), user, mine, sent)
    if sent is not None and form.is_valid() and (count := form.carry_out()):
        messages.success(request, f"已报送 {count} 个项目的月报。")
        return redirect(request.get_full_path())
    if sent is not None and not form.changes and not form.errors:
        messages.info(request, "没有改动，什么也没有写。")
        return redirect(request.get_full_path())
    context = _beside(request, shown, key) | {
        "form": form,
        "page": page,
        "pages": pages_beside(page, request.GET),
        "may_file": bool(mine),
        "waiting": _to_accept(user, projects, form),
        "here": request.get_full_path(),
    }
    return render(request, "crm/month_grid.html", context, status=400 if sent is not None else 200)


def _those(user: Any, action: Action, projects: list[Project]) -> set[int]:
    """The numbers of those on which the user may do this."""
    ids = [project.pk for project in projects]
    if not ids or not access.can(user, action, ProjectMonth):
        return set()
    may = Project.objects.visible_to(user, action).filter(pk__in=ids)
    return set(may.values_list("pk", flat=True))


def _to_accept(user: Any, projects: list[Project], form: MonthGrid) -> list[int]:
    """The numbers of the reports on this page that the user may accept."""
    may = _those(user, Action.CONFIRM, projects)
    rows = [line.sheet.row for line in form.lines if line.sheet.project.pk in may]
    return [
        row.pk
        for row in rows
        if row and row.state == MonthState.REPORTED and row.reporter_id != user.pk
    ]


def _beside(request: HttpRequest, shown: Shown, key: QuerySet[Any]) -> dict[str, Any]:
    """The counts, the months before and after, and what one may narrow the page to."""
    counted = dict(key.order_by().values_list("month_state").annotate(Count("pk")))
    counts = {state or MISSING: count for state, count in counted.items()}
    counts[""] = sum(counts.values())
    after = month_after(shown.month)
    due = due_on(shown.month)
    everything = reporting(Project.objects.visible_to(request.user), shown.month)
    return {
        "shown": shown,
        "month": shown.month,
        "due": due,
        "late_days": max((clock.today() - due).days, 0),
        "states": [
            Link(label, _to(request, state=state), counts.get(state, 0), shown.state == state)
            for state, label in STATES.items()
        ],
        "missing_count": counts.get(MISSING, 0) + counts.get(MonthState.RETURNED.value, 0),
        "previous": _to(request, month=month_before(shown.month).iso),
        "next": _to(request, month=after.iso) if after.start <= clock.today() else "",
        "parks": Park.objects.filter(pk__in=everything.order_by().values("park")).order_by("name"),
        "teams": Team.objects.filter(pk__in=everything.order_by().values("team")).order_by("name"),
    }


def _to(request: HttpRequest, **more: str) -> str:
    return address(request.GET, page="", **more)


@desk
def accept_shown(request: HttpRequest) -> HttpResponse:
    """认可 of the reports that a page showed as waiting, all of them or none."""
    back = back_to(request, reverse("desk-project-months"))
    if request.method != "POST":
        return redirect(back)
    user: Any = request.user
    ids = {int(text) for text in request.POST.getlist("report") if _number(text)}
    rows = list(ProjectMonth.objects.visible_to(user).filter(pk__in=ids).select_related("project"))
    if len(rows) < len(ids):
        raise Hidden()
    try:
        accepted = project_months.accept_months(rows, by=user)
    except Refused as refused:
        if refused.code in ("not_allowed", "not_found"):
            raise
        messages.warning(request, f"一份也没有认可：{refused.reason}")
    else:
        messages.success(request, f"已认可 {len(accepted)} 份月报。")
    return redirect(back)
