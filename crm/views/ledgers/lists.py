"""The list of every declared ledger: filtered, ordered, counted, paged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from crm import filters
from crm.access import Action
from crm.exact import money_text
from crm.ledgers import Column, Kind, Ledger
from crm.ledgers.selection import fetched
from crm.models import OriginalText, Place
from crm.models.worth import valuation
from crm.views.base import Link, address, desk, ledger_or_hidden, page_of, pages_beside, without
from crm.views.ledgers import inline, saved
from crm.views.ledgers.cells import Shower
from crm.views.ledgers.columns import column_names, listed_columns, picker
from search import index

LONGEST = 2_000  # signs of one parameter of an address


@dataclass(frozen=True)
class Heading:
    label: str
    kind: str
    url: str = ""
    sorted: str = ""  # ascending, descending or nothing, as aria-sort says it


def readable(params: QueryDict) -> QueryDict:
    """The address's parameters without the sign no database takes, and of bounded length."""
    clean = QueryDict(mutable=True)
    for name, values in params.lists():
        clean.setlist(name, [value.replace("\x00", "")[:LONGEST] for value in values[:100]])
    return clean


@desk
def row_list(request: HttpRequest, key: str) -> HttpResponse:
    ledger = ledger_or_hidden(key, request.user)
    if usual := saved.default_url(request, key):
        return redirect(usual)
    params = readable(request.GET)
    strip = saved.strip(request, ledger, params, Place.LIST)
    asked = filters.ask(ledger, params, request)
    listed = listed_columns(ledger, params)
    if names := column_names(params):
        params["cols"] = ",".join(names)
    page = page_of(fetched(asked.rows, ledger, listed), request)
    allowed = inline.changeable(ledger, request.user, page)
    fields = {column.name for column in listed if inline.is_editable(ledger, column)}
    shower = Shower(request.user)
    tab = next((c for c in ledger.filter_columns if c.kind in (Kind.STAGE, Kind.CHOICE)), None)
    return render(
        request,
        "crm/list.html",
        {
            "ledger": ledger,
            "asked": asked,
            "form": with_calendars(asked.filters.form),
            "params": params,
            "page": page,
            "pages": pages_beside(page, params),
            "headings": [_heading(c, ledger, asked.ordering, params) for c in listed],
            "lines": shower.lines(
                ledger,
                listed,
                list(page),
                lambda place: address(
                    params, page=None, **{"in": "list", "at": page.start_index() - 1 + place}
                ),
                lambda c, row: c.name in fields and row.pk in allowed,
            ),
            "marked": _to_check(ledger, page),
            "picker": picker(ledger, listed, params),
            "tabs": _tabs(ledger, tab, params, request) if tab else [],
            "chips": chips(asked, params, tab),
            "total": _total(listed, asked.rows),
            "orderings": _orderings(ledger, asked.ordering),
            "may_search": bool(ledger.lookup) or index.get(ledger.noun) is not None,
            "may_register": ledger.can(request.user, Action.REGISTER),
            "may_import": bool(ledger.import_columns) and ledger.can(request.user, Action.IMPORT),
            "export_url": _export_url(ledger, params, request, listed),
            "export_all_url": _export_url(ledger, params, request),
            "strip": strip,
            # Without any parameter the default view would come back.
            "clear_url": reverse("desk-list", args=[key])
            + ("?view=none" if strip and strip.has_default else ""),
            "also": [
                Link(label, reverse(name) + address(params, page=None))
                for label, name in ledger.also
            ],
        },
    )


def _to_check(ledger: Ledger, page: Any) -> set[int]:
    """The rows of the page that are 待核."""
    if not ledger.may_be_unread:
        return set()
    found = OriginalText.objects.to_check().filter(noun=ledger.noun)
    return set(
        found.filter(object_id__in=[row.pk for row in page]).values_list("object_id", flat=True)
    )


def with_calendars(form: forms.Form) -> forms.Form:
    """The filter form with the browser's own calendar at its dates."""
    for field in form.fields.values():
        if isinstance(field, forms.DateField):
            field.widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return form


