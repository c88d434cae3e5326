"""疑似重复: rows that look like one, each pair merged or judged to be two."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from crm import access, ledgers
from crm.access import Action
from crm.actions import duplicates
from crm.errors import Hidden
from crm.models import Merge, mergeable
from crm.views.base import (
    back_to,
    desk,
    ledger_or_hidden,
    page_of,
    pages_beside,
    row_or_hidden,
)
from crm.views.companies.merges import called, facts

PAIRS = 30  # a page
RECENT = 8


@desk
def listing(request: HttpRequest) -> HttpResponse:
    known = [one for one in ledgers.every() if one.is_mergeable]
    kinds = [one for one in known if one.can(request.user, Action.CHANGE)]
    if not kinds:
        access.require_noun(request.user, Action.CHANGE, known[0].noun)
    asked = request.GET.get("kind", "")
    ledger = next((one for one in kinds if one.key == asked), kinds[0])
    key = ledger.key
    page = page_of(duplicates.pairs(ledger.noun, by=request.user), request, PAIRS)
    return render(
        request,
        "crm/duplicates.html",
        {
            "kinds": [(one.key, one.label, one is ledger) for one in kinds],
            "key": key,
            "label": ledger.label,
            "page": page,
            "pages": pages_beside(page, request.GET),
            "pairs": [_shown(pair, key) for pair in page.object_list],
            "recent": _recent(ledger.noun, request.user),
        },
    )


def _shown(pair: duplicates.Pair, key: str) -> dict[str, Any]:
    return {
        "why": pair.why,
        "merge_url": reverse("desk-merge", args=[key, pair.loser.pk, pair.survivor.pk]),
        "not_same_url": reverse("desk-not-same", args=[key, pair.loser.pk, pair.survivor.pk]),
        "sides": [
            {
                "name": called(row),
                "url": reverse("desk-row", args=[key, row.pk]),
                "facts": f"#{row.pk}　{facts(row)}",
            }
            for row in (pair.survivor, pair.loser)
        ],
    }


def _recent(noun: str, user: Any) -> list[Merge]:
    """The newest merges whose surviving row the user may see."""
    model = mergeable()[noun]
    done = list(Merge.objects.filter(noun=noun).select_related("by")[:50])
    seen = set(
        model._default_manager.visible_to(user)  # type: ignore[attr-defined]
        .filter(pk__in=[one.survivor_id for one in done])
        .values_list("pk", flat=True)
    )
    return [one for one in done if one.survivor_id in seen][:RECENT]


@desk
def not_same(request: HttpRequest, key: str, one_pk: int, other_pk: int) -> HttpResponse:
    ledger = ledger_or_hidden(key, request.user)
    if not ledger.is_mergeable:
        raise Hidden()
    access.require_noun(request.user, Action.CHANGE, ledger.noun)
    back = f"{reverse('desk-duplicates')}?kind={key}"
    if request.method == "POST":
        one, other = (row_or_hidden(ledger, request.user, pk) for pk in (one_pk, other_pk))
        duplicates.not_same(one, other, by=request.user)
        messages.success(request, f"已记下：“{called(one)}”和“{called(other)}”不是同一个。")
        return redirect(back_to(request, back))
    return redirect(back)
