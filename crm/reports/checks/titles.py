"""Titles that are not counted as new although they may be, or say they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Q, QuerySet

from crm.dates import when
from crm.models import Grant
from crm.reports.checks.base import WARNING, Finding, Item, Results, item_of
from crm.reports.figures import Context, cultivation
from crm.reports.figures.cultivation import COUNTED, granted, said_new


def title_dates(context: Context, results: Results) -> Iterator[Finding]:
    """First grants that may lie in the period, but whose date does not say so."""
    start, end = context.period.start, context.end
    items = []
    for kind in COUNTED:
        rows = granted(context, kind).filter(grant=Grant.FIRST)
        touching = Q(granted_on__lte=context.period.end, granted_until__gte=start)
        placed = Q(granted_on__gte=start, granted_until__lte=end)
        items += _items(context, rows.filter(Q(granted_on=None) | touching & ~placed))
    if items:
        yield Finding(
            "title_dates",
            WARNING,
            f"{len(items)} 项称号的获批日期缺失，或只到月、年而跨出期间，没有计入新增；"
            "请补具体日期。",
            tuple(items),
        )


def held_before(context: Context, results: Results) -> Iterator[Finding]:
    """Grants that call themselves the first, of companies that held the title already."""
    items = []
    for kind in COUNTED:
        rows = granted(context, kind)
        items += _items(context, said_new(context, rows).filter(cultivation.held_before(rows)))
    if items:
        yield Finding(
            "titles_held_before",
            WARNING,
            f"{len(items)} 项称号写作首次认定，但企业此前已获同一称号，没有计入新增；"
            "请把认定方式改为复核或续期，或核对此前的一条。",
            tuple(items),
        )


def _items(context: Context, rows: QuerySet[Any]) -> list[Item]:
    return [
        item_of(row, f"{row.company} {when(row.granted_on, row.granted_until) or '日期待补'}")
        for row in context.narrowed(rows).select_related("company")
    ]
