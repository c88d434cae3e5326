"""What the nouns declare of themselves, a file a noun: `ledgers.get(key)`, `ledgers.every()`.

Every file of this folder and of its areas is found by itself; where a ledger stands in the menu, it
says.
"""

from importlib import import_module
from pkgutil import walk_packages

from crm.ledgers.base import Group, Ledger, Noun, Several
from crm.ledgers.columns import Column, Kind
from crm.ledgers.hanging import Hanging, hanging_on, pointers
from crm.ledgers.registry import (
    address_of,
    every,
    get,
    label_of,
    noun_of,
    of_noun,
    referable,
    referred,
    verb_word,
)
from crm.ledgers.searching import Search

for _found in walk_packages(__path__, f"{__name__}."):
    import_module(_found.name)

__all__ = [
    "Column",
    "Group",
    "Hanging",
    "Kind",
    "Ledger",
    "Noun",
    "Search",
    "Several",
    "address_of",
    "every",
    "get",
    "hanging_on",
    "label_of",
    "noun_of",
    "of_noun",
    "pointers",
    "referable",
    "referred",
    "verb_word",
]
