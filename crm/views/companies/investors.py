"""投资方: which company a project's investor is, told while it is typed and settled later."""

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
from crm.actions.companies import investors
from crm.actions.companies.investors import NewCompany
from crm.actions.pipeline import projects
from crm.errors import Hidden, Refused
from crm.forms import meant
from crm.forms.fields import whole_number
from crm.forms.ledgers import VerbForm
from crm.models import Company, Project
from crm.views.base import desk, hint, project_or_hidden
from crm.views.companies import hints
from crm.views.ledgers.row_verbs import at_once
from crm.views.system.submissions import once

SHOWN = 3


@hint
def typed(request: HttpRequest) -> HttpResponse:
    """The panel under the field, while somebody types."""
    said = meant.of_text(
        "investor", "id_investor", request.GET.get("investor"), request.user, request.GET
    )
    return render(request, "crm/_meant.html", {"said": said})


def offered(project: Project, user: Any) -> list[Company]:
    """The companies that the investor of a project may be, while nobody has said which."""
    if not project.investor or project.investor_company_id is not None:
        return []
    return investors.alike(project.investor, by=user)[:SHOWN]


@desk
def link(request: HttpRequest, pk: int) -> HttpResponse:
    """The investor of a project is the company named by its number: one click on its page."""
    project = project_or_hidden(request.user, pk)
    access.require(request.user, Action.CHANGE, project)
    page = reverse("desk-project", args=[pk])
    number = whole_number(request.POST.get("company", ""))
    company = Company.objects.visible_to(request.user).filter(pk=number).first()
    if request.method != "POST" or company is None:
        raise Hidden()
    values = {"investor_company": company}
    return at_once(
        request,
        partial(projects.change, project, values, by=request.user),
        lambda: f"投资方已关联到“{company}”。",
        back=page,
    )


class NewInvestorForm(VerbForm):
    name = forms.CharField(label="企业名称", max_length=120)
    credit_code = forms.CharField(
        label="统一社会信用代码", max_length=18, required=False, help_text="知道就填。"
    )


@desk
def register(request: HttpRequest, pk: int) -> HttpResponse:
    """The investor of a project is entered as a company, and linked in the same write."""
    project = project_or_hidden(request.user, pk)
    access.require(request.user, Action.CHANGE, project)
    access.require_noun(request.user, Action.REGISTER, "company")
    page = reverse("desk-project", args=[pk])
    data = request.POST if request.method == "POST" else None
    form = NewInvestorForm(data, initial={"name": project.investor})
    likeness = None
    if data is not None and form.is_valid():
        new = NewCompany(form.cleaned_data["name"], form.cleaned_data["credit_code"].upper())
        change = partial(
            projects.change, project, {"investor_company": new}, by=request.user,
            anyway=hints.answer(data),
        )  # fmt: skip
        try:
            once(request, change)
        except Refused as refused:
            likeness = hints.question(refused, form)
        else:
            messages.success(request, f"已登记企业“{new.name}”，并关联为投资方。")
            return redirect(page)
    return render(
        request,
        "crm/new_investor.html",
        {"form": form, "project": project, "back": page, "likeness": likeness},
        status=409 if likeness else 400 if form.errors else 200,
    )
