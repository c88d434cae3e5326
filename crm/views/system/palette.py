"""The command palette (Ctrl+K): go to a page, start something, open a record, by a few letters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from crm import access, ledgers
from crm.access import Action
from crm.views.base import hint
from crm.views.system.menu import menu_of
from search import engine, sound
from search.query import Query

FOUND = 8


@dataclass(frozen=True)
class Choice:
    label: str
    url: str
    kind: str = ""  # which ledger a record is of


@hint
def palette(request: HttpRequest) -> HttpResponse:
    """What the letters typed may mean; without any, every page and everything one may start."""
    user: Any = request.user
    text = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    pages = [one for one in _pages(user) if _fits(one.label, text)]
    starts = [one for one in _starts(user) if _fits(one.label, text)]
    groups = [("打开记录", _records(user, text)), ("新建", starts), ("前往", pages)]
    return render(
        request,
        "crm/_palette.html",
        {"groups": [group for group in groups if group[1]], "q": text},
    )


def _pages(user: Any) -> list[Choice]:
    entries = [one for part in menu_of(user, "") for one in part.entries]
    return [Choice(one.label, one.url) for one in entries]


def _starts(user: Any) -> list[Choice]:
    """New rows of the ledgers in which the user may register."""
    return [
        Choice(f"新建{ledger.label}", reverse("desk-new", args=[ledger.key]))
        for ledger in ledgers.every()
        if ledger.can(user, Action.REGISTER)
    ]


def _records(user: Any, text: str) -> list[Choice]:
    if not text or not access.can(user, Action.VIEW, "project"):
        return []
    result = engine.run(Query(text=text, scope=access.search_scope(user), limit=FOUND))
    found = []
    for hit in result.hits:
        ledger = ledgers.of_noun(hit.kind)
        if ledger is not None and ledger.can(user, Action.VIEW):
            url = reverse("desk-row", args=[ledger.key, hit.object_id])
            found.append(Choice(hit.title, url, ledger.label))
    return found


def _fits(label: str, text: str) -> bool:
    """The words contain the text, or sound like its letters: xm is 项目."""
    letters = text.lower()
    return not letters or letters in label.lower() or letters in sound.initials(label)
