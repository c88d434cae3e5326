"""What a noun says of its rights; its model declares it: `rights = Rights(PIPELINE, …)`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import QuerySet

from crm.access.roles import Action, Grants, Reach


@dataclass(frozen=True)
class Duties:
    """Rows that are one's own for a time by a duty, beside those that name one.

    rows: the numbers of a user's rows today. holders: the numbers of the users a row has, or had:
    what the search index may know, which tells nobody more than `rows` does in the end.
    """

    rows: Callable[[Any], QuerySet]
    holders: Callable[[Any], Iterable[int]]


@dataclass(frozen=True)
class Rights:
    """Who may do what with the rows of a noun.

    grants: what each role may, and how far. own: a reach → the path to what says whose a row is.
    parent: the field of the row it hangs on; it is seen with that one, whoever wrote it down, and
    alone where it hangs on none. sides: an action → whose the row is for it as well (both sides of
    a transfer read it, whoever has the project by now). void: what one must be allowed to do with
    a row to withdraw it (作废).
    """

    grants: Grants = field(default_factory=dict)
    own: Mapping[Reach, str] = field(default_factory=dict)
    parent: str = ""
    sides: Mapping[Action, Mapping[Reach, tuple[str, ...]]] = field(default_factory=dict)
    duties: Duties | None = None
    void: Action = Action.CHANGE

    def whose(self, row: models.Model, reach: Reach) -> int | None:
        """The number of the user, team or park whose row it is."""
        if reach not in self.own:
            return None
        *way, last = self.own[reach].split("__")
        number: int | None = getattr(reduce(getattr, way, row), f"{last}_id")
        return number


NOBODY = Rights()


def rights_of(what: Any) -> Rights:
    """The rights of a model, a row or a noun's name; NOBODY's where none are declared."""
    if isinstance(what, str):
        try:
            what = apps.get_model("crm", what)
        except LookupError:
            return NOBODY
    rights = getattr(what, "rights", NOBODY)
    return rights if isinstance(rights, Rights) else NOBODY


def parent_model(model: type[models.Model], rights: Rights) -> type[models.Model]:
    """The model of the rows that rows of `model` hang on."""
    found = model._meta.get_field(rights.parent).related_model
    assert isinstance(found, type)
    return found
