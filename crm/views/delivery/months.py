"""项目月报 of one project: the form that is filled in on the phone, with last month beside it; and
what the head of the team says of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from crm import access, clock
from crm.access import Action
from crm.actions.delivery import project_months
from crm.actions.delivery.project_months import Filed
from crm.actions.system import files
from crm.dates import When, month_of
from crm.errors import Refused
from crm.exact import WAN
from crm.forms.fields import MoneyField
from crm.forms.ledgers import VerbForm, show_refusal
from crm.forms.projects import Files
from crm.models import Milestone, MilestoneKind, Project
from crm.models.delivery.completion import Completion, completions
from crm.models.delivery.project_months import (
    MonthState,
    ProjectMonth,
    due_on,
    month_asked_for,
)
from crm.models.delivery.sheets import Sheet, sheets_of
from crm.views.base import back_to, desk, ledger_or_hidden, project_or_hidden, row_or_hidden
from crm.views.delivery.grid import month_asked
from crm.views.ledgers.row_verbs import Verb, at_once, said_in_one_line, verb_page, verbs_of
from crm.views.system.submissions import made_before, once, sent, together

KEY = "monthly-reports"
LATEST = 4  # months on the project's page
PICTURES = "image/jpeg,image/png"


class MonthForm(VerbForm):
    """What a project reports; `why` is asked for where something is unlikely or was accepted."""

    invested = MoneyField(
        label="本月完成投资", unit="万元", factor=int(WAN), required=False,
        help_text="没有完成投资的填 0，不知道的留空。",
    )  # fmt: skip
    cumulative = MoneyField(
        label="1 月至本月累计", unit="万元", factor=int(WAN), required=False,
        help_text="留空的，由上月累计加本月得出。",
    )  # fmt: skip
    progress = forms.CharField(
        label="形象进度",
        max_length=1000,
        required=False,
        widget=forms.Textarea(
            attrs={"rows": 3, "placeholder": "例如：1、2 号厂房主体封顶，设备基础完成一半"}
        ),
    )
    photos = Files(
        label="现场照片",
        required=False,
        help_text="JPG、PNG；照片里的拍摄地点会去掉。",
        widget=Files.Input(attrs={"accept": PICTURES, "multiple": True}),
    )
    problems = forms.CharField(
        label="存在问题",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": "没有就留空"}),
    )
    unit = forms.CharField(label="责任单位", max_length=100, required=False)
    next_plan = forms.CharField(
        label="下月计划",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    why = forms.CharField(label="核对或修订原因", max_length=200, required=False)

    def clean_photos(self) -> list[Any]:
        found: list[Any] = self.cleaned_data["photos"]
        if any(not one.name.lower().endswith((".jpg", ".jpeg", ".png")) for one in found):
            raise forms.ValidationError("照片只收 JPG、PNG；别的文件请在项目页上传。")
        return found


class ReturnForm(VerbForm):
    reason = forms.CharField(
        label="退回原因",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "写明要改什么，报送人照着改"}),
    )


def sheet_url(project_id: int, month: Any) -> str:
    return f"{reverse('desk-project-month', args=[project_id])}?month={month.iso}"


@dataclass(frozen=True)
class Reported:
    """The last months of a project for its own page, the newest first, each with what it comes to
    of the plan and its address; asked: the month that is looked for and not there, with its form
    for who reports it."""

    months: list[tuple[ProjectMonth, Completion, str]]
    asked: When | None
    file_url: str
    all_url: str


def of_project(project: Project, user: Any, *, is_key: bool) -> Reported | None:
    """None where nothing is reported and nothing need be."""
    told = ProjectMonth.objects.standing().visible_to(user).filter(project=project)
    rows = list(told.order_by("-month_on")[:LATEST])
    if not rows and not is_key:
        return None
    known, asked = completions(rows), month_asked_for(clock.today())
    is_told = any(row.month_on == asked.start for row in rows)
    may_file = is_key and not is_told and access.may(user, Action.FILE, project)
    return Reported(
        [(row, known[row.pk], sheet_url(project.pk, row.month)) for row in rows],
        asked if is_key and not is_told else None,
        sheet_url(project.pk, asked) if may_file else "",
        f"{reverse('desk-list', args=[KEY])}?{urlencode({'q': project.name})}",
    )


@verbs_of("projectmonth")
def verbs(row: ProjectMonth, user: Any) -> list[Verb]:
    """The buttons on a report's page in the ledger."""
    found = [Verb("看月报", sheet_url(row.project_id, row.month))]
    return found + rulings(row, user)


def rulings(row: ProjectMonth, user: Any) -> list[Verb]:
    found = []
    if project_months.may_rule(row, MonthState.ACCEPTED, user):
        found.append(Verb("认可", reverse("desk-month-accept", args=[row.pk]), is_post=True))
    if project_months.may_rule(row, MonthState.RETURNED, user):
        found.append(Verb("退回", reverse("desk-month-return", args=[row.pk])))
    return found


