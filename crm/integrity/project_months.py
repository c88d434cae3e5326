"""A project reports a month once."""

from __future__ import annotations

from collections.abc import Iterator

from crm.integrity.base import Broken, Scope, invariant, named, twice
from crm.models.delivery.project_months import ProjectMonth


@invariant(
    "project_month.once",
    "一个项目一个月只有一份有效的月报",
    by_hand="请核对两份月报，作废多报的一份。",
)
def reported_twice(scope: Scope) -> Iterator[Broken]:
    for rows in twice(scope, ProjectMonth, "project", "month_on"):
        yield from named(rows, "与同一项目同一月的另一份并存")
