"""What a form sends: it is carried out once, however often it is sent ({% form_token %}), and its
files are kept only with the row they came for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import models, transaction
from django.http import HttpRequest

from crm.actions import submissions
from crm.errors import Refused
from crm.models import StoredFile

TOKEN = "form_token"
# What differs between two sendings of one page.
NOT_SAID = (TOKEN, "csrfmiddlewaretoken")

Made = TypeVar("Made", bound=models.Model)


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
