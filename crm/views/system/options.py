"""Small answers for a form that is being filled in, and addresses that lead nowhere."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from crm import ledgers
from crm.errors import Hidden
from crm.exact import money_text
from crm.forms.fields import LONGEST, read_amount, reference_label
from crm.ledgers import Kind
from crm.spreadsheets.cells import Unreadable
from crm.views.base import desk, hint

SUGGESTED = 12


def _typed(request: HttpRequest) -> str:
    """The field's text; the browser sends it under the field's own name."""
    sent = [value for name, value in request.GET.items() if name != "unit"]
    return sent[0].replace("\x00", "").strip() if sent else ""


@hint
def money_echo(request: HttpRequest) -> HttpResponse:
    """How an amount just typed is understood: = 1.2亿元, or why it is not."""
    typed = _typed(request)[:LONGEST]
    unit = request.GET.get("unit", "")[:10]
    try:
        amount = read_amount(typed, unit)
    except Unreadable as error:
        return render(request, "crm/_echo.html", {"wrong": error.reason})
    return render(
        request, "crm/_echo.html", {"text": "" if amount is None else f"= {money_text(amount)}"}
    )


@hint
def suggest(request: HttpRequest, key: str) -> HttpResponse:
    """Options for a reference typed by name."""
    pointed = {
        c.reference for one in ledgers.every() for c in one.columns if c.kind is Kind.REFERENCE
    }
    if key not in pointed:
        raise Hidden()
    typed = _typed(request)[:60]
    name = "first_name" if key == "users" else "name"
    rows = ledgers.referable(key, by=request.user).filter(**{f"{name}__icontains": typed})
    options = [f"{reference_label(row)} #{row.pk}" for row in rows[:SUGGESTED]] if typed else []
    return render(request, "crm/_options.html", {"options": options})


@desk
def missing(request: HttpRequest, rest: str) -> HttpResponse:
    """An address of the desk that leads nowhere answers as a row that is not there."""
    raise Hidden()
