"""Saved views: keeping, sharing, changing and dropping them."""

from __future__ import annotations

from django.db import transaction
from django.http import QueryDict

from crm import access, personal
from crm.access import Action
from crm.actions import _record
from crm.errors import Refused
from crm.models import Place, SavedView, Sharing, User

MOST = 60  # views of one user in one ledger


@transaction.atomic
def save_view(
    ledger: str,
    name: str,
    query: str,
    *,
    by: User,
    place: Place | str = Place.LIST,
    sharing: Sharing | str = Sharing.MINE,
    is_pinned: bool = False,
    is_default: bool = False,
) -> SavedView:
    """Keeps a view of this ledger for `by`, and shares it as asked."""
    view = SavedView(
        user=by, ledger=ledger, place=place, name=name, query=query, is_pinned=is_pinned
    )
    access.require(by, Action.REGISTER, view)
    if SavedView.objects.filter(user=by, ledger=ledger).count() >= MOST:
        raise Refused(f"这本台账您已有 {MOST} 个视图，请先删掉不用的。", "too_many_views", ["name"])
    _check(query)
    _share(view, Sharing(sharing), by=by)
    _only_default(view, is_default)
    saved: SavedView = _record.insert(view, by=by, verb="save_view")
    return saved


@transaction.atomic
def change_view(
    view: SavedView,
    *,
    by: User,
    name: str | None = None,
    query: str | None = None,
    sharing: Sharing | str | None = None,
    is_pinned: bool | None = None,
    is_default: bool | None = None,
    version: int | None = None,
) -> SavedView:
    """Renames, updates or shares a view; what is None stays."""
    access.require(by, Action.CHANGE, view)
    changed = SavedView.objects.get(pk=view.pk)
    if query is not None:
        _check(query)
        changed.query = query
    if name is not None:
        changed.name = name
    if is_pinned is not None:
        changed.is_pinned = is_pinned
    if sharing is not None and Sharing(sharing) != view.sharing:
        _share(changed, Sharing(sharing), by=by)
    if is_default is not None and is_default != view.is_default:
        if is_default and view.user_id != by.pk:
            raise Refused(
                "默认打开只能用自己的视图；请先另存为自己的。", "not_allowed", ["is_default"]
            )
        _only_default(changed, is_default)
    names = ("name", "query", "team", "is_public", "is_pinned", "is_default")
    values = {field: getattr(changed, field) for field in names}
    kept: SavedView = _record.amend(view, values, by=by, verb="change_view", version=version)
    return kept


@transaction.atomic
def drop_view(view: SavedView, *, by: User) -> None:
    """Deletes a view; the rows it showed are not touched."""
    access.require(by, Action.CHANGE, view)
    _record.note("drop_view", view, by=by, changes={"query": [view.query, None]})
    view.delete()


def _check(query: str) -> None:
    text = QueryDict(query).get("q", "")
    if personal.scrubbed(text) != text:
        raise Refused("视图里不保存电话和邮箱，请先去掉查找框里的号码。", "invalid", ["name"])


def _share(view: SavedView, sharing: Sharing, *, by: User) -> None:
    view.is_public, view.team = False, None
    if sharing is Sharing.TEAM:
        view.team = view.user.team
        if view.team is None:
            raise Refused("您没有所属科室，不能共享给本科室。", "not_allowed", ["sharing"])
    elif sharing is Sharing.PUBLIC:
        if not access.may(by, Action.SHARE, view):
            raise Refused("公共视图由科长或统计员设立。", "not_allowed", ["sharing"])
        view.is_public = True


def _only_default(view: SavedView, is_default: bool) -> None:
    """One default a page: the new one takes the place of the old."""
    view.is_default = is_default
    if not is_default:
        return
    others = SavedView.objects.filter(
        user=view.user, ledger=view.ledger, place=view.place, is_default=True
    )
    for other in others.exclude(pk=view.pk):
        _record.amend(other, {"is_default": False}, by=view.user, verb="change_view")
