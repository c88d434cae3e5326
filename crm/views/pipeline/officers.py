"""指派: giving a project to somebody else without leaving the list it stands on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from crm import access, ledgers
from crm.access import Action, Role
from crm.actions.pipeline import projects
from crm.errors import Refused
from crm.forms.fields import whole_number
from crm.models import Project, User
from crm.views.base import back_to, desk, project_or_hidden

# Who leads projects: the bureau's officers and heads of team.
LEADING = (Role.OFFICER, Role.TEAMLEAD)


@dataclass(frozen=True)
class Candidate:
    user: User
    project_count: int  # under way, of those the one who assigns can see
    is_current: bool


@desk
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Who may take the project, each with how many are in his hands; one press gives it to him."""
    user: Any = request.user
    row = project_or_hidden(user, pk)
    access.require(user, Action.ASSIGN, row)
    if request.method != "POST":
        return _page(request, row)
    before = row.officer
    try:
        officer = _chosen(request, user)
        values: dict[str, Any] = {"officer": officer}
        if row.team is None and officer is not None and officer.team is not None:
            values["team"] = officer.team
        projects.change(row, values, by=user, version=_version(request))
    except Refused as refused:
        if refused.code not in ("stale", "invalid"):
            raise
        row.refresh_from_db()
        return _page(request, row, refused)
    said = f"已把“{row}”交给{officer}。" if officer else f"“{row}”现在没有招商专员。"
    if not request.htmx:  # type: ignore[attr-defined]
        messages.success(request, said)
        return redirect(back_to(request, reverse("desk")))
    return render(
        request,
        "crm/_assigned.html",
        {"project": row, "said": said, "before": before, "next": back_to(request, reverse("desk"))},
    )


def _page(request: HttpRequest, row: Project, refused: Refused | None = None) -> HttpResponse:
    is_piece = bool(request.htmx)  # type: ignore[attr-defined]
    return render(
        request,
        "crm/_assign.html" if is_piece else "crm/assign.html",
        {
            "project": row,
            "candidates": _candidates(request.user, row),
            "next": back_to(request, reverse("desk")),
            "problem": refused.reason if refused else "",
        },
        # htmx shows what is not an error: the piece says what went wrong.
        status=409 if refused and not is_piece else 200,
    )


def _candidates(user: Any, row: Project) -> list[Candidate]:
    staff = ledgers.referable("users", by=user).filter(role__in=LEADING).select_related("team")
    counted = dict(
        Project.objects.visible_to(user)
        .active()
        .filter(officer__in=staff)
        .order_by()
        .values_list("officer")
        .annotate(count=Count("pk"))
    )
    return [
        Candidate(one, counted.get(one.pk, 0), one.pk == row.officer_id)
        for one in staff.order_by("team__name", "first_name", "username")
    ]


def _chosen(request: HttpRequest, user: Any) -> User | None:
    """The colleague picked; "0" takes the project back to nobody, as undoing a first assignment."""
    text = request.POST.get("officer", "")
    if text == "0":
        return None
    staff = ledgers.referable("users", by=user).filter(role__in=LEADING)
    found = staff.filter(pk=whole_number(text)).first()
    if found is None:
        raise Refused("请在名单里选一位同事。", "invalid", ["officer"])
    return found


def _version(request: HttpRequest) -> int:
    version = whole_number(request.POST.get("version", ""), 9)
    if version is None:
        raise Refused("页面已过期，请重新选择。", "invalid")
    return version
