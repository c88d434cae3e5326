"""Imports: a batch of rows in one transaction, and taking it back as one.

Undoing walks the batch's own record backwards: what it wrote is withdrawn, what it changed gets its
earlier values. Nothing is deleted, so a report as known before the undoing prints as it did.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import CharField, Model, Q, QuerySet, Value

from crm import access, clock, integrity
from crm.access import Action, Reach
from crm.actions import _links, _lock, _new_rows, _record
from crm.actions.pipeline import progress
from crm.actions.system import notifications, originals
from crm.errors import Refused
from crm.integrity import Finding
from crm.models import AuditEntry, ImportBatch, User
from crm.models.base import Recorded, Row
from crm.models.people import Person

under = _record.under
alone = _lock.alone
gathering = _record.gathering
NewRows = _new_rows.NewRows
UNTOLD = _new_rows.UNTOLD

NAMED = 10  # rows named in a refusal

Rows = dict[Any, set[int]]  # model → numbers


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
    """Keeps what the dry run promised beside what was written, and proves that what was written
    holds together: an import that broke the ledger's word is refused as a whole."""
    batch.counts = counts
    batch.save(update_fields=["counts"])
    if findings := integrity.verify(batch):
        raise Refused(
            f"写入后核对台账没有通过，整个文件没有导入：{_told(findings)}。"
            "请把这句话交给系统管理员，用 manage.py ledger_verify 核对、补好后再导入。",
            "ledger_broken",
            details=findings,
        )


def _told(findings: list[Finding]) -> str:
    first = findings[0]
    rows = "、".join(str(row) for row in first.rows[:3])
    more = f"等 {first.count} 条" if first.count > 3 else ""
    others = f"；另有 {len(findings) - 1} 项" if len(findings) > 1 else ""
    return f"“{first.invariant.sentence}”不成立（{rows}{more}）{others}"


def last_entry(batch: ImportBatch) -> int:
    """The number of the last thing this batch wrote: it rises with every row really written."""
    return batch.entries.order_by("-pk").values_list("pk", flat=True).first() or 0


def created_in(batches: Iterable[ImportBatch]) -> Rows:
    """The rows these batches entered."""
    return _rows_of(AuditEntry.objects.filter(batch__in=list(batches), is_new=True))


def numbers_made(batch: ImportBatch, model: type[Model]) -> QuerySet:
    """The numbers of the rows of one table this batch entered, for a query to ask among."""
    made = batch.entries.filter(is_new=True, object_type=model._meta.label_lower)
    return made.order_by().values("object_id")


def _rows_of(entries: Iterable[AuditEntry]) -> Rows:
    rows: Rows = defaultdict(set)
    for entry in entries:
        if entry.object_id is not None:
            rows[apps.get_model(entry.object_type)].add(entry.object_id)
    return rows


@transaction.atomic
def revert_import(batch: ImportBatch, *, by: User) -> None:
    """Undoes an import as one: what it wrote is withdrawn, what it changed is taken back.

    Refused when somebody has worked on its rows since (touched_since), naming them: their work is
    not thrown away. The audit keeps both the import and its undoing.
    """
    batch = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if batch.reverted_at:
        raise Refused("这次导入已经撤销过了。", "stale")
    entries = list(batch.entries.exclude(object_type="crm.importbatch").order_by("-pk"))
    _require(batch, entries, by)
    if touched := _touched_since(batch, entries):
        named = "、".join(list(dict.fromkeys(touched))[:NAMED])
        raise Refused(
            f"不能整批撤销：导入以后有人改过这次导入的记录，或有别的记录引用它们——{named}。"
            "请逐条更正或作废；或先把这些处理好，再撤销。",
            "touched_since",
        )
    reason = f"撤销导入“{batch.file_name}”"
    with _record.gathering():
        for entry in entries:
            _take_back(entry, by=by, reason=reason)
        progress.reckon_ids(_projects(entries))
        notifications.forget(created_in([batch]))
    originals.take_back(batch)
    batch.reverted_at = clock.now()
    batch.save(update_fields=["reverted_at"])
    _record.note("revert_import", batch, by=by, reason=reason)


def _require(batch: ImportBatch, entries: list[AuditEntry], by: User) -> None:
    """Who may import these tables may take his own import back; who may import all of them,
    anybody's."""
    for model in _rows_of(entries):
        if not issubclass(model, (Row, Recorded)):
            continue
        access.require_noun(by, Action.IMPORT, model)
        if by.pk != batch.by_id and Reach.ALL not in access.reaches(by, Action.IMPORT, model):
            raise Refused("您只能撤销自己的导入。", "not_allowed")


