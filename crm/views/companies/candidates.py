"""小升规培育库 on the desk: filing a candidate, and what the bureau answered."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from crm.actions.companies import candidates
from crm.errors import Hidden, Refused
from crm.forms.fields import DayField, WhenField
from crm.forms.ledgers import DatedForm, VerbForm, show_refusal
from crm.models.companies.candidates import CandidateState, ScaleCandidate
from crm.models.companies.spells import EntryMode
from crm.views.base import desk, ledger_or_hidden, row_or_hidden
from crm.views.ledgers.row_verbs import Verb, said_in_one_line, verb_page, verbs_of
from crm.views.system.submissions import once

KEY = "scale-candidates"


class FilingForm(DatedForm):
    on = DayField(label="申报日期")


class ReturnForm(DatedForm):
    on = DayField(label="退回日期")
    reason = forms.CharField(label="退回原因", max_length=300)


class ApprovalForm(VerbForm):
    entered = WhenField(label="入库时间", help_text="知道到月就写到月，例如 2023-05。")
    mode = forms.ChoiceField(label="入库方式", choices=[("", "请选择"), *EntryMode.choices])
    document = forms.CharField(label="入库文件", max_length=200, required=False)


# The word of the address → what it leads to, its form, its verb, its button and what follows.
STEPS: dict[str, tuple[CandidateState, type[VerbForm], Callable[..., Any], str, list[str]]] = {
    "file": (CandidateState.FILED, FilingForm, candidates.file_candidate, "申报", []),
    "return": (CandidateState.RETURNED, ReturnForm, candidates.return_candidate, "退回", []),
    "approve": (
        CandidateState.APPROVED, ApprovalForm, candidates.approve_candidate, "批准入库",
        ["企业从入库时间起算规上企业，在规上入退库里登记一段。"],
    ),
}  # fmt: skip


@verbs_of("scalecandidate")
def verbs(candidate: ScaleCandidate, user: Any) -> list[Verb]:
    return [
        Verb(label, reverse("desk-candidate", args=[candidate.pk, word]))
        for word, (to, _, _, label, _) in STEPS.items()
        if candidates.may_move(candidate, to, user)
    ]


@desk
def step(request: HttpRequest, pk: int, word: str) -> HttpResponse:
    """One step of a candidate; where it has been taken meanwhile its page says so."""
    if word not in STEPS:
        raise Hidden()
    to, form_class, verb, label, effects = STEPS[word]
    candidate = row_or_hidden(ledger_or_hidden(KEY, request.user), request.user, pk)
    page = reverse("desk-row", args=[KEY, pk])
    candidates.require(candidate, to, request.user)
    if candidate.state not in candidates.MOVES[to]:
        messages.info(request, f"这一条现在是“{candidate.get_state_display()}”。")
        return redirect(page)
    form = form_class(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            once(request, partial(verb, candidate, by=request.user, **form.cleaned_data))
        except Refused as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, f"“{candidate.company}”{to.label}。")
            return redirect(page)
    return verb_page(
        request,
        form,
        project=candidate,
        back=page,
        title=label,
        note=said_in_one_line((candidate.company, f"{candidate.year} 年")),
        effects=effects,
        button=label,
    )
