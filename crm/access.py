"""Who may see and do what: one table role × action × reach, used by every door.

Lists, objects, search, exports, API and report ask this module and nothing else. What the table
does not grant is refused; somebody else's object and a missing one answer alike.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import Q

from crm import clock
from crm.errors import Hidden, Refused

if TYPE_CHECKING:
    from crm.models import User
    from search.query import Scope


class Role(models.TextChoices):
    """One role a user. The three administrators (三员) see no business rows."""

    OFFICER = "officer", "招商专员"
    TEAMLEAD = "teamlead", "科长"
    LIAISON = "liaison", "驻企联络员"
    PARK = "park", "园区管委会"
    LEADER = "leader", "县领导"
    STATISTICIAN = "statistician", "统计员"
    EDITOR = "editor", "网站编辑"
    SYSADMIN = "sysadmin", "系统管理员"
    SECADMIN = "secadmin", "安全管理员"
    AUDITOR = "auditor", "审计管理员"


class Action(Enum):
    VIEW = "查看"
    REGISTER = "登记"
    CHANGE = "修改"
    FOLLOW_UP = "跟进"
    ADVANCE = "推进阶段"
    SIGN = "登记协议"
    ACCEPT = "受理咨询"
    ASSIGN = "指派人员"
    CONFIRM = "认定"
    REVEAL = "查看联系方式"
    IMPORT = "导入"
    EXPORT = "导出"
    REPORT = "生成报告"
    RULE = "裁定首谈"
    TRANSFER = "提出流转"
    RECEIVE = "接收流转"
    SHARE = "公开视图"


class Reach(Enum):
    """How far a right goes."""

    OWN = "own"  # mine: I am its officer, or its liaison at present
    TEAM = "team"  # my team's
    LOOSE = "loose"  # nobody's: rows no team has taken yet
    PARK = "park"  # my parks'
    SHARED = "shared"  # what a colleague has shared with everybody
    ALL = "all"


_O, _T, _N, _P, _A = Reach.OWN, Reach.TEAM, Reach.LOOSE, Reach.PARK, Reach.ALL
_SH = Reach.SHARED
Grants = dict[Action, frozenset[Reach]]


def _grants(*rows: tuple[Iterable[Action], set[Reach]]) -> Grants:
    return {action: frozenset(reach) for actions, reach in rows for action in actions}


_V, _R, _C, _F = Action.VIEW, Action.REGISTER, Action.CHANGE, Action.FOLLOW_UP
_ADV, _S, _ACC, _ASG = Action.ADVANCE, Action.SIGN, Action.ACCEPT, Action.ASSIGN
_REV, _I, _X, _REP = Action.REVEAL, Action.IMPORT, Action.EXPORT, Action.REPORT
_CON = Action.CONFIRM
_RUL, _TRA, _REC = Action.RULE, Action.TRANSFER, Action.RECEIVE

# Projects and what hangs on them; enquiries, contacts, activities.
PIPELINE: dict[str, Grants] = {
    Role.OFFICER: _grants(([_V, _R, _F, _ACC, _REV, _X, _REP], {_O, _T}), ([_C, _ADV, _S], {_O})),
    Role.TEAMLEAD: _grants(
        ([_V, _R, _C, _F, _ADV, _S, _ACC, _ASG, _REV, _I, _X, _REP, _TRA], {_O, _T, _N}),
        ([_CON], {_T, _N}),  # the bureau confirms; parks and officers record
        ([_REC], {_T}),
    ),
    Role.LIAISON: _grants(([_V, _F, _REV], {_O})),
    Role.PARK: _grants(([_V, _R, _C, _F, _ADV, _S, _REV, _X, _REP, _TRA, _REC], {_P})),
    Role.LEADER: _grants(([_V, _X, _REP, _RUL], {_A})),
    Role.STATISTICIAN: _grants(
        ([_V, _R, _C, _ADV, _S, _ASG, _CON, _I, _X, _REP, _RUL, _TRA, _REC], {_A})
    ),
}
# The county's shared registers: parks, zones, industries, teams, recognitions, exchange rates.
REGISTERS: dict[str, Grants] = {
    **{role: _grants(([_V], {_A})) for role in PIPELINE},
    Role.STATISTICIAN: _grants(([_V, _R, _C, _I, _X], {_A})),
}
# Companies: public facts, so shared; those who work with investors may add and mend them.
COMPANIES: dict[str, Grants] = {
    **{role: _grants(([_V, _R, _C], {_A})) for role in (Role.OFFICER, Role.TEAMLEAD, Role.PARK)},
    Role.LIAISON: _grants(([_V], {_A})),
    Role.LEADER: _grants(([_V, _X], {_A})),
    Role.STATISTICIAN: _grants(([_V, _R, _C, _I, _X], {_A})),
}
# How long a project may rest: set by the bureau's statistician or a head of team for the county.
RULES: dict[str, Grants] = {
    **{role: _grants(([_V], {_A})) for role in PIPELINE},
    Role.TEAMLEAD: _grants(([_V, _R, _C], {_A})),
    Role.STATISTICIAN: _grants(([_V, _R, _C, _I, _X], {_A})),
}
# Saved views of lists: one's own, the team's where shared with it, and the public ones. A view only
# says what to ask for; what is seen is decided by the rows.
VIEWS: dict[str, Grants] = {
    **{
        role: _grants(([_V], {_O, _T, _SH}), ([_R, _C], {_O})) for role in (*PIPELINE, Role.AUDITOR)
    },
    Role.TEAMLEAD: _grants(([_V], {_O, _T, _SH}), ([_R, _C, Action.SHARE], {_O})),
    Role.STATISTICIAN: _grants(
        ([_V], {_O, _T, _SH}), ([_R, Action.SHARE], {_O}), ([_C], {_O, _SH})
    ),
}
# Taking the demo county out: who runs the machine, or keeps the ledgers.
DEMO: dict[str, Grants] = {
    role: _grants(([_V, _C], {_A})) for role in (Role.STATISTICIAN, Role.SYSADMIN)
}
AUDIT: dict[str, Grants] = {Role.AUDITOR: _grants(([_V], {_A}))}
USERS: dict[str, Grants] = {
    Role.SYSADMIN: _grants(([_V, _R, _C], {_A})),
    Role.SECADMIN: _grants(([_V, _C], {_A})),
}

# One's own, whatever one's role: what one was told, what one imported.
PERSONAL: dict[str, Grants] = {role: _grants(([_V, _C], {_O})) for role in Role}

# noun (the model's name) → its table, its own lookups a reach, and the project it hangs on.
Own = dict[Reach, str]
NOUNS: dict[str, tuple[dict[str, Grants], Own, str]] = {
    "project": (PIPELINE, {_O: "officer", _T: "team", _P: "park"}, ""),
    "stagemove": (PIPELINE, {}, "project"),
    "agreement": (PIPELINE, {}, "project"),
    "followup": (PIPELINE, {}, "project"),
    "assignment": (PIPELINE, {}, "project"),
    "milestone": (PIPELINE, {}, "project"),
    "review": (PIPELINE, {}, "project"),
    "keylisting": (PIPELINE, {}, "project"),
    "confirmation": (PIPELINE, {}, "project"),
    "fundingreceipt": (PIPELINE, {}, "project"),
    "firstcontactclaim": (PIPELINE, {}, "project"),
    "claimruling": (PIPELINE, {}, "project"),
    "transfer": (PIPELINE, {}, "project"),
    "creditshare": (PIPELINE, {}, "project"),
    "storedfile": (PIPELINE, {}, "project"),
    "contact": (PIPELINE, {_T: "team"}, "project"),
    "enquiry": (PIPELINE, {_O: "decided_by", _T: "team", _P: "park"}, ""),
    "activity": (PIPELINE, {_T: "team", _P: "park"}, ""),
    "park": (REGISTERS, {}, ""),
    "zone": (REGISTERS, {}, ""),
    "industry": (REGISTERS, {}, ""),
    "team": (REGISTERS, {}, ""),
    "recognition": (REGISTERS, {}, ""),
    "exchangerate": (REGISTERS, {}, ""),
    "target": (REGISTERS, {}, ""),
    "democounty": (DEMO, {}, ""),
    "stagerule": (RULES, {}, ""),
    "company": (COMPANIES, {}, ""),
    "chaingap": (COMPANIES, {}, ""),
    "prospect": (PIPELINE, {_O: "officer", _T: "team"}, ""),
    "savedview": (VIEWS, {_O: "user", _T: "team", _SH: "is_public"}, ""),
    "auditentry": (AUDIT, {}, ""),
    "user": (USERS, {}, ""),
    "notification": (PERSONAL, {_O: "user"}, ""),
    "importbatch": (PERSONAL, {_O: "by"}, ""),
    "importupload": (PERSONAL, {_O: "by"}, ""),
}
# Whose a row also is, beside those who see its project: both sides of a transfer read it, whoever
# has the project by now; the receiving one decides.
_Sides = dict[Reach, tuple[str, ...]]
_BOTH: _Sides = {_T: ("from_team", "to_team"), _P: ("from_park", "to_park")}
_RECEIVING: _Sides = {_T: ("to_team",), _P: ("to_park",)}
_OWN_SHARE: _Sides = {_T: ("team",), _P: ("park",)}
SIDES: dict[tuple[str, Action], _Sides] = {
    ("transfer", Action.VIEW): _BOTH,
    ("transfer", Action.EXPORT): _BOTH,
    ("transfer", Action.RECEIVE): _RECEIVING,
    ("creditshare", Action.VIEW): _OWN_SHARE,
    ("creditshare", Action.EXPORT): _OWN_SHARE,
}


def noun_of(what: Any) -> str:
    """The noun of a model, a row or a name."""
    return what if isinstance(what, str) else what._meta.model_name


def reaches(user: Any, action: Action, what: Any) -> frozenset[Reach]:
    """How far `user` may do `action` on this noun; empty for strangers and unknown nouns."""
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return frozenset()
    grants, own, parent = NOUNS.get(noun_of(what), ({}, {}, ""))
    granted = grants.get(user.role, {}).get(action, frozenset())
    if parent:
        return granted
    # A reach that leads to no row is none: target companies are no park's.
    leads = {Reach.ALL, *own, *({Reach.LOOSE} if Reach.TEAM in own else ())}
    return granted & leads


def can(user: Any, action: Action, what: Any) -> bool:
    """Whether `user` may do `action` on at least some row of this noun: for menus and buttons."""
    return bool(reaches(user, action, what))


def sees_all(user: Any, what: Any = "project") -> bool:
    return Reach.ALL in reaches(user, Action.VIEW, what)


def scope_q(user: Any, action: Action, model: type[models.Model]) -> Q:
    """The rows of `model` on which `user` may do `action`, as one condition."""
    if Reach.ALL in reaches(user, action, model):
        return Q()
    parts = [condition for _, condition in by_reach(user, action, model)]
    _, _, parent = NOUNS.get(noun_of(model), ({}, {}, ""))
    for reach, names in SIDES.get((noun_of(model), action), {}).items():
        if reach in reaches(user, action, model):
            mine = {user.team_id} if reach is Reach.TEAM else user.park_ids
            parts += [Q(**{f"{name}__in": sorted(mine - {None})}) for name in names]
    if parent and action is not Action.RECEIVE:  # who has it does not receive it
        projects = apps.get_model("crm", "Project")
        parts.append(
            Q(**{f"{parent}__in": projects.objects.filter(scope_q(user, action, projects))})
        )
    return reduce(or_, parts) if parts else Q(pk__in=[])


def by_reach(user: Any, action: Action, model: type[models.Model]) -> list[tuple[Reach, Q]]:
    """The conditions of `scope_q` one by one, each with the reach that grants it: why somebody
    may. What hangs on a project is reached through it and not told here."""
    granted = reaches(user, action, model)
    _, own, parent = NOUNS.get(noun_of(model), ({}, {}, ""))
    # What hangs on a project is seen with it, whoever wrote it down.
    alone = Q(**{f"{parent}__isnull": True}) if parent else Q()
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
            if noun_of(model) == "project":
                parts.append((reach, Q(pk__in=_liaised(user))))
        elif reach is Reach.SHARED and reach in own:
            parts.append((reach, Q(**{own[reach]: True})))
    return parts


def scope_pieces(user: Any, action: Action, model: type[models.Model]) -> list[Q]:
    """The conditions whose disjunction is `scope_q`, for a page that asks many questions: the few
    projects one is liaison of are looked up once, and named by their numbers."""
    whole = scope_q(user, action, model)
    pieces = whole.children if whole.connector == Q.OR else [whole]
    if noun_of(model) == "project" and Reach.OWN in reaches(user, action, model):
        served = Q(pk__in=list(_liaised(user).values_list("project", flat=True)))
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


def _liaised(user: Any) -> Any:
    """Projects whose resident liaison officer the user is today."""
    assignments = apps.get_model("crm", "Assignment").objects
    return (
        assignments.in_force_on(clock.today())
        .filter(user=user.pk, kind="liaison")
        .values("project")
    )


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
    _, own, parent = NOUNS[noun_of(row)]
    if parent and getattr(row, f"{parent}_id"):
        return may(user, action, getattr(row, parent))

    def value(reach: Reach) -> Any:
        return getattr(row, f"{own[reach]}_id") if reach in own else None

    return (
        (Reach.OWN in granted and value(Reach.OWN) == user.pk)
        or (Reach.TEAM in granted and bool(user.team_id) and value(Reach.TEAM) == user.team_id)
        or (Reach.LOOSE in granted and Reach.TEAM in own and value(Reach.TEAM) is None)
        or (Reach.PARK in granted and value(Reach.PARK) in user.park_ids)
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


STAFF = "staff"


def row_tokens(row: models.Model) -> frozenset[str]:
    """Who may see a row, as the tokens its search document carries."""
    grants, own, _ = NOUNS[noun_of(row)]
    if grants is not PIPELINE:
        return frozenset({STAFF})
    tokens = set()
    if Reach.TEAM in own:
        team = getattr(row, f"{own[Reach.TEAM]}_id")
        tokens.add(f"team:{team or 'none'}")
    if Reach.PARK in own and (park := getattr(row, f"{own[Reach.PARK]}_id")):
        tokens.add(f"park:{park}")
    if Reach.OWN in own and (owner := getattr(row, f"{own[Reach.OWN]}_id")):
        tokens.add(f"user:{owner}")
    return frozenset(tokens)


def user_tokens(user: User) -> frozenset[str]:
    """The tokens that open search documents to this user."""
    granted = reaches(user, Action.VIEW, "project")
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
    from search.query import Scope

    if not can(user, Action.VIEW, "project"):
        return Scope.nothing()

    def visible(kind: str, ids: Iterable[int]) -> set[int]:
        if kind not in NOUNS:
            return set()
        model = apps.get_model("crm", kind)
        rows = model._default_manager.filter(pk__in=list(ids)).filter(
            scope_q(user, Action.VIEW, model)
        )
        return set(rows.values_list("pk", flat=True))

    return Scope(tokens=user_tokens(user), everything=sees_all(user, "project"), visible=visible)
