"""认定 beside the figures: counted, and nobody has confirmed it yet, or somebody refused to."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet

from crm.models import Confirmation, FundingReceipt, Judgement
from crm.reports import confirmed
from crm.reports.checks.base import NOTE, WARNING, Finding, Item, Results, of_projects
from crm.reports.figures import Context, every


def unconfirmed_rows(context: Context, results: Results) -> Iterator[Finding]:
    """Counted, but nobody has confirmed it yet; or somebody refused to."""
    for figure in every():
        if not figure.is_confirmed or figure.measure.is_sum:
            continue
        result, rows = results[figure.key], figure.rows(context)
        if result.unconfirmed:
            waiting = confirmed.unconfirmed(rows, context.known_on)
            yield Finding(
                f"{figure.key}.unconfirmed",
                NOTE,
                f"{figure.label}：{result.rows} 个中有 {result.unconfirmed} 个待认定，已计入。",
                of_projects(waiting.values("project")),
            )
        if result.sent_back:
            yield Finding(
                f"{figure.key}.sent_back",
                WARNING,
                f"{figure.label}：{result.rows} 个中有 {result.sent_back} 个被退回，更正前仍计入；"
                "请登记人按退回原因更正。",
                _sent_back(confirmed.sent_back(rows, context.known_on), context),
            )


def _sent_back(rows: QuerySet, context: Context) -> tuple[Item, ...]:
    projects = set(rows.values_list("project", flat=True))
    said = Confirmation.objects.standing(context.known_on)
    words = said.filter(project__in=projects, judgement=Judgement.RETURNED)
    return of_projects(projects, dict(words.order_by("pk").values_list("project", "note")))


def unconfirmed_receipts(context: Context, results: Results) -> Iterator[Finding]:
    """到位资金 of the period that nobody has confirmed yet."""
    rows = FundingReceipt.objects.standing(context.known_on).received_in(
        context.period.start, context.end
    )
    waiting = context.narrowed(rows.unconfirmed(context.known_on)).select_related("project")
    items = tuple(
        Item("fundingreceipt", row.pk, str(row.project), row.received.text) for row in waiting
    )
    if items:
        yield Finding(
            "receipts.unconfirmed", NOTE, f"期间内到账的到位资金有 {len(items)} 笔待认定。", items
        )