def _export_url(
    ledger: Ledger, params: QueryDict, request: HttpRequest, columns: Sequence[Column] = ()
) -> str:
    """This very list as a file, in these columns or in all; empty where the user may not."""
    if not ledger.can(request.user, Action.EXPORT):
        return ""
    names = ",".join(column.name for column in columns)
    return reverse("desk-export", args=[ledger.key]) + address(params, cols=names, page=None)


def _heading(column: Column, ledger: Ledger, ordering: str, params: QueryDict) -> Heading:
    kind = "number" if column.kind in (Kind.MONEY, Kind.NUMBER) else "text"
    if column.name not in filters.orderings(ledger):
        return Heading(column.heading, kind)
    now = {column.name: "ascending", f"-{column.name}": "descending"}.get(ordering, "")
    # Amounts and dates are asked for from the top first, names and stages from the beginning.
    first = "-" if column.kind in (Kind.MONEY, Kind.NUMBER, Kind.WHEN) else ""
    wanted = {"": first + column.name, "ascending": f"-{column.name}",
              "descending": column.name}[now]  # fmt: skip
    return Heading(column.heading, kind, address(params, ordering=wanted, page=None), now)


def _orderings(ledger: Ledger, ordering: str) -> list[tuple[str, str, bool]]:
    """For the phone, where there are no headings to press."""
    made = [("", "默认顺序")]
    for name in filters.orderings(ledger):
        label = ledger.column(name).label
        made += [(name, f"{label} ↑"), (f"-{name}", f"{label} ↓")]
    return [(value, label, value == ordering) for value, label in made]


def _tabs(ledger: Ledger, column: Column, params: QueryDict, request: HttpRequest) -> list[Link]:
    """The values of the ledger's first choice with their counts under all other filters."""
    others = filters.ask(ledger, without(params, column.name, "page"), request)
    counted = dict(
        others.rows.order_by()
        .values_list(column.name)
        .annotate(count=Count("pk", distinct=True))
        .values_list(column.name, "count")
    )
    chosen = params.getlist(column.name)
    base = without(params, "page")
    assert column.choices is not None
    tabs = [Link("全部", address(base, **{column.name: None}), sum(counted.values()), not chosen)]
    return tabs + [
        Link(
            str(choice.label),
            address(base, **{column.name: choice.value}),
            counted.get(choice.value, 0),
            chosen == [choice.value],
            mark=str(choice.value) if column.kind is Kind.STAGE else "",
        )
        for choice in column.choices
    ]


def chips(asked: filters.Asked, params: QueryDict, tab: Column | None) -> list[Link]:
    """What narrows the list besides its tab, each with the address without it."""
    form = asked.filters.form
    if not form.is_valid():
        return []
    made = []
    for name, value in form.cleaned_data.items():
        if value in (None, "", []) or (tab and name == tab.name and len(value) == 1):
            continue
        field = form.fields[name]
        words = dict(getattr(field, "choices", ())) if isinstance(value, list) else {}
        text = "、".join(str(words.get(v, v)) for v in value) if words else str(value)
        if isinstance(value, bool):
            text = "是" if value else "否"
        made.append(Link(f"{field.label}：{text}", address(params, **{name: None, "page": None})))
    return made


def _total(listed: Sequence[Column], rows: Any) -> str:
    """The sum of each of the list's amounts, how many rows have none and how many were converted
    from foreign money: never a silent zero."""
    amounts = [c for c in listed if c.kind is Kind.MONEY and c.is_summed and c.get is None]
    said = []
    for money in amounts:
        found = valuation(rows, money.name)
        if not found.count or found.total is None:
            continue
        told = [f"{found.unknown} 条{money.lacking}"] if found.unknown else []
        told += [f"{found.converted} 条外币按当月汇率折算"] if found.converted else []
        note = f"（{'，'.join(told)}）" if told else ""
        said.append(f"{money.label}合计 {money_text(found.total)}{note}")
    return "；".join(said)
