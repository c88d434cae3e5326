"""Signings that do not fit the stage of their project, or lack what makes them count."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from django.db.models import Q

from crm.exact import grouped
from crm.models import Agreement, AgreementKind
from crm.models.pipeline.transfers import WHOLE
from crm.reports.checks.base import NOTE, WARNING, Finding, Item, Results, of_projects
from crm.reports.credit import PARK, divisions
from crm.reports.figures import Context, attraction, delivery
from crm.reports.figures.states import standing_at_end
from crm.reports.resigned import earlier_signings
from crm.stages import Stage, Status


def agreement_without_park(context: Context, results: Results) -> Iterator[Finding]:
    rows = context.narrowed(
        Agreement.objects.standing(context.known_on)
        .filter(kind=AgreementKind.INVESTMENT, park__isnull=True)
        .signed_in(context.period.start, context.end)
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
        .filter(Q(signed_on__lte=context.end) | Q(signed_on__isnull=True))
        .exclude(ended_on__lte=context.end)
    )
    rows = context.narrowed(
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
    gone = standing_at_end(context, *Stage).filter(to_status=Status.EXITED)
    left = context.narrowed(gone).filter(project__in=signed)
    if items := of_projects(talking.values("project")):
        yield Finding(
            "signed_but_negotiating",
            WARNING,
            f"{len(items)} 个项目期间内已签投资协议，阶段却仍是洽谈：招引和在谈两处都计了；"
            "请推进到签约。",
            items,
        )
    if items := of_projects(left.values("project")):
        yield Finding(
            "signed_but_exited",
            WARNING,
            f"{len(items)} 个计入招引的项目期末已退出，投资协议却没有终止；请核对协议。",
            items,
        )


def signed_again(context: Context, results: Results) -> Iterator[Finding]:
    """换签: signed in the period by a project that had signed before; both are named."""
    rows = list(
        context.narrowed(
            Agreement.objects.signings(context.known_on).signed_in(
                context.period.start, context.end
            )
        ).select_related("project")
    )
    before = earlier_signings(rows, context)
    counted = set(attraction.signed_projects.rows(context).values_list("pk", flat=True))
    items = tuple(
        Item(
            "agreement",
            row.pk,
            str(row.project),
            f"{row.signed} 签订，{before[row.pk]}{'' if row.pk in counted else '；没有计入'}",
        )
        for row in rows
        if row.pk in before
    )
    if items:
        yield Finding(
            "signed_again",
            WARNING,
            f"{len(items)} 份期间内签订的投资协议，其项目此前已签过约（换签）："
            "同一笔投资不重复计，请核对。",
            items,
        )


def shared_credit(context: Context, results: Results) -> Iterator[Finding]:
    """A park's figures are those of what lies in it; its target counts by shares of credit."""
    if context.park is None:
        return
    held: dict[int, Decimal] = {}
    for project, shares in divisions(PARK, context.known_on).items():
        held[project] = sum((shares.get(pk, Decimal(0)) for pk in context.park_ids), Decimal(0))
    counted = {
        project
        for figure in (attraction.signed_projects, delivery.in_operation)
        for project in figure.rows(context).values_list("project", flat=True)
    }
    words = {
        project: f"本园区份额 {grouped(held[project] * 100)}%"
        for project in counted
        if held.get(project, WHOLE) != WHOLE
    }
    if words:
        yield Finding(
            "shared_credit",
            NOTE,
            f"{len(words)} 个项目的业绩与其他园区分成：本报告按所在园区整体计，"
            "目标进度按业绩份额计，两处的数因此不同。",
            of_projects(words, words),
        )
