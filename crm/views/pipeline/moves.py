"""Moves of a project: the page on which it is moved, and 更正, by which a wrong date or a missing
document of a move is put right by a new one."""

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
from crm.actions.pipeline import projects
from crm.actions.pipeline.gates import Missing
from crm.errors import Hidden, Refused
from crm.forms.fields import WhenField
from crm.forms.ledgers import show_refusal
from crm.forms.projects import MoveForm
from crm.models import Agreement, Project, StageMove
from crm.stages import Stage, Status
from crm.views.base import back_to, desk, project_or_hidden, rights_on
from crm.views.ledgers import walk
from crm.views.ledgers.row_verbs import Verb, verbs_of
from crm.views.pipeline.projects import gate_tasks, task
from crm.views.system.submissions import made_before, once, sent


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
        initial={"on": known, "evidence": move.evidence},
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
