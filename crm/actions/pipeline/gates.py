"""What a move still lacks: the gate table of crm/stages.py held against one project."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import F

from crm.errors import Refused
from crm.models import Agreement, Project, Review, StageMove, Verdict
from crm.stages import GATES, MOVES, STATUS_MOVES, Item, Need, Stage, Status, gate_of


@dataclass(frozen=True)
class Missing:
    """One unmet item of the gate of `stage`: what, why it is refused, who can supply it."""

    stage: Stage
    code: str
    label: str
    reason: str
    supplier: str
    fields: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "label": self.label,
            "reason": self.reason,
            "supplier": self.supplier,
            "fields": list(self.fields),
        }


@dataclass(frozen=True)
class Checked:
    """An item of a gate held against a project: what is missing, or (None) what met it."""

    item: Item
    lack: Missing | None
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.item.code,
            "label": self.item.label,
            "supplier": self.item.supplier,
            "is_met": self.lack is None,
            "note": self.note or (self.lack.reason if self.lack else ""),
        }


def checked(
    project: Project, to: Stage | Status, *, evidence: str = "", reason: str = ""
) -> list[Checked]:
    """Everything the move to `to` needs (forward, back, or a change of status), each item met or
    missing; `evidence` and `reason` are what comes with the move itself."""
    here = Stage(project.stage)
    at = to if isinstance(to, Stage) else here
    return [_checked(item, project, at, evidence, reason) for item in gate_of(here, to)]


def missing(project: Project, to: Stage, *, evidence: str = "") -> list[Missing]:
    """What the gate of `to` still lacks; empty = the stage may be entered."""
    held = [_checked(item, project, to, evidence, "") for item in GATES[to]]
    return [one.lack for one in held if one.lack]


def _checked(item: Item, project: Project, at: Stage, evidence: str, reason: str) -> Checked:
    is_met, said = _answer(item, project, evidence, reason)
    if is_met:
        return Checked(item, None, said)
    why = said or item.reason
    return Checked(item, Missing(at, item.code, item.label, why, item.supplier, item.fields))


def _answer(item: Item, project: Project, evidence: str, reason: str) -> tuple[bool, str]:
    """Whether it is there, and what to say of it where the item itself does not say enough."""
    match item.need:
        case Need.FIELD:
            return all(
                getattr(project, name) not in (None, "")
                or (name == "planned_investment" and project.foreign_amount is not None)
                for name in item.fields
            ), ""
        case Need.FOLLOW_UP:
            return project.follow_ups.exists(), ""
        case Need.AGREEMENT:
            return Agreement.objects.investments_in_force().filter(project=project).exists(), ""
        case Need.REVIEW:
            return _reviewed(project)
        case Need.EVIDENCE:
            return bool(evidence.strip()), ""
        case Need.REASON:
            return bool(reason.strip()), ""


def _reviewed(project: Project) -> tuple[bool, str]:
    """The last review decides; with its conditions, which bind whoever signs."""
    last = Review.objects.filter(project=project).order_by("-held_on", "-pk").first()
    if last is None:
        return False, ""
    held = f"{last.body} {last.held_on.isoformat()}"
    if last.verdict == Verdict.REJECTED:
        return False, f"最近一次评审不通过（{held}），重新评审通过后再签约"
    conditions = f"：{last.conditions}" if last.verdict == Verdict.CONDITIONAL else ""
    return True, f"{held} {last.get_verdict_display()}{conditions}"


def may_go(project: Project, to: Stage | Status) -> bool:
    """Whether this move exists from where the project stands, its gate apart."""
    if isinstance(to, Status):
        return to in STATUS_MOVES[Status(project.status)]
    return project.is_active and to in MOVES[Stage(project.stage)]


def require_reason(project: Project, to: Stage | Status, reason: str) -> None:
    """Where the gate asks why."""
    for item in gate_of(Stage(project.stage), to):
        if item.need is Need.REASON and not reason.strip():
            raise Refused(f"{item.reason}。", "reason_needed", ["reason"])


def outstanding(project: Project) -> list[Missing]:
    """待补: gate items of the stages already reached that are still not met.

    They arise from opening moves, which are accepted as they come; evidence is looked for on the
    moves that entered each stage.
    """
    reached = [stage for stage in Stage if stage.rank <= Stage(project.stage).rank]
    evidence = dict(
        StageMove.objects.standing()
        .filter(project=project)
        .exclude(from_stage=F("to_stage"))  # a change of status needs no document
        .order_by("pk")
        .values_list("to_stage", "evidence")
    )
    return [
        lack
        for stage in reached
        for lack in missing(project, stage, evidence=evidence.get(stage.value, ""))
    ]
