"""The project page: where it stands, what stops it, what happened, who and how much."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from crm import access, clock, ledgers
from crm.access import Action
from crm.actions.merges import of_row
from crm.actions.pipeline import gates
from crm.actions.pipeline.gates import Missing
from crm.models import (
    Agreement,
    Contact,
    FundingReceipt,
    Milestone,
    MilestoneKind,
    Project,
    Review,
    StageMove,
    StageRule,
    funds_of,
    rested_too_long,
)
from crm.stages import Need, Stage, Status
from crm.views.base import desk, project_or_hidden, rights_on
from crm.views.companies import investors
from crm.views.delivery import months
from crm.views.ledgers import originals, walk
from crm.views.ledgers.cells import Shower
from crm.views.pipeline import assignments, first_contacts, timeline, transfers

FACTS = (
    "investor", "investor_company", "industry", "gbt", "park", "zone", "company", "location",
    "source", "activity", "method", "assigned_level", "source_area", "origin", "land_mode",
    "land_area_mu", "floor_area_sqm", "construction_nature", "upgrade", "planned_signing",
    "planned_start", "planned_completion", "planned_operation",
)  # fmt: skip
MOST_RECEIPTS = 8  # shown on the page; the ledger has them all
MONEY = (
    "planned_investment", "fixed_asset_investment", "foreign_amount", "capital_nature",
    "expected_output", "expected_tax", "expected_jobs",
)  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One stage of the strip. state: done, here, ahead."""

    stage: Stage
    state: str
    when: str
    days: int | None = None


@dataclass(frozen=True)
class Task:
    """An item of a gate: there (`reason`: what is known of it), or missing with where it can be
    supplied and who does."""

    label: str
    reason: str
    supplier: str
    is_met: bool
    url: str = ""


