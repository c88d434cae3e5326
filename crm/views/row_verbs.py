"""What can be done with a row of a ledger beside changing it: links and buttons on its page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from crm.errors import Refused
from crm.views.base import back_to


@dataclass(frozen=True)
class Verb:
    """A button: its word and its address; `is_post` acts at once, the others open a form."""

    label: str
    url: str
    is_post: bool = False


Verbs = Callable[[Any, Any], list[Verb]]
_verbs: dict[str, Verbs] = {}


def verbs_of(noun: str) -> Callable[[Verbs], Verbs]:
    """Declares the function below as what tells the verbs of this noun's rows for a user."""

    def declared(told: Verbs) -> Verbs:
        _verbs[noun] = told
        return told

    return declared


def of_row(row: Any, user: Any) -> list[Verb]:
    told = _verbs.get(str(row._meta.model_name))
    return told(row, user) if told else []


def verb_page(request: HttpRequest, form: Any, **shown: Any) -> HttpResponse:
    """The form of a verb. shown: project, title, note, button and the address `back`."""
    status = 400 if form.errors else 200
    return render(request, "crm/verb.html", {"form": form, **shown}, status=status)


def at_once(
    request: HttpRequest, act: Callable[[], Any], said: Callable[[], str], *, back: str
) -> HttpResponse:
    """Carries out a button that asks nothing, and goes back with what came of it."""
    try:
        act()
    except Refused as refused:
        if refused.code in ("not_allowed", "not_found"):
            raise
        messages.warning(request, refused.reason)
    else:
        messages.success(request, said())
    return redirect(back_to(request, back))
