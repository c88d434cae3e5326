"""企业培育: companies newly above scale, their upgrades, and titles granted for the first time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from crm.models import Grant, Recognition, RecognitionLevel, TitleKind
from crm.models.companies.recognitions import HELD
from crm.models.companies.spells import AboveScaleSpell
from crm.models.companies.upgrades import Upgrade, carried_out
from crm.models.states import number_of, told
from crm.reports.figures.base import Context, figure
from crm.reports.figures.indicators import above_scale
from crm.reports.measures import Count

# The titles that are counted, and of which level; None = of the one they have.
COUNTED = {
    TitleKind.LITTLE_GIANT: None,
    TitleKind.PROVINCIAL_SRDI: None,
    TitleKind.GONGGA: None,
    TitleKind.GREEN_FACTORY: RecognitionLevel.PROVINCE,
}
NEW = "；复核、续期和此前已获同一称号的不算新增，期末已撤销的不计，一户计一次。"


def granted(context: Context, kind: TitleKind) -> QuerySet:
    """The grants of a title as they stand at the end, their row's number as `number`."""
    rows: Any = told(Recognition, context.known_on)
    rows = rows.filter(title_kind=kind, state__in=HELD, company__isnull=False)
    rows = rows.filter(Q(revoked_on__isnull=True) | Q(revoked_on__gt=context.end))
    if (level := COUNTED[kind]) is not None:
        rows = rows.filter(level=level)
    found: QuerySet = rows.annotate(number=F(number_of(rows.model)))
    return found


def held_before(rows: QuerySet) -> Exists:
    """Whether the company held the title already when it was granted: by an earlier grant, or of
    one day by the row that was entered first."""
    before = Q(granted_on__lt=OuterRef("granted_on"))
    before |= Q(granted_on=OuterRef("granted_on"), number__lt=OuterRef("number"))
    return Exists(rows.filter(before, company=OuterRef("company")))


def said_new(context: Context, rows: QuerySet) -> QuerySet:
    """Those granted in the period, and for the first time as they say."""
    since = context.period.start
    return rows.filter(grant=Grant.FIRST, granted_on__gte=since, granted_until__lte=context.end)


def _new(context: Context, kind: TitleKind) -> QuerySet:
    rows = granted(context, kind)
    return said_new(context, rows).filter(~held_before(rows))


@figure(
    "cultivation.new_above_scale",
    "新增规上企业",
    measure=Count("户"),
    rule="期间内入库、期末在库的企业；期间开始前一日已在库、期间内退库又入库的不算新增；"
    "以前退库、期间内再次入库的计入，并在核对里列出。",
)
def new_above_scale(context: Context) -> QuerySet:
    standing = AboveScaleSpell.objects.standing(context.known_on)
    was_in = standing.in_force_on(context.period.start - timedelta(days=1))
    entered = above_scale(context).entered_in(context.period.start, context.end)
    return entered.exclude(company__in=was_in.values("company"))


@figure(
    "cultivation.upgrade_projects",
    "实施技改项目",
    measure=Count("个"),
    rule="期间内实施的技改项目：开工不晚于期末，期间开始前没有完工；以前开工、期间内在建的计入，"
    "开工时间待补或可能在期末以后的不计，一个项目计一次。",
)
def upgrade_projects(context: Context) -> QuerySet:
    rows = told(Upgrade, context.known_on)
    found: QuerySet = carried_out(rows, context.period.start, context.end)
    return found


@figure(
    "cultivation.little_giants",
    "国家专精特新“小巨人”企业",
    measure=Count("户"),
    rule=f"期间内首次认定为国家专精特新“小巨人”的企业{NEW}",
)
def little_giants(context: Context) -> QuerySet:
    return _new(context, TitleKind.LITTLE_GIANT)


@figure(
    "cultivation.provincial_srdi",
    "省专精特新中小企业",
    measure=Count("户"),
    rule=f"期间内首次认定为省专精特新中小企业的企业{NEW}",
)
def provincial_srdi(context: Context) -> QuerySet:
    return _new(context, TitleKind.PROVINCIAL_SRDI)


@figure(
    "cultivation.gongga",
    "省“贡嘎培优”企业",
    measure=Count("户"),
    rule=f"期间内首次列入省“贡嘎培优”名单的企业{NEW}",
)
def gongga(context: Context) -> QuerySet:
    return _new(context, TitleKind.GONGGA)


@figure(
    "cultivation.green_factories",
    "省级绿色工厂",
    measure=Count("户"),
    rule=f"期间内首次认定为省级绿色工厂的企业{NEW}国家级和市级的不在内。",
)
def green_factories(context: Context) -> QuerySet:
    return _new(context, TitleKind.GREEN_FACTORY)
