"""Contacts: who is the same person, showing what is masked, and forgetting a person."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from django.db import transaction

from crm import access, personal
from crm.access import Action
from crm.actions import _record
from crm.models import Contact, User
from crm.models.people import Person
from crm.names import name_key

AnyPerson = TypeVar("AnyPerson", bound=Person)

_NOTHING = {
    "name_sealed": None, "phone_sealed": None, "email_sealed": None,
    "phone_print": "", "email_print": "",
}  # fmt: skip


def person_key(name: str, phone: str) -> str:
    """Equal for one person under this number (in its normal form): a mobile is one person's, a
    landline everybody's who sits there, so that the name counts too."""
    return "" if personal.is_mobile(phone) else name_key(name)


def same_person(people: Iterable[AnyPerson], *, name: str, phone: str) -> list[AnyPerson]:
    """Those of `people`, who share this number, that are the person of this name."""
    wanted = person_key(name, phone)
    return [person for person in people if person_key(person.name, phone) == wanted]


@transaction.atomic
def reveal(person: Person, *, by: User) -> dict[str, str]:
    """Opens phone and e-mail to `by`, once, on the record."""
    access.require(by, Action.REVEAL, person)
    _record.note("reveal", person, by=by)
    return {"phone": person.phone, "email": person.email}


@transaction.atomic
def erase(person: Person, *, by: User, reason: str) -> None:
    """Destroys the person's key: name, phone and e-mail open nowhere again, backups included."""
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
