"""待核 after an import, worked off by word: one answer fills a field of all rows that say the same.

An answer goes the way of an edited export, row number and one cell, so that it is read, checked and
recorded as any import is, and can be undone as one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Model

from crm import ledgers
from crm.access import Action
from crm.actions import exports
from crm.actions.system import originals, words
from crm.errors import Refused
from crm.ledgers import Column, Ledger
from crm.models import ImportBatch, OriginalText, User
from crm.spreadsheets.cells import fold, shown
from crm.spreadsheets.commit import import_sheets
from crm.spreadsheets.numbers import HEADING, number_of
from crm.spreadsheets.plan import Plan
from crm.spreadsheets.reader import Row, Sheet
from crm.spreadsheets.words import ASKED


@dataclass
class OpenText:
    """A text that rows of one ledger carry unread under one field. column: None where no import
    fills it."""

    ledger: Ledger
    column: Column | None
    field_name: str
    heading: str
    text: str
    reason: str
    rows: list[Model] = field(default_factory=list)
    texts: list[OriginalText] = field(default_factory=list)

    @property
    def is_a_word(self) -> bool:
        """Whether it means the same in every file; an amount or a date does not."""
        return self.column is not None and self.column.kind in ASKED


def of_batch(batch: ImportBatch, user: User) -> list[OpenText]:
    """What an import left 待核 with rows that `user` may change, the commonest text first."""
    texts = list(OriginalText.objects.to_check().filter(batch=batch))
    rows: dict[tuple[str, int], Model] = {}
    for noun in {one.noun for one in texts}:
        ledger = ledgers.of_noun(noun)
        ids = [one.object_id for one in texts if one.noun == noun]
        if isinstance(ledger, Ledger):
            seen: Any = ledger.rows(user).filter(pk__in=ids)
            rows |= {(noun, row.pk): row for row in seen.visible_to(user, Action.CHANGE)}
    alike: dict[tuple[str, str, str], OpenText] = {}
    for one in texts:
        row = rows.get((one.noun, one.object_id))
        if row is None:
            continue
        place = (one.noun, one.field, fold(one.text))
        if place not in alike:
            ledger = ledgers.of_noun(one.noun)
            assert isinstance(ledger, Ledger)
            columns = {column.name: column for column in ledger.import_columns}
            column = columns.get(one.field)
            alike[place] = OpenText(ledger, column, one.field, one.heading, one.text, one.reason)
        alike[place].rows.append(row)
        alike[place].texts.append(one)
    return sorted(alike.values(), key=lambda one: -len(one.rows))


@transaction.atomic
def fill(open_text: OpenText, answer: str, *, by: User) -> Plan:
    """Writes what a text means into the field of all its rows; a word is remembered for the
    office's next files. Refused where the answer cannot be read, or no row could be changed."""
    ledger, column = open_text.ledger, open_text.column
    if column is None:
        raise Refused(f"{open_text.heading}不能整批填写，请在各条的页面上填。", "not_allowed")
    mark = exports.installation_mark()
    lines = [[HEADING, column.heading]]
    lines += [[number_of(row, ledger, mark), answer] for row in open_text.rows]
    sheet = Sheet("", [Row(number, [*cells]) for number, cells in enumerate(lines, start=1)])
    name = f"待核：{column.label}“{shown(open_text.text)}”"
    plan = import_sheets([sheet], name, ledger, by=by, file_hash="")
    reasons = [*(one.reason for one in plan.refused), *(one.reason for one in plan.to_check)]
    if reasons and not plan.changed:
        raise Refused(reasons[0], "invalid")
    if open_text.is_a_word and plan.changed:
        meanings = {open_text.field_name: {fold(open_text.text): answer}}
        words.remember(ledger.key, ledger.noun, meanings, by=by)
    return plan


def settle(open_text: OpenText, *, by: User) -> int:
    """核过了 for all rows of a text: the field stays as it is. How many there were."""
    for row, text in zip(open_text.rows, open_text.texts, strict=True):
        originals.settle(text, row, by=by)
    return len(open_text.rows)
