"""小升规培育库: a candidate is filed with the statistics bureau, returned, or approved, which lets
its company into the list of companies above scale."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction

from crm import access, clock
from crm.access import Action
from crm.actions import _record
from crm.actions.companies import spells
from crm.dates import When
from crm.errors import Refused
from crm.models import User
from crm.models.companies.candidates import CandidateState, ScaleCandidate
from crm.models.companies.spells import AboveScaleSpell, EntryMode

# From which states a candidate comes into a state.
MOVES = {
    CandidateState.FILED: (CandidateState.CANDIDATE, CandidateState.RETURNED),
    CandidateState.RETURNED: (CandidateState.FILED,),
    CandidateState.APPROVED: (CandidateState.FILED,),
}


def may_move(candidate: ScaleCandidate, to: CandidateState, user: Any) -> bool:
    """Whether the user may do this next: for the button."""
    if candidate.state not in MOVES[to]:
        return False
    if to is CandidateState.FILED:
        return access.may(user, Action.CHANGE, candidate)
    return access.can(user, Action.REGISTER, AboveScaleSpell)


@transaction.atomic
def file_candidate(candidate: ScaleCandidate, *, by: User, on: date) -> ScaleCandidate:
    """申报 with the statistics bureau, for the first time or after a return."""
    values = {"filed_on": on, "decided_on": None, "return_reason": ""}
    return _move(candidate, CandidateState.FILED, on, values, by=by, verb="file_candidate")


@transaction.atomic
def return_candidate(
    candidate: ScaleCandidate, *, by: User, on: date, reason: str
) -> ScaleCandidate:
    """退回: the bureau sends the filing back, with what is to be mended."""
    if not reason.strip():
        raise Refused("退回须写明原因。", "reason_needed", ["reason"])
    values = {"decided_on": on, "return_reason": reason.strip()}
    to = CandidateState.RETURNED
    return _move(candidate, to, on, values, by=by, verb="return_candidate", reason=reason)


@transaction.atomic
def approve_candidate(
    candidate: ScaleCandidate,
    *,
    by: User,
    entered: When,
    mode: EntryMode | str,
    document: str = "",
) -> ScaleCandidate:
    """批准入库: the bureau takes the company into its list from `entered` on; the revenue of the
    candidate is the basis of its stay."""
    require(candidate, CandidateState.APPROVED, by)
    spell = spells.enter(
        candidate.company,
        by=by,
        entered=entered,
        mode=mode,
        revenue=candidate.revenue,
        document=document,
    )
    on = min(entered.end, clock.today())
    values = {"decided_on": on, "spell": spell}
    to = CandidateState.APPROVED
    return _move(candidate, to, on, values, by=by, verb="approve_candidate")


def require(candidate: ScaleCandidate, to: CandidateState, by: User) -> None:
    """Refuses who may not take this step: anybody who keeps the company files it, who keeps the
    list decides."""
    if to is CandidateState.FILED:
        access.require(by, Action.CHANGE, candidate)
    else:
        access.require(by, Action.VIEW, candidate)
        access.require_noun(by, Action.REGISTER, AboveScaleSpell)


def _move(
    candidate: ScaleCandidate,
    to: CandidateState,
    on: date,
    values: dict[str, Any],
    *,
    by: User,
    verb: str,
    reason: str = "",
) -> ScaleCandidate:
    require(candidate, to, by)
    locked = ScaleCandidate.objects.select_for_update().filter(pk=candidate.pk).first()
    if locked is None:
        raise Refused(_record.GONE, "stale")
    if locked.state not in MOVES[to]:
        raise Refused(
            f"这一条现在是“{locked.get_state_display()}”，不能{to.label}；请刷新后再办。", "stale"
        )
    if on > clock.today():
        raise Refused("日期在今天之后；办了再登记。", "future_date", ["on"])
    if to is not CandidateState.FILED and locked.filed_on and on < locked.filed_on:
        raise Refused(f"早于申报日期 {locked.filed_on}，请核对。", "invalid", ["on"])
    moved: ScaleCandidate = _record.amend(
        candidate, {"state": to, **values}, by=by, verb=verb, reason=reason
    )
    return moved
