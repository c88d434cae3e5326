"""What can be done with a row of a ledger beside changing it: links and buttons on its page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
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
_verbs: dict[str, list[Verbs]] = defaultdict(list)


def verbs_of(noun: str) -> Callable[[Verbs], Verbs]:
    """Declares that the function below tells verbs of this noun's rows for a user. Of facts it is
    asked while they stand."""

    def declared(told: Verbs) -> Verbs:
        _verbs[noun].append(told)
        return told

    return declared


def of_row(row: Any, user: Any) -> list[Verb]:
    return [verb for told in _verbs[str(row._meta.model_name)] for verb in told(row, user)]


def verb_page(request: HttpRequest, form: Any, **shown: Any) -> HttpResponse:
    """The form of a verb. shown: project (or its name alone), title, note, button, the address
    `back`, and where wanted `effects` (what follows, in sentences) and `crumb` (of the project)."""
    status = 400 if form.errors else 200
    return render(request, "crm/verb.html", {"form": form, **shown}, status=status)


def said_in_one_line(parts: Iterable[Any]) -> str:
    """What a row is, under the heading of its verb; no line begins with the dot."""
    return "\u00a0· ".join(str(part) for part in parts if part)


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
