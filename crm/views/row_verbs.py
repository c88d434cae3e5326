"""What can be done with a row of a ledger beside changing it: links and buttons on its page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Verb:
    """A button: its word and its address; `is_post` acts at once, the others open a form."""

    label: str
    url: str
    is_post: bool = False


Verbs = Callable[[Any, Any], list[Verb]]
_verbs: dict[str, Verbs] = {}


def verbs_of(noun: str) -> Callable[[Verbs], Verbs]:
    """Declares the function below as what tells the verbs of this noun's rows for a user."""

    def declared(told: Verbs) -> Verbs:
        _verbs[noun] = told
        return told

    return declared


def of_row(row: Any, user: Any) -> list[Verb]:
    told = _verbs.get(str(row._meta.model_name))
    return told(row, user) if told else []
