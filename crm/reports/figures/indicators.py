"""主要指标: companies above scale."""

from __future__ import annotations

from django.db.models import QuerySet

from crm.models.companies.spells import AboveScaleSpell, Spells
from crm.reports.figures.base import Context, figure
from crm.reports.measures import Count


def above_scale(context: Context) -> Spells:
    """One stay a company: the one in which it is above scale on the last day."""
    return AboveScaleSpell.objects.standing(context.known_on).in_force_on(context.end)


@figure(
    "indicators.above_scale_enterprises",
    "规上企业",
    measure=Count("户"),
    rule="期末在规上名录的企业：入库不晚于期末，期末没有退库；只知道月份的入库从登记之日、"
    "最迟从月末起算，退库从月末起不计。",
)
def above_scale_enterprises(context: Context) -> QuerySet:
    return above_scale(context)
