"""What a row says is what was last kept of it, and what is withdrawn is out of reach."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, OuterRef, Q

from crm.integrity.base import Broken, Scope, differ, invariant, named
from crm.models import Mergeable
from crm.models.base import Row
from crm.models.people import Person
from crm.models.states import state_of
from search.models import SearchDocument


@invariant("state.last", "报告回溯用的旧值，最后一条就是现在的值")
def not_as_kept(scope: Scope) -> Iterator[Broken]:
    for model in scope.tables(Row):
        table = state_of(model)
        if table is None:
            continue
        kept: Any = table._default_manager.filter(row=OuterRef("pk"))
        later = table._default_manager.filter(row=OuterRef("row"), pk__gt=OuterRef("pk"))
        withdrawn = Q(is_withdrawn=True, row__withdrawn_at__isnull=True)
        withdrawn |= Q(is_withdrawn=False, row__withdrawn_at__isnull=False)
        says_else = [differ(field.attname, f"row__{field.attname}") for field in table.kept()]
        wrong: Any = table._default_manager.filter(reduce(or_, says_else, withdrawn))
        wrong = wrong.filter(~Exists(later), row=OuterRef("pk"))
        rows = scope.rows(model).filter(~Exists(kept) | Exists(wrong))
        yield from named(rows, "旧值缺最后一条，或与现在的值不同")


@invariant(
    "person.key",
    "作废的个人信息打不开",
    by_hand="请在联系人或咨询页清除个人信息；误作废的请从备份恢复。",
)
def still_opens(scope: Scope) -> Iterator[Broken]:
    """Of a merged person the other row is the same person's, who may be taken apart again."""
    for model in scope.tables(Person):
        rows = scope.rows(model).filter(withdrawn_at__isnull=False, key__sealed__isnull=False)
        if issubclass(model, Mergeable):
            rows = rows.filter(merged_into__isnull=True)
        yield from named(rows, "密钥还在")


@invariant("search.gone", "作废的记录不在检索里")
def still_found(scope: Scope) -> Iterator[Broken]:
    """All else that an index should say `search_verify` compares."""
    for model in scope.tables(Row):
        found = SearchDocument.objects.filter(kind=model._meta.model_name, object_id=OuterRef("pk"))
        rows = scope.rows(model).filter(Exists(found), withdrawn_at__isnull=False)
        yield from named(rows, "检索里还有")
