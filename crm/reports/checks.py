"""What stands beside the figures: rows left out and why, and numbers that do not fit each other.

A check says only what the user may see: it reads the same narrowed rows as the figures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet

from crm import clock
from crm.models import (
    Agreement,
    AgreementKind,
    Confirmation,
    FundingReceipt,
    Judgement,
    Project,
    StageMove,
)
from crm.reports import confirmed
from crm.reports.figures import Context, Result, attraction, delivery, every
from crm.reports.figures.states import standing_at_end
from crm.reports.lines import row_address, shape_of, told
from crm.reports.measures import Reading, Total
from crm.stages import Stage, Status

NOTE = "note"  # explains a number
WARNING = "warning"  # a number may be wrong until somebody mends the ledger

Results = Mapping[str, Result]


@dataclass(frozen=True)
class Item:
    """A row a finding is about: of which noun, and what about it."""

    kind: str
    pk: int
    title: str
    about: str = ""

    @property
    def address(self) -> str:
        return row_address(self.kind, self.pk)

    def as_data(self) -> dict[str, Any]:
        return {"kind": self.kind, "id": self.pk, "title": self.title, "about": self.about}


@dataclass(frozen=True)
class Finding:
    key: str
    level: str
    text: str
    rows: tuple[Item, ...] = ()

    @property
    def is_warning(self) -> bool:
        return self.level == WARNING

    def as_data(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "level": self.level,
            "text": self.text,
            "rows": [row.as_data() for row in self.rows],
        }


def run(context: Context, results: Results) -> list[Finding]:
    """Every finding, what may be wrong first."""
    found = [finding for check in CHECKS for finding in check(context, results)]
    return sorted(found, key=lambda finding: not finding.is_warning)


def period_unfinished(context: Context, results: Results) -> Iterator[Finding]:
    today = clock.today()
    if context.period.end > today:
        yield Finding(
            "period_unfinished", NOTE, f"期间还没有结束：各数按 {today.isoformat()} 的台账计。"
        )


def amounts_unknown(context: Context, results: Results) -> Iterator[Finding]:
    """A sum counts what is known and says how many rows it lacks."""
    for figure in every():
        result, measure = results[figure.key], figure.measure
        if not result.without_amount or not isinstance(measure, Total):
            continue
        rows = figure.rows(context).filter(**{f"{measure.path}__isnull": True})
        some = list(rows.select_related(*shape_of(rows).joins))
        items = [
            _item(row, told(measure, row, worth))
            for row, worth in zip(some, measure.of(some), strict=True)
            if worth.value is None
        ]
        wanted = "请补金额，外币请补当月汇率" if any(one.about for one in items) else "请补金额"
        what = shape_of(rows).heading
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
        some = rows.select_related(*shape_of(rows).joins)
        items = tuple(_item(row) for row in some if not measure.document_of(row))
        if items:
            yield Finding(
                f"{figure.key}.without_document",
                WARNING,
                f"{figure.label}：{len(items)} 个数没有依据文件；请补文件或出处。",
                items,
            )


def agreement_dates(context: Context, results: Results) -> Iterator[Finding]:
    """投资 agreements that may have been signed in the period, but whose date does not say so."""
    start, end = context.period.start, context.period.end
    straddling = Q(signed_on__lte=end, signed_until__gte=start) & (
        Q(signed_on__lt=start) | Q(signed_until__gt=end)
    )
    # What was on record before the period began was signed before it.
    unknown = Q(signed_on__isnull=True, recorded_at__gt=clock.end_of(start - timedelta(days=1)))
    rows = context.narrowed(
        Agreement.objects.signings(context.known_on)
        .exclude(ended_on__lte=end)
        .filter(straddling | unknown)
    ).select_related("project")
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


def move_dates(context: Context, results: Results) -> Iterator[Finding]:
    """Moves that may have happened in the period, or by its end, but whose date does not say so."""
    start, end = context.period.start, context.period.end
    over_end = Q(occurred_on__lte=end, occurred_until__gt=end)
    over_start = Q(
        occurred_on__lt=start,
        occurred_until__gte=start,
        to_stage=Stage.OPERATION,  # only 投产 is counted by when it began
    ) & ~Q(from_stage=Stage.OPERATION)
    unknown = Q(occurred_on__isnull=True, recorded_at__gt=clock.end_of(start - timedelta(days=1)))
    read = (Stage.NEGOTIATION, Stage.COMMISSIONING, Stage.TRIAL, Stage.OPERATION)
    rows = _moves(
        context,
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


def agreement_without_park(context: Context, results: Results) -> Iterator[Finding]:
    rows = context.narrowed(
        Agreement.objects.standing(context.known_on)
        .filter(kind=AgreementKind.INVESTMENT, park__isnull=True)
        .signed_in(context.period.start, context.period.end)
    ).select_related("project")
    items = tuple(
        Item("agreement", row.pk, str(row.project), row.signed.text if row.signed else "")
        for row in rows
    )
    if items:
        yield Finding(
            "agreement_without_park",
            WARNING,
            f"期间内签订的 {len(items)} 份投资协议没有落户园区，没有计入招引项目；请补落户园区。",
            items,
        )


def signed_without_agreement(context: Context, results: Results) -> Iterator[Finding]:
    """Signing counts by agreements: a project past 签约 without one is in no number."""
    past = [stage for stage in Stage if stage.rank >= Stage.SIGNED.rank]
    agreed = (
        Agreement.objects.standing(context.known_on)
        .filter(kind=AgreementKind.INVESTMENT)
        .filter(Q(signed_on__lte=context.period.end) | Q(signed_on__isnull=True))
        .exclude(ended_on__lte=context.period.end)
    )
    rows = _moves(
        context,
        standing_at_end(context, *past)
        .exclude(to_status=Status.EXITED)
        .exclude(project__in=agreed.values("project")),
    ).select_related("project")
    items = tuple(
        Item("project", row.project_id, str(row.project), row.get_to_stage_display())
        for row in rows
    )
    if items:
        yield Finding(
            "signed_without_agreement",
            WARNING,
            f"{len(items)} 个项目期末已在签约或其后的阶段，却没有有效的投资协议（待补）。",
            items,
        )


def signed_but(context: Context, results: Results) -> Iterator[Finding]:
    """Counted as signed, while its stage says that it is still in talks, or gone."""
    signed = attraction.signed_projects.rows(context).values("project")
    talking = attraction.negotiating_projects.rows(context).filter(project__in=signed)
    left = _moves(context, standing_at_end(context, *Stage).filter(to_status=Status.EXITED)).filter(
        project__in=signed
    )
    if items := _of_projects(talking.values("project")):
        yield Finding(
            "signed_but_negotiating",
            WARNING,
            f"{len(items)} 个项目期间内已签投资协议，阶段却仍是洽谈：招引和在谈两处都计了；"
            "请推进到签约。",
            items,
        )
    if items := _of_projects(left.values("project")):
        yield Finding(
            "signed_but_exited",
            WARNING,
            f"{len(items)} 个计入招引的项目期末已退出，投资协议却没有终止；请核对协议。",
            items,
        )


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
                _of_projects(waiting.values("project")),
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
    words = Confirmation.objects.filter(project__in=projects, judgement=Judgement.RETURNED)
    if context.known_on:
        words = words.filter(recorded_at__lte=clock.end_of(context.known_on))
    return _of_projects(projects, dict(words.order_by("pk").values_list("project", "note")))


def unconfirmed_receipts(context: Context, results: Results) -> Iterator[Finding]:
    """到位资金 of the period that nobody has confirmed yet."""
    rows = FundingReceipt.objects.standing(context.known_on).received_in(
        context.period.start, context.period.end
    )
    waiting = _moves(context, rows.unconfirmed(context.known_on)).select_related("project")
    items = tuple(
        Item("fundingreceipt", row.pk, str(row.project), row.received.text) for row in waiting
    )
    if items:
        yield Finding(
            "receipts.unconfirmed", NOTE, f"期间内到账的到位资金有 {len(items)} 笔待认定。", items
        )


def liaison_progress(context: Context, results: Results) -> Iterator[Finding]:
    """投产 + 试生产 + 安装调试 against the projects with a liaison: where are the others?"""
    if results[delivery.liaison_projects.key].rows is None:
        return
    served = _projects(delivery.liaison_projects, context)
    near = set[int]().union(
        *(
            _projects(figure, context)
            for figure in (delivery.in_operation, delivery.trial_production, delivery.commissioning)
        )
    )
    others, unserved = served - near, near - served
    if others:
        stands = {
            move.project_id: _stand(move)
            for move in standing_at_end(context, *Stage).filter(project__in=others)
        }
        words = {pk: stands.get(pk, "期末尚无阶段记录") for pk in others}
        order = [stage.label for stage in Stage]
        counted = sorted(
            Counter(words.values()).items(),
            key=lambda entry: order.index(entry[0]) if entry[0] in order else len(order),
        )
        yield Finding(
            "liaison_progress",
            NOTE,
            f"明确驻企联络员的 {len(served)} 个项目中，{len(served & near)} 个在期间内投产"
            f"或期末处于试生产、安装调试；其余 {len(others)} 个："
            + "、".join(f"{word} {count} 个" for word, count in counted)
            + "。",
            _of_projects(others, words),
        )
    if unserved:
        yield Finding(
            "delivery_without_liaison",
            NOTE,
            f"{len(unserved)} 个投产、试生产或安装调试的项目期末没有驻企联络员在岗。",
            _of_projects(unserved),
        )


CHECKS: tuple[Callable[[Context, Results], Iterator[Finding]], ...] = (
    amounts_unknown,
    readings_without_document,
    agreement_dates,
    agreement_without_park,
    move_dates,
    signed_without_agreement,
    signed_but,
    liaison_progress,
    unconfirmed_rows,
    unconfirmed_receipts,
    period_unfinished,
)


def _item(row: Any, about: str = "") -> Item:
    """The row's project where it has one, else the row itself."""
    project = getattr(row, "project", None)
    if isinstance(project, Project):
        return Item("project", project.pk, project.name, about)
    return Item(str(row._meta.model_name), row.pk, str(row), about)


def _moves(context: Context, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Narrowed; none where a park is asked for as known earlier, which nobody can rebuild."""
    return rows.none() if context.known_on and context.park else context.narrowed(rows)


def _projects(figure: Any, context: Context) -> set[int]:
    return set(figure.rows(context).values_list("project", flat=True))


def _stand(move: StageMove) -> str:
    if move.to_status == Status.ACTIVE:
        return move.get_to_stage_display()
    return f"{move.get_to_stage_display()}（{move.get_to_status_display()}）"


def _of_projects(
    ids: Iterable[int] | QuerySet, words: Mapping[int, str] | None = None
) -> tuple[Item, ...]:
    return tuple(
        Item("project", row.pk, row.name, (words or {}).get(row.pk, ""))
        for row in Project.objects.filter(pk__in=ids).order_by("name", "pk")
    )
