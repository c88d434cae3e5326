"""Whose a row is: who registers it has it for himself and his team, and who changes it leaves it
where it is. Giving it to another team or person needs the right to assign: with a project goes
first contact, and with every row the sight of it."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from typing import Any

from crm import access
from crm.access import Action, Reach
from crm.errors import Refused
from crm.models import User

GIVEN_AWAY = "您不能把这条记录交给别的科室或人员：请留空归本科室，或请科长、统计员办理。"


def require_own(row: Any, *, by: User) -> None:
    """Refuses a new row that is given to a team or person not one's own."""
    rights = access.rights_of(row)
    parent = getattr(row, rights.parent, None) if rights.parent else None
    mine: dict[Reach, set[int | None]] = {
        Reach.TEAM: {None, by.team_id, getattr(parent, "team_id", None)},
        Reach.OWN: {None, by.pk},
    }
    names = _names(rights)
    given = [name for reach, name in names.items() if rights.whose(row, reach) not in mine[reach]]
    if not given:
        return
    judged = copy(row)
    if Reach.OWN in names:  # to name oneself is no right over another team's row
        setattr(judged, names[Reach.OWN], None)
    if not access.may(by, Action.ASSIGN, judged):
        raise Refused(GIVEN_AWAY, "not_allowed", given)


def require_kept(row: Any, values: Mapping[str, Any], *, by: User) -> None:
    """Refuses a change that gives a row to another team or person."""
    rights = access.rights_of(row)
    given = [
        name
        for reach, name in _names(rights).items()
        if name in values and getattr(values[name], "pk", None) != rights.whose(row, reach)
    ]
    if given and not access.may(by, Action.ASSIGN, row):
        raise Refused(GIVEN_AWAY, "not_allowed", given)


def _names(rights: access.Rights) -> dict[Reach, str]:
    """The fields that say whose a row is, where somebody assigns it: a saved view is its user's and
    nobody else's. What a row has from another one, by a path, is given with that one."""
    if not any(Action.ASSIGN in granted for granted in rights.grants.values()):
        return {}
    own = {reach: rights.own.get(reach, "") for reach in (Reach.TEAM, Reach.OWN)}
    return {reach: name for reach, name in own.items() if name and "__" not in name}
