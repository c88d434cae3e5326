"""主导产业: the clusters they are to become."""

from __future__ import annotations

from django.db.models import QuerySet

from crm.exact import YI
from crm.models import Industry
from crm.models.states import told
from crm.reports.figures.base import Context, figure
from crm.reports.measures import Count

CLUSTER = 100 * YI


@figure(
    "industries.clusters",
    "百亿级产业集群",
    measure=Count("个"),
    rule="按期末所知，集群目标不低于 100 亿元的主导产业；产业不分园区，各园区的报告都按全县计。",
    is_of_county=True,
)
def clusters(context: Context) -> QuerySet:
    return told(Industry, context.known_on).filter(is_leading=True, cluster_target__gte=CLUSTER)
