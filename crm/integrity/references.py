"""Whatever names a row names one that is there, and what counts rests on rows that count."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import BigIntegerField, Exists, OuterRef, Q

from crm.integrity.base import Broken, Scope, invariant, named
from crm.models import Notification
from crm.models.base import Row

_LOST = "这条记录是绕过园账从数据库里删去的，只能从备份里恢复。"
# Keys of standing rows that may lead to a withdrawn one, and why.
MAY_LEAD_TO_WITHDRAWN = {
    "crm.transfer.project": "a transfer stays with the project it handed over, merged or not",
}


@invariant(
    "reference.key",
    "每个外键指向的记录都在",
    by_hand=_LOST,
    is_of_whole=True,
)
def dangling_keys(scope: Scope) -> Iterator[Broken]:
    """SQLite alone can be written to with its keys unchecked; PostgreSQL never lets one dangle."""
    if connection.vendor != "sqlite":
        return
    tables = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA foreign_key_check")
        for table, number, parent, _ in cursor.fetchall():
            model = tables.get(table)
            missing = tables[parent]._meta.verbose_name if parent in tables else parent
            label = model._meta.label_lower if model is not None else table
            yield Broken(label, number or 0, "", f"指向的{missing}不在了")


@invariant("reference.notification", "每条提醒说到的记录都在", is_of_whole=True)
def about_nothing(scope: Scope) -> Iterator[Broken]:
    told = Notification.objects.exclude(object_type="").order_by()
    for table in told.values_list("object_type", flat=True).distinct():
        there = apps.get_model(table)._base_manager.filter(pk=OuterRef("object_id"))
        yield from named(told.filter(~Exists(there), object_type=table), "说到的记录不在了")


@invariant(
    "reference.pair",
    "每次合并的两条、每对“不是重复”的两条都在台账里",
    by_hand=_LOST,
    is_of_whole=True,
)
def half_a_pair(scope: Scope) -> Iterator[Broken]:
    """Of every table whose rows name a noun and two rows of it by number."""
    for table in apps.get_app_config("crm").get_models():
        ends = [f.name for f in table._meta.concrete_fields if _is_number_of_row(f)]
        if len(ends) != 2:
            continue
        rows: Any = table._default_manager
        for noun in rows.order_by().values_list("noun", flat=True).distinct():
            there = apps.get_model("crm", noun)._base_manager
            lost = Q()
            for end in ends:
                lost |= ~Exists(there.filter(pk=OuterRef(end)))
            yield from named(rows.filter(lost, noun=noun), "有一条已不在台账里")


def _is_number_of_row(field: Any) -> bool:
    return isinstance(field, BigIntegerField) and field.name.endswith("_id")


@invariant(
    "reference.withdrawn",
    "在用的记录不挂在作废的记录上",
    by_hand="请把它改挂到在用的记录上，或一并作废。",
)
def rests_on_withdrawn(scope: Scope) -> Iterator[Broken]:
    for model in scope.tables():
        for key in (*model._meta.concrete_fields, *model._meta.many_to_many):
            to: Any = key.related_model
            if to is None or not issubclass(to, Row):
                continue
            if f"{model._meta.label_lower}.{key.name}" in MAY_LEAD_TO_WITHDRAWN:
                continue
            gone = to._base_manager.filter(withdrawn_at__isnull=False).values("pk")
            rows = scope.standing(model).filter(**{f"{key.name}__in": gone}).distinct()
            yield from named(rows, f"{key.verbose_name}已作废")
