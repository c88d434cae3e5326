"""流转 on the desk: the section of a project's page, and the pages of its verbs."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from crm import access
from crm.access import Action
from crm.actions.pipeline import transfers
from crm.errors import Hidden, Refused
from crm.exact import trimmed
from crm.forms.first_contacts import AcceptForm, DeclineTransferForm, TransferForm
from crm.forms.ledgers import show_refusal
from crm.models import CreditShare, Project, Transfer, TransferState
from crm.views.base import desk, project_or_hidden
from crm.views.ledgers.row_verbs import Verb, at_once, verb_page, verbs_of
from crm.views.system.submissions import once

SEEN_WITH = ("project", "from_team", "from_park", "to_team", "to_park", "proposed_by", "decided_by")


@verbs_of("transfer")
def verbs(transfer: Transfer, user: Any) -> list[Verb]:
    if transfer.state != TransferState.PROPOSED:
        return []
    made = []
    if access.may(user, Action.RECEIVE, transfer) and transfer.proposed_by_id != user.pk:
        made.append(Verb("接收", reverse("desk-transfer-accept", args=[transfer.pk])))
        made.append(Verb("不接收", reverse("desk-transfer-decline", args=[transfer.pk])))
    if access.may(user, Action.TRANSFER, transfer):
        url = reverse("desk-transfer-withdraw", args=[transfer.pk])
        made.append(Verb("撤回", url, is_post=True))
    return made


def of_project(project: Project, user: Any) -> dict[str, Any]:
    """What the section 流转 of the project's page shows."""
    rows = list(project.transfers.select_related(*SEEN_WITH))
    shares = list(
        CreditShare.objects.standing().filter(project=project).select_related("team", "park")
    )
    return {
        "transfers": [{"row": row, "verbs": verbs(row, user)} for row in rows],
        "divided": [
            (label, held)
            for label, held in (
                ("科室业绩", [row for row in shares if row.team_id]),
                ("园区业绩", [row for row in shares if row.park_id]),
            )
            if len(held) > 1
        ],
        "may_propose": access.may(user, Action.TRANSFER, project)
        and not any(row.state == TransferState.PROPOSED for row in rows),
    }


def _transfer_or_hidden(user: Any, pk: int) -> Transfer:
    found = Transfer.objects.visible_to(user).select_related(*SEEN_WITH).filter(pk=pk).first()
    if found is None:
        raise Hidden()
    return found


@desk
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    project = project_or_hidden(request.user, pk)
    access.require(request.user, Action.TRANSFER, project)
    form = TransferForm(project, request.user, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            offer = once(
                request,
                partial(transfers.propose_transfer, project, by=request.user, **form.cleaned_data),
            )
        except Refused as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, f"已提出流转，等{offer.receiver}接收；接收之前项目不变。")
            return redirect("desk-project", pk)
    note = "对方接收后，项目归对方办理；首谈不变，业绩按约定分成。"
    return verb_page(request, form, title="提出流转", note=note, button="提出", project=project,
                 back=reverse("desk-project", args=[pk]))  # fmt: skip


@desk
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    transfer = _transfer_or_hidden(request.user, pk)
    access.require(request.user, Action.RECEIVE, transfer)
    form = AcceptForm(transfer, request.user, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            transfers.accept_transfer(transfer, by=request.user, **form.cleaned_data)
        except Refused as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, f"已接收“{transfer.project}”。")
            return _after(request, transfer)
    return verb_page(request, form, title="接收流转", note=_offered(transfer), button="接收",
                 project=transfer.project, back=transfer_url(pk))  # fmt: skip


@desk
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    transfer = _transfer_or_hidden(request.user, pk)
    access.require(request.user, Action.RECEIVE, transfer)
    form = DeclineTransferForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            transfers.decline_transfer(transfer, by=request.user, **form.cleaned_data)
        except Refused as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, "已回复不接收，项目留在对方。")
            return redirect("desk-row", "transfers", pk)
    return verb_page(request, form, title="不接收流转", note=_offered(transfer), button="不接收",
                 project=transfer.project, back=transfer_url(pk))  # fmt: skip


@desk
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    transfer = _transfer_or_hidden(request.user, pk)
    return at_once(
        request,
        lambda: transfers.withdraw_transfer(transfer, by=request.user),
        lambda: "已撤回流转。",
        back=reverse("desk-project", args=[transfer.project_id]),
    )


def transfer_url(pk: int) -> str:
    return reverse("desk-row", args=["transfers", pk])


def _offered(transfer: Transfer) -> str:
    """What is offered, for one who cannot open the project yet."""
    project = transfer.project
    return (
        f"{transfer.giver}转来，计划总投资{project.amount_text}，"
        f"{project.get_stage_display()}；本方计业绩 {trimmed(transfer.percent)}%。"
        f"原因：{transfer.reason}"
    )


def _after(request: HttpRequest, transfer: Transfer) -> HttpResponse:
    if access.may(request.user, Action.VIEW, transfer.project):
        return redirect("desk-project", transfer.project_id)
    return redirect("desk-row", "transfers", transfer.pk)
