"""The demo county's 认定: its bureau confirms in rounds; what came after the last still waits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any

from crm.access import Action
from crm.actions import confirmations
from crm.models import Project, StageMove, User, confirmable
from crm.stages import Stage

ROUNDS = (date(2023, 2, 3), date(2023, 5, 12), date(2023, 8, 11))
WHO = ("statistician", "teamlead")
RETURNED = ("烘焙休闲食品项目", "协议落款是 8 月 3 日，请核对后更正。")


def words(known: Mapping[str, Project], users: Mapping[str, User]) -> Iterator[tuple[date, Any]]:
    """Each round with its day and the doing of it, and one signing that is sent back."""
    for day in ROUNDS:
        for name in WHO:
            yield day, partial(_round, users[name])
    yield ROUNDS[-1], partial(_send_back, known, users["statistician"])


def _round(by: User) -> None:
    for model in confirmable().values():
        objects: Any = model._default_manager
        rows = list(
            objects.standing()
            .unconfirmed()
            .visible_to(by, Action.CONFIRM)
            .select_related("project")
            .order_by("pk")
        )
        recorders = confirmations.recorders_of(rows)
        rows = [row for row in rows if by.pk not in recorders[row.pk]]
        for start in range(0, len(rows), confirmations.MOST):
            confirmations.confirm(rows[start : start + confirmations.MOST], by=by)


def _send_back(known: Mapping[str, Project], by: User) -> None:
    name, reason = RETURNED
    signings = StageMove.objects.standing().filter(project=known[name]).into(Stage.SIGNED)
    confirmations.send_back(list(signings), by=by, reason=reason)
