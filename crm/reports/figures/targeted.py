"""Figures that targets measure and the report's sentences do not print: started, funds in place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from crm.models import FundingReceipt, StageMove
from crm.models.pipeline.receipts import arrived, counted_worths
from crm.models.worth import Valuation, Worth
from crm.reports.figures.base import Context, Figure
from crm.reports.figures.states import standing_at_end
from crm.reports.measures import Count, Total
from crm.reports.printing import Printing
from crm.stages import Stage, Status

BUILT = [stage for stage in Stage if stage.rank >= Stage.CONSTRUCTION.rank]


def _started(context: Context) -> QuerySet:
    into = StageMove.objects.standing(context.known_on).into(Stage.CONSTRUCTION)
    earlier = into.filter(project=OuterRef("project"), place__lt=OuterRef("place"))
    still = standing_at_end(context, *BUILT).exclude(to_status=Status.EXITED)
    return (
        into.occurred_in(context.period.start, context.end)
        .filter(~Exists(earlier))
        .filter(project__in=still.values("project"))
    )


def _received(context: Context) -> QuerySet:
    return FundingReceipt.objects.standing(context.known_on).received_in(
        context.period.start, context.end
    )


@dataclass(frozen=True)
class Arrived(Total):
    """到位资金 as targets count them: what was allowed (核定) where it has been decided, else what
    was reported (上报)."""

    def summed(self, rows: QuerySet[Any], known_on: date | None = None) -> Valuation:
        return arrived(rows, known_on).counted

    def of(self, rows: Sequence[Any], known_on: date | None = None) -> list[Worth]:
        return counted_worths(rows, known_on)


STARTED = Figure(
    key="targets.started",
    label="开工项目",
    section="targets",
    rule="期间内首次开工、期末仍在开工建设及以后阶段且未退出的项目。",
    read=_started,
    measure=Count("个"),
    printing=Printing(),
)
FUNDS_IN_PLACE = Figure(
    key="targets.funds_in_place",
    label="到位资金",
    section="targets",
    rule="到账日期在期间内的到位资金之和：已核定的按核定数，未核定的按上报数；"
    "外币按当月汇率折算，没有汇率的不计并列出。",
    read=_received,
    measure=Arrived("亿元", "amount"),
    printing=Printing(digits=2),
)
