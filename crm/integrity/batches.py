"""An import is whole: it wrote what it says it wrote, and undone it left nothing standing."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, QuerySet

from crm import ledgers
from crm.integrity.base import Broken, Scope, invariant, named, standing
from crm.models import AuditEntry, ImportBatch
from crm.models.base import Recorded


@invariant(
    "batch.undone",
    "撤销了的导入没有留下在用的记录",
    by_hand="请逐条核对：该作废的作废；其实在用的，请统计员在台账里重新登记。",
    is_of_whole=True,
)
def left_standing(scope: Scope) -> Iterator[Broken]:
    """A demo county is not undone but taken out; what users' own rows point to stays theirs."""
    undone = ImportBatch.objects.filter(reverted_at__isnull=False, is_demo=False)
    entries = AuditEntry.objects.filter(is_new=True, batch__in=undone.values("pk")).order_by()
    for model in scope.tables():
        made = entries.filter(object_type=model._meta.label_lower).values("object_id")
        yield from named(standing(model).filter(pk__in=made), "写入它的导入已经撤销")


@invariant(
    "batch.counts",
    "每次导入的新增条数与操作记录相符",
    by_hand="请与原文件核对少了或多了哪几条；可以整批撤销后重新导入。",
)
def miscounted(scope: Scope) -> Iterator[Broken]:
    batches = ImportBatch.objects.filter(reverted_at__isnull=True)
    if scope.batch is not None:
        batches = batches.filter(pk=scope.batch.pk)
    for key in batches.order_by().values_list("ledger", flat=True).distinct():
        of_ledger = batches.filter(ledger=key)
        try:
            model = ledgers.get(key).model
        except KeyError:
            yield from named(of_ledger, f"台账“{key}”已经没有了")
            continue
        made = dict(_new_rows(of_ledger, model))
        for batch in of_ledger.order_by("pk").iterator():
            told, found = batch.counts.get("new", 0), made.get(batch.pk, 0)
            if told != found:
                said = f"写明新增 {told} 条，操作记录里是 {found} 条"
                yield Broken("crm.importbatch", batch.pk, str(batch), said)


def _new_rows(batches: QuerySet, model: type) -> QuerySet:
    """(batch, how many new rows): correcting a fact writes a row too, which is none."""
    entries = AuditEntry.objects.filter(
        is_new=True, batch__in=batches.values("pk"), object_type=model._meta.label_lower
    )
    if issubclass(model, Recorded):
        corrections = model._base_manager.filter(replaces__isnull=False)
        entries = entries.exclude(object_id__in=corrections.values("pk"))
    return entries.order_by().values("batch").annotate(n=Count("pk")).values_list("batch", "n")
