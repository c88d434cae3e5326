"""Imports: a batch of rows in one transaction, and its undoing as one."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.utils import timezone

from crm import access, clock
from crm.access import Action
from crm.actions import _record
from crm.errors import Refused
from crm.models import Agreement, AuditEntry, ImportBatch, Origin, Project, StageMove, User
from search import engine

under = _record.under


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


def _created_and_changed(batch: ImportBatch) -> tuple[dict, dict]:
    """The batch's rows: created ids a model, and first-before values of the rows it changed."""
    created: dict[type[models.Model], list[int]] = defaultdict(list)
    changed: dict[tuple[type[models.Model], int], dict[str, Any]] = defaultdict(dict)
    for entry in batch.entries.exclude(object_id=None).order_by("pk"):
        model = apps.get_model(entry.object_type)
        if entry.object_id in created[model]:
            continue
        if entry.verb in {"change", "plan_next", "advance"}:
            before = changed[(model, entry.object_id)]
            for name, (old, _) in entry.changes.items():
                before.setdefault(name, old)
        elif entry.verb in {"register", "sign_agreement", "follow_up", "add_user"}:
            created[model].append(entry.object_id)
    return created, changed


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
    created, changed = _created_and_changed(batch)
    _untouched_since(batch, created, changed)
    for (model, pk), before in changed.items():
        _restore(model.objects.get(pk=pk), before, by=by)
    remove(created)
    batch.reverted_at = timezone.now()
    batch.save(update_fields=["reverted_at"])
    _record.note("revert_import", batch, by=by)


def _untouched_since(batch: ImportBatch, created: dict, changed: dict) -> None:
    rows = {(model, pk) for model, ids in created.items() for pk in ids} | set(changed)
    last = batch.entries.order_by("-pk").values_list("pk", flat=True).first() or 0
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
    for related in ("follow_ups", "agreements", "moves", "assignments", "files", "contacts"):
        model = Project._meta.get_field(related).related_model
        mine = created.get(model, [])
        hung = model._default_manager.filter(project__in=projects).exclude(pk__in=mine)
        if model is StageMove:  # opening moves came with their project
            hung = hung.exclude(origin=Origin.OPENING)
        touched += [str(row.project) for row in hung.select_related("project")[:5]]
    if touched:
        raise Refused(
            "导入之后有人在这些记录上做过工作，不能整批撤销："
            + "、".join(dict.fromkeys(touched))
            + "。",
            "touched_since",
        )


def _restore(row: models.Model, before: dict[str, Any], *, by: User) -> None:
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
    if wrong is None:
        return
    StageMove.objects.create(
        project=project,
        from_stage=wrong.from_stage,
        to_stage=wrong.from_stage,
        from_status=wrong.from_status,
        to_status=wrong.from_status,
        occurred_on=wrong.occurred_on,
        occurred_until=wrong.occurred_until,
        recorded_at=clock.now(),
        by=by,
        reason="撤销导入",
        replaces=wrong,
        origin=Origin.IMPORT,
    )


# Children before parents: what may hang on what.
_ORDER = (
    "followup", "storedfile", "assignment", "activity", "contact", "enquiry", "agreement",
    "stagemove", "project", "company", "zone", "park", "industry", "team",
)  # fmt: skip


def remove(created: dict[type[models.Model], list[int]]) -> None:
    """Takes rows out of the ledger for good, with the moves of the projects among them.

    Only for undoing an import and for clearing the demo county; the audit keeps its entries.
    """
    if projects := created.get(Project, []):
        _wipe_corrected(StageMove.objects.filter(project__in=projects))
    for noun in _ORDER:
        model = apps.get_model("crm", noun)
        ids = created.get(model, [])
        if not ids:
            continue
        rows = model._default_manager.filter(pk__in=ids)
        if model is Agreement:
            _wipe_corrected(rows.exclude(increase_of=None))
            _wipe_corrected(rows)
        if model.__name__ in {"Park", "Industry"}:
            models.QuerySet.update(rows, parent=None)
        _wipe(rows)
        engine.touch_many(noun, ids)


def _wipe_corrected(rows: Any) -> None:
    """Corrections first: a row that another one replaces cannot go before it."""
    while rows.exists():
        _wipe(rows.filter(replaced_by=None))


def _wipe(rows: Any) -> None:
    """Deletes past the insert-only guard; related rows are still protected by the database."""
    models.QuerySet.delete(rows)
