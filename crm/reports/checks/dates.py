"""What cannot be placed in the period because its date is too coarse or unknown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Q, QuerySet

from crm.models import Agreement, FundingReceipt, StageMove
from crm.reports.checks.base import NOTE, WARNING, Finding, Item, Results
from crm.reports.figures import Context
from crm.stages import Stage


def period_unfinished(context: Context, results: Results) -> Iterator[Finding]:
    if context.end < context.period.end:
        yield Finding(
            "period_unfinished",
            NOTE,
            f"期间还没有结束：各数按 {context.end.isoformat()} 的台账计，以后的安排不计。",
        )


def agreement_dates(context: Context, results: Results) -> Iterator[Finding]:
    """投资 agreements that may have been signed in the period, but whose date does not say so."""
    signings = Agreement.objects.signings(context.known_on).exclude(ended_on__lte=context.end)
    placed = signings.signed_in(context.period.start, context.end)
    rows = context.narrowed(_perhaps_in(context, signings, placed)).select_related("project")
    items = tuple(
        Item("agreement", row.pk, str(row.project), row.signed.text if row.signed else "日期待补")
        for row in rows
    )
    if items:
        yield Finding(
            "agreement_dates",
            WARNING,
            f"{len(items)} 份投资协议的签订日期缺失，或只到月、年而跨出期间，没有计入招引项目；"
            "请补具体日期。",
            items,
        )


def receipt_dates(context: Context, results: Results) -> Iterator[Finding]:
    """到位资金 that may have arrived in the period, but whose date does not say so."""
    receipts = FundingReceipt.objects.standing(context.known_on)
    placed = receipts.received_in(context.period.start, context.end)
    rows = context.narrowed(_perhaps_in(context, receipts, placed)).select_related("project")
    items = tuple(
        Item("fundingreceipt", row.pk, str(row.project), f"{row.received} {row.amount_text}")
        for row in rows
    )
    if items:
        yield Finding(
            "receipt_dates",
            WARNING,
            f"{len(items)} 笔到位资金的到账日期只到月、年而跨出期间，没有计入期间的到位资金；"
            "请补具体日期。",
            items,
        )


def move_dates(context: Context, results: Results) -> Iterator[Finding]:
    """Moves that may have happened in the period, or by its end, but whose date does not say so."""
    start, end = context.period.start, context.end
    over_end = Q(occurred_on__lte=end, effective_on__gt=end)
    over_start = Q(
        occurred_on__lt=start,
        effective_on__gte=start,
        to_stage=Stage.OPERATION,  # only 投产 is counted by when it began
    ) & ~Q(from_stage=Stage.OPERATION)
    unknown = Q(occurred_on__isnull=True, known_since__gte=start)
    read = (Stage.NEGOTIATION, Stage.COMMISSIONING, Stage.TRIAL, Stage.OPERATION)
    rows = context.narrowed(
        StageMove.objects.standing(context.known_on)
        .filter(Q(to_stage__in=read) | Q(from_stage__in=read))
        .filter(over_end | over_start | unknown),
    ).select_related("project")
    items = tuple(
        Item(
            "project",
            row.project_id,
            str(row.project),
            f"{row.get_to_stage_display()} {row.occurred.text if row.occurred else '日期待补'}",
        )
        for row in rows
    )
    if items:
        yield Finding(
            "move_dates",
            WARNING,
            f"{len(items)} 次阶段变动的日期缺失，或只到月、年而跨出期间：不计作期间内投产，"
            "期末阶段按可确定的最晚日期认定；请补具体日期。",
            items,
        )


def _perhaps_in(context: Context, rows: QuerySet[Any], placed: QuerySet[Any]) -> QuerySet[Any]:
    """Rows whose days touch the period, or are unknown, without those it holds for certain. What
    the ledger had heard of before the period began had happened before it."""
    first, _ = rows.model.days
    touching = Q(**{f"{first}__lte": context.period.end}) | Q(**{f"{first}__isnull": True})
    return rows.filter(touching, effective_on__gte=context.period.start).exclude(
        pk__in=placed.values("pk")
    )
