"""Target companies: registering them for a team, and turning one into a lead."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.db import transaction

from crm import access
from crm.access import Action
from crm.actions import _giving, _record, questions
from crm.actions._told import counted
from crm.actions.pipeline import projects
from crm.actions.questions import NOTHING_SAID, Anyway
from crm.errors import Refused
from crm.models import Project, Prospect, ProspectState, User
from crm.names import company_key


def register(values: Mapping[str, Any], *, by: User, anyway: Anyway = NOTHING_SAID) -> Prospect:
    """Enters a target company; without a team it is the team's of whoever enters it. One that the
    team has on its list already is asked about."""
    prospect = Prospect(**values)
    if prospect.team is None and by.team is not None:
        prospect.team = by.team
    access.require(by, Action.REGISTER, prospect)
    _giving.require_own(prospect, by=by)
    find = partial(_same, prospect, by=by)
    with questions.asking(prospect, find, company_key(prospect.name), by=by, anyway=anyway):
        entered: Prospect = _record.insert(prospect, by=by)
    return entered


def _same(prospect: Prospect, *, by: User) -> list[Prospect]:
    known = Prospect.objects.visible_to(by).filter(team=prospect.team)
    return list(known.filter(name_key=company_key(prospect.name)))


@counted()
@transaction.atomic
def convert(
    prospect: Prospect, values: Mapping[str, Any], *, by: User, anyway: Anyway = NOTHING_SAID
) -> Project:
    """转为线索: the target company becomes a project at 线索, once."""
    access.require(by, Action.CHANGE, prospect)
    locked = Prospect.objects.select_for_update().get(pk=prospect.pk)
    if locked.project is not None:
        raise Refused("这家目标企业已经转为项目，不能再转一次。", "stale")
    project = projects.register(dict(values), by=by, anyway=anyway)
    _record.amend(
        prospect,
        {"project": project, "state": ProspectState.CONVERTED},
        by=by,
        verb="convert_prospect",
    )
    return project
