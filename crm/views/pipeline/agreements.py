"""Agreements: the page on which one is signed, and 解约, on which one ends, with what follows said
before anybody decides."""

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
from crm.actions.pipeline import agreements, projects
from crm.actions.pipeline.gates import Missing
from crm.actions.system import files
from crm.errors import Hidden, Refused
from crm.forms.fields import DayField
from crm.forms.ledgers import DatedForm, show_refusal
from crm.forms.projects import AgreementForm
from crm.models import Agreement, AgreementKind
from crm.stages import Stage
from crm.views.base import desk, project_or_hidden, rights_on
from crm.views.companies import hints
from crm.views.ledgers import walk
from crm.views.ledgers.row_verbs import Verb, said_in_one_line, verb_page, verbs_of
from crm.views.pipeline.projects import task
from crm.views.system.submissions import once, sent, together


@desk
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    project = project_or_hidden(request.user, pk)
    access.require(request.user, Action.SIGN, project)
    form = AgreementForm(project, request.user, *sent(request))
    lacks: list[Missing] = []
    likeness = None
    if request.method == "POST" and form.is_valid():
        values: dict[str, Any] = {**form.cleaned_data, "anyway": hints.answer(request.POST)}
        upload, advance = values.pop("scan"), values.pop("advance", False)

        def sign_it() -> Agreement:
            with together() as stored:
                if upload:
                    stored.append(files.store(project, upload, by=request.user))
                signed = agreements.sign_agreement(
                    project, by=request.user, scan=stored[0] if stored else None, **values
                )
                if signed.park and not project.park_id:
                    projects.change(project, {"park": signed.park}, by=request.user)
                if advance:
                    projects.advance(project, Stage.SIGNED, on=values["signed"], by=request.user)
            return signed

        try:
            signed = once(request, sign_it)
        except Refused as refused:
            renamed = {"signed_on": "signed", "on": "signed", "occurred_on": "signed"}
            refused.fields = {renamed.get(n, n): why for n, why in refused.fields.items()}
            if refused.code == "gate_unmet":
                lacks = refused.details
                form.add_error(None, "项目还不能进入签约：下面几项补齐后再办，或先只登记协议。")
            else:
                likeness = hints.question(refused, form)
        else:
            messages.success(
                request,
                f"已登记{signed.get_kind_display()}" + ("，项目进入签约。" if advance else "。"),
            )
            return redirect(reverse("desk-project", args=[pk]) + walk.query_of(request))
    rights = rights_on(request.user, project, register=Action.REGISTER)
    return render(
        request,
        "crm/agreement.html",
        {
            "project": project,
            "form": form,
            "refused_tasks": [task(lack, project, rights, to=Stage.SIGNED) for lack in lacks],
            "likeness": likeness,
        },
        status=409 if lacks or likeness else 400 if form.errors else 200,
    )


class EndingForm(DatedForm):
    """Its last day, and why it ends."""

    on = DayField(label="终止日期", help_text="这一天起不再有效。")
    reason = forms.CharField(
        label="解约原因",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": "例如：资金未到位，双方协商解约"}),
        help_text="原协议仍然保留，可以查到谁在何时办理了解约。",
    )


@verbs_of("agreement")
def verbs(agreement: Agreement, user: Any) -> list[Verb]:
    if agreement.ended_on:
        return []
    if not access.may(user, Action.SIGN, agreement.project):
        return []
    return [Verb("解约", reverse("desk-end-agreement", args=[agreement.pk]))]


@desk
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Ends a standing agreement; one that is ended or corrected leads to its project."""
    found = Agreement.objects.visible_to(request.user).filter(pk=pk)
    agreement = found.select_related("project", "park").first()
    if agreement is None:
        raise Hidden()
    access.require(request.user, Action.SIGN, agreement.project)
    if agreement.ended_on or not agreement.stands:
        messages.info(request, "这份协议已经终止、更正或作废，请看最新的一份。")
        return redirect("desk-project", agreement.project_id)
    form = EndingForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            end_it = partial(
                agreements.end_agreement, agreement, by=request.user, **form.cleaned_data
            )
            once(request, end_it)
        except Refused as refused:
            refused.fields = {
                {"ended_on": "on"}.get(name, name): why for name, why in refused.fields.items()
            }
            show_refusal(form, refused)
        else:
            ended = agreement.get_kind_display()
            messages.success(
                request, f"已终止{ended}。项目的阶段没有变；要退出或退回，请用“推进”。"
            )
            return redirect("desk-project", agreement.project_id)
    project = agreement.project
    told = (
        agreement.get_kind_display(),
        agreement.signed or "日期待补",
        agreement.amount_text,
        agreement.park,
    )
    return verb_page(
        request,
        form,
        project=project,
        back=reverse("desk-project", args=[project.pk]),
        title="解约",
        note=said_in_one_line(told),
        effects=effects(agreement),
        button="办理解约",
    )


def effects(agreement: Agreement) -> list[str]:
    """What follows from ending it, in sentences."""
    project = agreement.project
    kept = (
        f"项目仍在{project.get_stage_display()}、{project.get_status_display()}，阶段和状态不变。"
    )
    if agreement.kind != AgreementKind.INVESTMENT:
        told = ["招引入驻项目数不变：它按投资协议计。"]
        if agreement.kind == AgreementKind.INCREASE:
            told.append("这笔增资不再计入项目的协议投资总额，到位率随之变化。")
        return [*told, kept]
    increases = Agreement.objects.standing().filter(
        project=project, kind=AgreementKind.INCREASE, ended_on__isnull=True
    )
    told = [
        "截止月在终止日期当月及以后的报告，不再把本项目计入招引入驻项目和协议总投资；"
        "更早的报告不变。",
        "项目可以重新签订投资协议，新协议按新的签订日期计入。",
    ]
    if count := increases.count():
        told.append(f"还有 {count} 份增资协议仍然有效，需要时请另行解约。")
    if project.is_active:
        kept += "项目不再推进的，解约后请办理退出。"
    return [*told, kept]
