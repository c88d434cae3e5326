"""The workflow of an investment project as tables: stages, statuses, moves and gates.

Pure data: no queries, nothing of ours imported. The words are those of county investment bureaus
(线索, 洽谈, 签约 …); sorting by stage is pipeline order.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from django.db import models


class Stage(models.TextChoices):
    """Where a project stands on the way from a lead to an operating plant."""

    LEAD = "lead", "线索"
    NEGOTIATION = "negotiation", "洽谈"
    SIGNED = "signed", "签约"
    CONSTRUCTION = "construction", "开工建设"
    COMMISSIONING = "commissioning", "安装调试"
    TRIAL = "trial", "试生产"
    OPERATION = "operation", "投产"

    @cached_property
    def rank(self) -> int:
        """Place in the pipeline, 1 for 线索 to 7 for 投产."""
        return list(Stage).index(self) + 1

    @property
    def following(self) -> Stage | None:
        """The next stage; None after 投产."""
        order = list(Stage)
        return order[self.rank] if self.rank < len(order) else None


class Status(models.TextChoices):
    """Whether a project is being worked on: a second axis beside the stage."""

    ACTIVE = "active", "推进中"
    STALLED = "stalled", "停滞"
    EXITED = "exited", "退出"


class Precision(models.TextChoices):
    """How exactly a date is known."""

    DAY = "day", "日"
    MONTH = "month", "月"
    YEAR = "year", "年"
    SPAN = "span", "时段"  # any other first and last day: a quarter, 中旬, March to May


# Forward one stage at a time: no stage is skipped. Back to any earlier one, with a reason.
MOVES: dict[Stage, tuple[Stage, ...]] = {
    stage: tuple(other for other in Stage if other == stage.following or other.rank < stage.rank)
    for stage in Stage
}

# Status moves; leaving 推进中 always needs a reason, and an exit can be resumed.
STATUS_MOVES: dict[Status, tuple[Status, ...]] = {
    Status.ACTIVE: (Status.STALLED, Status.EXITED),
    Status.STALLED: (Status.ACTIVE, Status.EXITED),
    Status.EXITED: (Status.ACTIVE,),
}


# Stages the report counts: a second person confirms (认定) that a project really entered them.
CONFIRMED: tuple[Stage, ...] = (Stage.SIGNED, Stage.CONSTRUCTION, Stage.OPERATION)


class Need(Enum):
    """What kind of thing a gate asks for; crm/actions/pipeline/gates.py has one check for each."""

    FIELD = "field"  # a field of the project is filled in
    FOLLOW_UP = "follow_up"  # at least one 跟进 is on record
    AGREEMENT = "agreement"  # a standing 投资 agreement
    REVIEW = "review"  # the last 评审 on record let it pass
    EVIDENCE = "evidence"  # a document named with the move itself
    REASON = "reason"  # why, in words, with the move itself


@dataclass(frozen=True)
class Item:
    """One thing that must be there before a move: what, how it reads, and who can supply it."""

    need: Need
    name: str
    label: str
    reason: str
    supplier: str
    fields: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        return f"{self.need.value}:{self.name}"


def needs(name: str, label: str, reason: str, supplier: str, *fields: str) -> Item:
    """Fields of the project that must be filled in (all of `fields`, or the one named)."""
    return Item(Need.FIELD, name, label, reason, supplier, fields or (name,))


def needs_evidence(name: str, label: str, reason: str, supplier: str) -> Item:
    return Item(Need.EVIDENCE, name, label, reason, supplier, ("evidence",))


def needs_reason(name: str, label: str, reason: str) -> Item:
    return Item(Need.REASON, name, label, reason, "办理人", ("reason",))


OFFICER = "招商专员"
PARK = "园区管委会"

# What must be there to ENTER a stage. Opening moves do not refuse on these: they list them (待补).
GATES: dict[Stage, tuple[Item, ...]] = {
    Stage.LEAD: (),
    Stage.NEGOTIATION: (
        needs("officer", "招商专员", "尚未指定招商专员", "科长"),
        Item(Need.FOLLOW_UP, "follow_up", "跟进记录", "还没有跟进记录", OFFICER),
    ),
    Stage.SIGNED: (
        needs("park", "落户园区", "尚未确定落户园区", OFFICER),
        needs("planned_investment", "计划总投资", "尚未填写计划总投资", OFFICER),
        Item(Need.REVIEW, "review", "项目评审", "还没有项目评审的结论", OFFICER),
        Item(Need.AGREEMENT, "investment", "投资协议", "缺少投资协议（框架协议不算签约）", OFFICER),
    ),
    Stage.CONSTRUCTION: (
        needs(
            "site",
            "落地空间",
            "尚未落实用地或厂房：请填写片区和用地方式",
            PARK,
            "zone",
            "land_mode",
        ),
        needs("company", "落地企业", "尚未登记落地企业", OFFICER),
        needs_evidence("permit", "施工许可", "缺少施工许可（或装修改造备案）的文号", PARK),
    ),
    Stage.COMMISSIONING: (
        needs_evidence(
            "equipment", "设备进场", "缺少设备进场凭证（进场单或照片编号）", "驻企联络员"
        ),
    ),
    Stage.TRIAL: (
        needs_evidence(
            "trial_run", "试生产", "缺少试生产凭证（试运行方案或首批产品记录）", "驻企联络员"
        ),
    ),
    Stage.OPERATION: (
        needs_evidence("operation", "投产", "缺少投产凭证（验收意见或首张销售发票）", "驻企联络员"),
    ),
}

# What must be said with a move back to an earlier stage, and with a change of status.
BACK_GATE: tuple[Item, ...] = (needs_reason("back", "退回原因", "退回须写明原因"),)
STATUS_GATES: dict[Status, tuple[Item, ...]] = {
    Status.ACTIVE: (),
    Status.STALLED: (needs_reason("stall", "停滞原因", "办理停滞须写明原因"),),
    Status.EXITED: (needs_reason("exit", "退出原因", "办理退出须写明原因"),),
}


def gate_of(here: Stage, to: Stage | Status) -> tuple[Item, ...]:
    """What a move needs, whichever way it goes; whether it may be made is in MOVES."""
    if isinstance(to, Status):
        return STATUS_GATES[to]
    return BACK_GATE if to.rank < here.rank else GATES[to]