@desk
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """A project's month: what was reported, and for who may report it the form."""
    user: Any = request.user
    ledger_or_hidden(KEY, user)
    project = project_or_hidden(user, pk)
    month = month_asked(request.GET.get("month", ""))
    if made_before(request) is not None:  # the form was sent twice: it is filed
        return redirect(sheet_url(pk, month))
    (told,) = sheets_of([project], month)
    may_file = access.may(user, Action.FILE, project)
    if request.method == "POST" and not may_file:
        access.require(user, Action.FILE, project)
    form = MonthForm(*sent(request), initial=_initial(told)) if may_file else None
    if form is not None and request.method == "POST" and form.is_valid():
        if str(told.row.pk if told.row else 0) != request.POST.get("was", ""):
            form.add_error(None, "别人刚报送或办理了这份月报；请核对，仍要改的再报送一次。")
        else:
            try:
                once(request, partial(_file, told, form.cleaned_data, user))
            except Refused as refused:
                refused.fields = {
                    {"scan": "photos"}.get(name, name): why for name, why in refused.fields.items()
                }
                show_refusal(form, refused)
            else:
                messages.success(request, f"已报送{month}的月报，等科长认可。")
                return redirect(sheet_url(pk, month))
    return render(
        request,
        "crm/month_sheet.html",
        _shown(told, user) | {"form": form, "asks_why": _asks_why(form, told)},
        status=400 if form is not None and form.errors else 200,
    )


def _initial(told: Sheet) -> dict[str, Any]:
    names = ("invested", "cumulative", "progress", "problems", "next_plan")
    held = {name: getattr(told.row, name, None) for name in names}
    return held | {"unit": told.unit}


def _asks_why(form: MonthForm | None, told: Sheet) -> bool:
    """Whether the reason is asked: of what was accepted, and of what was just found unlikely."""
    return form is not None and (
        told.state == MonthState.ACCEPTED or bool(form["why"].errors) or bool(form["why"].value())
    )


def _file(told: Sheet, values: dict[str, Any], user: Any) -> ProjectMonth:
    said = {name: value for name, value in values.items() if name not in ("photos", "why")}
    with together() as stored:
        filed = Filed(told.project, told.month, said, values["why"], told.row)
        row = project_months.file_one(filed, by=user)
        for photo in values["photos"]:
            stored.append(files.store(told.project, photo, by=user, month_on=told.month.start))
    return row


def _shown(told: Sheet, user: Any) -> dict[str, Any]:
    month, project = told.month, told.project
    after, due = month_of(month.start, 1), due_on(month)
    statistics = Milestone.objects.filter(
        project=project, kind=MilestoneKind.STATISTICS, year=month.start.year
    )
    is_open = told.state in ("", MonthState.RETURNED)
    return {
        "project": project,
        "told": told,
        "month": month,
        "due": due,
        "late_days": max((clock.today() - due).days, 0) if is_open else 0,
        "previous": sheet_url(project.pk, month_of(month.start, -1)),
        "next": sheet_url(project.pk, after) if after.start <= clock.today() else "",
        "rulings": rulings(told.row, user) if told.row else [],
        "is_in_statistics": statistics.exists(),
        "here": sheet_url(project.pk, month),
    }


@desk
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    row = _row(request, pk)
    back = sheet_url(row.project_id, row.month)
    if request.method != "POST":
        return redirect(back)
    return at_once(
        request,
        lambda: project_months.accept_months([row], by=request.user),  # type: ignore[misc]
        lambda: f"已认可“{row.project}”{row.month}的月报。",
        back=back,
    )


@desk
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    """退回 one report with what is to be mended."""
    if (made := made_before(request)) is not None:
        return redirect(back_to(request, sheet_url(made.project_id, made.month)))
    row = _row(request, pk)
    user: Any = request.user
    back = back_to(request, sheet_url(row.project_id, row.month))
    access.require(user, Action.CONFIRM, row)
    form = ReturnForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        act = partial(project_months.return_month, row, by=user, **form.cleaned_data)
        try:
            once(request, act)
        except Refused as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, f"已退回“{row.project}”{row.month}的月报。")
            return redirect(back)
    return verb_page(
        request,
        form,
        project=row.project,
        back=back,
        title="退回月报",
        note=said_in_one_line((row.month, f"{row.reporter or row.by}报送")),
        effects=["报送人、招商专员和驻企联络员都会收到提醒，看到退回原因；重报以后再认可。"],
        button="退回",
    )


def _row(request: HttpRequest, pk: int) -> ProjectMonth:
    """The standing report of this number; one that was replaced is gone from here."""
    found: ProjectMonth = row_or_hidden(ledger_or_hidden(KEY, request.user), request.user, pk)
    return found
