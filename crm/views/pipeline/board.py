"""看板: the pipeline as seven columns; a card set down in another one calls the verb."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from crm import clock
from crm.access import Action
from crm.actions.pipeline import projects
from crm.errors import Refused
from crm.models import Place, Project
from crm.stages import Stage
from crm.views.base import address, desk, project_or_hidden, rights_on, without
from crm.views.ledgers import saved
from crm.views.ledgers.lists import chips, readable, with_calendars
from crm.views.pipeline.board_columns import OWN, PLACE, Board
from crm.views.pipeline.projects import Task, task

# Of the address, what the board's own form does not ask for.
KEPT = ("stage", "status", "ordering", "cols", "view")


@dataclass(frozen=True)
class Refusal:
    """Why a card went back: the reason, what is missing with where to supply it, and the page
    where the move can be made with what it still needs (a reason, a date)."""

    project: Project
    reason: str
    tasks: list[Task]
    url: str
    is_stale: bool


@desk
def board(request: HttpRequest) -> HttpResponse:
    if usual := saved.default_url(request, "projects", Place.BOARD):
        return redirect(usual)
    found = Board(request)
    stage = found.stage("column")
    htmx: Any = request.htmx  # type: ignore[attr-defined]
    if stage and htmx and not htmx.boosted:
        (column,) = found.columns(stage)
        return render(request, "crm/_board_cards.html", {"column": column, "query": found.query})
    return _page(request, found)


def _page(request: HttpRequest, found: Board, refusal: Refusal | None = None) -> HttpResponse:
    form = with_calendars(found.asked.filters.form)
    kept = without(found.params, *PLACE)
    columns = found.columns()
    return render(
        request,
        "crm/board.html",
        {
            "columns": columns,
            "count": sum(column.count for column in columns),
            "statuses": found.status_links(),
            "status_word": "、".join(status.label for status in found.statuses),
            "asked": found.asked,
            "form": form,
            "fields": [one for one in form if one.name not in OWN],
            "strip": (strip := saved.strip(request, found.ledger, found.params, Place.BOARD)),
            "kept": [(n, v) for n in KEPT for v in kept.getlist(n)],
            "chips": chips(found.asked, kept, None),
            "list_url": reverse("desk-list", args=["projects"]) + found.list_query(),
            "clear_url": reverse("desk-board")
            + ("?view=none" if strip and strip.has_default else ""),
            "query": found.query,
            "refusal": refusal,
            "is_blank": not found.counted and not found.asked.is_filtered,
            "may_register": found.ledger.can(found.user, Action.REGISTER),
        },
        status=409 if refusal else 200,
    )


@desk
@require_POST
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """A card set down in another column: the verb decides; a refusal says what is missing."""
    user: Any = request.user
    row = project_or_hidden(user, pk)
    wanted, version = request.POST.get("to", ""), request.POST.get("version", "")
    if wanted not in Stage.values or not (version.isdecimal() and len(version) < 10):
        raise Refused("没有看懂要移到哪一列，请刷新看板再试。", "invalid", ["to"])
    to = Stage(wanted)
    try:
        projects.advance(row, to, on=clock.today(), by=user, version=int(version))
    except Refused as refused:
        if refused.code in ("not_found", "not_allowed"):
            raise
        return _refused(request, row, to, refused)
    row.refresh_from_db()
    said = f"“{row}”已进入{to.label}。"
    if not request.htmx:  # type: ignore[attr-defined]
        messages.success(request, said)
        return redirect(reverse("desk-board") + address(readable(request.GET)))
    found = Board(request)
    return render(
        request,
        "crm/_board_moved.html",
        {
            "card": found.cards([row])[row.pk],
            "columns": found.columns(cards=False),
            "query": found.query,
            "said": said,
        },
    )


def _refused(request: HttpRequest, row: Project, to: Stage, refused: Refused) -> HttpResponse:
    rights = rights_on(request.user, row, register=Action.REGISTER)
    reason, tasks, url = refused.reason, [], ""
    if refused.code == "gate_unmet":
        reason = f"还不能进入{to.label}，下面几项补齐后再移。"
        tasks = [task(lack, row, rights, to=to) for lack in refused.details]
    elif refused.code == "stale":
        reason = "这个项目刚刚被别人改过，卡片已放回原处。请看过最新情况再移。"
    elif refused.code != "illegal_move":
        url = Board(request).move_page(row, to.value)
    refusal = Refusal(row, reason, tasks, url, refused.code == "stale")
    if request.htmx:  # type: ignore[attr-defined]
        return render(
            request,
            "crm/_board_refused.html",
            {"refusal": refusal, "query": address(readable(request.GET))},
            status=409,
        )
    return _page(request, Board(request), refusal)
