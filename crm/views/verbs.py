"""The verbs of a project as pages: move, sign; each parses, calls, answers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from crm import access
from crm.access import Action
from crm.actions import agreements, files, projects
from crm.actions.gates import Missing
from crm.errors import Refused
from crm.forms.ledgers import show_refusal
from crm.forms.projects import AgreementForm, MoveForm
from crm.models import Agreement, Project, StageMove, StoredFile
from crm.stages import Stage, Status
from crm.views import similar, walk
from crm.views.base import back_to, desk, project_or_hidden, rights_on
from crm.views.projects import gate_tasks, task
from crm.views.sending import made_before, once


def sent(request: HttpRequest) -> tuple[Any, Any]:
    """What a form is bound to: nothing until something was sent, however little."""
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


@contextmanager
def together() -> Iterator[list[StoredFile]]:
    """All or nothing: when a later step refuses, a file stored before it leaves the disk too."""
    stored: list[StoredFile] = []
    try:
        with transaction.atomic():
            yield stored
    except Refused:
        for row in stored:
            row.file.storage.delete(row.file.name)
        raise


@desk
def move(request: HttpRequest, pk: int) -> HttpResponse:
    project = project_or_hidden(request.user, pk)
    access.require(request.user, Action.ADVANCE, project)
    following = Stage(project.stage).following if project.is_active else None
    back = back_to(request, reverse("desk-project", args=[pk]) + walk.query_of(request))
    if made_before(request):  # what was chosen is no choice any more
        return redirect(back)
    wanted = request.GET.get("to") or (following.value if following else "")
    form = MoveForm(project, *sent(request)[:1], initial={"to": wanted})
    lacks: list[Missing] = []
    conflict = False
    if request.method == "POST" and form.is_valid():
        try:
            once(request, partial(_carry_out, project, form, request.user))
        except Refused as refused:
            if refused.code == "gate_unmet":
                lacks = refused.details
                form.add_error(None, "还不能推进：下面几项补齐后再办。")
                if any("evidence" in lack.fields for lack in lacks):
                    form.add_error("evidence", "请填写凭证的文号或编号。")
            else:
                conflict = refused.code == "stale"
                show_refusal(form, refused)
        else:
            messages.success(request, _done(project, form))
            return redirect(back)
    rights = rights_on(request.user, project, register=Action.REGISTER)
    target = _meant(form)
    return render(
        request,
        "crm/move.html",
        {
            "project": project,
            "form": form,
            "in_force": _in_force(project) if target == Status.EXITED else None,
            "target": dict(form.fields["to"].choices).get(target, ""),
            "refused_tasks": [task(lack, project, rights, to=target) for lack in lacks],
            "tasks": gate_tasks(project, target, rights) if target and not lacks else [],
            "conflict": conflict,
            "back": back,
        },
        status=409 if conflict or lacks else 400 if form.errors else 200,
    )


def _in_force(project: Project) -> Agreement | None:
    """The 投资 agreement that goes on holding, and counting, when the project leaves."""
    return Agreement.objects.investments_in_force().filter(project=project).first()


def _meant(form: MoveForm) -> Stage | Status | None:
    """The move the form shows as chosen, if it is one of those that may be made."""
    wanted = form["to"].value()
    if wanted not in dict(form.fields["to"].choices):
        return None
    return Stage(wanted) if wanted in Stage.values else Status(wanted)


def _carry_out(project: Project, form: MoveForm, user: Any) -> StageMove:
    """Calls the verb that the chosen option means."""
    data, target = form.cleaned_data, form.target
    common: dict[str, Any] = {
        "on": data["on"],
        "by": user,
        "reason": data["reason"],
        "version": data["version"],
    }
    if isinstance(target, Stage):
        return projects.advance(project, target, evidence=data["evidence"], **common)
    return projects.STATUS_VERBS[Status(target)](project, **common)


def _done(project: Project, form: MoveForm) -> str:
    """What was done, in words."""
    target = form.target
    if isinstance(target, Stage):
        return f"“{project}”已进入{target.label}。"
    return f"“{project}”现在是{Status(target).label}。"


@desk
def agreement(request: HttpRequest, pk: int) -> HttpResponse:
    project = project_or_hidden(request.user, pk)
    access.require(request.user, Action.SIGN, project)
    form = AgreementForm(project, request.user, *sent(request))
    lacks: list[Missing] = []
    likeness = None
    if request.method == "POST" and form.is_valid():
        values: dict[str, Any] = {**form.cleaned_data, "anyway": similar.answer(request.POST)}
        upload, advance = values.pop("scan"), values.pop("advance", False)

        def sign() -> Agreement:
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
            signed = once(request, sign)
        except Refused as refused:
            renamed = {"signed_on": "signed", "on": "signed", "occurred_on": "signed"}
            refused.fields = {renamed.get(n, n): why for n, why in refused.fields.items()}
            if refused.code == "gate_unmet":
                lacks = refused.details
                form.add_error(None, "项目还不能进入签约：下面几项补齐后再办，或先只登记协议。")
            else:
                likeness = similar.question(refused, form)
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
