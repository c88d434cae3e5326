"""What of a ledger can be asked of somebody outside by a link: columns that he can fill in without
seeing any other row, and the one that says whose the row is."""

from __future__ import annotations

from crm.access import Action
from crm.ledgers.base import Ledger
from crm.ledgers.columns import Column, Kind
from crm.ledgers.registry import every, get, of_noun
from crm.models import User
from crm.models.indicators.collections import READINGS, Collection, RecipientKind

# A reference would show the names of others' rows.
_NEVER = (Kind.REFERENCE, Kind.REFERENCES, Kind.STAGE)


def whose(ledger: Ledger, kind: str) -> Column | None:
    """The column that names the company or park a row is of; None where there is none, or kind is
    a department."""
    owner = of_noun(kind)
    if owner is None:
        return None
    naming = [c for c in ledger.form_columns if c.reference == owner.key]
    return next((c for c in naming if c.kind is Kind.REFERENCE), None)


def is_own(ledger: Ledger, kind: str) -> bool:
    """Whether the row asked about is the company or park itself: it is changed, none is added."""
    owner = of_noun(kind)
    return owner is not None and owner.key == ledger.key


def askable(ledger: Ledger) -> tuple[Column, ...]:
    """The columns a link may ask for."""
    return tuple(c for c in ledger.form_columns if c.kind not in _NEVER)


def needed(ledger: Ledger, kind: str) -> set[str]:
    """The columns without which no row comes into being, but for whose it is."""
    if is_own(ledger, kind):
        return set()
    owner = whose(ledger, kind)
    return {c.name for c in ledger.form_columns if c.required and c is not owner}


def asked_of(kind: str, user: User) -> list[Ledger]:
    """The ledgers a round to recipients of this kind may ask for."""
    found = []
    for ledger in every():
        writes = Action.CHANGE if is_own(ledger, kind) else Action.REGISTER
        fits = kind == RecipientKind.DEPARTMENT or is_own(ledger, kind) or whose(ledger, kind)
        open_to = {c.name for c in askable(ledger)}
        if ledger.key == READINGS or not fits or not ledger.can(user, writes):
            continue
        if ledger.is_insert_only and is_own(ledger, kind):
            continue
        if needed(ledger, kind) <= open_to:
            found.append(ledger)
    return found


def asked_in(collection: Collection) -> tuple[Column, ...]:
    """The columns of its ledger that a round asks for, in the ledger's order."""
    ledger = get(collection.register)
    return tuple(c for c in askable(ledger) if c.name in collection.columns)
