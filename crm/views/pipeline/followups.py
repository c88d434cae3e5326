"""记跟进: pick a project, say what was said and what comes next; also for what is sent later.

A page whose script sends it asks for JSON and gets the refusal with its reasons; without the script
it is a form like any other.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import F, Max, Q, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import ensure_csrf_cookie

from crm import access, clock
from crm.access import Action
from crm.actions.pipeline import followups
from crm.actions.system import files
from crm.errors import Refused
from crm.forms.ledgers import show_refusal
from crm.forms.projects import FollowUpForm
from crm.models import FollowUp, Project
from crm.names import name_key
from crm.views.base import desk, project_or_hidden
from crm.views.ledgers import walk
from crm.views.system.submissions import once, sent, together

SHOWN = 12
LONGEST = 60


@desk
def follow_up(request: HttpRequest, pk: int) -> HttpResponse:
    project = project_or_hidden(request.user, pk)
    access.require(request.user, Action.FOLLOW_UP, project)
    form = FollowUpForm(*sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            once(request, partial(_write_down, project, form.cleaned_data, request.user))
        except Refused as refused:
            refused.fields = {
                {"scan": "attachment"}.get(name, name): why for name, why in refused.fields.items()
            }
            show_refusal(form, refused)
        else:
            return _done(request, form, project)
    if form.errors and _wants_json(request):
        return _refusal(form)
    return render(
        request,
        "crm/follow_up.html",
        {"project": project, "form": form, "today": clock.today()},
        status=400 if form.errors else 200,
    )


def _write_down(project: Project, values: dict[str, Any], user: Any) -> FollowUp:
    told = {name: value for name, value in values.items() if name != "attachment"}
    with together() as stored:
        row = followups.follow_up(project, by=user, **told)
        for upload in values["attachment"]:
            stored.append(files.store(project, upload, by=user, follow_up=row))
    return row


def _done(request: HttpRequest, form: FollowUpForm, project: Project) -> HttpResponse:
    url = reverse("desk-project", args=[project.pk]) + walk.query_of(request)
    planned = form.cleaned_data["next_on"]
    said = f"已记录跟进，下次 {planned}。" if planned else "已记录跟进；还没有安排下一步。"
    if _wants_json(request):
        if request.headers.get("X-Sent-Later") != "1":
            messages.success(request, said)
        return JsonResponse({"url": url, "said": said}, status=201)
    messages.success(request, said)
    return redirect(url)


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept") == "application/json"


def _refusal(form: FollowUpForm) -> HttpResponse:
    fields = {name: " ".join(map(str, why)) for name, why in form.errors.items()}
    return JsonResponse({"reason": " ".join(fields.values()), "fields": fields}, status=400)


@desk
def pick(request: HttpRequest) -> HttpResponse:
    """The projects one may follow up: what is due or was talked about last, or those of a name."""
    access.require_noun(request.user, Action.FOLLOW_UP, "project")
    typed = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST]
    mine = Project.objects.visible_to(request.user, Action.FOLLOW_UP).select_related("officer")
    found = list((_named(mine, typed) if typed else _likely(mine, request.user))[:SHOWN])
    template = "crm/_pick.html" if getattr(request, "htmx", False) else "crm/pick.html"
    return render(request, template, {"projects": found, "typed": typed, "today": clock.today()})


def _named(projects: QuerySet, typed: str) -> QuerySet:
    key = name_key(typed)
    return projects.filter(
        Q(name_key__contains=key) | Q(investor__icontains=typed) | Q(company__name__icontains=typed)
        if key
        else Q(pk__in=[])
    ).order_by("status", "-updated_at", "-pk")


def _likely(projects: QuerySet, user: Any) -> QuerySet:
    """One's own first: what one wrote about last, then what is due."""
    wrote = Max("follow_ups__pk", filter=Q(follow_ups__by=user, follow_ups__withdrawn_at=None))
    own = projects.active().annotate(wrote=wrote)  # type: ignore[attr-defined]
    near = Q(wrote__isnull=False) | Q(officer=user) | Q(next_on__isnull=False)
    return own.filter(near).order_by(F("wrote").desc(nulls_last=True), "next_on", "-pk")


@ensure_csrf_cookie
def me(request: HttpRequest) -> HttpResponse:
    """Who is signed in here, and a token that is good now: asked before anything is sent later."""
    if not request.user.is_authenticated:
        return JsonResponse({"reason": "请先登录。"}, status=401)
    return JsonResponse({"user": request.user.pk, "token": get_token(request)})
