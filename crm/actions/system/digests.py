"""每日提要: once a day each user is told how much waits for him, on the desk and by mail."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from smtplib import SMTPException
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.urls import reverse

from crm import access, clock
from crm.access import Action, Role
from crm.actions.indicators import due_reports
from crm.actions.system import notifications
from crm.models import (
    Notification,
    NotificationKind,
    NotificationSetting,
    Project,
    User,
    confirmable,
)
from crm.models.indicators.due_reports import DueReport, outstanding

logger = logging.getLogger(__name__)

# A promise that lapsed over a weekend or a holiday of one day is still told.
LAPSED_DAYS = 3


@dataclass(frozen=True)
class Line:
    """So many of one kind of work, and the list of 今日 that shows them."""

    label: str
    count: int
    url: str


@dataclass
class Sent:
    """What one run did. told: digests that were not there yet; failed: mails that did not go."""

    told: int = 0
    mailed: int = 0
    failed: int = 0


def lines_of(user: User, on: date) -> list[Line]:
    """What waits for the user, as his page 今日 counts it: an officer's own projects, anybody
    else's all that he sees."""
    whose = "mine" if user.role == Role.OFFICER else "all"
    seen = Project.objects.visible_to(user)
    projects = seen.filter(officer=user) if whose == "mine" else seen
    home = reverse("desk")

    def line(label: str, count: int, show: str) -> Line:
        return Line(label, count, f"{home}?{urlencode({'whose': whose, 'show': show})}")

    lines = [
        line("跟进逾期", projects.overdue(on).count(), "overdue"),
        line("今天到期", projects.active().filter(next_on=on).count(), "today"),
        line("久未推进", projects.idle(on).count(), "idle"),
        line("没有安排下一步", projects.unplanned().count(), "unplanned"),
    ]
    if access.can(user, Action.CONFIRM, "project"):
        tables: list[Any] = list(confirmable().values())
        waiting = sum(
            model.objects.standing().unconfirmed().visible_to(user, Action.CONFIRM).count()
            for model in tables
        )
        lines.append(Line("待认定", waiting, home))
    if access.can(user, Action.REGISTER, DueReport):
        waiting = len(outstanding(list(DueReport.objects.all()), on))
        lines.append(Line("待报送", waiting, reverse("desk-calendar")))
    return [one for one in lines if one.count]


def send_all(on: date | None = None) -> Sent:
    """The day's digests, and one notification of each promise that has lapsed since yesterday.

    Safe to run again: nobody is told twice, and a mail that failed is tried again. Not one
    transaction: a mail is slow, and nobody else can write to SQLite while one lasts.
    """
    on = on or clock.today()
    notifications.forget_old()
    tell_lapsed(on)
    due_reports.tell_due(on)
    sent = Sent()
    for user in _readers():
        lines = lines_of(user, on)
        digest = tell_digest(user, lines, on, sent) if lines else None
        if digest is not None and _wants_mail(user, digest):
            if _mailed(user, lines, on):
                mark_mailed(digest)
                sent.mailed += 1
            else:
                sent.failed += 1
    return sent


def _readers() -> Iterator[User]:
    for user in User.objects.filter(is_active=True).select_related("team").order_by("pk"):
        if access.can(user, Action.VIEW, "project"):
            yield user


@transaction.atomic
def tell_lapsed(on: date) -> None:
    """跟进逾期: the officer's promised step lay before today and nothing was logged since."""
    lapsed = Project.objects.overdue(on).filter(
        next_on__gte=on - timedelta(days=LAPSED_DAYS), officer__isnull=False
    )
    for project in lapsed.select_related("officer"):
        day = project.next_on
        step = f"（{project.next_step}）" if project.next_step else ""
        notifications.tell(
            [project.officer],
            NotificationKind.OVERDUE,
            project,
            f"“{project}”约定 {day:%-m} 月 {day:%-d} 日的下一步{step}还没有办。",
            by=None,
            key=f"overdue:{project.pk}:{project.next_on}",
        )


@transaction.atomic
def tell_digest(user: User, lines: list[Line], on: date, sent: Sent) -> Notification | None:
    """The day's digest of this user, told now or earlier today; None where it is switched off."""
    key = f"digest:{on}"
    # A number keeps its unit when the line breaks.
    counted = (f"{line.label}\u00a0{line.count}\u00a0项" for line in lines)
    text = f"今日：{'，'.join(counted)}。"
    made = notifications.tell([user], NotificationKind.DIGEST, None, text, by=None, key=key)
    sent.told += len(made)
    if made:
        return made[0]
    setting = NotificationSetting.objects.filter(user=user).first()
    if setting is not None and NotificationKind.DIGEST in setting.muted:
        return None
    return Notification.objects.filter(user=user, key=key).first()


@transaction.atomic
def mark_mailed(digest: Notification) -> None:
    digest.mailed_at = clock.now()
    digest.save(update_fields=["mailed_at"])


def _wants_mail(user: User, digest: Notification) -> bool:
    if not (settings.SENDS_MAIL and user.email) or digest.mailed_at is not None:
        return False
    setting = NotificationSetting.objects.filter(user=user).first()
    return setting is None or setting.mails_digest


def _mailed(user: User, lines: list[Line], on: date) -> bool:
    """Sends the digest: counts and addresses, no name of a project, for mail is no safe place."""
    site = settings.WAGTAILADMIN_BASE_URL.rstrip("/")
    counted = "，".join(f"{line.label} {line.count}" for line in lines)
    body = [f"{user.name}，您好：", "", f"{on} 园账里等您办的："]
    body += [f"· {line.label} {line.count} 项  {site}{line.url}" for line in lines]
    body += ["", f"不想再收邮件：{site}{reverse('desk-notices-settings')}", "本邮件由系统发出。"]
    try:
        send_mail(f"园账 {on}：{counted}", "\n".join(body), None, [user.email])
    except (SMTPException, OSError) as error:
        logger.warning("The digest of user %s was not mailed: %s", user.pk, type(error).__name__)
        return False
    return True
