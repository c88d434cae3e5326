"""填报: a round is made, its links are given out, and who owes an answer is reminded."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.utils.crypto import salted_hmac

from crm import access, clock
from crm.access import Action
from crm.actions import _record
from crm.errors import Refused
from crm.models import Contact, User
from crm.models.indicators.collections import (
    Collection,
    CollectionLink,
    CollectionRecipient,
    RecipientKind,
)
from crm.models.indicators.indicators import Indicator

MOST = 500  # recipients of one round
OPEN_AFTER = timedelta(days=15)  # a link opens so long after the day the answer is due
CONFIDENTIAL = (
    "“{}”的单户数据保密，不用链接向企业收：由统计员登记在“单户保密读数”里；"
    "全县的数可以向主管部门收。"
)


@dataclass(frozen=True)
class Asked:
    """One to be asked: a company, a park, or a department's name; the contact there where known."""

    subject: Any
    name: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True)
class Given:
    """A link that was just made. Its token is known here and to who is given it, nowhere else."""

    recipient: CollectionRecipient
    token: str


@dataclass
class Reminded:
    """What a reminder came to: who got a mail, who is to be phoned, who was left out and why."""

    mailed: list[CollectionRecipient] = field(default_factory=list)
    to_phone: list[CollectionRecipient] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def print_of(token: str) -> str:
    """What is kept of a token: a keyed hash, which leads back to nothing."""
    return salted_hmac("crm.collection_link", token, algorithm="sha256").hexdigest()


@transaction.atomic
def start_collection(
    collection: Collection,
    *,
    by: User,
    indicators: Sequence[Indicator] = (),
    asked: Sequence[Asked],
) -> Collection:
    """Makes a round with its recipients; their links are made apart (`give_links`). Confidential
    numbers of single companies are not collected."""
    access.require(by, Action.REGISTER, collection)
    if collection.due_on < clock.today():
        raise Refused("截止日期已经过了。", "invalid", ["due_on"])
    if collection.month_on and collection.month_on > clock.today():
        raise Refused("月份在今天之后；到月再收。", "future_date", ["month"])
    _require_open(collection, indicators)
    collection.maker = by
    many = {"indicators": list(indicators)}
    made: Collection = _record.insert(collection, by=by, verb="start_collection", many=many)
    add_recipients(made, asked, by=by)
    return made


def _require_open(collection: Collection, indicators: Iterable[Indicator]) -> None:
    closed = [str(one) for one in indicators if one.is_confidential]
    if closed and collection.kind == RecipientKind.COMPANY:
        raise Refused(CONFIDENTIAL.format("、".join(closed)), "confidential", ["indicators"])


@transaction.atomic
def add_recipients(
    collection: Collection, asked: Sequence[Asked], *, by: User
) -> list[CollectionRecipient]:
    """Those of `asked` that the round does not have yet become its recipients."""
    access.require(by, Action.CHANGE, collection)
    locked = Collection.objects.select_for_update().get(pk=collection.pk)
    column = str(locked.kind)
    known = {getattr(one, column) for one in locked.recipients.select_related("company", "park")}
    fresh = {one.subject: one for one in asked if one.subject not in known}
    if len(known) + len(fresh) > MOST:
        raise Refused(f"一次最多向 {MOST} 个对象收，请分几次。", "invalid", ["recipients"])
    if not known and not fresh:
        raise Refused("请写明向谁收。", "invalid", ["recipients"])
    contacts = _contacts(fresh) if column == RecipientKind.COMPANY else {}
    made = []
    for one in fresh.values():
        row = CollectionRecipient(collection=locked, **{column: one.subject})
        person = contacts.get(one.subject) if not (one.name or one.phone or one.email) else None
        source = person or one
        for part in ("name", "phone", "email"):
            if text := getattr(source, part):
                setattr(row, part, text)
        made.append(_record.insert(row, by=by, verb="add_recipient"))
    return made


def _contacts(companies: Iterable[Any]) -> dict[Any, Contact]:
    """The contact of each company that was entered last."""
    found = Contact.objects.filter(company__in=list(companies)).select_related("key", "company")
    return {one.company: one for one in found.order_by("pk") if not one.is_erased}


