"""A form of the desk is carried out once, however often it is sent ({% form_token %})."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.db import models
from django.http import HttpRequest

from crm.actions import submissions

TOKEN = "form_token"
# What differs between two sendings of one page.
NOT_SAID = (TOKEN, "csrfmiddlewaretoken")

Made = TypeVar("Made", bound=models.Model)


def once(request: HttpRequest, make: Callable[[], Made]) -> Made:
    """The row that `make` makes, or the one this form has made when it was sent before."""
    user: Any = request.user
    return submissions.once(make, by=user, token=_token(request), content=_said(request))


def made_before(request: HttpRequest) -> Any | None:
    """The row this form has made already, if just this was sent before: for pages that the first
    sending has changed, so that they would refuse the second."""
    user: Any = request.user
    if request.method != "POST":
        return None
    return submissions.made_before(by=user, token=_token(request), content=_said(request))


def _token(request: HttpRequest) -> str:
    return request.POST.get(TOKEN, "")


def _said(request: HttpRequest) -> str:
    """All that the form says, and which files come with it."""
    typed = [
        f"{name}={value}"
        for name, values in sorted(request.POST.lists())
        for value in values
        if name not in NOT_SAID
    ]
    files = [
        f"{name}={file.name}:{file.size}"
        for name, sent in sorted(request.FILES.lists())
        for file in sent
    ]
    return "\n".join([request.path, *typed, *files])
