"""The desk's handler of refusals that no form caught."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from crm.errors import MergedAway, Refused, WithdrawnRow
from crm.views.ledgers.withdrawals import withdrawn_page

STATUS = {"not_found": 404, "not_allowed": 403, "too_many": 429, "invalid": 400}


def refused_page(request: HttpRequest, error: Exception) -> HttpResponse | None:
    """A page that says why; None for what is no refusal."""
    if not isinstance(error, Refused):
        return None
    if isinstance(error, MergedAway):
        return _to_survivor(request, error)
    if isinstance(error, WithdrawnRow):
        return withdrawn_page(request, error)
    return render(
        request,
        "crm/refused.html",
        {"refused": error},
        status=STATUS.get(error.code, 409),
    )


def _to_survivor(request: HttpRequest, error: MergedAway) -> HttpResponse:
    """The same address of the row it was merged into; what was being sent goes there too (307)."""
    path = request.get_full_path().replace(f"/{error.old}/", f"/{error.new}/", 1)
    answer = HttpResponseRedirect(path)
    if request.method == "GET":
        messages.info(request, f"#{error.old} 已合并到这一条。")
    else:
        answer.status_code = 307
    return answer
