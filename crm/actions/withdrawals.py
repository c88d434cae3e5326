"""作废: a fact that was entered by mistake is withdrawn, with a reason, by a new row that says so.

From then on nothing counts it; as known before then everything still does.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction

from crm import access
from crm.actions import _record, progress
from crm.errors import Refused
from crm.models import (
    Agreement,
    Confirmation,
    CreditShare,
    Project,
    StageMove,
    User,
)
from crm.models.rows import Recorded
from crm.stages import Stage, Status


@transaction.atomic
def void(fact: Recorded, *, by: User, reason: str) -> None:
    """Withdraws a standing fact. Refused: without a reason, when it was corrected or withdrawn
    meanwhile (stale), and where other facts rest on it.

    Of a project's moves only the last one can be withdrawn, which takes the project back to where
    it stood; earlier ones are corrected. A division of credit is withdrawn as a whole.
    """
    access.require(by, access.rights_of(fact).void, fact)
    if not reason.strip():
        raise Refused("作废须写明原因。", "reason_needed", ["reason"])
    project: Any = getattr(fact, "project", None)
    if project is not None:
        project = Project.objects.select_for_update().get(pk=project.pk)
    standing: Any = type(fact).objects.standing()
    if not standing.filter(pk=fact.pk).exists():
        raise Refused("这一条已被更正或作废，请看最新的一条。", "stale")
    match fact:
        case StageMove():
            _void_move(fact, project, by=by, reason=reason)
            return
        case Agreement() if standing.filter(increase_of=fact).exists():
            raise Refused("有增资协议以这份协议为基础，请先作废增资协议。", "rests_on_it")
        case Confirmation() if fact.by_id != by.pk:
            raise Refused("认定意见只能由本人作废；不同意的，可以另外认定或退回。", "not_allowed")
        case CreditShare():
            for share in standing.filter(project=project, round=fact.round).exclude(pk=fact.pk):
                _record.void(share, by=by, reason=reason)
    _record.void(fact, by=by, reason=reason)
    if project is not None:
        progress.reckon(project)
        _record.touched(project)


def _void_move(move: StageMove, project: Project, *, by: User, reason: str) -> None:
    standing = list(StageMove.objects.standing().filter(project=project).order_by("place"))
    if len(standing) == 1:
        raise Refused(
            "这是项目进入台账的一步，不能作废；日期不对请更正，重复登记的项目请合并。", "first_move"
        )
    if standing[-1].pk != move.pk:
        last = standing[-1].get_to_stage_display()
        raise Refused(f"只能作废最后一步（现在是{last}）；更早的请更正。", "not_last")
    before = standing[-2]
    _record.void(move, by=by, reason=reason)
    values = {"stage": Stage(before.to_stage), "status": Status(before.to_status)}
    _record.amend(project, values, by=by, verb="void", reason=reason)
    progress.reckon(project)


def can_void(fact: Recorded, user: User) -> bool:
    """Whether the user may withdraw facts like this one: for the button."""
    if isinstance(fact, Confirmation) and fact.by_id != user.pk:
        return False
    return access.may(user, access.rights_of(fact).void, fact)
