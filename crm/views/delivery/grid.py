"""月报汇总: all key projects of a month on one page, typed or pasted and saved once; who has not
reported yet, and what is to be accepted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from crm import access, clock, ledgers
from crm.access import Action
from crm.actions.delivery import project_months
from crm.dates import When, month_of
from crm.errors import Hidden, Refused
from crm.forms.fields import whole_number
from crm.forms.month_grid import MonthGrid
from crm.models import Park, Project, Team
from crm.models.delivery.project_months import (
    MISSING,
    MonthState,
    ProjectMonth,
    due_on,
    month_asked_for,
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


class Key(NamedTuple):
    """A key project that reports the month: its number, how its report stands, where it belongs."""

    pk: int
    state: str
    park: int | None
    team: int | None


def key_projects(user: Any, month: When) -> list[Key]:
    """Those the user sees, by park and name: one query, so that who reports is asked once."""
    seen = with_state(reporting(Project.objects.visible_to(user), month), month)
    ordered = seen.order_by("park__name", "name", "pk")
    told = ordered.values_list("pk", "month_state", "park", "team")
    return [Key(pk, state or MISSING, park, team) for pk, state, park, team in told]


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
            whole_number(request.GET.get("park", "")),
            whole_number(request.GET.get("team", "")),
            state if state in STATES else "",
        )

    def of(self, projects: list[Key]) -> list[Key]:
        """Those of the park and the team."""
        return [
            row
            for row in projects
            if self.park in (None, row.park) and self.team in (None, row.team)
        ]

    def in_state(self, projects: list[Key]) -> list[Key]:
        return [row for row in projects if self.state in ("", row.state)]


def month_asked(text: str) -> When:
    """The month of an address, 2023-08; the one that is asked for now where it names none, or one
    that has not begun."""
    try:
        month = month_of(date.fromisoformat(f"{text}-01"))
    except ValueError:
        return month_asked_for(clock.today())
    return month if month.start <= clock.today() else month_asked_for(clock.today())


@desk
def grid(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    if not ledgers.get("monthly-reports").can(user, Action.VIEW):
        raise Hidden()
    shown = Shown.asked(request)
    key = key_projects(user, shown.month)
    page = page_of(shown.in_state(shown.of(key)), request, LINES)
    found = Project.objects.select_related("park").in_bulk([row.pk for row in page.object_list])
    projects = [found[row.pk] for row in page.object_list if row.pk in found]
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


def _beside(request: HttpRequest, shown: Shown, key: list[Key]) -> dict[str, Any]:
    """The counts, the months before and after, and what one may narrow the page to."""
    counts = Counter(row.state for row in shown.of(key))
    counts[""] = counts.total()
    after = month_of(shown.month.start, 1)
    return {
        "shown": shown,
        "month": shown.month,
        "due": due_on(shown.month),
        "late_days": _late_days(shown.month),
        "states": [
            Link(label, _to(request, state=state), counts[state], shown.state == state)
            for state, label in STATES.items()
        ],
        "missing_count": counts[MISSING] + counts[MonthState.RETURNED.value],
        "previous": _to(request, month=month_of(shown.month.start, -1).iso),
        "next": _to(request, month=after.iso) if after.start <= clock.today() else "",
        "parks": Park.objects.filter(pk__in={row.park for row in key}).order_by("name"),
        "teams": Team.objects.filter(pk__in={row.team for row in key}).order_by("name"),
    }


def _late_days(month: When) -> int:
    """Since the due day of the month that is asked for; an earlier one is history."""
    today = clock.today()
    return max((today - due_on(month)).days, 0) if month == month_asked_for(today) else 0


def _to(request: HttpRequest, **more: str) -> str:
    return address(request.GET, page="", **more)


@desk
def accept_shown(request: HttpRequest) -> HttpResponse:
    """认可 of the reports that a page showed as waiting, all of them or none."""
    back = back_to(request, reverse("desk-project-months"))
    if request.method != "POST":
        return redirect(back)
    user: Any = request.user
    ids = {pk for text in request.POST.getlist("report") if (pk := whole_number(text))}
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
