"""Transfers (流转): offered by the side that has a project, accepted or declined by the other."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q

from crm import access, clock
from crm.access import Action
from crm.actions import _record
from crm.actions.system import notifications
from crm.errors import Refused
from crm.models import (
    CreditShare,
    NotificationKind,
    Park,
    Project,
    Team,
    Transfer,
    TransferState,
    User,
)
from crm.models.pipeline.transfers import WHOLE, next_round

_UNIT = Decimal("0.0001")


@transaction.atomic
def propose_transfer(
    project: Project,
    *,
    by: User,
    reason: str,
    share: Decimal,
    to_team: Team | None = None,
    to_park: Park | None = None,
) -> Transfer:
    """Offers a project to another team or park with a part of the credit. Nothing changes until
    the other side accepts; one offer at a time."""
    access.require(by, Action.TRANSFER, project)
    project = Project.objects.select_for_update().get(pk=project.pk)
    to_team = None if to_team == project.team else to_team
    to_park = None if to_park == project.park else to_park
    if not (to_team or to_park):
        raise Refused("请选择别的科室或别的园区接收。", "invalid", ["to_team"])
    if not reason.strip():
        raise Refused("请写明流转原因。", "reason_needed", ["reason"])
    if project.transfers.filter(state=TransferState.PROPOSED).exists():
        raise Refused("本项目已有待接收的流转；先撤回它，再提新的。", "duplicate")
    offer: Transfer = _record.insert(
        Transfer(
            project=project,
            from_team=project.team,
            from_park=project.park,
            to_team=to_team,
            to_park=to_park,
            share=share,
            reason=reason.strip(),
            proposed_by=by,
            proposed_at=clock.now(),
        ),
        by=by,
        verb="propose_transfer",
        reason=reason,
    )
    said = f"{offer.giver}提出把“{project}”流转给{offer.receiver}，请接收或回复。"
    notifications.tell(_receivers(offer), NotificationKind.TRANSFER, offer, said, by=by)
    return offer


def _receivers(offer: Transfer) -> list[User]:
    """Those of the receiving side who may decide; where there are none, the statisticians."""
    active = User.objects.filter(is_active=True)
    near = Q(role=access.Role.TEAMLEAD, team=offer.to_team_id) if offer.to_team_id else Q(pk=None)
    if offer.to_park_id:
        near |= Q(role=access.Role.PARK, parks=offer.to_park_id)
    return list(active.filter(near).distinct()) or list(
        active.filter(role=access.Role.STATISTICIAN)
    )


@transaction.atomic
def accept_transfer(
    transfer: Transfer, *, by: User, officer: User | None = None, note: str = ""
) -> Transfer:
    """The receiving side takes the project over, with its share of the credit: a second person,
    never the one who offered it. First contact (首谈) stays where it was."""
    transfer = _open(transfer, by)
    project = Project.objects.select_for_update().get(pk=transfer.project_id)
    if (project.team_id, project.park_id) != (transfer.from_team_id, transfer.from_park_id):
        raise Refused("提出流转以后项目的科室或园区已变，请对方撤回后重新提出。", "stale")
    _divide(project, transfer, by=by)
    values: dict[str, Any] = {}
    if transfer.to_team:
        values |= {"team": transfer.to_team, "officer": officer}
    elif officer:
        values["officer"] = officer
    if transfer.to_park:
        values |= {"park": transfer.to_park, "zone": None}
    _record.amend(project, values, by=by, verb="accept_transfer", reason=transfer.reason)
    return _decide(transfer, TransferState.ACCEPTED, by=by, note=note, verb="accept_transfer")


@transaction.atomic
def decline_transfer(transfer: Transfer, *, by: User, note: str) -> Transfer:
    """The receiving side does not take the project, and says why; it stays where it is."""
    transfer = _open(transfer, by)
    if not note.strip():
        raise Refused("请写明不接收的原因。", "reason_needed", ["note"])
    return _decide(transfer, TransferState.DECLINED, by=by, note=note, verb="decline_transfer")


@transaction.atomic
def withdraw_transfer(transfer: Transfer, *, by: User) -> Transfer:
    """The side that offered takes the offer back."""
    access.require(by, Action.TRANSFER, transfer)
    return _decide(
        _proposed(transfer), TransferState.WITHDRAWN, by=by, note="", verb="withdraw_transfer"
    )


def _open(transfer: Transfer, by: User) -> Transfer:
    """The offer, locked, for one who may decide on it."""
    access.require(by, Action.RECEIVE, transfer)
    if transfer.proposed_by_id == by.pk:
        raise Refused("您自己提出的流转，由接收方的另一人办理。", "own_proposal")
    return _proposed(transfer)


def _proposed(transfer: Transfer) -> Transfer:
    Transfer.objects.select_for_update().get(pk=transfer.pk)
    transfer.refresh_from_db()
    if transfer.state != TransferState.PROPOSED:
        raise Refused(f"这次流转{transfer.get_state_display()}，不用再办理。", "stale")
    return transfer


def _decide(
    transfer: Transfer, state: TransferState, *, by: User, note: str, verb: str
) -> Transfer:
    values = {
        "state": state, "decided_by": by, "decided_at": clock.now(), "note": note.strip(),
    }  # fmt: skip
    _record.amend(transfer, values, by=by, verb=verb, reason=note)
    notifications.done(NotificationKind.TRANSFER, transfer)
    if state != TransferState.WITHDRAWN:
        said = f"“{transfer.project}”的流转{state.label}：{transfer.receiver}，{by}办理。"
        to = [transfer.proposed_by]
        notifications.tell(to, NotificationKind.TRANSFER, transfer, said, by=by)
    return transfer


# Credit


def passed(
    held: Mapping[int, Decimal], giver: int | None, receiver: int, part: Decimal
) -> dict[int, Decimal]:
    """The shares after `part` of the giver's credit went to the receiver; they add up to exactly 1.

    Where nobody had any, the receiver has it all. A giver who has none himself (the project came
    to him without a transfer) passes on that part of everybody's.
    """
    if not held and giver is None:
        return {receiver: WHOLE}
    shares = dict(held) or {giver: WHOLE for giver in [giver] if giver is not None}
    givers = [giver] if giver is not None and giver in shares else list(shares)
    for holder in givers:
        moved = (shares[holder] * part).quantize(_UNIT, ROUND_HALF_UP)
        shares[holder] -= moved
        shares[receiver] = shares.get(receiver, Decimal(0)) + moved
    return {holder: share for holder, share in shares.items() if share}


def _divide(project: Project, transfer: Transfer, *, by: User) -> None:
    """Writes the new division as a whole, among the teams or the parks or both: where the project
    stays with its park, the parks' credit is left alone, and so is the teams'."""
    held: dict[str, dict[int, Decimal]] = {"team": {}, "park": {}}
    for row in CreditShare.objects.standing().filter(project=project):
        held["team" if row.team_id else "park"][int(row.team_id or row.park_id or 0)] = row.share
    number = next_round(project)
    for side, to in (("team", transfer.to_team_id), ("park", transfer.to_park_id)):
        if not to:
            continue
        giver = getattr(transfer, f"from_{side}_id")
        for unit, share in passed(held[side], giver, to, transfer.share).items():
            row = CreditShare(
                project=project,
                share=share,
                round=number,
                transfer=transfer,
                recorded_at=clock.now(),
                by=by,
                **{f"{side}_id": unit},
            )
            _record.insert(row, by=by, verb="share_credit", reason=transfer.reason)
