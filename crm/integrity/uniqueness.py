"""What there may be once is there once. The database keeps it so; a copy restored without its
indexes does not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db.models import Count, Q, UniqueConstraint

from crm.integrity.base import Broken, Scope, invariant, named


@invariant(
    "row.once",
    "只能有一条的记录只有一条",
    by_hand="请合并这几条，或作废多余的；再运行 manage.py migrate 核对数据库的唯一索引。",
    is_of_whole=True,
)
def there_twice(scope: Scope) -> Iterator[Broken]:
    for model in apps.get_app_config("crm").get_models():
        for fields, condition in _rules(model):
            rows = model._base_manager.filter(condition)
            filled = rows.filter(**{f"{field}__isnull": False for field in fields})
            twice = filled.order_by().values(*fields).annotate(n=Count("pk")).filter(n__gt=1)
            labels = "、".join(str(model._meta.get_field(name).verbose_name) for name in fields)
            for values in twice.values(*fields).iterator():
                yield from named(rows.filter(**values), f"{labels}与另一条相同")


def _rules(model: Any) -> Iterator[tuple[list[str], Q]]:
    for rule in model._meta.constraints:
        if isinstance(rule, UniqueConstraint) and rule.fields:
            yield list(rule.fields), rule.condition or Q()
    for field in model._meta.concrete_fields:
        if field.unique and not field.primary_key:
            yield [field.name], Q()
    for names in model._meta.unique_together:
        yield list(names), Q()
