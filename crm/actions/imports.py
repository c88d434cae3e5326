"""Imports: a batch of rows in one transaction, and its undoing as one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import partial
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from crm import access, clock
from crm.access import Action
from crm.actions import _record, notifications, progress
from crm.errors import Refused
from crm.models import (
    Agreement,
    AuditEntry,
    ClaimRuling,
    Company,
    Confirmation,
    Contact,
    FirstContactClaim,
    FollowUp,
    FundingReceipt,
    ImportBatch,
    Origin,
    PersonKey,
    Project,
    StageMove,
    StoredFile,
    User,
)
from crm.models.people import Person
from search import engine

under = _record.under
gathering = _record.gathering


def open_batch(
    ledger: str, *, by: User, file_name: str, file_hash: str = "", is_demo: bool = False
) -> ImportBatch:
    """Begins a batch; write its rows inside `with under(batch):` and one transaction."""
    batch = ImportBatch.objects.create(
        ledger=ledger, file_name=file_name[-200:], file_hash=file_hash, by=by, is_demo=is_demo
    )
    _record.note("import", batch, by=by)
    return batch


def close_batch(batch: ImportBatch, counts: dict[str, int]) -> None:
    """Keeps what the dry run promised beside what was written."""
    batch.counts = counts
    batch.save(update_fields=["counts"])


def last_entry(batch: ImportBatch) -> int:
    """The number of the last thing this batch wrote: it rises with every row really written."""
    return batch.entries.order_by("-pk").values_list("pk", flat=True).first() or 0


Created = dict[Any, list[int]]  # model → ids
Changed = dict[tuple[Any, int], dict[str, Any]]  # (model, id) → values before the import


# The verbs that write a new row.
_CREATING = (
    "register", "sign_agreement", "correct_agreement", "record_receipt", "correct_receipt",
    "follow_up", "receive_enquiry", "claim", "contest_claim",
)  # fmt: skip


def created_in(batches: Iterable[ImportBatch]) -> Created:
    """The rows these batches entered."""
    created: Created = defaultdict(list)
    entries = AuditEntry.objects.filter(batch__in=list(batches), verb__in=_CREATING)
    for entry in entries.exclude(object_id=None).order_by("pk"):
        created[apps.get_model(entry.object_type)].append(int(entry.object_id or 0))
    return created


def _changed_in(batch: ImportBatch, created: Created) -> Changed:
    """The first-before values of the rows the batch found and changed."""
    changed: Changed = defaultdict(dict)
    for entry in batch.entries.filter(verb__in=("change", "plan_next", "advance")).order_by("pk"):
        model = apps.get_model(entry.object_type)
        if entry.object_id is None or entry.object_id in created[model]:
            continue
        before = changed[(model, entry.object_id)]
        for name, (old, _) in entry.changes.items():
            before.setdefault(name, old)
    return changed


@transaction.atomic
def revert_import(batch: ImportBatch, *, by: User) -> None:
    """Undoes an import as one: its new rows go, its changes are taken back.

    Refused when somebody has worked on its rows since (touched_since), naming them: their work is
    not thrown away. The audit keeps both the import and its undoing.
    """
    if by.pk != batch.by_id or not access.can(by, Action.IMPORT, "project"):
        access.require_noun(by, Action.IMPORT, "park")
    batch = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if batch.reverted_at:
        raise Refused("这次导入已经撤销过了。", "stale")
    created = created_in([batch])
    changed = _changed_in(batch, created)
    _untouched_since(batch, created, changed)
    for entry in batch.entries.filter(verb="correct").order_by("-pk"):
        _take_back_correction(entry, by=by)
    for (model, pk), before in changed.items():
        _restore(model.objects.get(pk=pk), before, by=by)
    if kept := remove(created):
        raise Refused(
            "别的记录还在引用这次导入的内容，不能整批撤销：" + "、".join(map(str, kept)) + "。",
            "touched_since",
        )
    mark_reverted([batch])
    _record.note("revert_import", batch, by=by)


def mark_reverted(batches: Iterable[ImportBatch]) -> None:
    for batch in batches:
        batch.reverted_at = timezone.now()
        batch.save(update_fields=["reverted_at"])


# What people hang on a project.
_HUNG = (
    "follow_ups", "agreements", "moves", "assignments", "files", "contacts", "milestones",
    "reviews", "receipts", "key_listings", "prospect", "confirmations", "claims", "transfers",
)  # fmt: skip


def _untouched_since(batch: ImportBatch, created: Created, changed: Changed) -> None:
    rows = {(model, pk) for model, ids in created.items() for pk in ids} | set(changed)
    last = last_entry(batch)
    by_type: dict[str, list[int]] = defaultdict(list)
    for model, pk in rows:
        by_type[model._meta.label_lower].append(pk)
    touched = [
        entry.object_text or f"{entry.object_type} {entry.object_id}"
        for label, ids in by_type.items()
        for entry in AuditEntry.objects.filter(object_type=label, object_id__in=ids, pk__gt=last)
        .exclude(batch=batch)
        .exclude(verb="reveal")[:5]
    ]
    # What others hung on new projects counts as work on them too.
    projects = created.get(Project, [])
    for related in _HUNG:
        part: Any = Project._meta.get_field(related).related_model
        mine = created.get(part, [])
        hung = part._default_manager.filter(project__in=projects).exclude(pk__in=mine)
        if part is StageMove:  # opening moves came with their project
            hung = hung.exclude(origin=Origin.OPENING)
        touched += [str(row.project) for row in hung.select_related("project")[:5]]
    for model in (Agreement, FundingReceipt):  # a correction is an entry on the new row
        mine = created.get(model, [])
        corrected = model._default_manager.filter(pk__in=mine, replaced_by__isnull=False)
        touched += [str(row) for row in corrected.exclude(replaced_by__in=mine)[:5]]
    received = created.get(FundingReceipt, [])
    vouched = Confirmation.objects.filter(receipt__in=received).select_related("project")
    touched += [str(confirmation) for confirmation in vouched[:5]]
    if touched:
        raise Refused(
            "导入之后有人在这些记录上做过工作，不能整批撤销："
            + "、".join(dict.fromkeys(touched))
            + "。",
            "touched_since",
        )


def _restore(row: Any, before: dict[str, Any], *, by: User) -> None:
    fields = {field.name: field for field in row._meta.fields}
    values = {
        fields[name].attname: fields[name].to_python(old)
        for name, old in before.items()
        if name in fields and old != "•••"
    }
    many = {
        field.name: list(field.related_model.objects.filter(pk__in=before[field.name]))
        for field in row._meta.many_to_many
        if field.name in before
    }
    if isinstance(row, Project) and "stage" in before:
        _take_back_move(row, by=by)
    _record.amend(row, values, by=by, verb="revert_import", many=many)


def _take_back_move(project: Project, *, by: User) -> None:
    """A move cannot be deleted: it is replaced by one that stays where the project was."""
    wrong = StageMove.objects.standing().filter(project=project, origin=Origin.IMPORT).first()
    if wrong is not None:
        _replace(
            wrong, by=by, to_stage=wrong.from_stage, to_status=wrong.from_status, told_by=wrong
        )


def _take_back_correction(entry: AuditEntry, *, by: User) -> None:
    """A corrected move gets back the date it had, by one more correction."""
    old, new = entry.changes["move"]
    moves = StageMove.objects.in_bulk([old, new])
    if len(moves) == 2:
        before = moves[old]
        _replace(
            moves[new],
            by=by,
            to_stage=before.to_stage,
            to_status=before.to_status,
            told_by=before,
        )


def _replace(
    wrong: StageMove, *, by: User, to_stage: str, to_status: str, told_by: StageMove
) -> None:
    taken_back = StageMove.objects.create(
        project=wrong.project,
        from_stage=wrong.from_stage,
        to_stage=to_stage,
        from_status=wrong.from_status,
        to_status=to_status,
        occurred_on=told_by.occurred_on,
        occurred_until=told_by.occurred_until,
        recorded_at=clock.now(),
        by=by,
        evidence=told_by.evidence,
        reason="撤销导入",
        replaces=wrong,
        origin=wrong.origin,
    )
    progress.reckon(taken_back.project)


# Children before parents: what may hang on what.
_BUSINESS = (
    "confirmation", "assignment", "keylisting", "prospect", "contact", "enquiry", "milestone",
    "review", "fundingreceipt", "agreement", "storedfile", "followup", "claimruling",
    "firstcontactclaim", "creditshare", "transfer", "stagemove", "project",
)  # fmt: skip
_REGISTERS = (
    "target", "activity", "chaingap", "recognition", "exchangerate", "company", "zone", "park",
    "industry", "team",
)  # fmt: skip


def remove(created: Created) -> list[models.Model]:
    """Takes rows out of the ledger for good, with the moves of the projects among them and the keys
    of the persons; gives back the registers that stay because other rows still point to them.

    Only for undoing an import and for clearing the demo county; the audit keeps its entries.
    """
    notifications.forget(created)
    for merged in (Project, Company, Contact):
        gone = Q(pk__in=created.get(merged, [])) | Q(merged_into__in=created.get(merged, []))
        merged._base_manager.filter(gone).update(merged_into=None, merged_at=None)
    _wipe(Confirmation.objects.filter(project__in=created.get(Project, [])))
    # A claim comes with its project, as its moves do.
    _wipe_corrected(ClaimRuling.objects.filter(project__in=created.get(Project, [])))
    _wipe(FirstContactClaim.objects.filter(project__in=created.get(Project, [])))
    _wipe_corrected(StageMove.objects.filter(project__in=created.get(Project, [])))
    for noun in _BUSINESS:
        model = apps.get_model("crm", noun)
        ids = created.get(model, [])
        rows = model._base_manager.filter(pk__in=ids)  # tombstones of a merge too
        if model is Agreement:
            _wipe_corrected(rows.exclude(increase_of=None))
            _wipe_corrected(rows)
        elif model in (FundingReceipt, ClaimRuling):
            _wipe_corrected(rows)
        elif model is StoredFile:
            _wipe_files(rows)
        elif issubclass(model, Person):
            keys = list(rows.exclude(key=None).values_list("key", flat=True))
            _wipe(rows)
            _wipe(PersonKey.objects.filter(pk__in=keys))
        elif model is FollowUp:
            told = list(rows.values_list("project", flat=True))
            _wipe(rows)
            progress.reckon_ids(told)
        else:
            _wipe(rows)
        engine.touch_many(noun, ids)
    kept: list[models.Model] = []
    for noun in _REGISTERS:
        model = apps.get_model("crm", noun)
        ids = created.get(model, [])
        kept += _wipe_unused(list(model._default_manager.filter(pk__in=ids).order_by("-pk")))
        engine.touch_many(noun, ids)
    return kept


def _wipe_corrected(rows: Any) -> None:
    """Corrections first: a row that another one replaces cannot go before it."""
    while ids := list(rows.filter(replaced_by=None).values_list("pk", flat=True)):
        _wipe(rows.filter(pk__in=ids))


def _wipe_files(rows: Any) -> None:
    """The stored bytes go once the rows are gone for certain."""
    for stored in rows:
        transaction.on_commit(partial(stored.file.storage.delete, stored.file.name))
    _wipe(rows)


def _wipe_unused(rows: list[models.Model]) -> list[models.Model]:
    """Deletes the rows nothing points to; what is left may free others (an inner park its park)."""
    left = [row for row in rows if not _wiped(row)]
    return left if len(left) == len(rows) else _wipe_unused(left)


def _wiped(row: models.Model) -> bool:
    links = [link for link in row._meta.related_objects if link.many_to_many]
    if any(getattr(row, str(link.get_accessor_name())).exists() for link in links):
        return False
    try:
        with transaction.atomic():
            _wipe(type(row)._default_manager.filter(pk=row.pk))
    except models.ProtectedError:
        return False
    return True


def _wipe(rows: Any) -> None:
    """Deletes past the insert-only guard; related rows are still protected by the database."""
    models.QuerySet.delete(rows)
