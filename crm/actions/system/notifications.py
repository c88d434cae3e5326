"""Telling people, from inside the verb that did something, and what they do with it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models, transaction
from django.db.models import Q

from crm import access, clock, personal
from crm.access import Action, Reach, Role
from crm.actions import _record
from crm.errors import Hidden, Refused
from crm.models import (
    Assignment,
    AssignmentKind,
    Notification,
    NotificationKind,
    NotificationSetting,
    Project,
    StageMove,
    User,
)
from crm.stages import Stage, Status

KEPT = timedelta(days=90)  # of what was read
_DAY = re.compile(r"(?<!\d)(\d{4}-\d\d-\d\d)(?!\d)")


@transaction.atomic
def tell(
    users: Iterable[User | None],
    kind: NotificationKind,
    row: models.Model | None,
    text: str,
    *,
    by: User | None,
    key: str = "",
) -> list[Notification]:
    """Tells each of these users once; verbs call it inside their own transaction.

    Nobody is told of his own act (`by`), of a kind he has switched off, or of a row he may not
    see. With a `key` the same is not told twice, however often the verb runs. The rows of an
    imported file are told to nobody one by one: whoever imports says it once, at the end.
    `text` is a sentence without personal data.
    """
    batch = _record.current_batch()
    if batch is not None and not batch.is_demo and kind != NotificationKind.IMPORT:
        return []
    asked = {user.pk: user for user in users if user is not None and user.is_active}
    if by is not None:
        asked.pop(by.pk, None)
    if not asked:
        return []
    if key:
        told = Notification.objects.filter(user__in=asked, key=key)
        for pk in told.values_list("user", flat=True):
            asked.pop(pk)
    for setting in NotificationSetting.objects.filter(user__in=asked):
        if kind in setting.muted:
            asked.pop(setting.user_id)
    made = [
        Notification(
            user=user,
            kind=kind,
            text=_clean(text)[:200],
            object_type=row._meta.label_lower if row is not None else "",
            object_id=row.pk if row is not None else None,
            key=key,
            at=clock.now(),
        )
        for user in asked.values()
        if row is None or access.may(user, Action.VIEW, row)
    ]
    return Notification.objects.bulk_create(made)


def _clean(text: str) -> str:
    """Without what may be somebody's phone or e-mail; a day is neither."""
    parts = _DAY.split(text)
    return "".join(part if _DAY.fullmatch(part) else personal.scrubbed(part) for part in parts)


def who_may(action: Action, row: models.Model) -> list[User]:
    """Those who answer for a row that waits for `action`: its team's, its park's, its own people;
    who may do it everywhere (the statistician) only where there is nobody nearer."""
    rights = access.rights_of(row)
    if rights.parent and getattr(row, rights.parent):
        return who_may(action, getattr(row, rights.parent))

    whose, team, park = (rights.whose(row, to) for to in (Reach.OWN, Reach.TEAM, Reach.PARK))
    near, far = Q(pk__in=[]), Q(pk__in=[])
    for role, granted in rights.grants.items():
        reaches = granted.get(action, frozenset())
        if Reach.ALL in reaches:
            far |= Q(role=role)
        if Reach.OWN in reaches and whose:
            near |= Q(role=role, pk=whose)
        if Reach.TEAM in reaches and team:
            near |= Q(role=role, team=team)
        if Reach.LOOSE in reaches and Reach.TEAM in rights.own and not team:
            near |= Q(role=role)
        if Reach.PARK in reaches and park:
            near |= Q(role=role, parks=park)
    active = User.objects.filter(is_active=True)
    return list(active.filter(near).distinct()) or list(active.filter(far))


def holders(project: Project) -> list[User | None]:
    """Whose project it is: its officer, and its resident liaison officers today."""
    liaised = Assignment.objects.in_force_on(clock.today()).filter(
        project=project, kind=AssignmentKind.LIAISON, user__isnull=False
    )
    return [project.officer, *(row.user for row in liaised.select_related("user"))]


def tell_assigned(project: Project, *, by: User, before: Project | None = None) -> None:
    """Tells the officer who is given a project, and the heads of a team that is given one without
    an officer. `before`: the project as it was."""
    if project.officer and (before is None or before.officer_id != project.officer_id):
        said = f"“{project}”由您负责招商。"
        tell([project.officer], NotificationKind.ASSIGNED, project, said, by=by)
    elif project.team and before is not None and before.team_id != project.team_id:
        heads = project.team.members.filter(role=Role.TEAMLEAD)
        said = f"“{project}”转到您的科室，请确定招商专员。"
        tell(heads, NotificationKind.ASSIGNED, project, said, by=by)


