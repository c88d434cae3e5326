"""取值对照: keeping what an office's words mean, for its next files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from crm import access
from crm.access import Action
from crm.actions import _record
from crm.models import User
from crm.models.system.words import Treatment, WordMeaning

LONGEST = 200  # signs of a word that is remembered


@transaction.atomic
def remember(
    ledger: str, noun: str, values: Mapping[str, Mapping[str, Any]], *, by: User
) -> list[WordMeaning]:
    """Keeps answers of an import for the team of `by` (the county's where he has none).

    values: {field: {folded word: what the cell might have said, None for empty, or
    {"refuse": true}}}. A word that meant something else before means this from now on.
    """
    access.require_noun(by, Action.IMPORT, noun)
    kept = []
    for field, words in values.items():
        for word, answer in words.items():
            if len(word) > LONGEST:
                continue  # a sentence is answered for its file alone
            facts = {"treatment": _treatment(answer), "value": "" if answer is None else answer}
            if isinstance(answer, Mapping):
                facts["value"] = ""
            place = {"ledger": ledger, "field": field, "word": word, "team": by.team}
            row = WordMeaning.objects.filter(**place).first()
            kept.append(
                _record.insert(WordMeaning(**place, **facts), by=by)
                if row is None
                else _record.amend(row, facts, by=by)
            )
    return kept


@transaction.atomic
def change(row: WordMeaning, answer: Any, *, by: User) -> WordMeaning:
    """The word means something else in the files that come; what was imported stays. `answer` as
    for `remember`."""
    access.require(by, Action.CHANGE, row)
    value = "" if answer is None or isinstance(answer, Mapping) else answer
    facts = {"treatment": _treatment(answer), "value": value}
    changed: WordMeaning = _record.amend(row, facts, by=by)
    return changed


def _treatment(answer: Any) -> Treatment:
    if answer is None:
        return Treatment.EMPTY
    return Treatment.REFUSE if isinstance(answer, Mapping) else Treatment.IS


@transaction.atomic
def forget(row: WordMeaning, *, by: User) -> None:
    """The word is asked anew by the next file that has it."""
    access.require(by, Action.CHANGE, row)
    _record.withdraw(row, by=by, reason="不再采用", verb="forget")
