"""主导产业: their companies above scale, and the clusters they are to become."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from crm.exact import YI
from crm.models import Industry
from crm.models.companies.industry_changes import with_industry
from crm.models.states import number_of, told
from crm.reports.figures.base import Context, figure
from crm.reports.figures.indicators import above_scale
from crm.reports.measures import Count

CLUSTER = 100 * YI
LEVELS = 3  # an industry, its branches, and theirs
THEN = (
    "企业的产业按期末那一天的算，以后转行的仍计原产业；下级产业并入上级，"
    "产业以台账里的代码（{slug}）为准。"
)


def family(context: Context, slug: str) -> Q:
    """What names the industry of this code, or one below it, as `industry_then`."""
    rows: Any = told(Industry, context.known_on)
    number, found, wave = number_of(rows.model), Q(), rows.filter(slug=slug)
    for _ in range(LEVELS):
        numbers = wave.values(number)
        found |= Q(industry_then__in=numbers)
        wave = rows.filter(parent__in=numbers)
    return found


def _enterprises(context: Context, slug: str) -> QuerySet:
    rows = with_industry(above_scale(context), context.end, context.known_on)
    return rows.filter(family(context, slug))


@figure(
    "industries.textile.enterprises",
    "纺织鞋服规上企业",
    measure=Count("户"),
    rule="期末在规上名录的纺织鞋服企业。" + THEN.format(slug="textile"),
)
def textile_enterprises(context: Context) -> QuerySet:
    return _enterprises(context, "textile")


@figure(
    "industries.food.enterprises",
    "健康食品规上企业",
    measure=Count("户"),
    rule="期末在规上名录的健康食品企业。" + THEN.format(slug="food"),
)
def food_enterprises(context: Context) -> QuerySet:
    return _enterprises(context, "food")


@figure(
    "industries.clusters",
    "百亿级产业集群",
    measure=Count("个"),
    rule="按期末所知，集群目标不低于 100 亿元的主导产业；产业不分园区，各园区的报告都按全县计。",
    is_of_county=True,
)
def clusters(context: Context) -> QuerySet:
    return told(Industry, context.known_on).filter(is_leading=True, cluster_target__gte=CLUSTER)
