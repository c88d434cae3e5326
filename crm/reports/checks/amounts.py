"""Sums that lack amounts, and stated numbers that lack their document."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from crm.models import APPROXIMATE, OriginalText, Said
from crm.models.states import State, told_of
from crm.reports.checks.base import NOTE, WARNING, Finding, Results, item_of
from crm.reports.figures import Context, Figure, every
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
        texts = kept_texts(figure, context, (Said.UNREAD,))
        unknown = [
            (row, told(measure, row, worth))
            for row, worth in zip(some, measure.of(some, context.known_on), strict=True)
            if worth.value is None
        ]
        items = [
            item_of(row, "，".join(filter(None, (foreign, texts.get(row.pk)))))
            for row, foreign in unknown
        ]
        lacks_rate = any(foreign for _, foreign in unknown)
        wanted = "请补金额，外币请补当月汇率" if lacks_rate else "请补金额"
        what = heading(rows)
        yield Finding(
            f"{figure.key}.without_amount",
            WARNING,
            f"{figure.label}：{result.rows} 个{what}中有 {result.without_amount} 个没有金额，"
            f"合计只含有金额的{what}；{wanted}。",
            tuple(sorted(items, key=lambda one: (one.title, one.pk))),
        )


def amounts_approximate(context: Context, results: Results) -> Iterator[Finding]:
    """约, 超, 不低于: the number counts as it stands, and the figure says how many are so."""
    for figure in every():
        texts = kept_texts(figure, context, APPROXIMATE)
        if not texts:
            continue
        rows = figure.rows(context).filter(pk__in=list(texts))
        some = list(rows.select_related(*ledger_of(rows.model).joins))
        items = [item_of(row, texts[row.pk]) for row in some]
        yield Finding(
            f"{figure.key}.approximate",
            NOTE,
            f"{figure.label}：其中 {len(items)} 个{heading(rows)}的数是约数，按写明的数计入。",
            tuple(sorted(items, key=lambda one: (one.title, one.pk))),
        )


def kept_texts(figure: Figure, context: Context, said: Collection[Said]) -> dict[int, str]:
    """What tables said of the numbers a figure adds up, by the number of its row."""
    if not isinstance(figure.measure, Total) or figure.why_untraceable(context):
        return {}
    rows = figure.rows(context)
    place = figure.measure.holder(rows.model)
    last = "row" if issubclass(place.model, State) else "pk"
    texts = OriginalText.objects.ever().open(context.known_on).filter(
        noun=told_of(place.model)._meta.model_name, field=place.field.name, said__in=said
    )  # fmt: skip
    words = {one.object_id: f"原文“{one.text}”" for one in texts}
    if not words:
        return {}
    held = rows.order_by().values_list("pk", "__".join([*place.way, last]))
    return {pk: words[of] for pk, of in held if of in words}


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
