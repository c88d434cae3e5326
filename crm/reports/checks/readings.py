"""Published numbers that do not fit each other, which is no fault of theirs by itself."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, Sum

from crm.access import Action
from crm.exact import rounded, trimmed
from crm.models.indicators.closings import MonthClosing
from crm.models.indicators.readings import MonthlyReading, Reading, Readings, ReservedReading
from crm.reports.checks.base import NOTE, WARNING, Finding, Item, Results, item_of
from crm.reports.figures import Context

NEAR = Decimal("0.1")  # of a per cent: published growth is rounded to one or two digits
_NUMBERS = {"value": "读数", "in_month": "当月数", "base": "同期可比数", "growth": "同比"}
_JOINS = ("indicator", "park", "zone", "industry", "company")


def published_numbers(context: Context, results: Results) -> Iterator[Finding]:
    """The numbers of the period's last month beside what they should come to: growth is no
    quotient, the companies say another sum, a month is no difference of two."""
    stated = _of_month(context, 0).filter(company=None, zone=None)
    rows = list(context.narrowed(_of_whole(context, stated)).select_related(*_JOINS))
    if not rows:
        return
    yield from _growth_is_no_quotient(rows)
    yield from _companies_differ(context, rows)
    yield from _month_is_no_difference(context, rows)


def revised_since_closing(context: Context, results: Results) -> Iterator[Finding]:
    """What was entered or revised of a month of the period after it was closed, with the number
    that stood before and the reason: an earlier report of the month printed that one."""
    closed = MonthClosing.objects.standing(context.known_on).filter(
        month_on=OuterRef("month_on"), recorded_at__lt=OuterRef("recorded_at")
    )
    stated = Reading.objects.standing(context.known_on).filter(
        Exists(closed), company=None, zone=None,
        month_on__gte=context.period.start, month_on__lte=context.end,
    )  # fmt: skip
    rows = context.narrowed(_of_whole(context, stated)).select_related(*_JOINS, "replaces")
    items = [item_of(row, _revised(row)) for row in rows.order_by("month_on", "indicator", "pk")]
    yield from _finding(
        "revised_since_closing", NOTE, items,
        "个读数在月份封账以后登记或修订，与封账时的报告不同。",
    )  # fmt: skip


def _revised(row: Reading) -> str:
    """What a revision changed, in words, and why."""
    before = row.replaces
    if before is None:
        told = ["封账后登记"]
    else:
        told = [
            f"{label}由 {_shown(getattr(before, name))} 改为 {_shown(getattr(row, name))}"
            for name, label in _NUMBERS.items()
            if getattr(before, name) != getattr(row, name)
        ] or ["改了依据或说明"]
    return "；".join([*told, *([f"原因：{row.why}"] if row.why else [])])


def _shown(number: Decimal | None) -> str:
    return "未知" if number is None else trimmed(number)


def _of_month(context: Context, before: int) -> Readings:
    """The readings of the period's last month, or of one so many months before in its year."""
    last = context.period.last_month
    if last.month <= before:
        return Reading.objects.none()
    month = last.replace(month=last.month - before)
    return Reading.objects.standing(context.known_on).filter(month_on=month)


def _of_whole(context: Context, rows: Readings) -> Readings:
    """Those of the park asked for, else of the county and its industries."""
    return rows.filter(park=context.park) if context.park is not None else rows.filter(park=None)


def _growth_is_no_quotient(rows: list[Reading]) -> Iterator[Finding]:
    """Growth is printed as published; late entrants and revisions make it differ."""
    items = []
    for row in rows:
        if row.growth is None or row.quotient is None or abs(row.quotient - row.growth) < NEAR:
            continue
        reckoned = trimmed(Decimal(rounded(row.quotient, 2)))
        items.append(item_of(row, f"公布 {trimmed(row.growth)}%，读数与可比数相除为 {reckoned}%"))
    yield from _finding(
        "growth_is_no_quotient", NOTE, items,
        "个公布的同比与读数、同期可比数相除的结果不同，按公布的印；"
        "新入库和修订常使两者不同，不是这个原因的请核对。",
    )  # fmt: skip


def _companies_differ(context: Context, rows: list[Reading]) -> Iterator[Finding]:
    """Companies and the bureau are two sources; the published number is printed."""
    told = _of_companies(context, Reading) | _of_companies(context, ReservedReading)
    items = []
    for row in rows:
        count, total = told.get(row.indicator_id, (0, None))
        if row.industry_id or total is None or row.value is None or total == row.value:
            continue
        unit, differ = row.indicator.unit, trimmed(abs(total - row.value))
        side = "多" if total > row.value else "少"
        said = f"{count} 户企业合计 {trimmed(total)}{unit}，{side} {differ}{unit}"
        items.append(item_of(row, said))
    yield from _finding(
        "companies_differ", NOTE, items, "个公布数与企业上报的合计不同，按公布的印。"
    )


def _of_companies(context: Context, table: type[MonthlyReading]) -> dict[int, tuple[int, Decimal]]:
    """Indicator → how many companies stated a number in the period's last month, and what they come
    to. Reserved numbers are added up for who may read them one by one, and for nobody else."""
    if context.user is None and table is ReservedReading:
        return {}
    rows = table.objects.standing(context.known_on).filter(
        month_on=context.period.last_month, company__isnull=False, value__isnull=False
    )
    if context.park is not None:
        rows = rows.filter(company__in=context.companies)
    if context.user is not None:
        rows = rows.visible_to(context.user, Action.REPORT)
    grouped = rows.order_by().values("indicator")
    return {
        group["indicator"]: (group["count"], group["total"])
        for group in grouped.annotate(count=Count("pk"), total=Sum("value"))
    }


def _month_is_no_difference(context: Context, rows: list[Reading]) -> Iterator[Finding]:
    """A month's own number is what its cumulative one is above the month before."""
    numbers = [row.indicator_id for row in rows]
    before = {
        (row.indicator_id, *row.same_subject.values()): row.value
        for row in _of_month(context, 1).filter(indicator__in=numbers, company=None)
    }
    items = []
    for row in rows:
        earlier = before.get((row.indicator_id, *row.same_subject.values()))
        if earlier is None or row.value is None or row.in_month is None:
            continue
        if row.value - earlier != row.in_month:
            grown = trimmed(row.value - earlier)
            items.append(item_of(row, f"当月数 {trimmed(row.in_month)}，累计数的差 {grown}"))
    yield from _finding(
        "month_is_no_difference", WARNING, items,
        "个当月数不等于两个月累计数的差；请核对，有修订的写明原因。",
    )  # fmt: skip


def _finding(key: str, level: str, items: list[Item], said: str) -> Iterator[Finding]:
    if items:
        yield Finding(key, level, f"{len(items)} {said}", tuple(items))
