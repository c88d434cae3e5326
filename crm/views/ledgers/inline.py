"""A cell of a list changed where it stands: the ledger's own form and verb, with one field."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from crm import access
from crm.access import Action
from crm.errors import Hidden, Refused
from crm.forms.ledgers import LedgerForm, show_refusal
from crm.ledgers import Column, Kind, Ledger
from crm.views.base import desk, ledger_or_hidden, row_or_hidden
from crm.views.ledgers import history
from crm.views.ledgers.cells import Shower

# Stage and status change by moves, long texts and personal data on their own pages.
KINDS = {
    Kind.TEXT, Kind.MONEY, Kind.NUMBER, Kind.DATE, Kind.WHEN, Kind.CHOICE, Kind.REFERENCE,
    Kind.BOOLEAN,
}  # fmt: skip


@dataclass(frozen=True)
class Clash:
    """Somebody saved another value meanwhile."""

    who: str
    theirs: str
    mine: str


def is_editable(ledger: Ledger, column: Column) -> bool:
    """Facts that are corrected with a reason, and the name of the row, have their own page."""
    return (
        not (ledger.is_read_only or ledger.is_insert_only)
        and column.in_form
        and column.kind in KINDS
        and column is not ledger.list_columns[0]
    )


def changeable(ledger: Ledger, user: Any, rows: Iterable[Any]) -> frozenset[int]:
    """The numbers of those of `rows` that this user may change."""
    if ledger.is_insert_only or not ledger.can(user, Action.CHANGE):
        return frozenset()
    allowed = ledger.model._default_manager.visible_to(user, Action.CHANGE)
    found = allowed.filter(pk__in=[row.pk for row in rows]).order_by()
    return frozenset(found.values_list("pk", flat=True))


@desk
def cell(request: HttpRequest, key: str, pk: int, name: str) -> HttpResponse:
    """The cell as a field; with `shown` as it reads. What was sent is saved or comes back."""
    ledger = ledger_or_hidden(key, request.user)
    row = row_or_hidden(ledger, request.user, pk)
    column = next((c for c in ledger.columns if c.name == name and is_editable(ledger, c)), None)
    if column is None:
        raise Hidden()
    access.require(request.user, Action.CHANGE, row)
    if request.method == "POST":
        return _save(request, ledger, column, row)
    if "shown" in request.GET:
        return _shown(request, ledger, column, row)
    return _asked(request, column, _form(request, ledger, column, row))


def _form(
    request: HttpRequest, ledger: Ledger, column: Column, row: Any, data: Any = None
) -> LedgerForm:
    return LedgerForm(
        ledger, request.user, data, row=row, only=(column.name,), auto_id=f"cell-{row.pk}-%s"
    )


def _save(request: HttpRequest, ledger: Ledger, column: Column, row: Any) -> HttpResponse:
    form = _form(request, ledger, column, row, request.POST)
    if not form.is_valid():
        return _asked(request, column, form, status=422)
    fresh, version = row, form.cleaned_data.get("version") or 0
    if version != row.version:
        now = _form(request, ledger, column, fresh)
        theirs, seen = now.raw(now.initial)[column.name], form.seen_values() or {}
        if theirs not in (seen.get(column.name), form.typed()[column.name]):
            return _clash(request, ledger, column, form, now)
        # Others changed other columns: nothing of theirs is lost.
        version = fresh.version
    try:
        changed = ledger.change(row, form.values(), by=request.user, version=version)
    except Refused as refused:
        if refused.code == "stale":
            fresh = row_or_hidden(ledger, request.user, row.pk)
            return _clash(request, ledger, column, form, _form(request, ledger, column, fresh))
        show_refusal(form, refused)
        return _asked(request, column, form, status=422)
    return _shown(request, ledger, column, changed, is_saved=True)


def _clash(
    request: HttpRequest, ledger: Ledger, column: Column, form: LedgerForm, now: LedgerForm
) -> HttpResponse:
    """Both values; saving again is a decision, made against the newer row."""
    data = form.data.copy()
    data["version"], data["seen"] = str(now.row.version), now.initial["seen"]
    again = _form(request, ledger, column, now.row, data)
    again.is_valid()
    last = next(iter(history.of_row(now.row)), None)
    clash = Clash(
        last.who if last else "别人",
        now.words(column.name, now.raw(now.initial)[column.name]),
        form.words(column.name, form.typed()[column.name]),
    )
    return _asked(request, column, again, status=409, clash=clash)


def _asked(
    request: HttpRequest,
    column: Column,
    form: LedgerForm,
    *,
    status: int = 200,
    clash: Clash | None = None,
) -> HttpResponse:
    shown = Shower(request.user).cell(column, form.row)
    return render(
        request,
        "crm/_list_cell.html",
        {
            "cell": shown,
            "form": form,
            "field": form[column.name],
            "clash": clash,
            "url": request.path,
        },
        status=status,
    )


def _shown(
    request: HttpRequest, ledger: Ledger, column: Column, row: Any, *, is_saved: bool = False
) -> HttpResponse:
    shown = replace(Shower(request.user).cell(column, row), is_editable=True)
    return render(request, "crm/_list_cell.html", {"cell": shown, "is_saved": is_saved})
