"""A row that was merged away leads to the one that stands for it, by a merge that is on record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Exists, OuterRef

from crm.integrity.base import Broken, Scope, invariant, named
from crm.models import Merge, Mergeable

_BY_HAND = "请在合并记录里核对是哪一次合并；能撤销的撤销后重新合并，否则从备份恢复。"


@invariant(
    "merge.survivor",
    "合并掉的记录通向一条在用的记录",
    by_hand=_BY_HAND,
    is_of_whole=True,
)
def leads_nowhere(scope: Scope) -> Iterator[Broken]:
    for model in scope.tables(Mergeable):
        rows: Any = model._base_manager
        half = rows.filter(merged_into__isnull=False, withdrawn_at__isnull=True)
        yield from named(half, "已并入另一条，却还在用")
        # Those that were merged are few: they are followed one by one.
        leads = dict(model.tombstones().values_list("pk", "merged_into"))
        ends = {pk: _end(leads, pk) for pk in leads}
        stands = model._default_manager.in_bulk(set(ends.values()))
        lost = [pk for pk, end in ends.items() if end not in stands]
        yield from named(rows.filter(pk__in=lost), "并入的那条已不在用")


def _end(leads: dict[int, int], pk: int) -> int:
    """Where the chain of merges from a row ends; 0 where it runs in a circle."""
    seen = set()
    while pk in leads:
        if pk in seen:
            return 0
        seen.add(pk)
        pk = leads[pk]
    return pk


@invariant(
    "merge.record",
    "合并掉的每一条各有一次没有撤销的合并，没有撤销的合并各有合并掉的一条",
    by_hand=_BY_HAND,
    is_of_whole=True,
)
def without_merge(scope: Scope) -> Iterator[Broken]:
    for model in scope.tables(Mergeable):
        done = Merge.objects.filter(noun=model._meta.model_name, undone_at__isnull=True)
        own = done.filter(loser_id=OuterRef("pk"), survivor_id=OuterRef("merged_into_id"))
        yield from named(model.tombstones().filter(~Exists(own)), "没有这次合并的记录")
        twice = done.order_by().values("loser_id").annotate(n=Count("pk")).filter(n__gt=1)
        rows = model._base_manager.filter(pk__in=twice.values("loser_id"))
        yield from named(rows, "有两次没有撤销的合并")
        there = model.tombstones().filter(pk=OuterRef("loser_id"))
        yield from named(done.filter(~Exists(there)), "没有撤销，并入的那条却不是合并掉的")
