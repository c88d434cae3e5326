"""首谈 on the desk: the section of a project's page, and the pages of its verbs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from crm import access
from crm.access import Action, Role
from crm.actions.pipeline import first_contacts
from crm.errors import Hidden, Refused
from crm.forms.first_contacts import ClaimForm, GiveUpForm, RulingForm
from crm.forms.ledgers import show_refusal
from crm.models import ClaimState, FirstContactClaim, Project
from crm.views.base import desk, project_or_hidden
from crm.views.ledgers.row_verbs import Verb, at_once, verb_page, verbs_of
from crm.views.system.submissions import made_before, once


@dataclass(frozen=True)
class Told:
    """One claim as the page tells it; of a rival out of sight only unit, day and phone."""

    claim: FirstContactClaim
    rivals: list[str]
    verbs: list[Verb]


@verbs_of("firstcontactclaim")
def verbs(claim: FirstContactClaim, user: Any) -> list[Verb]:
    made = []
    if claim.is_running and _is_ours(claim, user):
        made.append(Verb("续期", reverse("desk-claim-renew", args=[claim.pk]), is_post=True))
        made.append(Verb("放弃", reverse("desk-claim-give-up", args=[claim.pk])))
    may_rule = access.may(user, Action.RULE, claim)
    if may_rule and claim.state_now in (ClaimState.CONTESTED, ClaimState.RULED):
        label = "裁定" if claim.held == ClaimState.CONTESTED else "重新裁定"
        made.append(Verb(label, reverse("desk-claim-rule", args=[claim.pk])))
    return made


def _is_ours(claim: FirstContactClaim, user: Any) -> bool:
    is_mine = (claim.team_id and claim.team_id == user.team_id) or claim.park_id in user.park_ids
    return bool(is_mine or access.sees_all(user, "project")) and access.may(
        user, Action.CHANGE, claim
    )


def of_project(project: Project, user: Any) -> dict[str, Any]:
    """What the section 首谈 of the project's page shows."""
    rows = list(
        FirstContactClaim.objects.filter(project=project)
        .select_related("team", "park", "person", "project", "against")
        .order_by("-claimed_at", "-pk")
    )
    told = [Told(row, _rivals(row), verbs(row, user)) for row in rows]
    running = [row for row in rows if row.is_running]
    may_claim = access.may(user, Action.REGISTER, project) and not any(
        row.team_id == user.team_id if row.team_id else row.park_id in user.park_ids
        for row in running
    )
    if access.sees_all(user, "project") and running:  # contesting is done by a side
        may_claim = False
    return {"claims": told, "may_claim": may_claim, "is_claimed": bool(running)}


def _rivals(claim: FirstContactClaim) -> list[str]:
    if claim.held != ClaimState.CONTESTED:
        return []
    return [
        f"{one.unit}（{one.claimed_on} 起{f'，电话 {one.phone}' if one.phone else ''}）"
        for one in first_contacts.case_of(claim)
        if one.pk != claim.pk
    ]


def _claim_or_hidden(user: Any, pk: int) -> FirstContactClaim:
    found = FirstContactClaim.objects.visible_to(user).select_related("project", "team", "park")
    claim = found.filter(pk=pk).first()
    if claim is None:
        raise Hidden()
    return claim


@desk
def claim(request: HttpRequest, pk: int) -> HttpResponse:
    """认领, or 提出争议 where somebody else's claim runs."""
    project = project_or_hidden(request.user, pk)
    access.require(request.user, Action.REGISTER, project)
    if made_before(request):  # it would be a contest now
        return redirect("desk-project", pk)
    running = list(
        FirstContactClaim.objects.running()
        .filter(project=project)
        .select_related("team", "park", "person")
    )
    form = ClaimForm(request.POST if request.method == "POST" else None, is_contest=bool(running))
    if request.method == "POST" and form.is_valid():
        try:
            made = once(
                request,
                partial(first_contacts.claim, project, by=request.user, **form.cleaned_data),
            )
        except Refused as refused:
            show_refusal(form, refused)
        else:
            is_contest = made.held == ClaimState.CONTESTED
            said = "已提出争议，等待县里裁定。" if is_contest else f"首谈归{made.unit}。"
            messages.success(request, said)
            return redirect("desk-project", pk)
    return verb_page(
        request,
        form,
        project=project,
        back=reverse("desk-project", args=[pk]),
        title="提出首谈争议" if running else "认领首谈",
        note="；".join(f"{one.unit} {one.claimed_on} 起首谈，{one.state_text}" for one in running)
        or "本项目现在没有有效的首谈。",
        button="提出争议" if running else "认领",
    )


@desk
@require_POST
def renew(request: HttpRequest, pk: int) -> HttpResponse:
    claim = _claim_or_hidden(request.user, pk)
    return at_once(
        request,
        lambda: first_contacts.renew(claim, by=request.user),
        lambda: f"首谈已续期到 {claim.valid_until}。",
        back=reverse("desk-project", args=[claim.project_id]),
    )


@desk
def give_up(request: HttpRequest, pk: int) -> HttpResponse:
    claim = _claim_or_hidden(request.user, pk)
    access.require(request.user, Action.CHANGE, claim)
    form = GiveUpForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            first_contacts.give_up(claim, by=request.user, **form.cleaned_data)
        except Refused as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, "已放弃首谈，记录保留。")
            return redirect("desk-project", claim.project_id)
    return verb_page(
        request,
        form,
        project=claim.project,
        back=reverse("desk-project", args=[claim.project_id]),
        title="放弃首谈",
        note=f"{claim.unit} {claim.claimed_on} 首谈，有效期至 {claim.valid_until}",
        button="放弃首谈",
    )


@desk
def rule(request: HttpRequest, pk: int) -> HttpResponse:
    """裁定: the claims of the case side by side, and who is upheld."""
    claim = _claim_or_hidden(request.user, pk)
    access.require(request.user, Action.RULE, claim)
    case = first_contacts.case_of(claim)
    ruling = claim.rulings.standing().first()
    if len(case) < 2 and ruling:
        case = list(ruling.claims.order_by("claimed_at", "pk"))
    form = RulingForm(
        case,
        request.POST if request.method == "POST" else None,
        is_leader=request.user.role == Role.LEADER,
    )
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        chosen = data.pop("winner")
        winner = next(one for one in case if str(one.pk) == chosen)
        try:
            first_contacts.rule(winner, by=request.user, **data)
        except Refused as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, f"已裁定：首谈归{winner.unit}。")
            return redirect("desk-row", "claims", winner.pk)
    sides = [
        {
            "claim": one,
            "follow_up_count": one.project.follow_ups.count(),
            "first_follow_up": one.project.follow_ups.order_by("held_on").first(),
        }
        for one in case
    ]
    return render(
        request,
        "crm/ruling.html",
        {"form": form, "sides": sides, "ruling": ruling},
        status=400 if form.errors else 200,
    )
