"""Contacts: showing what is masked, and forgetting a person."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from crm import access
from crm.access import Action
from crm.actions import _record
from crm.models import User
from crm.models.people import Person


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
    if person.key is not None:
        person.key.sealed = None
        person.key.save()
    sealed = {"name_sealed": None, "phone_sealed": None, "email_sealed": None}
    prints = {"phone_print": "", "email_print": ""}
    _record.amend(person, sealed | prints | also, by=by)
    _record.note("erase", person, by=by, reason=reason)
