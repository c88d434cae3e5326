"""待研判: enquiries of the public site, accepted into the pipeline or declined with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from crm import access, clock
from crm.access import Action
from crm.actions.pipeline import enquiries
from crm.errors import Hidden, Refused
from crm.forms.ledgers import show_refusal
from crm.forms.projects import DeclineForm, EnquiryForm
from crm.models import Enquiry, EnquiryState
from crm.views.base import desk, page_of
from crm.views.companies import hints
from crm.views.ledgers import history
from crm.views.system.submissions import once

SLOW_DAYS = 2  # an enquiry nobody decided on for so long is late


@dataclass(frozen=True)
class Card:
    enquiry: Enquiry
    age: str
    is_late: bool


def _card(enquiry: Enquiry) -> Card:
    waited = clock.now() - enquiry.received_at
    hours = max(0, int(waited.total_seconds() // 3600))
    age = f"{hours // 24} 天前" if hours >= 24 else f"{hours} 小时前" if hours else "刚刚"
    late = enquiry.state == EnquiryState.NEW and waited.days >= SLOW_DAYS
    return Card(enquiry, age, late)


def _found(user: Any, pk: int) -> Enquiry:
    row = (
        Enquiry.objects.visible_to(user)
        .filter(pk=pk)
        .select_related("park", "team", "key", "project", "decided_by")
        .first()
    )
    if row is None:
        raise Hidden()
    return row


@desk
def inbox(request: HttpRequest) -> HttpResponse:
    access.require_noun(request.user, Action.VIEW, "enquiry")
    decided = request.GET.get("state") == "decided"
    visible = Enquiry.objects.visible_to(request.user).select_related(
        "park", "team", "key", "project", "decided_by"
    )
    new = visible.filter(state=EnquiryState.NEW)
    rows = (
        visible.exclude(state=EnquiryState.NEW).order_by("-decided_at", "-pk")
        if decided
        else new.order_by("received_at", "pk")
    )
    page = page_of(rows, request, 20)
    return render(
        request,
        "crm/enquiries.html",
        {
            "page": page,
            "cards": [_card(row) for row in page],
            "decided": decided,
            "new_count": new.count(),
        },
    )


@desk
def enquiry(request: HttpRequest, pk: int) -> HttpResponse:
    row = _found(request.user, pk)
    return _page(request, row)


def _page(
    request: HttpRequest,
    row: Enquiry,
    accepting: EnquiryForm | None = None,
    declining: DeclineForm | None = None,
    likeness: hints.Likeness | None = None,
) -> HttpResponse:
    suggested = f"{row.organisation or '网站咨询'}{row.industry}项目"[:150]
    wrong = (accepting and accepting.errors) or (declining and declining.errors)
    return render(
        request,
        "crm/enquiry.html",
        {
            "card": _card(row),
            "enquiry": row,
            "is_new": row.state == EnquiryState.NEW,
            "accepting": accepting or EnquiryForm(initial={"name": suggested}),
            "declining": declining or DeclineForm(auto_id="decline_%s"),
            "may_accept": access.may(request.user, Action.ACCEPT, row),
            "may_reveal": access.may(request.user, Action.REVEAL, row),
            "history": history.of_row(row),
            "likeness": likeness,
        },
        status=409 if likeness else 400 if wrong else 200,
    )


@desk
@require_POST
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    row = _found(request.user, pk)
    form = EnquiryForm(request.POST)
    likeness = None
    if form.is_valid():
        try:
            said = hints.answer(request.POST)
            accept_it = partial(
                enquiries.accept_enquiry, row, by=request.user, anyway=said, **form.cleaned_data
            )
            project = once(request, accept_it)
        except Refused as refused:
            if refused.code in ("not_allowed", "not_found"):
                raise
            likeness = hints.question(refused, form)
        else:
            messages.success(request, f"已受理，项目“{project}”在线索阶段，由您跟进。")
            return redirect("desk-project", project.pk)
    return _page(request, row, accepting=form, likeness=likeness)


@desk
@require_POST
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    row = _found(request.user, pk)
    form = DeclineForm(request.POST, auto_id="decline_%s")
    if form.is_valid():
        try:
            enquiries.decline_enquiry(row, by=request.user, **form.cleaned_data)
        except Refused as refused:
            if refused.code in ("not_allowed", "not_found"):
                raise
            show_refusal(form, refused)
        else:
            messages.success(request, "已记录不予受理，对方凭回执码能看到进度。")
            return redirect("desk-enquiries")
    return _page(request, row, declining=form)
