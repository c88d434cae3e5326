"""Search: what was understood, what was found and why."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from crm import access, clock, ledgers
from crm.access import Action
from crm.exact import money_text
from crm.forms.fields import whole_number
from crm.models import Project
from crm.stages import Stage
from crm.views.base import address, desk
from search import engine
from search.query import Hit, Query, Result, Understood

PAGE = 20
FIELDS = {
    "stage": "阶段", "status": "状态", "park": "园区", "industry": "产业",
    "planned_investment": "计划总投资",
}  # fmt: skip


@dataclass(frozen=True)
class Piece:
    """A run of characters of a title, marked or not."""

    text: str
    is_marked: bool


@dataclass(frozen=True)
class Chip:
    text: str
    url: str


@dataclass(frozen=True)
class Found:
    hit: Hit
    kind: str
    url: str
    title: list[Piece]
    snippet: list[Piece]
    project: Project | None
    amount: str = ""
    is_overdue: bool = False


def kinds() -> dict[str, str]:
    """What can be searched: noun → label."""
    return {one.noun: one.label for one in ledgers.every() if one.search is not None}


@desk
def search(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    access.require_noun(user, Action.VIEW, "project")
    text = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    number = request.GET.get("page", "1")
    page = min(int(number), 10) if number.isdecimal() and len(number) < 5 else 1
    page = max(page, 1)
    filters, chosen = _chosen(request)
    kind = request.GET.get("kind", "")
    result = Result()
    if text or filters:
        result = engine.run(
            Query(
                text=text,
                scope=access.search_scope(user),
                kinds=(kind,) if kind in kinds() else (),
                filters=filters,
                limit=PAGE,
                offset=(page - 1) * PAGE,
            )
        )
    params = request.GET
    last = page * PAGE >= result.total
    return render(
        request,
        "crm/search.html",
        {
            "q": text,
            "result": result,
            "found": _found(result, user),
            "understood": [_chip(u, text, params) for u in result.filters],
            "chosen": chosen,
            "facets": _facets(result, filters, kind, params),
            "is_asked": bool(text or filters),
            "previous_url": address(params, page=page - 1) if page > 1 else "",
            "next_url": "" if last else address(params, page=page + 1),
        },
    )


def _chosen(request: HttpRequest) -> tuple[dict[str, tuple[str, ...]], list[Chip]]:
    """Filters picked from the facets, and chips that take them off again."""
    filters: dict[str, tuple[str, ...]] = {}
    chips = []
    for field in ("stage", "status", "park", "industry"):
        value = request.GET.get(field, "")[:40]
        if value and "\x00" not in value:
            filters[field] = (value,)
            name = _value_names(field, [value]).get(value, value)
            url = address(request.GET, **{field: None, "page": None})
            chips.append(Chip(f"{FIELDS[field]}：{name}", url))
    return filters, chips


def _value_names(field: str, values: list[str]) -> dict[str, str]:
    if field == "kind":
        return kinds()
    try:
        column = ledgers.get("projects").column(field)
    except KeyError:
        return {}
    if column.choices is not None:
        return {str(value): str(label) for value, label in column.choices.choices}
    if not column.reference:
        return {}
    ids = [pk for pk in map(whole_number, values) if pk is not None]
    rows = ledgers.get(column.reference).model._default_manager.filter(pk__in=ids)
    return {str(row.pk): str(row) for row in rows}


def _chip(understood: Understood, text: str, params: Any) -> Chip:
    """One filter read out of the text, and the text without the words that said it."""
    rest = re.sub(re.escape(understood.text), " ", text, count=1, flags=re.IGNORECASE)
    rest = re.sub(r"\s+", " ", rest).strip(" 的")
    names = _value_names(understood.field, [understood.value])
    said = names.get(understood.value, understood.text)
    label = FIELDS.get(understood.field, understood.field)
    return Chip(f"{label}：{said}", address(params, q=rest, page=None))


def _pieces(text: str, marks: tuple[tuple[int, int], ...]) -> list[Piece]:
    pieces, at = [], 0
    for start, end in marks:
        pieces += [Piece(text[at:start], False), Piece(text[start:end], True)]
        at = end
    return [piece for piece in [*pieces, Piece(text[at:], False)] if piece.text]


def _found(result: Result, user: Any) -> list[Found]:
    ids = [hit.object_id for hit in result.hits if hit.kind == "project"]
    projects = {
        row.pk: row
        for row in Project.objects.visible_to(user)
        .filter(pk__in=ids)
        .select_related("park", "officer", "industry")
    }
    today = clock.today()
    found = []
    for hit in result.hits:
        ledger = ledgers.of_noun(hit.kind)
        if ledger is None or not ledger.can(user, Action.VIEW):
            continue
        row = projects.get(hit.object_id) if hit.kind == "project" else None
        found.append(
            Found(
                hit,
                ledger.label,
                reverse("desk-row", args=[ledger.key, hit.object_id]),
                _pieces(hit.title, hit.marks),
                _pieces(hit.snippet, hit.snippet_marks),
                row,
                (row.foreign_text if row.is_foreign else money_text(row.planned_investment))
                if row
                else "",
                bool(row and row.is_active and row.next_on and row.next_on < today),
            )
        )
    return found


def _facets(
    result: Result, filters: dict[str, tuple[str, ...]], kind: str, params: Any
) -> list[dict[str, Any]]:
    """Counts by kind, stage, park and industry; a facet with one value narrows nothing."""
    shown = []
    for field, label in {"kind": "类别", **FIELDS}.items():
        counts = result.facets.get(field, {})
        if len(counts) < 2 or field in filters or (field == "kind" and kind):
            continue
        names = _value_names(field, list(counts))
        values = sorted(counts.items(), key=lambda item: -item[1])[:8]
        if field == "stage":
            values = sorted(counts.items(), key=lambda item: Stage(item[0]).rank)
        shown.append(
            {
                "label": label,
                "values": [
                    {
                        "text": names.get(value, value),
                        "count": count,
                        "url": address(params, **{field: value, "page": None}),
                        "mark": value if field == "stage" else "",
                    }
                    for value, count in values
                ],
            }
        )
    return shown
