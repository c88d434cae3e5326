"""First contact (首谈) is one unit's."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count

from crm.integrity.base import Broken, Scope, invariant, named
from crm.models import ClaimState, FirstContactClaim, Project


@invariant(
    "claim.one",
    "一个项目最多有一个单位的首谈有效，有争议的除外",
    by_hand="请由其中一方提出首谈争议，由县里裁定；或由一方放弃。",
)
def two_units(scope: Scope) -> Iterator[Broken]:
    running = FirstContactClaim.objects.running().exclude(held=ClaimState.CONTESTED)
    units = scope.of_projects(running).order_by().values("project")
    several = units.annotate(n=Count("team", distinct=True) + Count("park", distinct=True))
    projects = Project.objects.filter(pk__in=several.filter(n__gt=1).values("project"))
    yield from named(projects, "两个单位的首谈同时有效")
