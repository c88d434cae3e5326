"""项目推进: projects with a resident liaison, new in operation, in trial production, installing."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from crm.models import Assignment, AssignmentKind, StageMove
from crm.models.pipeline.assignments import in_force_on
from crm.models.states import told
from crm.reports.figures.base import Context, figure
from crm.reports.figures.states import standing_at_end
from crm.reports.measures import Count
from crm.stages import Stage, Status


@figure(
    "delivery.liaison_projects",
    "明确驻企联络员的项目",
    measure=Count("个"),
    rule="期末未退出、有驻企联络员在岗的项目，一个项目计一次。",
)
def liaison_projects(context: Context) -> QuerySet:
    left = standing_at_end(context, *Stage).filter(to_status=Status.EXITED)
    duties = in_force_on(told(Assignment, context.known_on), context.end)
    in_force = duties.filter(kind=AssignmentKind.LIAISON).exclude(
        project__in=left.values("project")
    )
    newest = in_force.filter(project=OuterRef("project")).order_by("-starts_on", "-pk")
    return in_force.filter(pk=Subquery(newest.values("pk")[:1]))


@figure(
    "delivery.in_operation",
    "建成投产项目",
    measure=Count("个"),
    rule="期间内首次投产、期末仍在投产阶段且未退出的项目；以前投产过的不再计。",
    is_confirmed=True,
)
def in_operation(context: Context) -> QuerySet:
    started = StageMove.objects.standing(context.known_on).into(Stage.OPERATION)
    earlier = started.filter(project=OuterRef("project"), place__lt=OuterRef("place"))
    still = standing_at_end(context, Stage.OPERATION).exclude(to_status=Status.EXITED)
    return (
        started.occurred_in(context.period.start, context.end)
        .filter(~Exists(earlier))
        .filter(project__in=still.values("project"))
    )


@figure(
    "delivery.trial_production",
    "试生产项目",
    measure=Count("个"),
    rule="期末阶段为试生产且未退出的项目。",
)
def trial_production(context: Context) -> QuerySet:
    return standing_at_end(context, Stage.TRIAL).exclude(to_status=Status.EXITED)


@figure(
    "delivery.commissioning",
    "安装调试项目",
    measure=Count("个"),
    rule="期末阶段为安装调试且未退出的项目。",
)
def commissioning(context: Context) -> QuerySet:
    return standing_at_end(context, Stage.COMMISSIONING).exclude(to_status=Status.EXITED)
