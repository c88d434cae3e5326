"""Rights as the search index knows them: what opens a document, and who carries it.

Tokens narrow what is looked at; the rows themselves have the last word. A noun whose rights say
nothing here that every holder of a token is granted has none: nobody finds its rows by tokens.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db import models

from crm.access.asking import scope_q
from crm.access.nouns import NOBODY, Rights, rights_of
from crm.access.roles import PIPELINE, Action, Reach
from search.query import Scope

STAFF = "staff"  # whoever works with investors, and the leaders


def row_tokens(row: models.Model) -> frozenset[str]:
    """Who may see a row, as the tokens its search document carries."""
    rights = rights_of(row)
    if _is_open_to_staff(rights):
        return frozenset({STAFF})
    if rights.grants is not PIPELINE:
        return frozenset()
    if rights.parent and (above := getattr(row, rights.parent)) is not None:
        return row_tokens(above)
    tokens = set()
    if Reach.TEAM in rights.own:
        tokens.add(f"team:{rights.whose(row, Reach.TEAM) or 'none'}")
    if park := rights.whose(row, Reach.PARK):
        tokens.add(f"park:{park}")
    if owner := rights.whose(row, Reach.OWN):
        tokens.add(f"user:{owner}")
    if rights.duties is not None:
        tokens |= {f"user:{holder}" for holder in rights.duties.holders(row)}
    return frozenset(tokens)


def _is_open_to_staff(rights: Rights) -> bool:
    """A shared register: every row is open to everybody who carries STAFF."""
    return all(
        Reach.ALL in rights.grants.get(role, {}).get(Action.VIEW, frozenset()) for role in PIPELINE
    )


def _sight(user: Any) -> frozenset[Reach]:
    """How far the user sees in the work of investment, which is what tokens speak of."""
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return frozenset()
    return PIPELINE.get(user.role, {}).get(Action.VIEW, frozenset())


def user_tokens(user: Any) -> frozenset[str]:
    """The tokens that open search documents to this user."""
    granted = _sight(user)
    tokens = {STAFF} if granted else set()
    if Reach.OWN in granted:
        tokens.add(f"user:{user.pk}")
    if Reach.TEAM in granted and user.team_id:
        tokens.add(f"team:{user.team_id}")
    if Reach.LOOSE in granted:
        tokens.add("team:none")
    if Reach.PARK in granted:
        tokens |= {f"park:{park}" for park in user.park_ids}
    return frozenset(tokens)


def search_scope(user: Any) -> Scope:
    """What a search by `user` may return: tokens for the index, and the database's last word."""
    granted = _sight(user)
    if not granted:
        return Scope.nothing()

    def visible(kind: str, ids: Iterable[int]) -> set[int]:
        if rights_of(kind) is NOBODY:
            return set()
        model = apps.get_model("crm", kind)
        rows = model._default_manager.filter(pk__in=list(ids)).filter(
            scope_q(user, Action.VIEW, model)
        )
        return set(rows.values_list("pk", flat=True))

    return Scope(tokens=user_tokens(user), everything=Reach.ALL in granted, visible=visible)
