"""Follow-ups."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import transaction

from crm import access, clock
from crm.access import Action
from crm.actions import _record
from crm.errors import Refused
from crm.models import FollowUp, FollowUpKind, Project, User

SENT_OTHERWISE = (
    "这条跟进已经记下过，但内容与这次填的不同。要补充的，再点一次“记下”，另记一条；"
    "要改已记下的，请到项目页修改。"
)


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
    client_key: UUID | None = None,
) -> FollowUp:
    """Logs a contact with the investor and sets the project's next step in the same write.

    Without `next_on` the project has nothing planned next, which the desk says plainly. What is
    sent again under the same `client_key` is the row that is there (sent_before, when it says
    something else).
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
        client_key=client_key,
    )
    if client_key and (known := _sent_before(row)):
        return known
    _record.insert(row, by=by, verb="follow_up")
    newest = project.follow_ups.order_by("-held_on", "-pk").first()
    if newest == row:  # a contact logged late does not overwrite a newer plan
        _record.amend(
            project, {"next_on": next_on, "next_step": next_step.strip()}, by=by, verb="plan_next"
        )
    return row


def is_sent(client_key: UUID | None, *, by: User) -> bool:
    """Whether what `by` wrote down under this key has arrived."""
    return client_key is not None and FollowUp.objects.filter(client_key=client_key, by=by).exists()


def _sent_before(row: FollowUp) -> FollowUp | None:
    known = FollowUp.objects.filter(client_key=row.client_key).first()
    if known is None:
        return None
    told = ("by_id", "project_id", "kind", "held_on", "content", "next_on", "next_step")
    if any(getattr(known, name) != getattr(row, name) for name in told):
        raise Refused(SENT_OTHERWISE, "sent_before")
    return known
