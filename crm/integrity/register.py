"""Every row of the ledger was entered once, on record."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet

from crm.integrity.base import Broken, Scope, invariant, named
from crm.models import AuditEntry

# Verbs after which a row is gone for good, and why that is right. What was on record before a demo
# county was taken out may have gone with it, for what hung on its rows went too.
GONE_AFTER = {"drop_view": "a saved view is its owner's own and no fact of the county"}
CLEARED = "clear_demo"


@invariant("register.entry", "每条记录都有写入它的操作记录")
def without_entry(scope: Scope) -> Iterator[Broken]:
    for model in scope.tables():
        written = AuditEntry.objects.filter(
            is_new=True, object_type=model._meta.label_lower, object_id=OuterRef("pk")
        )
        yield from named(scope.rows(model).filter(~Exists(written)), "没有写入时的操作记录")


@invariant(
    "register.once",
    "每条记录只写入过一次",
    by_hand="操作记录不能删改；请核对这几条操作记录，查明是谁、用什么写进数据库的。",
)
def entered_twice(scope: Scope) -> Iterator[Broken]:
    for model in scope.tables():
        entries = AuditEntry.objects.filter(is_new=True, object_type=model._meta.label_lower)
        if scope.batch is not None:
            entries = entries.filter(object_id__in=scope.numbers(model))
        twice = entries.order_by().values("object_id").annotate(n=Count("pk")).filter(n__gt=1)
        doubled = list(twice.values_list("object_id", flat=True))
        if doubled:
            rows = model._base_manager.filter(pk__in=doubled)
            yield from named(rows, "有不止一条写入时的操作记录")


@invariant(
    "register.row",
    "操作记录说到的每条记录都还在",
    by_hand="这条记录是绕过园账从数据库里删去的，只能从备份里恢复。",
    is_of_whole=True,
)
def entries_without_row(scope: Scope) -> Iterator[Broken]:
    entries = _entries_of_rows_that_stay()
    for table in entries.order_by().values_list("object_type", flat=True).distinct():
        found = entries.filter(object_type=table)
        try:
            rows = apps.get_model(table)._base_manager
        except (LookupError, ValueError):
            pass  # a table nobody knows any more holds no rows
        else:
            found = found.filter(~Exists(rows.filter(pk=OuterRef("object_id"))))
        gone = found.order_by().values("object_id").annotate(name=Max("object_text"))
        for row in gone.order_by("object_id").iterator():
            yield Broken(table, row["object_id"], row["name"], "操作记录里有，台账里没有")


def _entries_of_rows_that_stay() -> QuerySet[AuditEntry]:
    cleared = AuditEntry.objects.filter(verb=CLEARED).aggregate(last=Max("pk"))["last"]
    dropped = AuditEntry.objects.filter(
        verb__in=GONE_AFTER, object_type=OuterRef("object_type"), object_id=OuterRef("object_id")
    )
    entries = AuditEntry.objects.filter(object_id__isnull=False, pk__gt=cleared or 0)
    return entries.filter(~Q(object_type=""), ~Exists(dropped))
