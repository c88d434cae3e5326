"""The report on the desk: the figures of a period, and the rows behind each figure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from crm import access, clock
from crm.access import Action
from crm.errors import Hidden, Refused
from crm.exact import grouped
from crm.models import Park
from crm.reports import build, figures, lines, outline
from crm.reports.measures import Total
from crm.reports.period import Period

PAGE = 200


def _typed(request: HttpRequest) -> dict[str, str]:
    """What the picker holds: as typed, or the usual period."""
    usual = Period.usual(clock.today())
    return {
        "since": request.GET.get("from", usual.since).strip(),
        "until": request.GET.get("to", usual.until).strip(),
        "park": request.GET.get("park", "").strip(),
        "known_on": request.GET.get("as-known-on", "").strip(),
    }


def _frame(request: HttpRequest, typed: dict[str, str]) -> dict[str, Any]:
    parks = Park.objects.visible_to(request.user).order_by("kind", "name")
    return {"typed": typed, "parks": parks, "report_address": reverse("report")}


@login_required
@require_safe
def report(request: HttpRequest) -> HttpResponse:
    """The figures of a period as a page; a period nobody can read keeps what was typed (400)."""
    access.require_noun(request.user, Action.REPORT, "project")
    typed = _typed(request)
    shown = _frame(request, typed)
    try:
        context = build.asked(**typed, user=request.user)
    except Refused as refused:
        return render(request, "reports/report.html", shown | {"refused": refused}, status=400)
    built = build.build(context)
    return render(request, "reports/report.html", shown | {"report": built, "context": context})


@login_required
@require_safe
def figure(request: HttpRequest, key: str) -> HttpResponse:
    """The rows a figure was counted from, as far as the user may see them."""
    access.require_noun(request.user, Action.REPORT, "project")
    try:
        asked = figures.get(key)
    except KeyError as error:
        raise Hidden() from error
    typed = _typed(request)
    shown = _frame(request, typed) | {"figure": asked}
    try:
        context = build.asked(**typed, user=request.user)
    except Refused as refused:
        return render(request, "reports/figure.html", shown | {"refused": refused}, status=400)
    rows = asked.rows(context)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    entry = outline.Entry(asked, asked.result(context), outline.address_of(asked, context))
    shown |= {
        "context": context,
        "entry": entry,
        "page": page,
        "heading": lines.heading(rows),
        "rule_of_park": asked.rule_of_park(context),
        "lines": lines.lines(asked, page.object_list, context),
        "query": outline.query(context),
        "year_before": context.period.year_before,
        "year_before_address": outline.address_of(
            asked, replace(context, period=context.period.year_before)
        ),
        "now_address": outline.address_of(asked, replace(context, known_on=None)),
        "is_partial": build.is_partial(context),
    }
    measure = asked.measure
    if isinstance(measure, Total):
        value = entry.result.value
        total = None if value is None else value * measure.unit.size
        shown |= {
            "amount_heading": lines.amount_heading(measure, rows),
            "total": lines.in_unit(total, measure),
            "unit_of_rows": measure.unit_of_rows.name,
            "unknown": lines.UNKNOWN,
            "total_exact": lines.UNKNOWN if value is None else f"{grouped(value)}{asked.unit}",
        }
    return render(request, "reports/figure.html", shown)
