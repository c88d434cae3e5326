"""Taking rows out of the ledger for good: only the demo county leaves it so.

What belongs to what is read off the foreign keys: what hangs on a project goes with it, and a row
that somebody else's row still points to stays.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import partial
from graphlib import TopologicalSorter
from typing import Any

from django.db import models, transaction
from django.db.models import Q

from crm.actions import _links
from crm.actions.pipeline import progress
from crm.actions.system import notifications
from crm.models import FollowUp, Merge, NotSame, PersonKey, Project, StoredFile
from crm.models.people import Person
from search import engine

Rows = Mapping[Any, Iterable[int]]  # model → numbers


def remove(rows: Rows) -> list[models.Model]:
    """Deletes these rows, what hangs on the projects among them, and the keys of persons; gives
    back the rows that stay because others still point to them. The audit keeps its entries."""
    gone = _with_what_hangs_on_projects(rows)
    notifications.forget({model: sorted(ids) for model, ids in gone.items()})
    kept: list[models.Model] = []
    for model in _children_first(gone):
        kept += _remove_of(model, gone[model])
        _forget_pairs(model, gone[model])
        engine.touch_many(str(model._meta.model_name), sorted(gone[model]))
    return kept


def _forget_pairs(model: Any, ids: set[int]) -> None:
    """Merges and verdicts name both their rows by number: without one of them they say nothing."""
    noun = model._meta.model_name
    for some in _links.in_parts(ids):
        stay = model._base_manager.filter(pk__in=some).values_list("pk", flat=True)
        gone = set(some) - set(stay)
        merged = Q(survivor_id__in=gone) | Q(loser_id__in=gone)
        Merge.objects.filter(merged, noun=noun).delete()
        compared = Q(lower_id__in=gone) | Q(higher_id__in=gone)
        NotSame.objects.filter(compared, noun=noun).delete()


def _with_what_hangs_on_projects(rows: Rows) -> dict[Any, set[int]]:
    gone: dict[Any, set[int]] = defaultdict(set)
    for model, ids in rows.items():
        gone[model].update(ids)
    projects = gone[Project]
    merged = Project.tombstones().filter(merged_into__in=projects)
    projects.update(merged.values_list("pk", flat=True))
    for found, _ in _links.pointing_to(Project, projects):
        if found.model is not Project:
            gone[found.model].update(found.values_list("pk", flat=True))
    return gone


def _children_first(gone: Mapping[Any, set[int]]) -> list[Any]:
    """The tables in an order in which nothing is deleted before what points to it."""
    tables = {model for model, ids in gone.items() if ids}
    order: TopologicalSorter[Any] = TopologicalSorter({table: set() for table in tables})
    for table in tables:
        for child, _ in _links.keys_to(table):
            holder = child._meta.auto_created or child
            if holder is not table and holder in tables:
                order.add(table, holder)
    return list(order.static_order())


def _remove_of(model: Any, ids: set[int]) -> list[models.Model]:
    """Rows of one table may point to one another: those nothing points to go first."""
    left = set(ids)
    told: set[int] = set()
    if model is FollowUp:
        told.update(FollowUp._base_manager.filter(pk__in=left).values_list("project", flat=True))
    while free := left - _pointed_to(model, left):
        for some in _links.in_parts(free):
            _delete(model._base_manager.filter(pk__in=some))
        left -= free
    progress.reckon_ids(told)
    return list(model._base_manager.filter(pk__in=left))


def _pointed_to(model: Any, ids: set[int]) -> set[int]:
    found: set[int] = set()
    for child, key in _links.keys_to(model):
        if key.remote_field.on_delete is models.CASCADE and not child._meta.auto_created:
            continue  # what the row said before goes with it
        for some in _links.in_parts(ids):
            holders = child._base_manager.filter(**{f"{key.name}__in": some})
            if owner := child._meta.auto_created:
                # Its own lists go with a row; another row's list holds it.
                field = next(f for f in owner._meta.many_to_many if f.remote_field.through is child)
                if field.m2m_reverse_field_name() != key.name:
                    continue
            found.update(holders.values_list(key.attname, flat=True))
    return found & ids


def _delete(rows: Any) -> None:
    """Past the guard of insert-only tables. Stored bytes go once the rows are gone for certain."""
    if rows.model is StoredFile:
        for stored in rows:
            transaction.on_commit(partial(stored.file.storage.delete, stored.file.name))
    keys: list[int] = []
    if issubclass(rows.model, Person):
        keys = list(rows.exclude(key=None).values_list("key", flat=True))
    models.QuerySet.delete(rows)
    models.QuerySet.delete(PersonKey.objects.filter(pk__in=keys))
