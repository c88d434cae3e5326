"""A project reports a month once."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Exists, OuterRef

from crm.integrity.base import Broken, Scope, invariant, named
from crm.models.delivery.project_months import ProjectMonth


@invariant(
    "project_month.once",
    "一个项目一个月只有一份有效的月报",
    by_hand="请核对两份月报，作废多报的一份。",
)
def reported_twice(scope: Scope) -> Iterator[Broken]:
    others = (
        ProjectMonth.objects.standing()
        .filter(project=OuterRef("project"), month_on=OuterRef("month_on"))
        .exclude(pk=OuterRef("pk"))
    )
    rows = scope.standing(ProjectMonth).filter(Exists(others))
    yield from named(rows, "与同一项目同一月的另一份并存")
