"""Contacts: registering them, showing what is masked, and forgetting a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from crm import access
from crm.access import Action
from crm.actions import _giving, _record, hints
from crm.actions.questions import NOTHING_SAID, Anyway
from crm.models import Contact, User
from crm.models.people import PARTS, PRINTED, Person

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
