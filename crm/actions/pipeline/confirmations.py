"""认定: a second person confirms what the report counts, or sends it back with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction

from crm import access, clock
from crm.access import Action
from crm.actions import _record
from crm.actions.system import notifications
from crm.errors import Refused
from crm.models import (
    Agreement,
    AgreementKind,
    Confirmation,
    FundingReceipt,
    Judgement,
    NotificationKind,
    StageMove,
    User,
    confirmable,
)
from crm.stages import Stage

MOST = 200  # rows at once

Confirmable = StageMove | FundingReceipt


@transaction.atomic
def confirm(rows: Iterable[Confirmable], *, by: User, note: str = "") -> list[Confirmation]:
    """认定: these rows are so. What is confirmed already stays as it is; all or nothing otherwise.

    Refused: one's own record (self_confirmation), a row that has been corrected since (stale), a
    move the report does not count, and more than 200 rows at once.
    """
    return [
        _say(row, Judgement.CONFIRMED, by=by, verb="confirm", note=note)
        for row in _judgeable(rows, by=by)
        if row.judged != Judgement.CONFIRMED  # type: ignore[union-attr]
    ]


@transaction.atomic
def send_back(rows: Iterable[Confirmable], *, by: User, reason: str) -> list[Confirmation]:
    """退回: these rows should be corrected. They count until they are; whoever recorded them sees
    the reason. What was confirmed before can be sent back too."""
    if not reason.strip():
        raise Refused("退回须写明原因，登记人据此更正。", "reason_needed", ["reason"])
    said = []
    for row in _judgeable(rows, by=by):
        said.append(_say(row, Judgement.RETURNED, by=by, verb="send_back", note=reason))
        text = f"{by}退回了“{row.project}”的{_called(row)}：{reason.strip()}"
        notifications.tell([row.by], NotificationKind.CONFIRM, row, text, by=by)
    return said


def tell_waiting(row: Confirmable, *, by: User) -> None:
    """Tells those who may confirm a row just recorded, other than whoever recorded it."""
    if not row.needs_confirmation:
        return
    near = [user for user in notifications.who_may(Action.CONFIRM, row) if user.pk != by.pk]
    bureau = User.objects.filter(role=access.Role.STATISTICIAN, is_active=True)
    text = f"{by}登记了“{row.project}”的{_called(row)}，待认定。"
    notifications.tell(near or bureau, NotificationKind.CONFIRM, row, text, by=by)


def _called(row: Confirmable) -> str:
    return row.get_to_stage_display() if isinstance(row, StageMove) else "到位资金"


def _say(row: Confirmable, judgement: Judgement, *, by: User, verb: str, note: str) -> Confirmation:
    # Nobody else need look at it, whatever was said.
    notifications.done(NotificationKind.CONFIRM, row)
    said: Confirmation = _record.insert(
        Confirmation(
            project=row.project,
            **{key: row for key, model in confirmable().items() if isinstance(row, model)},
            judgement=judgement,
            by=by,
            recorded_at=clock.now(),
            note=note,
        ),
        by=by,
        verb=verb,
        reason=note,
    )
    return said


def _judgeable(rows: Iterable[Confirmable], *, by: User) -> list[Confirmable]:
    """The rows as they stand, locked, each with what was last said on it (`judged`)."""
    asked = list(rows)
    if len(asked) > MOST:
        raise Refused(f"一次最多认定 {MOST} 条，请分批办理。", "invalid")
    found: list[Confirmable] = []
    for model in confirmable().values():
        mine = [row for row in asked if isinstance(row, model)]
        if mine:
            found += _of(model, mine, by=by)
    return found


def _of(model: Any, rows: Sequence[Confirmable], *, by: User) -> list[Confirmable]:
    ids = {row.pk for row in rows}
    allowed = model.objects.visible_to(by, Action.CONFIRM).filter(pk__in=ids)
    may = set(allowed.values_list("pk", flat=True))
    for row in rows:
        if row.pk not in may:
            access.require(by, Action.CONFIRM, row)
    # The lock first: two people who judge one row do so in turn.
    list(model.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))
    judged = {
        row.pk: row
        for row in model.objects.standing()
        .to_confirm()
        .with_judgement()
        .filter(pk__in=ids)
        .select_related("project")
        .order_by("pk")
    }
    recorders = recorders_of(judged.values())
    for row in rows:
        if row.pk not in judged:
            _refuse(model, row)
        if by.pk in recorders[row.pk]:
            raise Refused(
                f"“{row.project}”的这一条是您自己登记的，须由别人认定。", "self_confirmation"
            )
    return list(judged.values())


def _refuse(model: Any, row: Confirmable) -> None:
    if not row.stands:
        raise Refused(f"“{row.project}”的这一条已被更正或作废，请看最新的一条。", "stale")
    if isinstance(row, FundingReceipt):
        raise Refused(f"“{row.project}”的这一笔已经核定，不用再认定。", "invalid")
    raise Refused(f"“{row.project}”的这一步不计入报告，不用认定。", "invalid")


def recorders_of(rows: Iterable[Confirmable]) -> dict[int, set[int | None]]:
    """Who recorded each row (all of one table), or anything it corrects: a mended date is still the
    word of both. A signing is also the word of whoever recorded its agreement."""
    some = list(rows)
    recorders = _told_by(some)
    signings = {
        row.project_id: row.pk
        for row in some
        if isinstance(row, StageMove) and row.to_stage == Stage.SIGNED
    }
    if signings:
        agreed = Agreement.objects.standing().filter(kind=AgreementKind.INVESTMENT)
        papers = list(agreed.filter(project__in=signings))
        told = _told_by(papers)
        for paper in papers:
            recorders[signings[paper.project_id]] |= told[paper.pk]
    return recorders


def _told_by(rows: Sequence[Any]) -> dict[int, set[int | None]]:
    """Who recorded each row, or anything it corrects; asked for at once."""
    told = {row.pk: {row.by_id} for row in rows}
    corrections = [row for row in rows if row.replaces_id]
    if corrections:
        among = type(rows[0]).objects.filter(project__in={row.project_id for row in corrections})
        links = {
            pk: (by_id, replaces_id)
            for pk, by_id, replaces_id in among.values_list("pk", "by_id", "replaces_id")
        }
        for row in corrections:
            earlier = row.replaces_id
            while earlier:
                by_id, before = links[earlier]
                told[row.pk].add(by_id)
                earlier = before
    return told
