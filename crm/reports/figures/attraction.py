"""招商引资: promotion activities, projects signed, projects under negotiation."""

from __future__ import annotations

from django.db.models import F, OuterRef, QuerySet, Subquery

from crm.models import Activity, Agreement
from crm.models.states import told
from crm.reports.figures.base import Context, figure
from crm.reports.figures.states import standing_at_end
from crm.reports.measures import Count, Total
from crm.reports.printing import ABOUT, ODD, Printing
from crm.stages import Stage, Status

TENS = Printing(floor_to=10, after=ODD)


@figure(
    "attraction.activities",
    "招商活动",
    measure=Count("次"),
    rule="举办日期在期间内的招商活动，一场计一次。",
    printing=TENS,
)
def activities(context: Context) -> QuerySet:
    held = told(Activity, context.known_on)
    return held.filter(held_on__gte=context.period.start, held_on__lte=context.end)


def _signed(context: Context) -> QuerySet[Agreement]:
    """A project's first 投资 agreement, where it was signed in the period; 框架 and 增资 are none.

    An agreement ended by the period's last day does not stand in the way of a new one.
    """
    end = context.end
    first = (
        Agreement.objects.signings(context.known_on)
        .filter(project=OuterRef("project"))
        .exclude(ended_on__lte=end)
        .order_by(F("signed_on").asc(nulls_last=True), "pk")
    )
    return (
        Agreement.objects.signings(context.known_on)
        .signed_in(context.period.start, end)
        .filter(pk=Subquery(first.values("pk")[:1]))
    )


@figure(
    "attraction.signed_projects",
    "招引入驻产业项目",
    measure=Count("个"),
    rule="期间内签订、期末有效并已明确落户园区的投资协议，一个项目计一次；"
    "框架协议、补充协议、增资协议不计，被更正的以更正后为准。",
    is_confirmed=True,
)
def signed_projects(context: Context) -> QuerySet:
    return _signed(context)


@figure(
    "attraction.signed_investment",
    "招引项目总投资",
    rule="招引入驻产业项目所签投资协议的协议投资额之和；增资只计入其项目的总额，不计入本数。",
    measure=Total("亿元", "amount"),
    printing=Printing(digits=1),
    is_confirmed=True,
)
def signed_investment(context: Context) -> QuerySet:
    return _signed(context)


def _negotiating(context: Context) -> QuerySet:
    return standing_at_end(context, Stage.NEGOTIATION).filter(to_status=Status.ACTIVE)


@figure(
    "attraction.negotiating_projects",
    "在谈项目",
    measure=Count("个"),
    rule="期末阶段为洽谈且状态为推进中的项目。",
    printing=TENS,
)
def negotiating_projects(context: Context) -> QuerySet:
    return _negotiating(context)


@figure(
    "attraction.negotiating_investment",
    "在谈项目总投资",
    rule="在谈项目的计划总投资之和。",
    measure=Total("亿元", "project__planned_investment"),
    printing=Printing(floor_to=1, before=ABOUT),
)
def negotiating_investment(context: Context) -> QuerySet:
    return _negotiating(context)