@desk
def project(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    row = project_or_hidden(user, pk)
    today = clock.today()
    part = request.GET.get("past", "")
    # Who may register on a project may hang dated facts on it.
    rights = rights_on(
        user, row, reveal=Action.REVEAL, register=Action.REGISTER, confirm=Action.CONFIRM
    )
    following = Stage(row.stage).following if row.is_active else None
    tasks = gate_tasks(row, following, rights) if following else []
    agreements = list(Agreement.objects.standing().filter(project=row).select_related("park"))
    listed = list(row.key_listings.of_year(today.year))
    shower, ledger = Shower(user), ledgers.get("projects")
    facts = [shower.cell(ledger.column(name), row, full=True) for name in FACTS]
    return render(
        request,
        "crm/project.html",
        {
            "project": row,
            "walk": walk.walk_of(request, ledger, row),
            "kept": walk.query_of(request),
            "rights": rights,
            "today": today,
            "is_overdue": bool(row.is_active and row.next_on and row.next_on < today),
            "idle_days": rested_too_long(row, today, StageRule.objects.days()),
            "overdue_days": (today - row.next_on).days if row.next_on else 0,
            "steps": steps(row, today),
            "rank": Stage(row.stage).rank,
            "following": following,
            "tasks": tasks,
            "missing_count": sum(not task.is_met for task in tasks),
            "outstanding": [
                task(item, row, rights, entered=True) for item in gates.outstanding(row)
            ],
            "money": [shower.cell(ledger.column(name), row, full=True) for name in MONEY],
            "agreements": agreements,
            "may_sign_first": not any(
                a.kind == "investment" and a.ended_on is None for a in agreements
            ),
            **_dated_facts(row),
            "first": first_contacts.of_project(row, user),
            "moved": transfers.of_project(row, user),
            "key_listings": listed,
            "reported": months.of_project(row, user, is_key=bool(listed)),
            "facts": [cell for cell in facts if not cell.is_empty],
            "unknown": [cell.label for cell in facts if cell.is_empty],
            "asks_investor": bool(row.investor) and not row.investor_company_id,
            "offered": investors.offered(row, user) if rights["change"] else [],
            "may_add_company": access.can(user, Action.REGISTER, "company"),
            "texts": originals.of_rows([row, *agreements], user),
            "served": assignments.of_project(row, today, rights),
            "contacts": list(
                Contact.objects.visible_to(user).filter(project=row).select_related("key")
            ),
            "merged": of_row(row),
            "files": list(row.files.select_related("by").order_by("-pk")[:20]),
            "events": timeline.of_project(row, part, timeline.Reader(user, rights)),
            "event_parts": timeline.choices(request, part),
            "primary": _primary(row, rights, tasks),
        },
    )


def steps(row: Project, today: date) -> list[Step]:
    """The seven stages with the dates on which the project (last) entered each, as far as known."""
    moves = StageMove.objects.standing().filter(project=row).order_by("place")
    entered = {Stage(m.to_stage): m for m in moves if m.from_stage != m.to_stage}
    here = Stage(row.stage)
    made = []
    for stage in Stage:
        move = entered.get(stage) if stage.rank <= here.rank else None
        when = move.occurred.text if move and move.occurred else ""
        state = "here" if stage == here else "done" if stage.rank < here.rank else "ahead"
        days = (today - move.occurred_until).days if state == "here" and move and when else None
        made.append(Step(stage, state, when or ("日期待补" if state == "here" else ""), days))
    return made


def gate_tasks(row: Project, to: Stage | Status, rights: dict[str, bool]) -> list[Task]:
    """All items of the gate of this move, the missing ones with where to supply them."""
    return [
        task(one.lack, row, rights, to=to)
        if one.lack
        else Task(one.item.label, one.note, one.item.supplier, True)
        for one in gates.checked(row, to)
    ]


def task(
    lack: Missing,
    row: Project,
    rights: dict[str, bool],
    *,
    to: Stage | Status | None = None,
    entered: bool = False,
) -> Task:
    """`entered`: the stage is already reached (待补), so evidence only comes by a correction."""
    return Task(
        lack.label, lack.reason, lack.supplier, False, supply_url(lack, row, rights, to, entered)
    )


def supply_url(
    lack: Missing,
    row: Project,
    rights: dict[str, bool],
    to: Stage | Status | None = None,
    entered: bool = False,
) -> str:
    """The form where the missing thing is filled in; empty when this user may not."""
    need = Need(lack.code.partition(":")[0])
    if need is Need.FIELD and rights["change"]:
        return f"{reverse('desk-edit', args=['projects', row.pk])}#id_{lack.fields[0]}"
    if need is Need.FOLLOW_UP and rights["follow_up"]:
        return reverse("desk-follow-up", args=[row.pk])
    if need is Need.AGREEMENT and rights["sign"]:
        return reverse("desk-agreement", args=[row.pk])
    if need is Need.REVIEW and rights.get("register"):
        back = reverse("desk-project", args=[row.pk])
        if to:
            back = f"{reverse('desk-move', args=[row.pk])}?to={to.value}"
        asked = urlencode({"project": row.pk, "next": back})
        return f"{reverse('desk-new', args=['reviews'])}?{asked}"
    if need is Need.EVIDENCE and rights["advance"] and entered:
        moves = StageMove.objects.standing().filter(project=row).into(lack.stage)
        made = moves.order_by("pk").values_list("pk", flat=True).last()
        return reverse("desk-correct", args=[made]) if made else ""
    if need in (Need.EVIDENCE, Need.REASON) and rights["advance"] and to:
        return f"{reverse('desk-move', args=[row.pk])}?to={to.value}#id_{lack.fields[0]}"
    return ""


def _primary(row: Project, rights: dict[str, bool], tasks: list[Task]) -> str:
    """The one next step on the page: to move on when nothing but the move itself is left to do,
    to sign where only the agreement is missing, else to follow up."""
    if row.status != Status.ACTIVE:
        return "resume" if rights["advance"] else ""
    with_the_move = reverse("desk-move", args=[row.pk])
    open_items = [t for t in tasks if not t.is_met and not t.url.startswith(with_the_move)]
    if rights["advance"] and tasks and not open_items:
        return "move"
    if rights["sign"] and len(open_items) == 1 and "agreement" in open_items[0].url:
        return "agreement"
    return "follow_up" if rights["follow_up"] else ""


def _dated_facts(row: Project) -> dict[str, Any]:
    """Milestones, reviews and money received, and what of them is not there yet."""
    milestones = list(Milestone.objects.filter(project=row))
    passed = {milestone.kind for milestone in milestones}
    receipts = FundingReceipt.objects.standing().filter(project=row)
    return {
        "milestones": milestones,
        "unpassed": [kind.label for kind in MilestoneKind if kind not in passed],
        "reviews": list(Review.objects.filter(project=row)),
        "funds": funds_of(row),
        "receipts": list(receipts[:MOST_RECEIPTS]),
    }
