"""What a project keeps of its own history, so that lists need not read it: the start of its stay in
the present stage and its last sign of progress."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db.models import Max

from crm import clock
from crm.dates import When
from crm.models import FollowUp, Project, StageMove
from crm.stages import Stage

_CHUNK = 500


def opened(stage: Stage, entered: Mapping[Stage, When]) -> tuple[date | None, date]:
    """Both dates of a project that enters the ledger at `stage`: a step nobody dated is known from
    today."""
    here, today = entered.get(stage), clock.today()
    last = [min(when.end, today) for when in entered.values()] + ([] if here else [today])
    return min(here.end, today) if here else None, max(last)


def reckon(*projects: Project) -> None:
    """Writes `stage_since` and `progress_on` of these projects anew from their standing moves and
    follow-ups; whoever writes, re-points or removes such rows calls it in the same transaction.

    Derived columns: no version rises and nothing is audited, the rows they come from are. The
    instances passed in carry the new values afterwards.
    """
    by_pk = {project.pk: project for project in projects}
    for pk, values in _reckoned(list(by_pk)).items():
        for name, value in values.items():
            setattr(by_pk[pk], name, value)


def reckon_ids(ids: Iterable[int]) -> None:
    """The same for projects named by their numbers, however many."""
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), _CHUNK):
        _reckoned(wanted[start : start + _CHUNK])


def _reckoned(ids: list[int]) -> dict[int, dict[str, Any]]:
    since: dict[int, date | None] = {}
    progress: dict[int, date] = {}
    moves = StageMove.objects.standing().filter(project__in=ids).order_by("place")
    for move in moves:
        pk = move.project_id
        if move.from_stage != move.to_stage:
            since[pk] = move.effective_on if move.occurred_on else None
        progress[pk] = max(progress.get(pk, move.effective_on), move.effective_on)
    held = FollowUp.objects.filter(project__in=ids).order_by().values_list("project")
    for pk, day in held.annotate(last=Max("held_on")):
        progress[pk] = max(progress.get(pk, day), day)
    found = {}
    kept = Project.objects.filter(pk__in=ids).values_list("pk", "stage_since", "progress_on")
    for pk, old_since, old_progress in kept:
        values = {"stage_since": since.get(pk), "progress_on": progress.get(pk)}
        if (old_since, old_progress) != tuple(values.values()):
            Project.objects.filter(pk=pk).update(**values)
        found[pk] = values
    return found
