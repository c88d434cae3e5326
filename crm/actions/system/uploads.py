"""Tables on their way into a ledger: received, settled, worked on, forgotten.

They are no rows of the ledger, so the audit does not speak of them; the import they end in does.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from crm import access
from crm.access import Action
from crm.errors import Refused
from crm.models import ImportUpload, MappingMemory, UploadState, User

KEPT = 5  # tables of one person that may wait
KEPT_DAYS = 30
_LOOKED_THROUGH = 20


# Each piece of work, and where an upload must stand for it.
_BEFORE = {
    UploadState.QUEUED: (UploadState.NEW, UploadState.COLUMNS, UploadState.CHECKED),
    UploadState.READING: (UploadState.NEW,),
    UploadState.CHECKING: (UploadState.COLUMNS, UploadState.CHECKED),
    UploadState.WRITING: (UploadState.CHECKED,),
}


@transaction.atomic
def receive(ledger: str, noun: str, *, by: User, file_name: str, file_hash: str) -> ImportUpload:
    """Takes in a table that `by` wants to import into the ledger of `noun`."""
    access.require_noun(by, Action.IMPORT, noun)
    return ImportUpload.objects.create(
        ledger=ledger, by=by, file_name=file_name[-200:], file_hash=file_hash
    )


@transaction.atomic
def settle(upload: ImportUpload, settings: Mapping[str, Any], *, by: User) -> ImportUpload:
    """What the headings mean; a dry run of other settings no longer counts."""
    upload = _own(upload, by)
    if upload.state not in (UploadState.COLUMNS, UploadState.CHECKED):
        raise _stale()
    upload.settings = dict(settings)
    upload.state, upload.outcome, upload.reason = UploadState.COLUMNS, {}, ""
    upload.save(update_fields=["settings", "state", "outcome", "reason"])
    return upload


@transaction.atomic
def begin(
    upload: ImportUpload, state: UploadState, *, by: User, turn: int | None = None
) -> ImportUpload:
    """Says that work on it starts. `turn`: the dry run the person saw; another one is refused."""
    upload = _own(upload, by)
    if upload.is_under_way:
        raise Refused("这个文件正在处理，请稍候。", "stale")
    if upload.state not in _BEFORE[state] or (turn is not None and turn != upload.turn):
        raise _stale()
    upload.state = state
    upload.save(update_fields=["state"])
    return upload


@transaction.atomic
def call_off(upload: ImportUpload, *, by: User, state: UploadState) -> ImportUpload:
    """Takes an upload back from a worker that was killed or never came; nothing was written."""
    upload = _own(upload, by)
    if upload.is_under_way:
        upload.state = state
        upload.save(update_fields=["state"])
    return upload


@transaction.atomic
def finish(upload: ImportUpload, state: UploadState, *, by: User, **facts: Any) -> ImportUpload:
    """Says what came of it: `outcome`, `reason`, `batch`."""
    upload = _own(upload, by)
    upload.state = state
    for name, value in facts.items():
        setattr(upload, name, value)
    if state == UploadState.CHECKED:
        upload.turn += 1
    upload.save()
    return upload


def _own(upload: ImportUpload, by: User) -> ImportUpload:
    return ImportUpload.objects.select_for_update().get(pk=upload.pk, by=by)


def _stale() -> Refused:
    return Refused("这个文件的情况已经变了，请看最新的结果再操作。", "stale")


def outdated(user: User | None = None) -> QuerySet[ImportUpload]:
    """What is to be forgotten: all but the newest few of a person, and what nobody came back to."""
    if user is not None:
        kept = ImportUpload.objects.filter(by=user).order_by("-pk").values("pk")[:KEPT]
        return ImportUpload.objects.filter(by=user).exclude(pk__in=[row["pk"] for row in kept])
    return ImportUpload.objects.filter(at__lt=timezone.now() - timedelta(days=KEPT_DAYS))


@transaction.atomic
def forget(uploads: Collection[ImportUpload]) -> None:
    """Removes the rows; their files are the caller's (crm.spreadsheets.shelf)."""
    ImportUpload.objects.filter(pk__in=[upload.pk for upload in uploads]).delete()


# What headings meant


@transaction.atomic
def remember(ledger: str, print_: str, settings: Mapping[str, Any], *, by: User) -> None:
    """Keeps what `by` settled about these headings, for his and his team's next file."""
    MappingMemory.objects.update_or_create(
        ledger=ledger, print=print_, by=by, defaults={"settings": dict(settings), "team": by.team}
    )


def recall(
    ledger: str, print_: str, headings: Mapping[str, str | None], *, by: User
) -> tuple[dict[str, Any], str]:
    """Settings from earlier files, and how they fit: "same" headings, "similar" ones, or "".

    `headings`: folded heading → the field it means by itself. Of a similar file only the fields of
    headings are taken that mean none by themselves, never a unit.
    """
    known = MappingMemory.objects.filter(
        Q(by=by) | (Q(team=by.team_id) if by.team_id else Q(pk__in=[])), ledger=ledger
    )
    same = sorted(known.filter(print=print_), key=lambda memory: memory.by_id != by.pk)
    if same:
        return dict(same[0].settings), "same"
    columns: dict[str, str] = {}
    taken = {field for field in headings.values() if field}
    for memory in known[:_LOOKED_THROUGH]:
        for heading, field in memory.settings.get("columns", {}).items():
            if field and heading in headings and not headings[heading] and field not in taken:
                columns[heading] = field
                taken.add(field)
    return ({"columns": columns}, "similar") if columns else ({}, "")


def usable(settings: Mapping[str, Any], fields: Collection[str]) -> dict[str, Any]:
    """Remembered settings without the fields the ledger no longer has."""
    kept = dict(settings)
    if "match" in kept:
        kept["match"] = [field for field in kept["match"] if field in fields]
    for part in ("values", "constants"):
        if part in kept:
            kept[part] = {field: said for field, said in kept[part].items() if field in fields}
    return {
        **kept,
        "columns": {h: f for h, f in settings.get("columns", {}).items() if not f or f in fields},
        "units": {f: u for f, u in settings.get("units", {}).items() if f in fields},
        "group_by": [f for f in settings.get("group_by", []) if f in fields],
    }
