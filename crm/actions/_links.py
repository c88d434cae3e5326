"""What points to a row: every foreign key and many-to-many field of the ledger's tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import models
from django.db.models import QuerySet

from crm.models.base import Recorded, Row

AT_ONCE = 500


def keys_to(model: Any) -> Iterator[tuple[Any, Any]]:
    """(table, foreign key) of all that may point to `model`, behind many-to-many fields too."""
    for relation in model._meta.get_fields(include_hidden=True):
        is_key = relation.one_to_many or relation.one_to_one
        if is_key and relation.auto_created and not relation.concrete:
            yield relation.related_model, relation.field


def pointing_to(model: Any, ids: Iterable[int]) -> Iterator[tuple[QuerySet, str]]:
    """The rows that point to some of these and the field by which, a table at a time; behind a
    many-to-many field it is the row that has the field."""
    wanted = sorted(ids)
    for child, key in keys_to(model):
        owner: Any = child._meta.auto_created
        path = key.name
        if owner:  # of a many-to-many table: the row that lists ours, not the one we list
            field = next(f for f in owner._meta.many_to_many if f.remote_field.through is child)
            if field.m2m_reverse_field_name() != key.name:
                continue
            child, path = owner, field.name
        for some in in_parts(wanted):
            yield child._base_manager.filter(**{f"{path}__in": some}).distinct(), path


def in_parts(ids: Iterable[int]) -> Iterator[list[int]]:
    wanted = sorted(ids)
    for start in range(0, len(wanted), AT_ONCE):
        yield wanted[start : start + AT_ONCE]


def is_work(model: type[models.Model]) -> bool:
    """Whether rows of this table are somebody's work, and not a trace of it."""
    return issubclass(model, (Row, Recorded)) or model._meta.model_name in ("storedfile", "user")


def standing(rows: QuerySet) -> QuerySet:
    """Without those that were withdrawn, corrected, or say that another one is withdrawn."""
    if issubclass(rows.model, Row):
        return rows.filter(withdrawn_at__isnull=True)
    if issubclass(rows.model, Recorded):
        return rows.filter(withdraws=False, replaced_by__isnull=True)
    return rows
