"""Detail and form of every declared ledger."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from crm import access
from crm.access import Action
from crm.actions.merges import of_row
from crm.errors import Refused
from crm.forms.ledgers import LedgerForm
from crm.ledgers import Kind, Ledger
from crm.models.people import Person
from crm.views.base import (
    back_to,
    desk,
    fact_or_hidden,
    ledger_or_hidden,
    row_or_hidden,
)
from crm.views.companies import hints
from crm.views.ledgers import facts, history, originals, profile, row_verbs, walk
from crm.views.ledgers.cells import Shower
from crm.views.ledgers.row_verbs import Verb
from crm.views.system.submissions import made_before, once


@desk
def row_detail(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    ledger = ledger_or_hidden(key, request.user)
    row = fact_or_hidden(ledger, request.user, pk)
    if ledger.is_of_facts and row.withdraws:  # it says nothing but that the other is withdrawn
        return redirect("desk-row", key, row.replaces_id)
    fact = facts.told_of(row, ledger, request.user) if ledger.is_of_facts else None
    stands = fact is None or not fact.state.mark
    may_change = stands and not ledger.is_read_only
    shower = Shower(request.user)
    columns = ledger.columns if stands else facts.kept_of(ledger)
    cells = [shower.cell(column, row, full=True) for column in columns]
    return render(
        request,
        "crm/detail.html",
        {
            "ledger": ledger,
            "row": row,
            "title": ledger.title(row),
            "walk": walk.walk_of(request, ledger, row),
            "kept": walk.query_of(request),
            "facts": [cell for cell in cells if not cell.is_empty],
            "unknown": [
                cell.label
                for column, cell in zip(columns, cells, strict=True)
                if cell.is_empty and stands and not column.is_eventual
            ],
            "texts": originals.of_rows([row], request.user) if stands else [],
            "profile": profile.of_row(request, ledger, row) if stands else None,
            "begun": profile.begun(ledger, row, request.user) if stands else [],
            "fact": fact,
            "history": [] if fact or ledger.is_read_only else history.of_row(row),
            "may_change": may_change and access.may(request.user, Action.CHANGE, row),
            "verbs": _verbs(row, fact, request.user) if stands else [],
            "may_merge": ledger.is_mergeable and access.may(request.user, Action.CHANGE, row),
            "merged": of_row(row) if ledger.is_mergeable else [],
            "may_reveal": isinstance(row, Person) and access.may(request.user, Action.REVEAL, row),
        },
    )


def _verbs(row: Any, fact: facts.Told | None, user: Any) -> list[Verb]:
    told = row_verbs.of_row(row, user)
    return [*told, Verb("作废", fact.void_url)] if fact and fact.void_url else told


@desk
def row_new(request: HttpRequest, key: str) -> HttpResponse:
    ledger = ledger_or_hidden(key, request.user)
    _writable(ledger, request.user, Action.REGISTER)
    data = request.POST if request.method == "POST" else None
    form = LedgerForm(ledger, request.user, data, given=request.GET)
    if data is not None and form.is_valid():
        try:
            said = hints.answer(data)
            register = partial(ledger.register, form.values(), by=request.user, anyway=said)
            row = once(request, register)
        except Refused as refused:
            likeness = hints.question(refused, form)
            return _form_page(request, ledger, form, None, likeness=likeness)
        else:
            messages.success(request, f"已登记{ledger.label}“{ledger.title(row)}”。")
            return _after(request, ledger, row)
    return _form_page(request, ledger, form, None)


@desk
def row_edit(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    ledger = ledger_or_hidden(key, request.user)
    if corrected := made_before(request):
        return _after(request, ledger, corrected)
    row = fact_or_hidden(ledger, request.user, pk)
    _writable(ledger, request.user, Action.CHANGE)
    access.require(request.user, Action.CHANGE, row)
    data = request.POST if request.method == "POST" else None
    if data is None and ledger.is_of_facts and not row.stands:
        messages.info(request, "这一条已被更正或作废，请看最新的一条。")
        return redirect("desk-row", key, pk)
    form = LedgerForm(ledger, request.user, data, row=row)
    if data is not None and form.is_valid():
        # A form that does not say what it was made from is as good as stale.
        version = None if ledger.is_insert_only else form.cleaned_data.get("version") or 0
        said: dict[str, Any] = {}
        if ledger.is_insert_only:
            said["reason"] = form.cleaned_data["reason"]
        if ledger.is_insert_only and not form.touched():
            messages.info(request, "没有改动，没有登记更正。")
            return redirect("desk-row", key, pk)
        values = form.values()
        if form.has_new_row(values):
            said["anyway"] = hints.answer(data)
        change = partial(ledger.change, row, values, by=request.user, version=version, **said)
        try:
            changed = once(request, change) if ledger.is_insert_only else change()
        except Refused as refused:
            if refused.code == "stale" and not ledger.is_insert_only:
                return _conflict_page(request, ledger, form)
            likeness = hints.question(refused, form)
            return _form_page(request, ledger, form, row, likeness=likeness)
        else:
            messages.success(request, f"已保存“{ledger.title(changed)}”。")
            return _after(request, ledger, changed)
    return _form_page(request, ledger, form, row)


def _after(request: HttpRequest, ledger: Ledger, row: Any) -> HttpResponse:
    """To where the form was opened from, to the row, or to the list where the row has moved out of
    sight."""
    if back := back_to(request, ""):
        return redirect(back)
    if ledger.rows(request.user).filter(pk=row.pk).exists():
        url = reverse("desk-row", args=[ledger.key, row.pk])
        return redirect(url + walk.query_of(request))
    return redirect("desk-list", ledger.key)


def _writable(ledger: Ledger, user: Any, action: Action) -> None:
    if ledger.is_read_only:
        raise Refused(f"{ledger.label}由系统记录，不能手工{action.value}。", "not_allowed")
    access.require_noun(user, action, ledger.noun)


def _form_page(
    request: HttpRequest,
    ledger: Ledger,
    form: LedgerForm,
    row: Any,
    conflict: Any = None,
    likeness: hints.Likeness | None = None,
) -> HttpResponse:
    back = (
        reverse("desk-row", args=[ledger.key, row.pk]) + walk.query_of(request)
        if row is not None
        else reverse("desk-list", args=[ledger.key])
    )
    status = 409 if conflict or likeness else 400 if form.errors else 200
    return render(
        request,
        "crm/form.html",
        {
            "ledger": ledger,
            "form": form,
            "parts": list(form.parts()),
            "row": row,
            "conflict": conflict,
            "likeness": likeness,
            "similar_fields": ledger.told_by if row is None else (),
            "back_url": back,
        },
        status=status,
    )


def _conflict_page(request: HttpRequest, ledger: Ledger, form: LedgerForm) -> HttpResponse:
    """Both versions side by side; what the user did not touch takes the newer value."""
    fresh = row_or_hidden(ledger, request.user, form.row.pk)
    now = LedgerForm(ledger, request.user, row=fresh)
    current, typed, touched = now.raw(now.initial), form.typed(), form.touched()
    data = request.POST.copy()
    rows = []
    for column in ledger.form_columns:
        name = column.name
        if typed[name] == current[name]:
            continue
        if name not in touched:
            _put(data, name, current[name])
        else:
            sealed = column.kind is Kind.PERSONAL and name != "name"
            rows.append(
                {
                    "label": column.heading,
                    "field": form[name].id_for_label or f"id_{name}",
                    "mine": form.words(name, typed[name]),
                    "theirs": "不显示" if sealed else now.words(name, current[name]),
                    "raw": current[name] if isinstance(current[name], str) else "",
                }
            )
    data["version"] = str(fresh.version)
    data["seen"] = now.initial["seen"]
    merged = LedgerForm(ledger, request.user, data, row=fresh)
    last = next(iter(history.of_row(fresh)), None)
    return _form_page(request, ledger, merged, fresh, {"rows": rows, "last": last})


def _put(data: QueryDict, name: str, value: Any) -> None:
    data.setlist(name, value if isinstance(value, list) else [value] if value else [])
