"""换签: a project that signed before signs again. It counts by its rule; a person should look."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from crm.models import Agreement, AgreementKind, StageMove
from crm.reports.figures.base import Context
from crm.stages import Stage


def earlier_signings(rows: Iterable[Agreement], context: Context) -> Mapping[int, str]:
    """Of these 投资 agreements those whose project had signed before, by number, each with what it
    had signed: 此前 2022-06-01 已签（2023-02-01 终止）. That is another 投资 agreement, ended or
    not; where none is on record, a move into 签约 before the period."""
    some = list(rows)
    projects = {row.project_id for row in some}
    signed: dict[int, list[Agreement]] = defaultdict(list)
    others = Agreement.objects.standing(context.known_on).filter(
        project__in=projects, kind=AgreementKind.INVESTMENT
    )
    for other in others.order_by("signed_on", "pk"):
        signed[other.project_id].append(other)
    moved = {
        move.project_id: move
        for move in StageMove.objects.standing(context.known_on)
        .into(Stage.SIGNED)
        .filter(project__in=projects, effective_on__lt=context.period.start)
        .order_by("-place")
    }
    found = {}
    for row in some:
        before = [other for other in signed[row.project_id] if _is_before(other, row)]
        if before:
            found[row.pk] = f"此前 {'、'.join(map(_told, before))}"
        elif move := moved.get(row.project_id):
            when = f" {move.occurred} " if move.occurred else ""
            found[row.pk] = f"此前{when}已进入签约"
    return found


def _is_before(other: Agreement, row: Agreement) -> bool:
    if other.pk == row.pk:
        return False
    if other.signed_on is None or row.signed_on is None:
        return other.pk < row.pk
    return (other.signed_on, other.pk) < (row.signed_on, row.pk)


def _told(agreement: Agreement) -> str:
    ended = f"（{agreement.ended_on} 终止）" if agreement.ended_on else "（仍有效）"
    return f"{agreement.signed or '日期待补'} 已签{ended}"
