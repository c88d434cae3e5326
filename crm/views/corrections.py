"""更正: a wrong date or a missing document of a move, put right by a new move."""

from __future__ import annotations

from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from crm import access
from crm.access import Action
from crm.actions import projects
from crm.errors import Hidden, Refused
from crm.forms.fields import WhenField
from crm.forms.ledgers import show_refusal
from crm.models import StageMove
from crm.views.base import desk
from crm.views.row_verbs import Verb, verbs_of
from crm.views.sending import once


@verbs_of("stagemove")
def verbs(move: StageMove, user: Any) -> list[Verb]:
    if not access.may(user, Action.ADVANCE, move.project):
        return []
    return [Verb("更正", reverse("desk-correct", args=[move.pk]))]


class CorrectionForm(forms.Form):
    """When it really happened, on what evidence, and why the record changes."""

    on = WhenField(label="实际发生日期", help_text="只知道年月就写 2023-08。")
    evidence = forms.CharField(
        label="凭证", max_length=200, required=False, help_text="文号或凭证编号。"
    )
    reason = forms.CharField(
        label="更正原因",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": "例如：按施工许可证上的日期更正"}),
        help_text="原来的记录仍然保留，报告按更正后的统计。",
    )


@desk
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """The correction of one standing move; a replaced one leads to its project."""
    move = (
        StageMove.objects.visible_to(request.user).filter(pk=pk).select_related("project").first()
    )
    if move is None:
        raise Hidden()
    access.require(request.user, Action.ADVANCE, move.project)
    if not move.stands:
        messages.info(request, "这条变动已经更正或作废，请看最新的一条。")
        return redirect("desk-row", "moves", pk)
    known = move.occurred
    form = CorrectionForm(
        request.POST if request.method == "POST" else None,
        initial={"on": known.iso if known else "", "evidence": move.evidence},
    )
    if request.method == "POST" and form.is_valid():
        try:
            correct_it = partial(projects.correct, move, by=request.user, **form.cleaned_data)
            once(request, correct_it)
        except Refused as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, "已更正，原来的记录在这一步的页面上可以查到。")
            return redirect("desk-project", move.project_id)
    return render(
        request,
        "crm/correct.html",
        {"move": move, "known": known, "form": form},
        status=400 if form.errors else 200,
    )
