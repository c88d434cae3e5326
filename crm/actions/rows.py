"""Registering and changing rows of nouns that have no rules of their own.

A noun with rules (projects, agreements, follow-ups …) has a file of its own beside this one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import models, transaction

from crm import access
from crm.access import Action
from crm.actions import _giving, _record, questions
from crm.actions.questions import LOOKED_FOR, Anyway
from crm.models import User

Same = Callable[[], Sequence[Any]]


def _split(model: type[models.Model], values: Mapping[str, Any]) -> tuple[dict, dict]:
    """Plain values and many-to-many values."""
    names = {field.name for field in model._meta.many_to_many}
    plain = {name: value for name, value in values.items() if name not in names}
    return plain, {name: value for name, value in values.items() if name in names}


def register(
    model: type[models.Model],
    values: Mapping[str, Any],
    *,
    by: User,
    anyway: Anyway = LOOKED_FOR,
    same: Same | None = None,
) -> Any:
    """Enters a new row; refused when `by` may not register such a row. `same` finds those the
    ledger has of it already; then it is asked whether this is another one."""
    plain, many = _split(model, values)
    row = model(**plain)
    access.require(by, Action.REGISTER, row)
    _giving.require_own(row, by=by)

    def found() -> Sequence[Any]:
        seen = same() if same else ()
        if seen:
            _record.checked(row)  # what the table itself refuses is no question
        return seen

    with questions.asking(row, found if same else None, by=by, anyway=anyway):
        return _record.insert(row, by=by, many=many)


@transaction.atomic
def change(
    row: models.Model, values: Mapping[str, Any], *, by: User, version: int | None = None
) -> Any:
    """Changes a row; `version` is the one the user saw, so that nobody is overwritten unseen."""
    access.require(by, Action.CHANGE, row)
    current = type(row)._default_manager.filter(pk=row.pk).first()
    if current is not None:
        _giving.require_kept(current, values, by=by)
    plain, many = _split(type(row), values)
    changed = _record.amend(row, plain, by=by, version=version, many=many)
    access.require(by, Action.VIEW, changed)  # nobody moves a row out of his own sight
    return changed
