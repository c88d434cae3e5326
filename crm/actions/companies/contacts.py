"""Contacts: registering them, showing what is masked, and forgetting a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from crm import access, personal
from crm.access import Action
from crm.actions import _giving, _record, hints, rows
from crm.actions.questions import LOOKED_FOR, NOTHING_SAID, Anyway
from crm.errors import Refused
from crm.models import Contact, Project, User
from crm.models.people import PARTS, PRINTED, Person, same_person
from crm.names import name_key

LONGEST = 60  # signs of a name, with a title

_NOTHING = {f"{part}_sealed": None for part in PARTS} | {f"{part}_print": "" for part in PRINTED}


def register(values: Mapping[str, Any], *, by: User, anyway: Anyway = NOTHING_SAID) -> Contact:
    """Enters a person to talk to. Whose phone the ledger has already is asked about first."""
    contact = Contact(**values)
    access.require(by, Action.REGISTER, contact)
    _giving.require_own(contact, by=by)
    told = {"person": contact.name, "phone": contact.phone}
    with hints.asking(contact, told, by=by, anyway=anyway):
        entered: Contact = _record.insert(contact, by=by)
    return entered


def _meant(
    project: Project, name: str, phones: Sequence[str], by: User
) -> tuple[Contact | None, dict[str, Any]]:
    """Whom a list of projects means by this name and these numbers (in their normal form), and what
    the ledger does not have of him yet.

    A contact of the project with one of the numbers, or, where there is no number on one side, of
    the name; else one of no project yet with such a number, if `by` may change him. None = nobody.
    """
    of_project = project.contacts.visible_to(by).select_related("key")
    mine = [contact for contact in of_project if not contact.is_erased]
    found = [contact for contact in mine if _shares(contact, name, phones)]
    if not found and name:
        called = [contact for contact in mine if name_key(contact.name) == name_key(name)]
        found = [contact for contact in called if not (phones and contact.phone)]
    if not found:
        found = _without_project(name, phones, by)
    if not found:
        return None, {}
    contact = min(found, key=lambda one: (name_key(one.name) != name_key(name), one.pk))
    return contact, _lacking(contact, project, name, phones)


def _shares(contact: Contact, name: str, phones: Sequence[str]) -> bool:
    """Whether a number of his is one of these; on a landline both are of one name, or of none."""
    names = {name_key(one) for one in (name, contact.name) if one}
    own = contact.phones
    return any(phone in own and (personal.is_mobile(phone) or len(names) < 2) for phone in phones)


def _without_project(name: str, phones: Sequence[str], by: User) -> list[Contact]:
    found: list[Contact] = []
    free = Contact.objects.visible_to(by, Action.CHANGE).filter(project=None).select_related("key")
    for phone in phones:
        sharing = free.filter(phone_print=personal.fingerprint("phone", phone))
        found += same_person(sharing, name=name, phone=phone)
    return found


def _is_other(contact: Contact, name: str) -> bool:
    return bool(name and contact.name) and name_key(contact.name) != name_key(name)


def _lacking(
    contact: Contact, project: Project, name: str, phones: Sequence[str]
) -> dict[str, Any]:
    lacking: dict[str, Any] = {}
    if name and not contact.name:
        lacking["name"] = name
    own = contact.phones
    more = [phone for phone in phones if phone not in own]
    if more and not contact.phone:
        lacking["phone"], *more = more
    if more:
        lacking["other_phones"] = "、".join([*personal.listed(contact.other_phones), *more])
    if contact.project_id is None:
        lacking["project"] = project
    return lacking


def is_known(project: Project, *, name: str, phones: Sequence[str], by: User) -> bool:
    """Whether the person a list names beside a project is its contact, with all these numbers."""
    contact, lacking = _meant(project, name, phones, by)
    return contact is not None and not lacking and not _is_other(contact, name)


def bring(project: Project, *, name: str, phones: Sequence[str], by: User) -> None:
    """Makes the person a list names beside a project its contact, once. Refused, with nothing
    written: where the ledger has another name for the number, and where `by` may not."""
    if personal.scrubbed(name) != name or len(name) > LONGEST:
        raise Refused("联系人里不只是姓名，没有登记，请核对。", "invalid", ["name"])
    contact, lacking = _meant(project, name, phones, by)
    if contact is None:
        phone, *others = phones or [""]
        told = {"name": name, "phone": phone, "other_phones": "、".join(others)}
        team = by.team or project.team
        register(told | {"project": project, "team": team}, by=by, anyway=LOOKED_FOR)
    elif _is_other(contact, name):
        raise Refused("这个号码在台账里是另一个姓名，没有改动，请核对。", "invalid", ["name"])
    elif lacking:
        rows.change(contact, lacking, by=by)


@transaction.atomic
def reveal(person: Person, *, by: User) -> dict[str, str]:
    """Opens phones and e-mail to `by`, once, on the record."""
    access.require(by, Action.REVEAL, person)
    _record.note("reveal", person, by=by)
    parts = ("phone", "email", "other_phones")
    return {part: getattr(person, part) for part in parts}


@transaction.atomic
def erase(person: Person, *, by: User, reason: str) -> None:
    """Destroys the person's key: name, phones and e-mail open nowhere again, backups included."""
    access.require(by, Action.CHANGE, person)
    forget(person, by=by, reason=reason)


@transaction.atomic
def forget(person: Person, *, by: User | None, reason: str, **also: Any) -> None:
    """The erasing itself, asked for by a person or due by itself; `also` blanks other columns."""
    _destroy_key(person)
    _record.amend(person, _NOTHING | also, by=by)
    _record.note("erase", person, by=by, reason=reason)
    if isinstance(person, Contact):
        for twin in Contact.tombstones().filter(merged_into=person):
            _forget_twin(twin, by=by, reason=reason)


def _destroy_key(person: Person) -> None:
    if person.key is not None:
        person.key.sealed = None
        person.key.save()


def _forget_twin(twin: Contact, *, by: User | None, reason: str) -> None:
    """The same person, registered twice and merged, is forgotten in both rows."""
    _destroy_key(twin)
    Contact.tombstones().filter(pk=twin.pk).update(**_NOTHING)
    _record.note("erase", twin, by=by, reason=reason)
    for further in Contact.tombstones().filter(merged_into=twin):
        _forget_twin(further, by=by, reason=reason)