def tell_moved(move: StageMove, *, by: User) -> None:
    """Tells those whose project it is that somebody else moved it."""
    here = Stage(move.to_stage)
    if move.from_status != move.to_status:
        rests = move.to_status != Status.ACTIVE
        done = f"标为{move.get_to_status_display()}" if rests else "恢复推进"
    else:
        forward = here.rank > Stage(move.from_stage).rank
        done = f"{'推进到' if forward else '退回'}{here.label}"
    said = f"{by}把“{move.project}”{done}。"
    tell(holders(move.project), NotificationKind.MOVED, move.project, said, by=by)


@transaction.atomic
def read(notification: Notification, *, by: User) -> Notification:
    """The user has seen it."""
    if notification.user_id != by.pk:
        raise Hidden()
    if notification.read_at is None:
        notification.read_at = clock.now()
        notification.save(update_fields=["read_at"])
    return notification


@transaction.atomic
def read_all(*, by: User, until: int) -> int:
    """The user has seen all that his page showed: those up to the newest there (`until`), so that
    what arrived meanwhile stays unread. How many there were."""
    unread = Notification.objects.unread().filter(user=by, pk__lte=until)
    return unread.update(read_at=clock.now())


@transaction.atomic
def choose(
    *, by: User, muted: Collection[str], mails_digest: bool, email: str
) -> NotificationSetting:
    """What the user wants to be told of, and where his digest is mailed to."""
    if unknown := set(muted) - set(NotificationKind.values):
        raise Refused(f"没有这种提醒：{'、'.join(sorted(unknown))}。", "invalid", ["muted"])
    email = email.strip()
    if email:
        try:
            validate_email(email)
            User._meta.get_field("email").run_validators(email)
        except ValidationError as error:
            raise Refused("邮箱地址不对，例如 li@example.gov.cn。", "invalid", ["email"]) from error
    setting, _ = NotificationSetting.objects.get_or_create(user=by)
    changes: dict[str, list[object]] = {}
    wanted = sorted(muted)
    if setting.muted != wanted:
        changes["muted"] = [setting.muted, wanted]
    if setting.mails_digest != mails_digest:
        changes["mails_digest"] = [setting.mails_digest, mails_digest]
    if by.email != email:
        changes["email"] = ["•••" if by.email else None, "•••" if email else None]
        by.email = email
        by.save(update_fields=["email"])
    setting.muted, setting.mails_digest = wanted, mails_digest
    setting.save()
    if changes:
        _record.note("choose_notifications", by, by=by, changes=changes)
    return setting


@transaction.atomic
def done(kind: NotificationKind, row: models.Model) -> None:
    """What waited for somebody has been dealt with: nobody else need look at it."""
    about = Notification.objects.unread().filter(
        kind=kind, object_type=row._meta.label_lower, object_id=row.pk
    )
    about.update(read_at=clock.now())


@transaction.atomic
def settle(before: date) -> None:
    """Marks what was told before that day as read: the demo county begins with a week's worth."""
    Notification.objects.unread().filter(at__date__lt=before).update(read_at=clock.now())


@transaction.atomic
def forget(rows: Mapping[Any, Collection[int]]) -> None:
    """Nobody is told of rows that have left the ledger."""
    about = Q(pk__in=[])
    for model, ids in rows.items():
        if ids:
            about |= Q(object_type=model._meta.label_lower, object_id__in=ids)
    Notification.objects.filter(about).delete()


@transaction.atomic
def forget_user(user: User) -> None:
    """A closed account hears nothing and remembers nothing."""
    Notification.objects.filter(user=user).delete()
    NotificationSetting.objects.filter(user=user).delete()


@transaction.atomic
def forget_old() -> int:
    """Forgets what was read long ago, and what speaks of rows that no longer exist."""
    gone, _ = Notification.objects.filter(read_at__lt=clock.now() - KEPT).delete()
    for label in Notification.objects.order_by().values_list("object_type", flat=True).distinct():
        if label:
            # A row that was merged into another is still there, and may come back.
            there = apps.get_model(label)._base_manager.values("pk")
            lost = Notification.objects.filter(object_type=label).exclude(object_id__in=there)
            gone += lost.delete()[0]
    return gone
