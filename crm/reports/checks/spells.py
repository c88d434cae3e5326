"""规上: stays whose day does not say whether they count, that are not the first, or rest on too
little revenue."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import F, Q, QuerySet

from crm.exact import money_text
from crm.models.companies.industry_changes import with_industry
from crm.models.companies.scale_thresholds import ScaleThreshold
from crm.models.companies.spells import AboveScaleSpell, Spells
from crm.reports.checks.base import NOTE, WARNING, Finding, Item, Results
from crm.reports.figures import Context
from crm.reports.figures.cultivation import new_above_scale
from crm.reports.figures.indicators import above_scale


def spell_dates(context: Context, results: Results) -> Iterator[Finding]:
    """Stays that may have begun in the period, or ended by its end, but whose day does not say."""
    start, end = context.period.start, context.end
    begins = Q(entered_on__lt=start, effective_on__gte=start, effective_on__lte=end)
    later = Q(entered_on__lte=end, effective_on__gt=end)
    ends = Q(left_on__lte=end, left_until__gt=end)
    items = _items(context, _standing(context).filter(begins | later | ends))
    if items:
        yield Finding(
            "spell_dates",
            WARNING,
            f"{len(items)} 段规上入退库的时间只到年、月而跨出期间：入库的不算新增，"
            "没有过完的入库不计、退库不减；请补具体月份。",
            items,
        )


def reentries(context: Context, results: Results) -> Iterator[Finding]:
    """Companies counted as new that had been above scale before."""
    new = context.narrowed(new_above_scale.read(context))
    before = _standing(context).filter(left_until__isnull=False, effective_on__lt=context.end)
    rows = new.filter(company__in=before.exclude(pk__in=new.values("pk")).values("company"))
    items = _items(context, rows)
    if items:
        yield Finding(
            "reentries",
            NOTE,
            f"新增规上企业中有 {len(items)} 户以前退过库，是再次入库，其余为首次入库。",
            items,
        )


def without_industry(context: Context, results: Results) -> Iterator[Finding]:
    """Companies above scale that no industry counts."""
    rows = with_industry(above_scale(context), context.end, context.known_on)
    items = _items(context, rows.filter(industry_then=None))
    if items:
        yield Finding(
            "above_scale_without_industry",
            WARNING,
            f"{len(items)} 户规上企业没有填产业，没有计入任何产业的规上企业数；请在企业里补上。",
            items,
        )


def below_threshold(context: Context, results: Results) -> Iterator[Finding]:
    """Entries of the period that rest on less revenue than the threshold of their year."""
    entered = _standing(context).entered_in(context.period.start, context.end)
    rows = context.narrowed(entered.filter(revenue__isnull=False)).select_related("company")
    found, stays = [], list(rows.order_by("pk"))
    years = {row.entered_on.year for row in stays}
    thresholds = ScaleThreshold.objects.amounts_of(years, context.known_on)
    for row in stays:
        threshold = thresholds[row.entered_on.year]
        if threshold is not None and row.revenue < threshold:
            said = f"{money_text(row.revenue)}，标准 {money_text(threshold)}"
            found.append(_item(row, said))
    if found:
        yield Finding(
            "below_threshold",
            WARNING,
            f"{len(found)} 户企业入库时的主营业务收入低于当年的规上标准；请核对收入、单位或标准。",
            tuple(found),
        )


def _standing(context: Context) -> Spells:
    return AboveScaleSpell.objects.standing(context.known_on)


def _items(context: Context, rows: QuerySet[AboveScaleSpell]) -> tuple[Item, ...]:
    some = context.narrowed(rows).select_related("company").order_by(F("company__name"), "pk")
    return tuple(_item(row) for row in some)


def _item(row: AboveScaleSpell, about: str = "") -> Item:
    until = f"，{row.left} 退库" if row.left else ""
    said = about or f"{row.entered} 入库{until}"
    return Item("abovescalespell", row.pk, str(row.company), said)
