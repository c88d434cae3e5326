"""原文: keeping what a table said beyond the values taken from it, and having looked at it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models, transaction

from crm import access, clock
from crm.access import Action
from crm.actions import _record
from crm.errors import Hidden, Refused
from crm.models import ImportBatch, OriginalText, Said, User

LONGEST = 500


def keep(row: models.Model, texts: Iterable[Mapping[str, Any]]) -> int:
    """Keeps texts (field, heading, text, said, reason) with a row; how many were new to it.

    A text the row has for that field is not kept again, nor is one that somebody has looked at
    since: importing a file a second time changes nothing.
    """
    made = 0
    kept = OriginalText.objects.about(row)
    known = set(kept.filter(settled_at=None).values_list("field", "text"))
    looked_at = set(kept.filter(said=Said.UNREAD).values_list("field", "text"))
    for one in texts:
        text = one["text"][:LONGEST]
        place = (one["field"], text)
        if place in known or (one["said"] == Said.UNREAD and place in looked_at):
            continue
        known.add(place)
        OriginalText.objects.create(
            noun=str(row._meta.model_name),
            object_id=row.pk,
            field=one["field"],
            heading=one["heading"][:100],
            text=text,
            said=one["said"],
            reason=one.get("reason", "")[:LONGEST],
            batch=_record.current_batch(),
            recorded_at=clock.now(),
        )
        made += 1
    return made


@transaction.atomic
def settle(original: OriginalText, row: Any, *, by: User) -> None:
    """核过了: the field is right as it stands; the text stays to be read."""
    access.require(by, Action.CHANGE, row)
    found = OriginalText.objects.about(row).select_for_update().filter(pk=original.pk).first()
    if found is None:
        raise Hidden()
    if found.settled_at is not None:
        raise Refused("这一处已经核过了。", "stale")
    found.settled_at, found.settled_by = clock.now(), by
    found.save(update_fields=["settled_at", "settled_by"])
    _record.note(
        "settle_text", row, by=by, changes={"原文": [f"{found.heading}：{found.text}", "核过"]}
    )


def take_back(batch: ImportBatch) -> None:
    """What an undone import had kept is kept no more."""
    OriginalText.objects.filter(batch=batch).update(withdrawn_at=clock.now())
