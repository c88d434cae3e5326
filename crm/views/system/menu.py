"""The desk's menu: what a user may open, in groups, with the page he is on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from crm import access, ledgers
from crm.access import Action
from crm.ledgers import Group
from crm.views.ledgers import saved


@dataclass(frozen=True)
class Entry:
    label: str
    url: str
    is_current: bool
    count: int = 0


@dataclass(frozen=True)
class Part:
    """Entries under a heading; the day's work has none and is never folded."""

    heading: str
    entries: tuple[Entry, ...]
    is_open: bool = True


def menu_of(user: Any, path: str, *, new_enquiries: int = 0) -> list[Part]:
    """The parts of the menu in order. Registers people seldom open are folded until one of their
    pages is open."""

    def entry(label: str, name: str, *args: str, count: int = 0) -> Entry:
        url = reverse(name, args=args)
        is_current = path == url if name == "desk" else path.startswith(url)
        return Entry(label, url, is_current, count)

    sees_business = access.can(user, Action.VIEW, "project")
    day = [entry("今日", "desk")]
    if sees_business:
        day.append(entry("待研判", "desk-enquiries", count=new_enquiries))
        day.append(entry("认定", "desk-confirm"))
    if access.can(user, Action.FOLLOW_UP, "project"):
        day.append(entry("记跟进", "desk-pick"))
    if access.can(user, Action.REGISTER, "project"):
        day.append(entry("查重", "desk-similar-search"))
    if access.can(user, Action.REPORT, "project"):
        day.append(entry("报告", "report"))
        day.append(entry("目标进度", "desk-targets"))
    parts = [Part("", tuple(day))]
    # The page under a view is marked in its ledger's own entry.
    if views := saved.pinned(user):
        parts.append(
            Part("视图", tuple(Entry(str(view), saved.url_of(view), False) for view in views))
        )
    for group in Group:
        found = []
        for ledger in ledgers.every():
            if ledger.group is group and ledger.is_in_menu and ledger.can(user, Action.VIEW):
                found.append(entry(ledger.label, "desk-list", ledger.key))
                found += [entry(label, name) for label, name in ledger.also]
        is_open = not group.is_folded or any(one.is_current for one in found)
        if found:
            parts.append(Part(group.label, tuple(found), is_open))
    return parts
