"""月报表格: the readings of a year on one page, typed or pasted from a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from crm import access, clock, ledgers
from crm.access import Action
from crm.errors import Hidden
from crm.forms.reading_grid import FACTS, ReadingGrid, years
from crm.models import Company, Industry
from crm.models.companies.spells import AboveScaleSpell
from crm.models.indicators.indicators import Indicator
from crm.models.indicators.readings import MonthlyReading, Reading, ReservedReading
from crm.views.base import desk, page_of, pages_beside

LINES = 60
SCOPES = {"county": "全县", "industry": "各产业", "company": "规上企业"}


@desk
def grid(request: HttpRequest) -> HttpResponse:
    """All indicators of the county, or one indicator of the industries or the companies."""
    user: Any = request.user
    if not ledgers.get("readings").can(user, Action.VIEW):
        raise Hidden()
    scope = request.GET.get("of", "county")
    scope = scope if scope in SCOPES else "county"
    fact = request.GET.get("fact", "value")
    fact = fact if fact in FACTS else "value"
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdecimal() and len(asked) == 4 else clock.today().year
    indicators = list(Indicator.objects.order_by("pk"))
    chosen = _indicator(indicators, request.GET.get("indicator", ""))
    is_reserved = scope == "company" and chosen is not None and chosen.is_confidential
    table: type[MonthlyReading] = ReservedReading if is_reserved else Reading
    may_see = access.can(user, Action.VIEW, table)
    may_enter = access.can(user, Action.REGISTER, table)
    found = _found(scope, indicators, chosen, year, table, user) if may_see else []
    page = page_of(found, request, LINES)
    sent = request.POST if request.method == "POST" and may_enter else None
    form = ReadingGrid(year, _lines(page, chosen, fact), user, sent, fact, table)
    if sent is not None and form.is_valid() and (count := form.carry_out()):
        messages.success(request, f"已保存 {count} 个读数。")
        return redirect(request.get_full_path())
    if sent is not None and not form.changes and not form.errors:
        messages.info(request, "没有改动，什么也没有写。")
        return redirect(request.get_full_path())
    return render(
        request,
        "crm/reading_grid.html",
        {
            "form": form,
            "scope": scope,
            "scopes": SCOPES.items(),
            "fact": fact,
            "facts": FACTS.items(),
            "year": year,
            "years": years(),
            "indicators": indicators,
            "chosen": chosen,
            "page": page,
            "pages": pages_beside(page, request.GET),
            "may_enter": may_enter,
            "may_see": may_see,
        },
        status=400 if sent is not None else 200,
    )


def _indicator(indicators: list[Indicator], asked: str) -> Indicator | None:
    named = [one for one in indicators if str(one.pk) == asked]
    return (named or indicators or [None])[0]


def _found(
    scope: str,
    indicators: list[Indicator],
    chosen: Indicator | None,
    year: int,
    table: type[MonthlyReading],
    user: Any,
) -> Any:
    """What there is a line for: the indicators of the county, else industries or companies."""
    if scope == "county":
        return indicators
    if chosen is None:
        return []
    if scope == "industry":
        return Industry.objects.visible_to(user).order_by("-is_leading", "name")
    counted = AboveScaleSpell.objects.standing().in_force_on(clock.today())
    # Asked of each company: the readings of a year are many times as many.
    stated = table.objects.standing().filter(month_on__year=year, indicator=chosen)
    named = Q(pk__in=counted.values("company")) | Exists(stated.filter(company=OuterRef("pk")))
    return Company.objects.visible_to(user).filter(named).order_by("name", "pk")


def _lines(
    page: Iterable[Any], chosen: Indicator | None, fact: str
) -> Iterator[tuple[str, Indicator, Any]]:
    for one in page:
        if isinstance(one, Indicator):
            yield (str(one) if fact == "growth" else f"{one}（{one.unit}）"), one, None
        elif chosen is not None:
            yield one.name, chosen, one
