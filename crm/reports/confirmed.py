"""认定 beside the figures: which of the counted rows nobody has confirmed yet, or were sent back.

They count all the same; the report says how many they are. As known on an earlier day, only what
had been said by then counts as said.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import QuerySet

from crm.models import UNCONFIRMED, StageMove
from crm.models.pipeline.moves import StageMoves
from crm.stages import Stage

RETURNED = "被退回"


def unconfirmed(rows: QuerySet, known_on: date | None) -> QuerySet:
    """待认定 of these rows; an agreement waits with the signing of its project."""
    if rows.model is StageMove:
        return rows.filter(pk__in=_standing(known_on).unconfirmed(known_on).values("pk"))
    waiting = _signings(known_on).unconfirmed(known_on)
    return rows.filter(project__in=waiting.values("project"))


def sent_back(rows: QuerySet, known_on: date | None) -> QuerySet:
    """被退回 of these rows and not corrected since."""
    if rows.model is StageMove:
        return rows.filter(pk__in=_standing(known_on).sent_back(known_on).values("pk"))
    returned = _signings(known_on).sent_back(known_on)
    return rows.filter(project__in=returned.values("project"))


def marks(rows: Iterable[Any], known_on: date | None) -> dict[int, str]:
    """What to write beside these rows of one table: id → 待认定 or 被退回; most need nothing."""
    some = list(rows)
    if not some:
        return {}
    these = type(some[0])._default_manager.filter(pk__in=[row.pk for row in some])
    found = dict.fromkeys(unconfirmed(these, known_on).values_list("pk", flat=True), UNCONFIRMED)
    return found | dict.fromkeys(sent_back(these, known_on).values_list("pk", flat=True), RETURNED)


def _standing(known_on: date | None) -> StageMoves:
    return StageMove.objects.standing(known_on)


def _signings(known_on: date | None) -> StageMoves:
    return _standing(known_on).filter(to_stage=Stage.SIGNED)
