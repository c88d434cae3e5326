"""Companies that lie in two parks: registered in one, doing business in another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Q

from crm.access import Action
from crm.models.companies.places import ParkBasis, in_two_parks
from crm.models.states import State
from crm.reports.checks.base import NOTE, Finding, Results, item_of
from crm.reports.figures import Context


def two_parks(context: Context, results: Results) -> Iterator[Finding]:
    """They count for one of the two alone, by the county's rule."""
    rows: Any = in_two_parks(context.known_on)
    if context.park is not None:
        ids = context.park_ids
        rows = rows.filter(Q(park__in=ids) | Q(registered_park__in=ids))
    if context.user is not None:
        rows = rows.visible_to(context.user, Action.REPORT)
    along = ["park", "registered_park", *(["row"] if issubclass(rows.model, State) else [])]
    items = tuple(
        item_of(row, f"经营地在{row.park}，注册地在{row.registered_park}")
        for row in rows.select_related(*along).order_by("pk")
    )
    if not items:
        return
    basis = ParkBasis.objects.of_year(context.end.year, context.known_on)
    yield Finding(
        "company_in_two_parks",
        NOTE,
        f"{len(items)} 户企业的注册地与经营地不在同一园区，{context.end.year} 年按{basis.label}计入"
        "园区，不重复计；归属不对的请核对地址或口径。",
        items,
    )
