"""Follow-ups."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q

from crm import access, clock
from crm.access import Action
from crm.actions import _record, rows
from crm.actions.pipeline import progress
from crm.errors import Refused
from crm.models import FollowUp, FollowUpKind, Project, User


@transaction.atomic
def follow_up(
    project: Project,
    *,
    by: User,
    content: str,
    held_on: date | None = None,
    kind: FollowUpKind | str = FollowUpKind.CALL,
    next_on: date | None = None,
    next_step: str = "",
) -> FollowUp:
    """Logs a contact with the investor and sets the project's next step in the same write.

    Without `next_on` the project has nothing planned next, which the desk says plainly.
    """
    access.require(by, Action.FOLLOW_UP, project)
    held_on = held_on or clock.today()
    _check_days(held_on, next_on)
    row = FollowUp(
        project=project,
        kind=kind,
        held_on=held_on,
        content=content.strip(),
        next_on=next_on,
        next_step=next_step.strip(),
        by=by,
        recorded_at=clock.now(),
    )
    _record.insert(row, by=by, verb="follow_up")
    _progressed(project, held_on)
    newest = project.follow_ups.order_by("-held_on", "-pk").first()
    if newest == row:  # a contact logged late does not overwrite a newer plan
        _record.amend(
            project, {"next_on": next_on, "next_step": next_step.strip()}, by=by, verb="plan_next"
        )
    return row


def _check_days(held_on: date, next_on: date | None) -> None:
    if held_on > clock.today():
        raise Refused("跟进日期在今天之后；打算做的事请填“下次跟进”。", "future_date", ["held_on"])
    if next_on and next_on < held_on:
        raise Refused("下次跟进早于本次跟进日期。", "date_order", ["next_on"])


def _progressed(project: Project, day: date) -> None:
    """The follow-up is the project's last sign of progress, unless a later one is known."""
    earlier = Q(progress_on=None) | Q(progress_on__lt=day)
    if Project.objects.filter(earlier, pk=project.pk).update(progress_on=day):
        project.progress_on = day


@transaction.atomic
def change(
    row: FollowUp, values: Mapping[str, Any], *, by: User, version: int | None = None
) -> FollowUp:
    """Mends a follow-up; its dates are held to the same rules as when it was logged. The project's
    plan is changed by the next follow-up, not by rewriting an old one."""
    told = row.project
    held_on = values.get("held_on", row.held_on)
    if isinstance(held_on, date):
        _check_days(held_on, values.get("next_on", row.next_on))
    changed = rows.change(row, values, by=by, version=version)
    progress.reckon(*{told, changed.project})
    return changed