@transaction.atomic
def give_links(
    recipients: Iterable[CollectionRecipient], *, by: User, last_day: date | None = None
) -> list[Given]:
    """A new link for each, good until `last_day`; every earlier one of theirs opens no more."""
    given = []
    for recipient in _open_to_change(recipients, by):
        _revoke(recipient, by=by)
        given.append(_give(recipient, by=by, last_day=last_day))
    return given


@transaction.atomic
def revoke_links(recipients: Iterable[CollectionRecipient], *, by: User) -> int:
    """停用: no link of these opens any more; how many there were."""
    return sum(_revoke(one, by=by) for one in _open_to_change(recipients, by))


def _open_to_change(
    recipients: Iterable[CollectionRecipient], by: User
) -> list[CollectionRecipient]:
    numbers = [one.pk for one in recipients]
    locked = (
        CollectionRecipient.objects.select_for_update(of=("self",))
        .filter(pk__in=numbers)
        .select_related("collection", "company", "park", "key")
        .order_by("pk")
    )
    rows = list(locked)
    for collection in {one.collection for one in rows}:
        access.require(by, Action.CHANGE, collection)
    return rows


def _give(recipient: CollectionRecipient, *, by: User, last_day: date | None = None) -> Given:
    token = secrets.token_urlsafe(32)
    last = last_day or max(recipient.collection.due_on, clock.today()) + OPEN_AFTER
    link = CollectionLink(recipient=recipient, print=print_of(token), expires_on=last)
    _record.insert(link, by=by, verb="give_link")
    return Given(recipient, token)


def _revoke(recipient: CollectionRecipient, *, by: User) -> int:
    links = list(recipient.links.valid().select_related("recipient"))
    for link in links:
        _record.amend(link, {"revoked_at": clock.now()}, by=by, verb="revoke_link")
    return len(links)


def remind(recipients: Iterable[CollectionRecipient], *, by: User, site: str) -> Reminded:
    """催报: those who still owe an answer get a mail with a further link, where an address is known
    and mail is sent at all; the others are marked as to be phoned. Nobody twice on one day. Not one
    transaction: a mail is slow."""
    told = Reminded()
    mails: list[tuple[CollectionRecipient, str]] = []
    with transaction.atomic():
        for recipient in _open_to_change(recipients, by):
            if not recipient.is_owed:
                told.left_out.append(f"{recipient}{recipient.get_state_display()}，不用催")
            elif recipient.reminded_on == clock.today():
                told.left_out.append(f"{recipient}今天已经催过")
            else:
                by_mail = bool(settings.SENDS_MAIL and recipient.email)
                values = {"reminded_on": clock.today(), "reminded_by_mail": by_mail}
                _record.amend(recipient, values, by=by, verb="remind_recipient")
                if by_mail:
                    mails.append((recipient, _give(recipient, by=by).token))
                else:
                    told.to_phone.append(recipient)
    for recipient, token in mails:
        if _mailed(recipient, f"{site.rstrip('/')}/fill/{token}/"):
            told.mailed.append(recipient)
        else:
            _record.amend(recipient, {"reminded_by_mail": False}, by=by, verb="remind_failed")
            told.to_phone.append(recipient)
    return told


def _mailed(recipient: CollectionRecipient, address: str) -> bool:
    """Mail is no safe place: it says who asks, by when and where, and nothing that was answered."""
    asked = recipient.collection
    ask = f"咨询电话：{asked.phone}" if asked.phone else ""
    body = [
        f"{recipient.subject_name}：", "",
        f"{asked.asked_by}请贵单位于 {asked.due_on} 前填报“{asked.name}”。",
        f"打开下面的专用链接即可填写，不用注册；请勿转发：\n{address}", ask,
    ]  # fmt: skip
    subject = f"请填报：{asked.name}（{asked.due_on} 前）"
    try:
        send_mail(subject, "\n".join(body).strip(), None, [recipient.email])
    except (SMTPException, OSError):
        return False
    return True
