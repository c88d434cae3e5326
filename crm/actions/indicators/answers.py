"""填报 answers: what comes in by a link waits, sealed, until somebody takes it over or sends it
back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import models, transaction

from crm import access, clock
from crm.access import Action
from crm.actions import _record
from crm.actions.indicators.collections import print_of
from crm.actions.system import notifications
from crm.errors import Refused
from crm.models import NotificationKind, User
from crm.models.indicators.collections import (
    AnswerState,
    Collection,
    CollectionLink,
    CollectionRecipient,
)

Write = Callable[[], Sequence[models.Model]]

LONGEST = 64  # of a token
CHANGED = "刚刚又改过，请看了最新的再办。"


def link_of(token: str) -> CollectionLink | None:
    """The link this token opens, today; None for a wrong, expired or revoked one alike."""
    if not 0 < len(token) <= LONGEST:
        return None
    found = CollectionLink.objects.valid().filter(print=print_of(token))
    return found.select_related(
        "recipient__collection__maker", "recipient__company", "recipient__park"
    ).first()


@transaction.atomic
def open_link(link: CollectionLink) -> None:
    """Puts on record that the link was opened, once a day."""
    if link.opened_on != clock.today():
        _record.amend(link, {"opened_on": clock.today()}, by=link, verb="open_link")


@transaction.atomic
def keep_answer(
    link: CollectionLink, typed: Mapping[str, Any], *, submits: bool, version: int
) -> CollectionRecipient:
    """What was typed is kept, as a draft or to be looked at (提交); the link alone is its actor.
    Refused once it was taken over, and where another page has changed it meanwhile."""
    if not CollectionLink.objects.valid().filter(pk=link.pk).exists():
        raise Refused("链接已停用。", "not_found")
    row = CollectionRecipient.objects.select_for_update(of=("self",)).get(pk=link.recipient_id)
    if not row.may_be_filled:
        raise Refused("已经接收，不能再改；要改请联系发起单位。", "taken")
    if submits and row.state == AnswerState.SUBMITTED and row.answer == dict(typed):
        return row  # sent twice
    if row.version != version:
        raise Refused(
            "这份填报刚在别处保存过。请核对下面的内容，仍按这些报的，再提交一次。", "stale"
        )
    # A draft of what was sent back still says why it was.
    state = row.state if row.state == AnswerState.RETURNED else AnswerState.DRAFT
    values: dict[str, Any] = {"answer": dict(typed), "saved_at": clock.now(), "state": state}
    if submits:
        values |= {"state": AnswerState.SUBMITTED, "submitted_at": clock.now(), "return_reason": ""}
    verb = "submit_answer" if submits else "save_answer"
    kept: CollectionRecipient = _record.amend(row, values, by=link, verb=verb)
    if submits:
        collection = row.collection
        notifications.tell(
            [collection.maker],
            NotificationKind.COLLECTED,
            collection,
            f"{row.subject_name}提交了“{collection}”，请看后接收。",
            by=None,
            key=f"collected:{row.pk}:{kept.version}",
        )
    return kept


@transaction.atomic
def return_answer(
    recipient: CollectionRecipient, *, by: User, reason: str, version: int
) -> CollectionRecipient:
    """退回 with what is to be mended: the link's page shows it beside what was typed."""
    row = _submitted(recipient, by, version)
    if not reason.strip():
        raise Refused("退回须写明原因。", "reason_needed", ["reason"])
    values = {"state": AnswerState.RETURNED, "return_reason": reason.strip()}
    returned: CollectionRecipient = _record.amend(
        row, values, by=by, verb="return_answer", reason=reason.strip()
    )
    _settle(row)
    return returned


@transaction.atomic
def take_over(
    recipient: CollectionRecipient,
    write: Write,
    *,
    by: User,
    version: int,
    kept: Mapping[str, Any],
    reason: str = "",
) -> CollectionRecipient:
    """接收: `write` enters the answer with the register's own verbs, all of it or nothing; then its
    rows are rows like any other, and the answer changes no more. `version`: of the answer that was
    looked at; `kept`: what of it stays here, which is no personal data: that is the register's now,
    and forgotten with its person there."""
    row = _submitted(recipient, by, version)
    written = [[str(one._meta.model_name), one.pk] for one in write()]
    values = {
        "state": AnswerState.TAKEN, "taken_at": clock.now(), "taken_by": by, "written": written,
        "answer": dict(kept),
    }  # fmt: skip
    taken: CollectionRecipient = _record.amend(
        row, values, by=by, verb="take_answer", reason=reason
    )
    _settle(row)
    return taken


def _submitted(recipient: CollectionRecipient, by: User, version: int) -> CollectionRecipient:
    access.require(by, Action.CHANGE, recipient)
    row = CollectionRecipient.objects.select_for_update(of=("self",)).get(pk=recipient.pk)
    if row.state != AnswerState.SUBMITTED:
        raise Refused(f"{row}现在是“{row.get_state_display()}”，没有待办的答复。", "stale")
    if row.version != version:
        raise Refused(f"{row}{CHANGED}", "stale")
    return row


def _settle(row: CollectionRecipient) -> None:
    """Nobody need look at the round any more when nothing of it waits."""
    waiting = CollectionRecipient.objects.filter(
        collection=row.collection_id, state=AnswerState.SUBMITTED
    )
    if not waiting.exists():
        notifications.done(NotificationKind.COLLECTED, Collection(pk=row.collection_id))
