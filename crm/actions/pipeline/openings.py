"""How a project stood when it entered the ledger (期初): its stage and dates, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from crm import clock
from crm.actions import _record
from crm.dates import When
from crm.errors import Refused
from crm.models import Origin, Project, StageMove, User
from crm.stages import Stage, Status


@dataclass(frozen=True)
class Opening:
    """How a project stood when it entered the ledger: its stage, when it entered which stage as far
    as is known, and the signed agreement's amount where the source states one."""

    stage: Stage = Stage.LEAD
    status: Status = Status.ACTIVE
    entered: Mapping[Stage, When] = field(default_factory=dict)
    evidence: Mapping[Stage, str] = field(default_factory=dict)
    agreed_investment: Decimal | None = None
    reason: str = ""


def check_opening(opening: Opening) -> None:
    if opening.status != Status.ACTIVE and not opening.reason:
        raise Refused(f"{opening.status.label}的项目须写明原因。", "reason_needed", ["reason"])
    last: tuple[Stage, When] | None = None
    for stage in Stage:
        when = opening.entered.get(stage)
        if when is None:
            continue
        if stage.rank > opening.stage.rank:
            raise Refused(
                f"项目处于{opening.stage.label}，却填了{stage.label}日期 {when.text}，请核对。",
                "stage_conflict",
                ["stage"],
            )
        not_future(when, stage)
        if last and when.end < last[1].start:
            raise Refused(
                f"{stage.label}日期 {when.text} 早于{last[0].label}日期 {last[1].text}，请核对。",
                "date_order",
                ["occurred_on"],
            )
        if last is None or when.start > last[1].start:  # known to the month, it may be earlier
            last = (stage, when)


def not_future(when: When, stage: Stage) -> None:
    if when.start > clock.today():
        raise Refused(
            f"{stage.label}日期 {when.text} 在今天之后；计划日期请填在计划栏。",
            "future_date",
            ["occurred_on"],
        )


def open_at(
    project: Project,
    stage: Stage,
    when: When | None,
    *,
    by: User,
    place: int = 1,
    from_stage: str = "",
    status: Status = Status.ACTIVE,
    evidence: str = "",
    reason: str = "",
) -> StageMove:
    """Puts the move on record by which a project stands at a stage when it enters the ledger."""
    move = StageMove(
        project=project,
        from_stage=from_stage,
        to_stage=stage,
        from_status=Status.ACTIVE if from_stage else "",
        to_status=status,
        occurred_on=when.start if when else None,
        occurred_until=when.end if when else None,
        recorded_at=clock.now(),
        by=by,
        evidence=evidence,
        reason=reason,
        place=place,
        origin=Origin.OPENING,
    )
    return _record.insert(move, by=by, verb="open", reason=reason)
