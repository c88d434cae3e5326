"""Enquiries: from the public form to a lead."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from django.db import transaction

from crm import access, clock
from crm.access import Action
from crm.actions import _record
from crm.actions._told import counted
from crm.actions.companies import contacts
from crm.actions.pipeline import projects
from crm.actions.questions import NOTHING_SAID, Anyway
from crm.actions.system import notifications
from crm.errors import Refused
from crm.models import (
    Contact,
    Enquiry,
    EnquiryState,
    NotificationKind,
    Project,
    Source,
    User,
)

# What the notice beside the form promises: gone two years after the enquiry was dealt with.
KEPT = timedelta(days=2 * 365)
CAME_BY_ITSELF = "投资方通过网站咨询，由本科室受理。"
ERASED = "（已按告知期限删除）"


@transaction.atomic
def receive(enquiry: Enquiry) -> Enquiry:
    """Puts an enquiry into 待研判 of the park's team."""
    enquiry.received_at = enquiry.consented_at = clock.now()
    received: Enquiry = _record.insert(enquiry, by=None, verb="receive_enquiry")
    notifications.tell(
        notifications.who_may(Action.ACCEPT, received),
        NotificationKind.ENQUIRY,
        received,
        f"{received.park or '公开网站'}收到一条投资咨询，请研判。",
        by=None,
    )
    return received


def _undecided(enquiry: Enquiry, by: User) -> Enquiry:
    access.require(by, Action.ACCEPT, enquiry)
    locked = Enquiry.objects.select_for_update().get(pk=enquiry.pk)
    if locked.state != EnquiryState.NEW:
        raise Refused(
            f"这条咨询已由{locked.decided_by}处理（{locked.get_state_display()}）。", "stale"
        )
    notifications.done(NotificationKind.ENQUIRY, locked)
    return locked


@counted()
@transaction.atomic
def accept_enquiry(
    enquiry: Enquiry,
    *,
    by: User,
    name: str = "",
    note: str = "",
    anyway: Anyway = NOTHING_SAID,
) -> Project:
    """Accepts an enquiry: it becomes a project at 线索, assigned to `by`, its enquirer a contact.

    `name` is the project's name; without one it is made of the enquirer's organisation. A project
    like it is asked about, as by any other door.
    """
    enquiry = _undecided(enquiry, by)
    name = name.strip() or f"{enquiry.organisation or '网站咨询'}项目"
    project = projects.register(
        {
            "name": name,
            "investor": enquiry.organisation,
            "park": enquiry.park,
            "team": enquiry.team or by.team,
            "officer": by,
            "source": Source.WEBSITE,
            "summary": enquiry.message,
        },
        by=by,
        anyway=replace(anyway, reason=anyway.reason or CAME_BY_ITSELF),
    )
    contact = Contact(project=project, team=project.team)
    contact.name, contact.phone, contact.email = enquiry.name, enquiry.phone, enquiry.email
    _record.insert(contact, by=by)
    _record.amend(
        enquiry,
        {
            "state": EnquiryState.ACCEPTED,
            "decided_at": clock.now(),
            "decided_by": by,
            "decision_note": note.strip(),
            "project": project,
        },
        by=by,
        verb="accept_enquiry",
    )
    return project


@transaction.atomic
def decline_enquiry(enquiry: Enquiry, *, by: User, note: str) -> Enquiry:
    """Declines an enquiry; the reason is mandatory and stays with it."""
    enquiry = _undecided(enquiry, by)
    if not note.strip():
        raise Refused("请写明未受理的原因。", "reason_needed", ["note"])
    return _record.amend(
        enquiry,
        {
            "state": EnquiryState.DECLINED,
            "decided_at": clock.now(),
            "decided_by": by,
            "decision_note": note.strip(),
        },
        by=by,
        verb="decline_enquiry",
    )


@transaction.atomic
def erase_expired() -> int:
    """Forgets the enquirers whose time is over, with what they wrote; how many there were.

    The enquiry itself stays with its dates and its outcome. A contact made of it is the project's.
    """
    due = Enquiry.objects.exclude(state=EnquiryState.NEW).filter(
        decided_at__lt=clock.now() - KEPT, key__sealed__isnull=False
    )
    gone = 0
    for enquiry in due.select_for_update(of=("self",)).select_related("key"):
        contacts.forget(enquiry, by=None, reason="保存期满", message=ERASED)
        gone += 1
    return gone
