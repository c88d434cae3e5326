"""From a list or board to a row and on: the way back, the row before and the row after.

The address of the row carries that of the list: its filters, order and columns, `in` (list or
board) and `at`, the row's place in the list. Who was handed the address walks through what he may
see himself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.urls import reverse

from crm import filters
from crm.ledgers import Ledger
from crm.stages import Stage
from crm.views.base import PAGE_SIZE, address, without
from crm.views.ledgers.lists import readable
from crm.views.pipeline.board_columns import Board

# What the row's own page says in its address.
OWN = ("in", "at", "page", "past", "tab", "to")
NEAR = 50  # how far a row may have moved since its list was seen
MOST_CARDS = 400


@dataclass(frozen=True)
class Walk:
    """`place` counts from 1; without it the row is no longer where it was."""

    back_url: str
    back_label: str
    query: str
    previous_url: str = ""
    next_url: str = ""
    place: int = 0
    count: int = 0


def query_of(request: HttpRequest) -> str:
    """What the next page has to be told so that the way back is not lost; empty without one."""
    if request.GET.get("in") not in ("list", "board"):
        return ""
    return address(without(readable(request.GET), "past", "tab", "to"))


def walk_of(request: HttpRequest, ledger: Ledger, row: Any) -> Walk | None:
    """None for a row that was not opened from a list."""
    origin = request.GET.get("in", "")
    params = readable(request.GET)
    kept = without(params, *OWN)
    query = query_of(request)
    if origin == "board" and ledger.key == "projects":
        board = Board(request)
        back = reverse("desk-board") + address(kept)
        stage = params.get("stage", "")
        found = board.ordered().filter(stage=stage) if stage in Stage.values else None
        ids = list(found.values_list("pk", flat=True)[:MOST_CARDS]) if found is not None else []
        if row.pk not in ids:
            return Walk(back, "返回看板", query)
        at = ids.index(row.pk)
        around = {number: pk for number, pk in enumerate(ids) if abs(number - at) == 1}
        return _walk(ledger, params, (back, "返回看板", query), at, len(ids), around)
    if origin != "list":
        return None
    asked = filters.ask(ledger, kept, request)
    at, around = _place(asked.rows, row.pk, params.get("at", ""))
    page = at // PAGE_SIZE + 1
    back = reverse("desk-list", args=[ledger.key]) + address(
        kept, page=page if at >= 0 and page > 1 else None
    )
    if at < 0:
        return Walk(back, f"返回{ledger.label}列表", query)
    told = (back, f"返回{ledger.label}列表", query)
    return _walk(ledger, params, told, at, asked.rows.count(), around)


def _place(rows: QuerySet, pk: int, said: str) -> tuple[int, dict[int, int]]:
    """Where the row stands now, and which rows stand around it; -1 when it has gone far."""
    if not (said.isdecimal() and len(said) < 9):
        return -1, {}
    for near in (1, NEAR):
        start = max(int(said) - near, 0)
        ids = list(rows.values_list("pk", flat=True)[start : int(said) + near + 1])
        if pk in ids:
            at = start + ids.index(pk)
            around = {start + number: other for number, other in enumerate(ids)}
            # Seen at the rim, its neighbour lies outside.
            if near == NEAR or at == int(said):
                return at, around
    return -1, {}


def _walk(
    ledger: Ledger,
    params: QueryDict,
    told: tuple[str, str, str],
    at: int,
    count: int,
    around: dict[int, int],
) -> Walk:
    def url(place: int) -> str:
        if place not in around:
            return ""
        kept = without(params, "past", "tab", "to", "page")
        return reverse("desk-row", args=[ledger.key, around[place]]) + address(kept, at=place)

    return Walk(*told, url(at - 1), url(at + 1), at + 1, count)
