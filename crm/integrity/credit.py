"""The credit for a project is divided as a whole."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Sum

from crm.integrity.base import Broken, Scope, invariant, named
from crm.models import CreditShare, Project
from crm.models.pipeline.transfers import WHOLE


@invariant(
    "credit.whole",
    "分过业绩的项目，各科室的份额合计为 1，各园区的也是",
    by_hand="请核对流转记录，作废这次分配后重新办理。",
)
def not_whole(scope: Scope) -> Iterator[Broken]:
    shares = scope.of_projects(CreditShare.objects.standing()).order_by()
    for side, units in (("team", "科室"), ("park", "园区")):
        divided = shares.filter(**{f"{side}__isnull": False}).values("project")
        apart = divided.annotate(total=Sum("share")).exclude(total=WHOLE)
        said = {
            pk: f"{units}份额合计 {total}" for pk, total in apart.values_list("project", "total")
        }
        yield from named(Project.objects.filter(pk__in=said), lambda row, said=said: said[row.pk])
