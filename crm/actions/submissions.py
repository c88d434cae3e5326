"""What is sent twice is written once: a double click, a page sent again after the answer got lost,
a program that tries again.

A form carries a token of its own, a program's request an Idempotency-Key. The token is used up in
the transaction that writes the row; the second request waits for the first and gets the same row.
A token is its user's: under somebody else's it is an unused one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.apps import apps
from django.db import models
from django.utils.crypto import salted_hmac

from crm import access, clock
from crm.access import Action
from crm.actions import _lock
from crm.actions._told import counted
from crm.errors import Refused
from crm.models import Submission, User

LONGEST = 64
SENT_OTHERWISE = (
    "这张表单已经提交并登记过，但内容与这次填的不同，这次没有登记。"
    "要另记一条的，再提交一次；要改已登记的，请到那一条上修改。"
)
GONE = (
    "这张表单已经提交并登记过，但登记的那一条现在不在您能看到的范围，这次没有登记。"
    "要重新登记的，再提交一次。"
)

Made = TypeVar("Made", bound=models.Model)


def once(make: Callable[[], Made], *, by: User | None, token: str, content: str = "") -> Made:
    """The row that `make` makes, or made when this user sent this token before.

    Refused (sent_before) when `content` is not what was sent then. Without a token nothing is
    remembered. `by` is None for a visitor of the site, whose tokens nobody else can make.
    """
    if not token:
        return make()
    if not _is_token(token):
        raise Refused(f"提交标记最多 {LONGEST} 个字符。", "invalid")
    owner = by.pk if by else "visitor"
    with counted(), _lock.one_at_a_time("submission", f"{owner}:{token}"):
        used = _used(by, token)
        if used is None:
            made = make()
            _use(made, by, token, content)
            return made
        if used.content and used.content != _print(content):
            raise Refused(SENT_OTHERWISE, "sent_before")
        row: Made | None = _made(used, by)
        if row is None:
            raise Refused(GONE, "sent_before")
        return row


def made_before(*, by: User, token: str, content: str) -> Any | None:
    """What this user made when he sent just this before; None when he did not."""
    used = _used(by, token) if _is_token(token) else None
    return _made(used, by) if used and used.content in ("", _print(content)) else None


def _is_token(token: str) -> bool:
    return 0 < len(token) <= LONGEST and token.isprintable()


def _used(by: User | None, token: str) -> Submission | None:
    return Submission.objects.filter(user=by, token=token).first()


def _use(made: models.Model, by: User | None, token: str, content: str) -> None:
    submission = Submission(
        user=by,
        token=token,
        content=_print(content),
        object_type=made._meta.label_lower,
        object_id=made.pk,
        recorded_at=clock.now(),
    )
    submission.save(force_insert=True)


def _made(used: Submission, by: User | None) -> Any | None:
    """The row, even where it was merged into another one since, or corrected; none that was given
    to others since and is out of its maker's sight."""
    model: Any = apps.get_model(used.object_type)
    row = model._base_manager.filter(pk=used.object_id).first()
    if row is None or by is None or access.rights_of(row) is access.NOBODY:
        return row
    return row if access.may(by, Action.VIEW, row) else None


def _print(content: str) -> str:
    """No more than a mark: what was sent may hold names and telephone numbers."""
    return salted_hmac("crm.submission", content, algorithm="sha256").hexdigest() if content else ""
