"""服务分工: who serves a project, and telling him so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from crm.actions import _record, notifications, rows
from crm.models import Assignment, NotificationKind, User


@transaction.atomic
def assign(values: Mapping[str, Any], *, by: User) -> Assignment:
    """Gives somebody a dated duty towards a project; a user of the ledger is told."""
    assignment: Assignment = rows.register(Assignment, values, by=by)
    _tell(assignment, by=by)
    return assignment


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
