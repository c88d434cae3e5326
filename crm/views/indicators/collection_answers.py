"""One answer to a round of 填报 on the desk: looked at beside what is on record, taken over or sent
back."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from crm import access, ledgers
from crm.access import Action
from crm.actions.indicators import answers
from crm.errors import Refused
from crm.forms.collection_answers import Known, answer_of, judged
from crm.forms.collections import ReturnForm, TakeForm
from crm.forms.fields import whole_number
from crm.forms.ledgers import show_refusal
from crm.models.indicators.collections import AnswerState, CollectionRecipient
from crm.views.base import desk, ledger_or_hidden, row_or_hidden
from crm.views.companies.people import revealed
from crm.views.ledgers import history

KEY = "collection-recipients"


def take(
    recipient: CollectionRecipient, known: Known, *, by: Any, version: str, reason: str
) -> CollectionRecipient:
    """Takes over one answer as it was looked at; refused where it cannot be read any more."""
    answer = answer_of(recipient, known)
    if recipient.state == AnswerState.SUBMITTED and not answer.is_valid() and answer.errors:
        raise Refused("；".join(answer.errors), "invalid")
    seen = whole_number(version, 9) or 0
    write = partial(answer.write, by=by, reason=reason)
    return answers.take_over(
        recipient, write, by=by, version=seen, kept=answer.kept(), reason=reason
    )


@desk
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """One answer beside what is on record: to take over or to send back."""
    ledger = ledger_or_hidden(KEY, request.user)
    recipient = row_or_hidden(ledger, request.user, pk)
    known = Known.of(recipient.collection, [recipient])
    shown = judged(recipient, known)
    doing = request.POST.get("do") if request.method == "POST" else None
    returning = ReturnForm(request.POST if doing == "return" else None, prefix="return")
    taking = TakeForm(request.POST if doing == "take" else None, prefix="take")
    form = {"return": returning, "take": taking}.get(doing or "")
    version = request.POST.get("version", "")
    if form is not None and form.is_valid():
        said = form.cleaned_data["reason"]
        try:
            if form is returning:
                seen = whole_number(version, 9) or 0
                answers.return_answer(recipient, by=request.user, reason=said, version=seen)
                messages.success(request, f"已退回{recipient}，对方打开链接就看到原因。")
            else:
                take(recipient, known, by=request.user, version=version, reason=said)
                messages.success(request, f"已接收{recipient}的填报，写入台账。")
        except Refused as refused:
            if refused.code in ("not_allowed", "not_found"):
                raise
            show_refusal(form, refused)
        else:
            return redirect("desk-collection", recipient.collection_id)
    may_change = access.may(request.user, Action.CHANGE, recipient)
    return render(
        request,
        "crm/collection_answer.html",
        {
            "recipient": recipient,
            "round": recipient.collection,
            "answer": shown,
            "is_filled": bool(recipient.answer),
            "returning": returning,
            "taking": taking,
            "may_decide": may_change and recipient.state == AnswerState.SUBMITTED,
            "may_reveal": access.may(request.user, Action.REVEAL, recipient)
            and bool(recipient.phone_print or recipient.email_print),
            "written": _written(recipient),
            "links": recipient.links.valid().order_by("-pk"),
            "history": history.of_row(recipient),
        },
        status=409 if form is not None and form.errors else 200,
    )


def _written(recipient: CollectionRecipient) -> list[tuple[str, str]]:
    """The rows the answer became, each with its page."""
    return [
        (f"{ledgers.label_of(noun)} #{number}", ledgers.address_of(noun, number))
        for noun, number in recipient.written
    ]


@desk
@require_POST
def reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """The contact's telephone and address, once, on the record: for reminding by phone."""
    recipient = row_or_hidden(ledger_or_hidden(KEY, request.user), request.user, pk)
    return revealed(request, recipient, reverse("desk-collection-answer", args=[pk]))
