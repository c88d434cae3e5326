"""The declared ledgers, in the order of the desk's menu: `ledgers.get(key)`, `ledgers.every()`."""

from crm.ledgers import (  # noqa: I001 - the order is the menu's
    projects,
    agreements,
    followups,
    companies,
    contacts,
    activities,
    assignments,
    parks,
    zones,
    industries,
    teams,
    moves,
    audit,
)
from crm.ledgers.base import Column, Kind, Ledger, every, get, of_noun, referable, referred

__all__ = [
    "Column",
    "Kind",
    "Ledger",
    "activities",
    "agreements",
    "assignments",
    "audit",
    "companies",
    "contacts",
    "every",
    "followups",
    "get",
    "industries",
    "moves",
    "of_noun",
    "parks",
    "projects",
    "referable",
    "referred",
    "teams",
    "zones",
]
