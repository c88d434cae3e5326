"""Published numbers that do not fit each other, which is no fault of theirs by itself."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from django.db.models import Sum

from crm.exact import rounded, trimmed
from crm.models.indicators.readings import Reading
from crm.reports.checks.base import NOTE, WARNING, Finding, Results, item_of
from crm.reports.figures import Context, every
from crm.reports.figures.published import readings
from crm.reports.measures import Published

NEAR = Decimal("0.1")  # of a per cent: published growth is rounded to one or two digits


def growth_is_no_quotient(context: Context, results: Results) -> Iterator[Finding]:
    """Growth is printed as published; late entrants and revisions make it differ from what number
    and comparable base come to."""
    items = []
    for row in _printed(context):
        if row.growth is None or row.quotient is None or abs(row.quotient - row.growth) < NEAR:
            continue
        reckoned = trimmed(Decimal(rounded(row.quotient, 2)))
        items.append(item_of(row, f"公布 {trimmed(row.growth)}%，读数与可比数相除为 {reckoned}%"))
    if items:
        yield Finding(
            "growth_is_no_quotient",
            NOTE,
            f"{len(items)} 个公布的同比与读数、同期可比数相除的结果不同，按公布的印；"
            "新入库和修订常使两者不同，不是这个原因的请核对。",
            tuple(items),
        )


def companies_differ(context: Context, results: Results) -> Iterator[Finding]:
    """What the companies report and what is published of the whole are two sources; the published
    number is printed."""
    items = []
    for row in _printed(context):
        if row.subject is not None or row.value is None:
            continue
        of_companies = readings(context, row.indicator.code).filter(
            company__isnull=False, value__isnull=False
        )
        told = of_companies.aggregate(total=Sum("value"))["total"]
        if told is not None and told != row.value:
            unit, differ = row.indicator.unit, trimmed(abs(told - row.value))
            side = "多" if told > row.value else "少"
            said = f"{of_companies.count()} 户企业合计 {trimmed(told)}{unit}，{side} {differ}{unit}"
            items.append(item_of(row, said))
    if items:
        yield Finding(
            "companies_differ",
            NOTE,
            f"{len(items)} 个公布数与企业上报的合计不同，按公布的印。",
            tuple(items),
        )


def month_is_no_difference(context: Context, results: Results) -> Iterator[Finding]:
    """A month's own number is what its cumulative one is above the month before."""
    items = []
    for row in _printed(context):
        before = (
            Reading.objects.standing(context.known_on)
            .filter(
                indicator=row.indicator,
                month_on__year=row.month_on.year,
                month_on__lt=row.month_on,
                **row.same_subject,
            )
            .order_by("-month_on")
            .first()
        )
        if before is None or before.month_on.month != row.month_on.month - 1:
            continue
        if row.value is None or before.value is None or row.in_month is None:
            continue
        if row.value - before.value != row.in_month:
            grown = trimmed(row.value - before.value)
            items.append(item_of(row, f"当月数 {trimmed(row.in_month)}，累计数的差 {grown}"))
    if items:
        yield Finding(
            "month_is_no_difference",
            WARNING,
            f"{len(items)} 个当月数不等于两个月累计数的差；请核对，有修订的写明原因。",
            tuple(items),
        )


def _printed(context: Context) -> Iterator[Reading]:
    """The readings that the report prints."""
    seen: set[int] = set()
    for figure in every():
        if not isinstance(figure.measure, Published):
            continue
        rows = figure.rows(context)
        if rows.model is not Reading:
            continue
        for row in rows.select_related("indicator", "park", "zone", "industry", "company"):
            if row.pk not in seen:
                seen.add(row.pk)
                yield row
