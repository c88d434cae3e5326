"""服务分工: who serves a project, and telling him so."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Q

from crm.actions import _record, rows
from crm.actions.questions import NOTHING_SAID, Anyway
from crm.actions.system import notifications
from crm.models import Assignment, AssignmentKind, NotificationKind, User


@transaction.atomic
def assign(values: Mapping[str, Any], *, by: User, anyway: Anyway = NOTHING_SAID) -> Assignment:
    """Gives somebody a dated duty towards a project; a user of the ledger is told. Who has that
    duty in those days already is asked about."""
    same = partial(_same, values, by=by)
    assignment: Assignment = rows.register(Assignment, values, by=by, anyway=anyway, same=same)
    _tell(assignment, by=by)
    return assignment


def _same(values: Mapping[str, Any], *, by: User) -> list[Assignment]:
    starts_on, ends_on = values.get("starts_on"), values.get("ends_on")
    same = Assignment.objects.visible_to(by).filter(
        project=values.get("project"),
        kind=values.get("kind") or AssignmentKind.LIAISON,
        user=values.get("user"),
        unit=values.get("unit") or "",
        duty=values.get("duty") or "",
    )
    same = same.filter(Q(ends_on=None) | Q(ends_on__gte=starts_on)) if starts_on else same
    return list(same.filter(starts_on__lte=ends_on) if ends_on else same)


@transaction.atomic
def change(
    assignment: Assignment, values: Mapping[str, Any], *, by: User, version: int | None = None
) -> Assignment:
    """Changes a duty; whoever holds it from now on is told."""
    before = Assignment.objects.values_list("user", flat=True).get(pk=assignment.pk)
    changed: Assignment = rows.change(assignment, values, by=by, version=version)
    if changed.user_id != before:
        _tell(changed, by=by)
    return changed


def _tell(assignment: Assignment, *, by: User) -> None:
    if _record.current_batch() is not None:
        return  # a file says how things have stood, which is no news
    said = (
        f"您担任“{assignment.project}”的{assignment.get_kind_display()}，"
        f"自 {assignment.starts_on} 起。"
    )
    notifications.tell(
        [assignment.user], NotificationKind.ASSIGNED, assignment.project, said, by=by
    )
