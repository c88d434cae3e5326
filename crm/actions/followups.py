"""Follow-ups."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from crm import access, clock
from crm.access import Action
from crm.actions import _record
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
    if held_on > clock.today():
        raise Refused("跟进日期在今天之后；打算做的事请填“下次跟进”。", "future_date", ["held_on"])
    if next_on and next_on < held_on:
        raise Refused("下次跟进早于本次跟进日期。", "date_order", ["next_on"])
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
    newest = project.follow_ups.order_by("-held_on", "-pk").first()
    if newest == row:  # a contact logged late does not overwrite a newer plan
        _record.amend(
            project, {"next_on": next_on, "next_step": next_step.strip()}, by=by, verb="plan_next"
        )
    return row
