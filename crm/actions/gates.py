"""What a move still lacks: the gate table of crm/stages.py held against one project."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import F

from crm.models import Agreement, AgreementKind, Project, StageMove
from crm.stages import GATES, Item, Need, Stage


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


def _met(item: Item, project: Project, evidence: str) -> bool:
    match item.need:
        case Need.FIELD:
            return all(
                getattr(project, name) not in (None, "")
                or (name == "planned_investment" and project.foreign_amount is not None)
                for name in item.fields
            )
        case Need.FOLLOW_UP:
            return project.follow_ups.exists()
        case Need.AGREEMENT:
            return (
                Agreement.objects.standing()
                .filter(project=project, kind=AgreementKind.INVESTMENT, ended_on__isnull=True)
                .exists()
            )
        case Need.EVIDENCE:
            return bool(evidence.strip())


def missing(project: Project, to: Stage, *, evidence: str = "") -> list[Missing]:
    """What the gate of `to` still lacks; empty = the move may be made."""
    return [
        Missing(to, item.code, item.label, item.reason, item.supplier, item.fields)
        for item in GATES[to]
        if not _met(item, project, evidence)
    ]


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
