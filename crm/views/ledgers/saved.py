"""视图: the saved views of a ledger above its list, and the pages that keep them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from crm import access, filters, ledgers
from crm.access import Action
from crm.actions.system import views as actions
from crm.errors import Hidden, Refused
from crm.forms.ledgers import show_refusal
from crm.forms.views import ViewForm
from crm.ledgers import Ledger
from crm.models import Place, SavedView, Sharing
from crm.views.base import address, desk, ledger_or_hidden, without
from crm.views.ledgers.columns import column_names
from crm.views.system.submissions import once

MOST_PINNED = 8
# Where one is in a list is no part of a view.
PASSING = ("page", "view", "column", "in", "at")


@dataclass(frozen=True)
class Tab:
    """One saved view above its list."""

    view: SavedView
    url: str
    is_current: bool
    by: str  # whose it is, where it is a colleague's


@dataclass(frozen=True)
class Strip:
    """The views of one page: those to choose, the one it shows, and the form that keeps another.

    is_changed: the page no longer shows what its view holds.
    """

    tabs: list[Tab]
    current: SavedView | None
    is_changed: bool
    may_change: bool
    has_default: bool
    change_form: ViewForm | None
    new_form: ViewForm
    ledger: str
    place: str

    @property
    def shown(self) -> list[Tab]:
        return [tab for tab in self.tabs if tab.view.is_pinned or tab.is_current]


def visible(user: Any, ledger: str, place: Place) -> list[SavedView]:
    """The views of this page that the user may open, the own ones first."""
    found = SavedView.objects.visible_to(user).filter(ledger=ledger, place=place)
    return sorted(found.select_related("user"), key=lambda view: view.user_id != user.pk)


def url_of(view: SavedView) -> str:
    """The page with the view's filters, order and columns in its address."""
    page = (
        reverse("desk-board")
        if view.place == Place.BOARD
        else reverse("desk-list", args=[view.ledger])
    )
    return page + address(QueryDict(view.query), view=view.pk)


def default_url(request: HttpRequest, ledger: str, place: Place = Place.LIST) -> str:
    """Where a page opened without any filter goes; empty without a default view."""
    if request.GET:
        return ""
    view = SavedView.objects.visible_to(request.user).filter(
        user=request.user.pk, ledger=ledger, place=place, is_default=True
    )
    found = view.first()
    return url_of(found) if found else ""


def query_of(ledger: Ledger, params: QueryDict) -> str:
    """What a view keeps of an address: filters, words, order, columns."""
    known = {*filters.filterset(ledger.key).base_filters, "q", "ordering", "cols"}
    kept = without(params, *(name for name in params if name not in known))
    if names := column_names(kept):
        kept["cols"] = ",".join(names)
    return kept.urlencode()


def strip(request: HttpRequest, ledger: Ledger, params: QueryDict, place: Place) -> Strip | None:
    """None for who keeps no views."""
    user: Any = request.user
    if not access.can(user, Action.VIEW, "savedview"):
        return None
    found = visible(user, ledger.key, place)
    wanted = params.get("view", "")
    current = next((view for view in found if str(view.pk) == wanted), None)
    query = query_of(ledger, params)
    may_change = current is not None and access.may(user, Action.CHANGE, current)
    return Strip(
        [
            Tab(view, url_of(view), view == current,
                str(view.user) if view.user_id != user.pk else "")
            for view in found
        ],
        current,
        current is not None and query_of(ledger, QueryDict(current.query)) != query,
        may_change,
        any(view.is_default and view.user_id == user.pk for view in found),
        ViewForm(user, view=current, initial={"query": query}, auto_id="view-%s")
        if may_change
        else None,
        ViewForm(user, initial={"query": query}, auto_id="new-view-%s"),
        ledger.key,
        place.value,
    )  # fmt: skip


