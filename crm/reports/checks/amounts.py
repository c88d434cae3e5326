"""Sums that lack amounts, and stated numbers that lack their document."""

from __future__ import annotations

from collections.abc import Iterator

from crm.reports.checks.base import WARNING, Finding, Results, item_of
from crm.reports.figures import Context, every
from crm.reports.lines import heading, ledger_of, told
from crm.reports.measures import Reading, Total


def amounts_unknown(context: Context, results: Results) -> Iterator[Finding]:
    """A sum counts what is known and says how many rows it lacks."""
    for figure in every():
        result, measure = results[figure.key], figure.measure
        if not result.without_amount or not isinstance(measure, Total):
            continue
        rows = figure.rows(context)
        if context.known_on is None:  # as known on a day, only reading the rows tells
            rows = rows.filter(**{f"{measure.path}__isnull": True})
        some = list(rows.select_related(*ledger_of(rows.model).joins))
        items = [
            item_of(row, told(measure, row, worth))
            for row, worth in zip(some, measure.of(some, context.known_on), strict=True)
            if worth.value is None
        ]
        wanted = "请补金额，外币请补当月汇率" if any(one.about for one in items) else "请补金额"
        what = heading(rows)
        yield Finding(
            f"{figure.key}.without_amount",
            WARNING,
            f"{figure.label}：{result.rows} 个{what}中有 {result.without_amount} 个没有金额，"
            f"合计只含有金额的{what}；{wanted}。",
            tuple(sorted(items, key=lambda one: (one.title, one.pk))),
        )


def readings_without_document(context: Context, results: Results) -> Iterator[Finding]:
    """A stated number is worth what its document is."""
    for figure in every():
        measure = figure.measure
        if not isinstance(measure, Reading):
            continue
        rows = figure.rows(context)
        some = rows.select_related(*ledger_of(rows.model).joins)
        items = tuple(item_of(row) for row in some if not measure.document_of(row))
        if items:
            yield Finding(
                f"{figure.key}.without_document",
                WARNING,
                f"{figure.label}：{len(items)} 个数没有依据文件；请补文件或出处。",
                items,
            )
