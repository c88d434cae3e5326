"""Whether somebody may, and which rows: lists and objects are judged by the same conditions."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from operator import or_
from typing import Any

from django.db import models
from django.db.models import Q

from crm.access.nouns import parent_model, rights_of
from crm.access.roles import Action, Reach
from crm.errors import Hidden, Refused


def reaches(user: Any, action: Action, what: Any) -> frozenset[Reach]:
    """How far `user` may do `action` on this noun; empty for strangers and unknown nouns."""
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return frozenset()
    rights = rights_of(what)
    granted = rights.grants.get(user.role, {}).get(action, frozenset())
    if rights.parent:
        return granted
    # A reach that leads to no row is none: target companies are no park's.
    own = rights.own
    leads = {Reach.ALL, *own, *({Reach.LOOSE} if Reach.TEAM in own else ())}
    return granted & leads


def can(user: Any, action: Action, what: Any) -> bool:
    """Whether `user` may do `action` on at least some row of this noun: for menus and buttons."""
    return bool(reaches(user, action, what))


def sees_all(user: Any, what: Any) -> bool:
    return Reach.ALL in reaches(user, Action.VIEW, what)


def scope_q(user: Any, action: Action, model: type[models.Model], *, ever: bool = False) -> Q:
    """The rows of `model` on which `user` may do `action`, as one condition; with `ever` those too
    that hang on a row which was withdrawn since."""
    if Reach.ALL in reaches(user, action, model):
        return Q()
    parts = [condition for _, condition in by_reach(user, action, model)]
    parts += _by_side(user, action, model)
    rights = rights_of(model)
    if rights.parent and action is not Action.RECEIVE:  # who has it does not receive it
        above = parent_model(model, rights)
        rows = above._base_manager if ever else above._default_manager
        seen = rows.filter(scope_q(user, action, above, ever=ever))
        parts.append(Q(**{f"{rights.parent}__in": seen}))
    return reduce(or_, parts) if parts else Q(pk__in=[])


def _by_side(user: Any, action: Action, model: type[models.Model]) -> Iterator[Q]:
    granted = reaches(user, action, model)
    for reach, names in rights_of(model).sides.get(action, {}).items():
        if reach in granted:
            mine = {user.team_id} if reach is Reach.TEAM else user.park_ids
            yield from (Q(**{f"{name}__in": sorted(mine - {None})}) for name in names)


def by_reach(user: Any, action: Action, model: type[models.Model]) -> list[tuple[Reach, Q]]:
    """The conditions of `scope_q` one by one, each with the reach that grants it: why somebody
    may. What hangs on another row is reached through it and not told here."""
    granted = reaches(user, action, model)
    rights = rights_of(model)
    own = rights.own
    # What hangs on another row is seen with it, whoever wrote it down.
    alone = Q(**{f"{rights.parent}__isnull": True}) if rights.parent else Q()
    parts: list[tuple[Reach, Q]] = []
    for reach in sorted(granted, key=list(Reach).index):
        if reach is Reach.ALL:
            parts.append((reach, Q()))
        elif reach is Reach.LOOSE and Reach.TEAM in own:
            parts.append((reach, alone & Q(**{f"{own[Reach.TEAM]}__isnull": True})))
        elif reach is Reach.TEAM and reach in own and user.team_id:
            parts.append((reach, alone & Q(**{own[reach]: user.team_id})))
        elif reach is Reach.PARK and reach in own and user.park_ids:
            parts.append((reach, alone & Q(**{f"{own[reach]}__in": sorted(user.park_ids)})))
        elif reach is Reach.OWN and reach in own:
            parts.append((reach, alone & Q(**{own[reach]: user.pk})))
            if rights.duties is not None:
                parts.append((reach, Q(pk__in=rights.duties.rows(user))))
        elif reach is Reach.SHARED and reach in own:
            parts.append((reach, Q(**{own[reach]: True})))
    return parts


def scope_pieces(user: Any, action: Action, model: type[models.Model]) -> list[Q]:
    """The conditions whose disjunction is `scope_q`, for a page that asks many questions: the few
    rows that are one's own by duty are looked up once, and named by their numbers."""
    whole = scope_q(user, action, model)
    pieces = whole.children if whole.connector == Q.OR else [whole]
    duties = rights_of(model).duties
    if duties is not None and Reach.OWN in reaches(user, action, model):
        served = Q(pk__in=list(duties.rows(user)))
        pieces = [served if _names(piece, "pk__in") else piece for piece in pieces]
    return [piece if isinstance(piece, Q) else Q(piece) for piece in pieces]


def apart(pieces: list[Q]) -> list[Q]:
    """The same conditions, no two of which share a row: counts over them add up, and each is one
    an index can answer, which their disjunction is not."""
    parts: list[Q] = []
    for piece in pieces:
        parts.append(reduce(lambda rest, taken: rest & ~taken, pieces[: len(parts)], piece))
    return parts


def _names(piece: Any, lookup: str) -> bool:
    return isinstance(piece, tuple) and piece[0] == lookup


def may(user: Any, action: Action, row: models.Model) -> bool:
    """Whether `user` may do `action` on this row; a new row is judged by what it will be."""
    granted = reaches(user, action, row)
    if not granted or Reach.ALL in granted:
        return bool(granted)
    if row.pk is not None and not row._state.adding:
        return (
            type(row)
            ._base_manager.filter(pk=row.pk)
            .filter(scope_q(user, action, type(row)))
            .exists()
        )
    rights = rights_of(row)
    own = rights.own
    if rights.parent and getattr(row, f"{rights.parent}_id"):
        return may(user, action, getattr(row, rights.parent))

    owner, team, park = (rights.whose(row, to) for to in (Reach.OWN, Reach.TEAM, Reach.PARK))
    return (
        (Reach.OWN in granted and owner == user.pk)
        or (Reach.TEAM in granted and bool(user.team_id) and team == user.team_id)
        or (Reach.LOOSE in granted and Reach.TEAM in own and team is None)
        or (Reach.PARK in granted and park in user.park_ids)
        or (Reach.SHARED in granted and Reach.SHARED in own and getattr(row, own[Reach.SHARED]))
    )


def require(user: Any, action: Action, row: models.Model) -> None:
    """Refuses what `user` may not do: as a missing row when he may not even see it."""
    if may(user, action, row):
        return
    if row.pk is not None and not row._state.adding and not may(user, Action.VIEW, row):
        raise Hidden()
    raise Refused(f"您的角色不能对这条记录{action.value}，请联系科长。", code="not_allowed")


def require_noun(user: Any, action: Action, what: Any) -> None:
    """Refuses when `user` may do `action` on no row of this noun at all."""
    if not can(user, action, what):
        raise Refused(f"您的角色不能{action.value}。", code="not_allowed")
