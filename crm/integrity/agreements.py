"""One signing a project, and its increases rest on an agreement that stands."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Exists, OuterRef

from crm.integrity.base import Broken, Scope, invariant, named
from crm.models import Agreement, Project


@invariant(
    "agreement.one",
    "一个项目最多有一份生效的投资协议",
    by_hand="请核对协议原件，把重复登记的作废，或把追加投资更正为增资协议。",
)
def two_in_force(scope: Scope) -> Iterator[Broken]:
    signed = scope.of_projects(Agreement.objects.investments_in_force()).order_by()
    twice = signed.values("project").annotate(n=Count("pk")).filter(n__gt=1)
    yield from named(Project.objects.filter(pk__in=twice.values("project")), "有不止一份投资协议")


@invariant(
    "agreement.increase",
    "增资以本项目一份仍然有的协议为基础",
    by_hand="请核对协议原件，更正增资协议的增资对象，或把它作废。",
)
def rests_on_nothing(scope: Scope) -> Iterator[Broken]:
    """Correcting an agreement leaves its increases where they are: its newest wording counts."""
    base = Agreement.objects.standing().filter(
        pk=OuterRef("increase_of"), project=OuterRef("project")
    )
    increases = scope.of_projects(Agreement.objects.standing()).filter(increase_of__isnull=False)
    corrected = increases.filter(~Exists(base)).select_related("increase_of")
    loose = [increase.pk for increase in corrected.iterator() if not _rests(increase)]
    yield from named(Agreement.objects.filter(pk__in=loose), "增资对象已作废，或不是本项目的")


def _rests(increase: Agreement) -> bool:
    base = increase.increase_of
    newest = Agreement.objects.get(pk=base.chain()[-1]) if base else None
    return newest is not None and not newest.withdraws and newest.project_id == increase.project_id
