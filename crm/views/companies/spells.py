"""退库: the page on which a company leaves the list of companies above scale; and what can be done
with a company about that list and its industry."""

from __future__ import annotations

from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from crm import access
from crm.access import Action
from crm.actions.companies import spells
from crm.errors import Refused
from crm.forms.fields import WhenField
from crm.forms.ledgers import VerbForm, show_refusal
from crm.models import Company
from crm.models.companies.industry_changes import IndustryChange
from crm.models.companies.places import Relocation
from crm.models.companies.spells import AboveScaleSpell, ExitReason
from crm.views.base import desk, fact_or_hidden, ledger_or_hidden
from crm.views.ledgers.row_verbs import Verb, said_in_one_line, verb_page, verbs_of
from crm.views.system.submissions import once

KEY = "above-scale"


class LeavingForm(VerbForm):
    left = WhenField(label="退库时间", help_text="知道到月就写到月，例如 2023-05。")
    exit_reason = forms.ChoiceField(label="退库原因", choices=[("", "请选择"), *ExitReason.choices])
    document = forms.CharField(label="退库文件", max_length=200, required=False)
    note = forms.CharField(label="备注", max_length=300, required=False)


@verbs_of("abovescalespell")
def verbs(spell: AboveScaleSpell, user: Any) -> list[Verb]:
    if not spell.is_open or not access.may(user, Action.CHANGE, spell):
        return []
    return [Verb("退库", reverse("desk-leave-scale", args=[spell.pk]))]


@verbs_of("company")
def verbs_of_company(company: Company, user: Any) -> list[Verb]:
    """入库 while it is not in the list, 变更产业 once it has one, 迁移."""
    found = []
    stays = AboveScaleSpell.objects.standing().filter(company=company, left_on=None)
    if access.can(user, Action.REGISTER, AboveScaleSpell) and not stays.exists():
        found.append(Verb("登记入库", _new(KEY, company)))
    if access.can(user, Action.REGISTER, IndustryChange) and company.industry_id:
        found.append(Verb("变更产业", _new("industry-changes", company)))
    if access.can(user, Action.REGISTER, Relocation):
        found.append(Verb("登记迁移", _new("relocations", company)))
    return found


def _new(key: str, company: Company) -> str:
    return f"{reverse('desk-new', args=[key])}?company={company.pk}"


@desk
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    """Ends a standing stay; one that is ended or corrected leads to its page, which says so."""
    ledger = ledger_or_hidden(KEY, request.user)
    spell = fact_or_hidden(ledger, request.user, pk)
    access.require(request.user, Action.CHANGE, spell)
    page = reverse("desk-row", args=[KEY, pk])
    if not spell.is_open or not spell.stands:
        messages.info(request, "这一段已经退库、更正或作废，请看最新的一条。")
        return redirect(page)
    form = LeavingForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            left = once(request, partial(spells.leave, spell, by=request.user, **form.cleaned_data))
        except Refused as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, f"已登记“{spell.company}”退库。")
            return redirect(reverse("desk-row", args=[KEY, left.pk]))
    return verb_page(
        request,
        form,
        project=spell.company,
        crumb=reverse("desk-row", args=["companies", spell.company_id]),
        back=page,
        title="退库",
        note=said_in_one_line((f"{spell.entered} 入库", spell.get_mode_display())),
        effects=[
            "从退库那个月末起不再算规上企业；以前的报告不变。",
            "以后再次入库的另登记一段，不算首次。",
        ],
        button="办理退库",
    )
