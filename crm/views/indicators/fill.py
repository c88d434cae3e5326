"""The page behind a personal link: who holds it fills in one answer, without an account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from crm import limits
from crm.actions.indicators import answers
from crm.errors import Refused
from crm.forms.collection_answers import MOST_ROWS, Answer, Known, LedgerAnswer, answer_of, kept_of
from crm.forms.fields import whole_number
from crm.models.indicators.collections import AnswerState, CollectionLink

HOUR = 3600
PER_ADDRESS = 600  # requests an hour: an office shares one address
PER_LINK = 120  # an hour, of one link
LARGEST_BODY = 256 * 1024
TOO_MANY = "打开得太频繁，请一小时后再试。"


# The token is the only key, and no cookie is looked at: who does not know it can forge nothing, and
# with no referrer a browser names no origin that could be checked.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def fill(request: HttpRequest, token: str = "") -> HttpResponse:
    """What is asked and what was answered so far; wrong, expired, revoked and missing tokens answer
    alike, and so does whatever asks too often."""
    address = limits.client_ip(request, settings.TRUSTED_PROXIES)
    if not limits.take(f"fill-ip:{address}", most=PER_ADDRESS, seconds=HOUR):
        return _closed(request, 429, TOO_MANY)
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdecimal() and int(length) > LARGEST_BODY:
        return _closed(request, 413, "填的内容太长，请缩短后再试。")
    link = answers.link_of(token)
    if link is None:
        return _closed(request, 404)
    if not limits.take(f"fill-link:{link.pk}", most=PER_LINK, seconds=HOUR):
        return _closed(request, 429, TOO_MANY)
    answers.open_link(link)
    return _private(_page(request, link, token))


def _page(request: HttpRequest, link: CollectionLink, token: str) -> HttpResponse:
    recipient = link.recipient
    known = Known.of(recipient.collection, [recipient])
    answer = answer_of(recipient, known, is_judged=False)
    if request.method != "POST":
        if recipient.state == AnswerState.SUBMITTED and not isinstance(answer, LedgerAnswer):
            answer.is_valid()  # says how each number was taken
        return _form(request, link, answer, said=request.GET.get("done", ""))
    doing = request.POST.get("do", "submit")
    typed = _typed(request.POST, answer, known)
    answer = answer_of(recipient, known, typed)
    if doing == "more" and isinstance(answer, LedgerAnswer):
        rows = {"rows": str(min(answer.count + 1, MOST_ROWS))}
        more = answer_of(recipient, known, typed | rows, is_judged=False)
        return _form(request, link, more)
    submits = doing != "draft"
    if submits and not answer.is_valid():
        return _form(request, link, answer, status=400, asks=not answer.errors)
    seen = whole_number(request.POST.get("version", ""), 9) or 0
    try:
        answers.keep_answer(link, typed, submits=submits, version=seen)
    except Refused as refused:
        if refused.code == "not_found":
            return _closed(request, 404)
        recipient.refresh_from_db()
        return _form(request, link, answer, status=409, problem=refused.reason)
    answer_page = redirect("fill", token)
    answer_page["Location"] += f"?done={'submitted' if submits else 'saved'}"
    return answer_page


def _typed(sent: Mapping[str, str], answer: Answer, known: Known) -> dict[str, str]:
    """What the round asks for of what was sent; how many rows were sent says which those are."""
    if isinstance(answer, LedgerAnswer) and sent.get("rows"):
        answer = LedgerAnswer(answer.recipient, known, {"rows": sent["rows"]})
    return kept_of(answer, sent)


def _form(
    request: HttpRequest,
    link: CollectionLink,
    answer: Answer,
    *,
    status: int = 200,
    said: str = "",
    problem: str = "",
    asks: bool = False,
) -> HttpResponse:
    recipient = link.recipient
    is_of_rows = isinstance(answer, LedgerAnswer)
    shown: dict[str, Any] = {
        "recipient": recipient,
        "round": recipient.collection,
        "link": link,
        "answer": answer,
        "is_of_rows": is_of_rows,
        "may_add": is_of_rows and not answer.is_own and answer.count < MOST_ROWS,
        "is_taken": recipient.state == AnswerState.TAKEN,
        "is_submitted": recipient.state == AnswerState.SUBMITTED,
        "is_returned": recipient.state == AnswerState.RETURNED,
        "said": said if said in ("submitted", "saved") else "",
        "problem": problem,
        "asks": asks,
    }
    return render(request, "crm/fill.html", shown, status=status)


def _closed(request: HttpRequest, status: int, said: str = "") -> HttpResponse:
    """The same page for every link that does not open; it names nobody."""
    return _private(render(request, "crm/fill_closed.html", {"said": said}, status=status))


def _private(answer: HttpResponse) -> HttpResponse:
    answer["Cache-Control"] = "no-store"
    answer["Referrer-Policy"] = "no-referrer"
    answer["X-Robots-Tag"] = "noindex, nofollow"
    return answer