def pinned(user: Any) -> list[SavedView]:
    """For the menu, the own ones first; a view of a ledger the user has no part in is left out."""
    if not access.can(user, Action.VIEW, "savedview"):
        return []
    open_keys = [one.key for one in ledgers.every() if one.can(user, Action.VIEW)]
    found = SavedView.objects.visible_to(user).filter(is_pinned=True, ledger__in=open_keys)
    return sorted(found, key=lambda view: view.user_id != user.pk)[:MOST_PINNED]


def _view_or_hidden(request: HttpRequest, pk: int) -> SavedView:
    view = SavedView.objects.visible_to(request.user).filter(pk=pk).first()
    if view is None or view.ledger not in {one.key for one in ledgers.every()}:
        raise Hidden()
    ledger_or_hidden(view.ledger, request.user)
    return view


@desk
def open_view(request: HttpRequest, pk: int) -> HttpResponse:
    """The address to hand on: whoever may use the view sees his own rows by it."""
    return redirect(url_of(_view_or_hidden(request, pk)))


@desk
@require_POST
def save(request: HttpRequest, key: str) -> HttpResponse:
    """Keeps the page as a new view."""
    ledger = ledger_or_hidden(key, request.user)
    access.require_noun(request.user, Action.REGISTER, "savedview")
    place = Place.BOARD if request.POST.get("place") == Place.BOARD else Place.LIST
    form = ViewForm(request.user, request.POST)
    if form.is_valid():
        values = _values(form, ledger)
        try:
            save_it = partial(
                actions.save_view, ledger.key, values.pop("name"), values.pop("query"),
                by=request.user, place=place, **values,
            )  # fmt: skip
            view = once(request, save_it)
        except Refused as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, f"已保存视图“{view}”{_shared(view)}。")
            return redirect(url_of(view))
    return _page(request, ledger, form, place)


@desk
@require_POST
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Renames, shares, pins, brings up to date or deletes a view."""
    view = _view_or_hidden(request, pk)
    access.require(request.user, Action.CHANGE, view)
    ledger = ledgers.get(view.ledger)
    page = url_of(view).partition("?")[0]
    if "drop" in request.POST:
        actions.drop_view(view, by=request.user)
        messages.success(request, f"已删除视图“{view}”，台账里的记录没有变。")
        kept = query_of(ledger, QueryDict(request.POST.get("query", "")[:4000]))
        return redirect(page + (f"?{kept}" if kept else ""))
    form = ViewForm(request.user, request.POST, view=view)
    if form.is_valid():
        values = _values(form, ledger)
        if "update" not in request.POST:
            values.pop("query")
        version = form.cleaned_data.get("version") or 0
        try:
            actions.change_view(view, by=request.user, version=version, **values)
        except Refused as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, f"已保存视图“{view}”{_shared(view)}。")
            return redirect(url_of(view))
    return _page(request, ledger, form, Place(view.place), view)


def _values(form: ViewForm, ledger: Ledger) -> dict[str, Any]:
    names = ("name", "sharing", "is_pinned", "is_default")
    values = {name: form.cleaned_data[name] for name in names if name in form.fields}
    query = QueryDict(form.cleaned_data["query"].replace("\x00", ""))
    return values | {"query": query_of(ledger, query)}


def _shared(view: SavedView) -> str:
    return {
        Sharing.TEAM: f"，{view.team}都能用",
        Sharing.PUBLIC: "，大家都能用，各看各的范围",
    }.get(view.sharing, "")


def _page(
    request: HttpRequest, ledger: Ledger, form: ViewForm, place: Place, view: Any = None
) -> HttpResponse:
    """The refused form on a page of its own, with what was typed."""
    query = form.data.get("query", "")[:4000]
    page = (
        reverse("desk-board") if place == Place.BOARD else reverse("desk-list", args=[ledger.key])
    )
    return render(
        request,
        "crm/view.html",
        {
            "ledger": ledger,
            "form": form,
            "view": view,
            "place": place.value,
            "back_url": page + (f"?{query}" if query else ""),
        },
        status=400,
    )
