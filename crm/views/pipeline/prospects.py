"""转为线索: the form of a new project, filled from the target company, with 查重 as always."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from crm import access, ledgers
from crm.access import Action
from crm.actions.pipeline import prospects
from crm.errors import Refused
from crm.forms.ledgers import LedgerForm
from crm.models import Project, Prospect
from crm.views.base import desk, row_or_hidden
from crm.views.companies import hints
from crm.views.ledgers.row_verbs import Verb, verbs_of
from crm.views.system.submissions import once

KEY = "prospects"


@verbs_of("prospect")
def verbs(row: Prospect, user: Any) -> list[Verb]:
    if row.project_id:
        seen = Project.objects.visible_to(user).filter(pk=row.project_id).exists()
        return [Verb("打开项目", reverse("desk-project", args=[row.project_id]))] if seen else []
    if not (access.may(user, Action.CHANGE, row) and access.can(user, Action.REGISTER, "project")):
        return []
    return [Verb("转为线索", reverse("desk-convert", args=[row.pk]))]


def _filled(row: Prospect) -> dict[str, Any]:
    return {
        "name": f"{row.name}项目"[:150],
        "investor": row.name,
        "industry": row.industry_id,
        "officer": row.officer_id,
        "team": row.team_id,
        "origin": row.area,
        "summary": row.why,
    }


@desk
def convert(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    row = row_or_hidden(ledgers.get(KEY), user, pk)
    access.require(user, Action.CHANGE, row)
    access.require_noun(user, Action.REGISTER, "project")
    if row.project_id:
        messages.info(request, f"“{row}”已经转为项目。")
        return redirect("desk-row", KEY, pk)
    data = request.POST if request.method == "POST" else None
    ledger = ledgers.get("projects")
    form = LedgerForm(ledger, user, data)
    form.initial |= _filled(row)
    likeness = None
    if data is not None and form.is_valid():
        try:
            said = hints.answer(data)
            convert_it = partial(prospects.convert, row, form.values(), by=user, anyway=said)
            project = once(request, convert_it)
        except Refused as refused:
            likeness = hints.question(refused, form)
        else:
            messages.success(request, f"“{row}”已转为线索“{project}”。")
            return redirect("desk-project", project.pk)
    return render(
        request,
        "crm/form.html",
        {
            "ledger": ledger,
            "form": form,
            "parts": list(form.parts()),
            "likeness": likeness,
            "similar_fields": ledger.told_by,
            "back_url": reverse("desk-row", args=[KEY, pk]),
        },
        status=409 if likeness else 400 if form.errors else 200,
    )
