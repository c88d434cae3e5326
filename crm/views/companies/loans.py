"""园惠贷 on the desk: the next step of a loan."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from crm import access
from crm.access import Action
from crm.actions.companies import loans
from crm.errors import Hidden, Refused
from crm.exact import money_text
from crm.forms.fields import WhenField
from crm.forms.ledgers import DatedForm, show_refusal
from crm.models.companies.loans import STEPS, Loan, LoanState
from crm.views.base import desk, fact_or_hidden, ledger_or_hidden
from crm.views.ledgers.row_verbs import Verb, said_in_one_line, verb_page, verbs_of
from crm.views.system.submissions import once

KEY = "loans"


class StepForm(DatedForm):
    on = WhenField(label="日期", help_text="知道到月就写到月，例如 2023-05。")


@verbs_of("loan")
def verbs(loan: Loan, user: Any) -> list[Verb]:
    if not access.may(user, Action.CHANGE, loan):
        return []
    return [
        Verb(f"登记{to.label}", reverse("desk-loan", args=[loan.pk, to.value]))
        for to, before in loans.MOVES.items()
        if loan.step in before
    ]


@desk
def step(request: HttpRequest, pk: int, word: str) -> HttpResponse:
    """One step of a loan; where it has been taken meanwhile its page says so."""
    if word not in loans.MOVES:
        raise Hidden()
    to = LoanState(word)
    loan = fact_or_hidden(ledger_or_hidden(KEY, request.user), request.user, pk)
    access.require(request.user, Action.CHANGE, loan)
    page = reverse("desk-row", args=[KEY, pk])
    if not loan.stands or loan.step not in loans.MOVES[to]:
        messages.info(request, f"这笔贷款已经更正、作废或者是“{loan.step.label}”。")
        return redirect(page)
    form = StepForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            taken = once(
                request, partial(loans.step, loan, to, by=request.user, **form.cleaned_data)
            )
        except Refused as refused:
            if STEPS[to] in refused.fields:
                form.add_error("on", refused.fields[STEPS[to]])
            else:
                show_refusal(form, refused)
        else:
            messages.success(request, f"已登记“{loan}”{to.label}。")
            return redirect(reverse("desk-row", args=[KEY, taken.pk]))
    return verb_page(
        request,
        form,
        project=loan,
        back=page,
        title=f"登记{to.label}",
        note=said_in_one_line((loan.company, loan.bank, money_text(loan.amount))),
        button=f"登记{to.label}",
    )
