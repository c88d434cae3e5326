"""The desk's handler of refusals that no form caught."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from crm.errors import Refused

STATUS = {"not_found": 404, "not_allowed": 403, "too_many": 429, "invalid": 400}


def refused_page(request: HttpRequest, error: Exception) -> HttpResponse | None:
    """A page that says why; None for what is no refusal."""
    if not isinstance(error, Refused):
        return None
    return render(
        request,
        "crm/refused.html",
        {"refused": error},
        status=STATUS.get(error.code, 409),
    )
