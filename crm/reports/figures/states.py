"""Where projects stood at the end of a period: what several figures and checks read."""

from __future__ import annotations

from crm.models import StageMove
from crm.models.pipeline.moves import StageMoves
from crm.reports.figures.base import Context
from crm.stages import Stage


def standing_at_end(context: Context, *stages: Stage) -> StageMoves:
    """One move a project: the one by which it stood in one of these stages on the last day."""
    return StageMove.objects.last_by(context.end, context.known_on).filter(to_stage__in=stages)
