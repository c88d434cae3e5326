"""作废: a fact that was entered by mistake is withdrawn, with a reason, by a new row that says so.

From then on nothing counts it; as known before then everything still does.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import transaction

from crm import access
from crm.access import Action
from crm.actions import _record
from crm.actions.companies import industry_changes, relocations
from crm.actions.pipeline import progress
from crm.actions.system import notifications
from crm.errors import Refused
from crm.models import (
    VALID_DAYS,
    Agreement,
    AuditEntry,
    ClaimRuling,
    ClaimState,
    Confirmation,
    CreditShare,
    FundingReceipt,
    NotificationKind,
    Project,
    StageMove,
    User,
)
from crm.models.base import Recorded
from crm.models.companies.industry_changes import IndustryChange
from crm.models.companies.places import Relocation
from crm.stages import Stage, Status


@transaction.atomic
def void(fact: Recorded, *, by: User, reason: str) -> Recorded:
    """Withdraws a standing fact by a new row, which it gives back. Refused: without a reason, when
    it was corrected or withdrawn meanwhile (stale), and where other facts rest on it.

    Of a project's moves only the last one can be withdrawn, which takes the project back to where
    it stood; earlier ones are corrected. A division of credit is withdrawn as a whole, a ruling
    leaves its case contested.
    """
    require(fact, by)
    if not reason.strip():
        raise Refused("作废须写明原因。", "reason_needed", ["reason"])
    project: Any = getattr(fact, "project", None)
    if project is not None:  # locked, unless it has left the ledger itself
        project = Project.objects.select_for_update().filter(pk=project.pk).first()
    check(fact)
    match fact:
        case StageMove():
            before = _moves_of(fact)[-2]
            row = _record.void(fact, by=by, reason=reason)
            values = {"stage": Stage(before.to_stage), "status": Status(before.to_status)}
            _record.amend(project, values, by=by, verb="void", reason=reason)
        case CreditShare():
            rows = [_record.void(share, by=by, reason=reason) for share in divided_with(fact)]
            row = next(one for one in rows if one.replaces_id == fact.pk)
        case ClaimRuling():
            _reopen(fact, by=by, reason=reason)
            row = _record.void(fact, by=by, reason=reason)
        case IndustryChange():
            row = _record.void(fact, by=by, reason=reason)
            industry_changes.follow(fact, fact.from_industry, by=by, reason=reason)
        case Relocation():
            row = _record.void(fact, by=by, reason=reason)
            relocations.follow(fact, "from", fact, by=by, reason=reason)
        case _:
            row = _record.void(fact, by=by, reason=reason)
    if project is not None:
        progress.reckon(project)
        _record.touched(project)
    _tell(fact, by=by, reason=reason)
    return row


def can_void(fact: Recorded, user: User) -> bool:
    """Whether the user may withdraw facts like this one: for the button."""
    try:
        require(fact, user)
    except Refused:
        return False
    return True


def why_not(fact: Recorded) -> str:
    """Why this fact cannot be withdrawn now, whoever asks; empty when it can."""
    try:
        check(fact)
    except Refused as refused:
        return refused.reason
    return ""


def divided_with(share: CreditShare) -> list[CreditShare]:
    """The shares of one division of credit, this one among them."""
    standing = CreditShare.objects.standing().filter(project=share.project_id)
    return list(standing.filter(round=share.round).select_related("team", "park"))


def require(fact: Recorded, by: User) -> None:
    """Refuses who may not withdraw facts like this one."""
    access.require(by, access.rights_of(fact).void, fact)
    if isinstance(fact, FundingReceipt) and fact.allowed_amount is not None:
        access.require(by, Action.CONFIRM, fact)
    if isinstance(fact, Confirmation) and fact.by_id != by.pk:
        raise Refused("认定意见只能由本人作废；不同意的，可以另外认定或退回。", "not_allowed")
    if isinstance(fact, ClaimRuling) and fact.claims.filter(team=by.team_id or 0).exists():
        raise Refused("您是争议一方，不能作废裁定；请由其他领导办理。", "own_case")


def check(fact: Recorded) -> None:
    """Refuses what cannot be withdrawn, whoever asks: it stands no more, or others rest on it."""
    if not fact.stands:
        raise Refused("这一条已被更正或作废，请看最新的一条。", "stale")
    match fact:
        case StageMove():
            moves = _moves_of(fact)
            if len(moves) == 1:
                raise Refused(
                    "这是项目进入台账的一步，不能作废；日期不对请更正，重复登记的项目请合并。",
                    "first_move",
                )
            if moves[-1].pk != fact.pk:
                last = moves[-1].get_to_stage_display()
                raise Refused(f"只能作废最后一步（现在是{last}）；更早的请更正。", "not_last")
        case Agreement() if _increases(fact).exists():
            raise Refused("有增资协议以这份协议为基础，请先作废增资协议。", "rests_on_it")
        case IndustryChange() if industry_changes.later_than(fact).exists():
            raise Refused("企业以后还有产业变更，请先作废后面的。", "not_last")
        case Relocation() if relocations.later_than(fact).exists():
            raise Refused("企业以后还有迁移，请先作废后面的。", "not_last")
        case ClaimRuling() if fact.claims.exclude(held=ClaimState.RULED).exists():
            raise Refused(
                "裁定以后首谈又有变动（放弃，或有了新的争议），不能作废；请重新裁定。",
                "touched_since",
            )


def _increases(agreement: Agreement) -> Any:
    """The 增资 that rest on it; each names the wording that stood when it was signed."""
    return Agreement.objects.standing().filter(increase_of__in=agreement.chain())


def _moves_of(move: StageMove) -> list[StageMove]:
    standing = StageMove.objects.standing().filter(project=move.project_id)
    return list(standing.order_by("place"))


def _reopen(ruling: ClaimRuling, *, by: User, reason: str) -> None:
    """The claims of the case are contested again, and count as they did before it was ruled on."""
    first = ClaimRuling.objects.get(pk=ruling.chain()[0])
    while first.copy_of is not None:  # a merge brought it along
        first = ClaimRuling.objects.get(pk=first.copy_of.chain()[0])
    since = _entries(first).get(is_new=True)
    for claim in ruling.claims.all():
        ruled = _entries(claim).filter(verb="rule_claim", pk__gt=since.pk).order_by("pk")
        earlier = [one.changes["valid_until"][0] for one in ruled if "valid_until" in one.changes]
        valid_until = date.fromisoformat(earlier[0]) if earlier else claim.valid_until
        values = {
            "held": ClaimState.CONTESTED,
            "is_upheld": None,
            "valid_until": valid_until,
            "counted_from": valid_until - timedelta(VALID_DAYS),
        }
        _record.amend(claim, values, by=by, verb="void", reason=reason)


def _entries(row: Any) -> Any:
    return AuditEntry.objects.filter(object_type=row._meta.label_lower, object_id=row.pk)


def _tell(fact: Recorded, *, by: User, reason: str) -> None:
    """Nobody need confirm it any more; whoever recorded it hears of it, of a move its project's
    people too."""
    notifications.done(NotificationKind.CONFIRM, fact)
    holder = fact.holder
    kind, people = NotificationKind.CONFIRM, [fact.by]
    called = str(fact._meta.verbose_name)
    if isinstance(fact, StageMove):
        kind, people = NotificationKind.MOVED, [*notifications.holders(holder), fact.by]
        called = f"“{fact}”这一步"
    of = f"“{holder}”的{called}" if holder is not None else f"{called}“{fact}”"
    said = f"{by}作废了{of}：{reason.strip()}"
    notifications.tell(people, kind, fact, said, by=by)
