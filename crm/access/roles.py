"""The roles, what can be done, how far a right goes, and what each kind of register grants whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum

from django.db import models


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
    FILE = "报送月报"
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


# Role → action → how far.
Grants = Mapping[str, Mapping[Action, frozenset[Reach]]]


def grants(*rows: tuple[Iterable[Action], set[Reach]]) -> Mapping[Action, frozenset[Reach]]:
    """What one role is granted: ([actions], {reaches}), …"""
    return {action: frozenset(reach) for actions, reach in rows for action in actions}


_O, _T, _N, _P, _A = Reach.OWN, Reach.TEAM, Reach.LOOSE, Reach.PARK, Reach.ALL
_SH = Reach.SHARED
_V, _R, _C, _F = Action.VIEW, Action.REGISTER, Action.CHANGE, Action.FOLLOW_UP
_FIL = Action.FILE
_ADV, _S, _ACC, _ASG = Action.ADVANCE, Action.SIGN, Action.ACCEPT, Action.ASSIGN
_REV, _I, _X, _REP = Action.REVEAL, Action.IMPORT, Action.EXPORT, Action.REPORT
_CON = Action.CONFIRM
_RUL, _TRA, _REC = Action.RULE, Action.TRANSFER, Action.RECEIVE

# The work of investment: projects and what hangs on them; enquiries, contacts, activities.
PIPELINE: Grants = {
    Role.OFFICER: grants(
        ([_V, _R, _F, _ACC, _REV, _X, _REP], {_O, _T}), ([_C, _ADV, _S, _FIL], {_O})
    ),
    Role.TEAMLEAD: grants(
        ([_V, _R, _C, _F, _FIL, _ADV, _S, _ACC, _ASG, _REV, _I, _X, _REP, _TRA], {_O, _T, _N}),
        ([_CON], {_T, _N}),  # the bureau confirms; parks and officers record
        ([_REC], {_T}),
    ),
    Role.LIAISON: grants(([_V, _F, _FIL, _REV], {_O})),
    Role.PARK: grants(([_V, _R, _C, _F, _ADV, _S, _REV, _X, _REP, _TRA, _REC], {_P})),
    Role.LEADER: grants(([_V, _X, _REP, _RUL], {_A})),
    Role.STATISTICIAN: grants(
        ([_V, _R, _C, _FIL, _ADV, _S, _ASG, _CON, _I, _X, _REP, _RUL, _TRA, _REC], {_A})
    ),
}
# How a project is carried out: planned and accepted by the head of its team or by the bureau.
DELIVERY: Grants = {
    Role.OFFICER: grants(([_V, _X, _REP], {_O, _T}), ([_R, _C, _FIL], {_O})),
    Role.TEAMLEAD: grants(([_V, _R, _C, _FIL, _I, _X, _REP], {_O, _T, _N}), ([_CON], {_T, _N})),
    Role.LIAISON: grants(([_V], {_O})),
    Role.PARK: grants(([_V, _X, _REP], {_P})),
    Role.LEADER: grants(([_V, _X, _REP], {_A})),
    Role.STATISTICIAN: grants(([_V, _R, _C, _FIL, _CON, _I, _X, _REP], {_A})),
}
# Its months are told by who is at the project, parks read them.
MONTHS: Grants = {**DELIVERY, Role.LIAISON: grants(([_V, _R, _FIL], {_O}))}
# The county's shared registers: parks, zones, industries, teams, recognitions, exchange rates.
REGISTERS: Grants = {
    **{role: grants(([_V, _REP], {_A})) for role in PIPELINE},
    Role.LIAISON: grants(([_V], {_A})),
    Role.STATISTICIAN: grants(([_V, _R, _C, _I, _X, _REP], {_A})),
}
# Companies: public facts, so shared; those who work with investors may add and mend them.
COMPANIES: Grants = {
    **{
        role: grants(([_V, _R, _C, _REP], {_A}))
        for role in (Role.OFFICER, Role.TEAMLEAD, Role.PARK)
    },
    Role.LIAISON: grants(([_V], {_A})),
    Role.LEADER: grants(([_V, _X, _REP], {_A})),
    Role.STATISTICIAN: grants(([_V, _R, _C, _I, _X, _REP], {_A})),
}
# Numbers of single companies that are theirs alone (tax): who keeps them, and who signs the report.
RESERVED: Grants = {
    Role.LEADER: grants(([_V, _REP], {_A})),
    Role.STATISTICIAN: grants(([_V, _R, _C, _I, _X, _REP], {_A})),
}
# 亩均评价: what a single company pays, earns and burns is confidential, and what follows from it.
# The statistician keeps and publishes it, leaders and heads of team read it, a park reads its own
# companies'; nobody else learns even how many there are.
EVALUATIONS: Grants = {
    Role.TEAMLEAD: grants(([_V], {_A})),
    Role.PARK: grants(([_V], {_P})),
    Role.LEADER: grants(([_V, _X], {_A})),
    Role.STATISTICIAN: grants(([_V, _R, _C, _I, _X], {_A})),
}
# By which rules they are evaluated: read by the same people, whole.
EVALUATION_RULES: Grants = {
    **{role: grants(([_V], {_A})) for role in (Role.TEAMLEAD, Role.PARK, Role.LEADER)},
    Role.STATISTICIAN: grants(([_V, _R, _C, _I, _X], {_A})),
}
# Calls on companies: seen as companies are; whoever serves one writes down what it asked for.
VISITS: Grants = {**COMPANIES, Role.LIAISON: grants(([_V, _R], {_A}), ([_C], {_O}))}
# What a bank lends a company, which is the company's own business: those who keep or answer for the
# ledger, and who is liaison officer of that company today.
LOANS: Grants = {
    Role.TEAMLEAD: grants(([_V, _R, _C, _X], {_A})),
    Role.LIAISON: grants(([_V], {_O})),
    Role.LEADER: grants(([_V, _X], {_A})),
    Role.STATISTICIAN: grants(([_V, _R, _C, _I, _X], {_A})),
}
# How long a project may rest: set by the bureau's statistician or a head of team for the county.
RULES: Grants = {
    **{role: grants(([_V], {_A})) for role in PIPELINE},
    Role.TEAMLEAD: grants(([_V, _R, _C], {_A})),
    Role.STATISTICIAN: grants(([_V, _R, _C, _I, _X], {_A})),
}
# What is collected by link, and what is sent up: the statistician's work, which heads may read.
COLLECTIONS: Grants = {
    Role.STATISTICIAN: grants(([_V, _R, _C, _REV, _I, _X], {_A})),
    Role.TEAMLEAD: grants(([_V], {_A})),
    Role.LEADER: grants(([_V, _X], {_A})),
}
# Saved views of lists: one's own, the team's where shared with it, and the public ones. A view only
# says what to ask for; what is seen is decided by the rows.
VIEWS: Grants = {
    **{role: grants(([_V], {_O, _T, _SH}), ([_R, _C], {_O})) for role in (*PIPELINE, Role.AUDITOR)},
    Role.TEAMLEAD: grants(([_V], {_O, _T, _SH}), ([_R, _C, Action.SHARE], {_O})),
    Role.STATISTICIAN: grants(([_V], {_O, _T, _SH}), ([_R, Action.SHARE], {_O}), ([_C], {_O, _SH})),
}
# What an office's words mean in an import: settled by whoever imports, for the own office.
WORDS: Grants = {
    Role.TEAMLEAD: grants(([_V, _C], {_T})),
    Role.STATISTICIAN: grants(([_V, _C], {_A})),
}
# Taking the demo county out: who runs the machine, or keeps the ledgers.
DEMO: Grants = {role: grants(([_V, _C], {_A})) for role in (Role.STATISTICIAN, Role.SYSADMIN)}
AUDIT: Grants = {Role.AUDITOR: grants(([_V], {_A}))}
USERS: Grants = {
    Role.SYSADMIN: grants(([_V, _R, _C], {_A})),
    Role.SECADMIN: grants(([_V, _C], {_A})),
}
# One's own, whatever one's role: what one was told, what one imported.
PERSONAL: Grants = {role: grants(([_V, _C], {_O})) for role in Role}
