"""Carrying an import out: the accepted rows in one transaction, through the ledger's own verbs.

A refused row never holds up the others. Rows are taken in their order, so that one may refer to an
earlier one (a park to the park it lies in); what was written is one batch, reverted as one.
"""

from __future__ import annotations

import hashlib
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path

from django.db import transaction

from crm import access, clock
from crm.access import Action
from crm.actions import imports
from crm.errors import Refused
from crm.ledgers import Ledger
from crm.models import User
from crm.spreadsheets.intake import Intake, Progress
from crm.spreadsheets.mapping import Mapping
from crm.spreadsheets.plan import (
    Plan,
    find_tables,
)
from crm.spreadsheets.reader import Sheet, load, read
from crm.spreadsheets.trial import aside


def import_file(
    source: Path | bytes,
    name: str,
    ledger: Ledger,
    *,
    by: User,
    mapping: Mapping | None = None,
    sheet: str | None = None,
    dry_run: bool = False,
    is_demo: bool = False,
) -> Plan:
    """Reads a file and enters its rows as `by`. Refused when the file as a whole cannot be read or
    `by` may not import this ledger; single rows are refused within the plan."""
    _require(ledger, by)
    data = source if isinstance(source, bytes) else load(source)
    return import_sheets(
        read(data, name),
        name,
        ledger,
        by=by,
        file_hash=hashlib.sha256(data).hexdigest(),
        mapping=mapping,
        sheet=sheet,
        dry_run=dry_run,
        is_demo=is_demo,
    )


def _require(ledger: Ledger, by: User) -> None:
    if not ledger.import_columns:
        raise Refused(f"{ledger.label}台账不能导入。", code="not_allowed")
    access.require_noun(by, Action.IMPORT, ledger.noun)


def import_sheets(
    sheets: list[Sheet],
    name: str,
    ledger: Ledger,
    *,
    by: User,
    file_hash: str,
    mapping: Mapping | None = None,
    sheet: str | None = None,
    dry_run: bool = False,
    is_demo: bool = False,
    progress: Progress | None = None,
) -> Plan:
    """The same for a file that was read before. `progress` hears (step, rows done, rows)."""
    _require(ledger, by)
    mapping = mapping or Mapping()
    plan = Plan(ledger, find_tables(sheets, ledger, mapping, sheet))
    guard = ledger.guard(by) if ledger.guard is not None else None
    with _where(dry_run), suppress(_TakenBack), transaction.atomic():
        # Two imports at once by one person (a second click) run one after the other.
        User.objects.select_for_update().get(pk=by.pk)
        batch = imports.open_batch(
            ledger.key,
            by=by,
            file_name=name,
            file_hash=file_hash,
            is_demo=is_demo,
        )
        with imports.under(batch), imports.gathering(), clock.one_reading():
            with imports.alone(ledger.noun, is_trial=dry_run):
                Intake(plan, mapping, by, guard, batch).run(progress)
                if dry_run or not plan.writes:
                    raise _TakenBack  # before the index hears of it, and with the batch itself
            if progress:
                progress("indexing", plan.accepted, plan.accepted)
        imports.close_batch(batch, plan.counts | {"new": plan.entered})
        plan.batch = batch
    if guard is not None:
        guard.settle(name)
    return plan


def _where(dry_run: bool) -> AbstractContextManager[None]:
    return aside() if dry_run else nullcontext()


class _TakenBack(Exception):
    """Ends a dry run, or an import that found nothing to write: the transaction is rolled back."""