def _touched_since(batch: ImportBatch, entries: list[AuditEntry]) -> list[str]:
    """What people did since to the rows of the batch, or hung on those it entered."""
    last = max((entry.pk for entry in entries), default=0)
    # A later import and its undoing leave nothing behind.
    undone = Q(batch=batch) | Q(batch__reverted_at__isnull=False) | Q(verb="revert_import")
    touched = [
        entry.object_text or f"{entry.object_type} {entry.object_id}"
        for model, ids in _rows_of(entries).items()
        for some in _links.in_parts(ids)
        for entry in AuditEntry.objects.filter(
            object_type=model._meta.label_lower, object_id__in=some, pk__gt=last
        )
        .exclude(undone)
        .exclude(changes={}, is_new=False)[:NAMED]
    ]
    written = _rows_of(entries)  # what it made point to its rows points away again
    for model, ids in _rows_of(entry for entry in entries if entry.is_new).items():
        for rows, path in _links.pointing_to(model, ids):
            if _links.is_work(rows.model):
                ours = written.get(rows.model, ())
                others = [row for row in _links.standing(rows) if row.pk not in ours]
                touched += [_called(row, path) for row in others[:NAMED]]
    return touched


def _called(row: Any, path: str) -> str:
    """Ours, and what of somebody else's points to it: 绿溪纺织（项目“新厂房”）."""
    what = f"{row._meta.verbose_name}“{row}”"
    if any(field.name == path for field in row._meta.many_to_many):
        return what
    return f"{getattr(row, path)}（{what}）"


def _take_back(entry: AuditEntry, *, by: User, reason: str) -> None:
    model: Any = apps.get_model(entry.object_type) if entry.object_id is not None else None
    row = model._base_manager.filter(pk=entry.object_id).first() if model else None
    if entry.is_new and isinstance(row, Recorded):
        _record.take_back(row, by=by, reason=reason, verb="revert_import")
    elif entry.is_new and isinstance(row, Row):
        _record.withdraw(row, by=by, reason=reason, verb="revert_import")
    elif entry.changes and isinstance(row, Row):
        _restore(row, entry, by=by, reason=reason)


def _restore(row: Any, entry: AuditEntry, *, by: User, reason: str) -> None:
    fields = {field.name: field for field in row._meta.fields}
    values: dict[str, Any] = {
        fields[name].attname: fields[name].to_python(old)
        for name, (old, _) in entry.changes.items()
        if name in fields
    }
    if isinstance(row, Person) and entry.sealed:
        values |= row.unsealed_parts(entry.sealed)
    many = {
        field.name: list(field.related_model.objects.filter(pk__in=entry.changes[field.name][0]))
        for field in row._meta.many_to_many
        if field.name in entry.changes
    }
    if values or many:
        _record.amend(row, values, by=by, verb="revert_import", reason=reason, many=many)


def _projects(entries: Iterable[AuditEntry]) -> set[int]:
    """The projects whose history these entries wrote."""
    found: set[int] = set()
    for model, ids in _rows_of(entries).items():
        if any(field.name == "project" for field in model._meta.fields):
            rows = model._base_manager.filter(project__isnull=False)
            for some in _links.in_parts(ids):
                found.update(rows.filter(pk__in=some).values_list("project", flat=True))
    return found


def taken_back_from(row: Row) -> list[AuditEntry]:
    """What undone imports took back of a row and of what hung on it, the newest first."""
    hung = []
    for child, key in _links.keys_to(type(row)):
        rows = child._base_manager.filter(**{key.name: row})
        if issubclass(child, Row):
            rows = rows.filter(withdrawn_at__isnull=False)
        elif issubclass(child, Recorded):
            rows = rows.filter(replaces__isnull=False)
        else:
            continue
        label = Value(child._meta.label_lower, CharField())
        hung.append(rows.order_by().annotate(table=label).values_list("table", "pk"))
    about = Q(object_type=row._meta.label_lower, object_id=row.pk)
    found: dict[str, list[int]] = defaultdict(list)
    for table, pk in hung[0].union(*hung[1:]) if hung else ():
        found[table].append(pk)
    for table, ids in found.items():
        about |= Q(object_type=table, object_id__in=ids)
    undone = AuditEntry.objects.filter(about, verb="revert_import")
    return list(undone.select_related("actor").order_by("-pk"))
