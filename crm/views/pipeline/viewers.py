"""谁能看到: who may see a project and why, by the very conditions every list is made with."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, CharField, Value, When
from django.db.models.expressions import Expression
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from crm import access, ledgers
from crm.access import PIPELINE, Action, Reach, Role
from crm.models import Project, User
from crm.views.base import desk, project_or_hidden

AT_ONCE = 60  # users asked about in one query


@dataclass(frozen=True)
class Group:
    """People who see a project for one reason; those the viewer may not name are only counted."""

    label: str
    names: list[str]
    unnamed_count: int

    @property
    def count(self) -> int:
        return len(self.names) + self.unnamed_count


def seers(project: Project) -> list[tuple[User, Reach]]:
    """Every user who may see the project, with the reach that lets him."""
    users = list(
        User.objects.filter(is_active=True, role__in=list(PIPELINE))
        .select_related("team")
        .prefetch_related("parks")
        .order_by("first_name", "pk")
    )
    found: list[tuple[User, Reach]] = []
    for start in range(0, len(users), AT_ONCE):
        part = users[start : start + AT_ONCE]
        for user in part:
            user.__dict__["park_ids"] = frozenset(park.pk for park in user.parks.all())
        asked = {f"user_{user.pk}": _why(user) for user in part}
        answer = Project.objects.filter(pk=project.pk).values(**asked).first() or {}
        found += [(user, Reach(reach)) for user in part if (reach := answer.get(f"user_{user.pk}"))]
    return found


def _why(user: User) -> Expression:
    """The first reach whose condition holds, as the database sees it."""
    cases, rest = [], Value("")
    for reach, condition in access.by_reach(user, Action.VIEW, Project):
        if reach is Reach.ALL:
            rest = Value(reach.value)
        else:
            cases.append(When(condition, then=Value(reach.value)))
    return Case(*cases, default=rest, output_field=CharField()) if cases else rest


def groups(project: Project, viewer: Any) -> list[Group]:
    """Who sees the project, by reason, nearest first."""
    found = seers(project)
    nameable = set(
        ledgers.referable("users", by=viewer)
        .filter(pk__in=[user.pk for user, _ in found])
        .values_list("pk", flat=True)
    )
    held: dict[tuple[int, str], list[User]] = defaultdict(list)
    for user, reach in found:
        held[list(Reach).index(reach), _label(user, reach, project)].append(user)
    return [
        Group(
            label,
            [str(user) for user in users if user.pk in nameable],
            sum(user.pk not in nameable for user in users),
        )
        for (_, label), users in sorted(held.items(), key=lambda one: one[0])
    ]


def _label(user: User, reach: Reach, project: Project) -> str:
    if reach is Reach.OWN:
        return "本项目招商专员" if project.officer_id == user.pk else "驻企联络员"
    if reach is Reach.TEAM:
        return f"本科室（{user.team}）"
    if reach is Reach.LOOSE:
        return "还没有科室，科长都能看到"
    if reach is Reach.PARK:
        return f"园区管委会（{project.park}）"
    return f"{Role(user.role).label}，看全部项目"


@desk
def viewers(request: HttpRequest, pk: int) -> HttpResponse:
    """A piece of the project page; on its own without a script."""
    project = project_or_hidden(request.user, pk)
    found = groups(project, request.user)
    template = "crm/_viewers.html" if request.htmx else "crm/viewers.html"  # type: ignore[attr-defined]
    return render(
        request,
        template,
        {"project": project, "groups": found, "count": sum(group.count for group in found)},
    )
