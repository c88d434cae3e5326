"""Industries: the county's “2+1” leading industries over GB/T 4754."""

from __future__ import annotations

from django.db import models

from crm.exact import money_field, refuse_negative
from crm.models.rows import Row


class Industry(Row):
    """An industry as the county counts it; `code` is its GB/T 4754-2017 code where it has one."""

    name = models.CharField("名称", max_length=60, unique=True)
    name_en = models.CharField("英文名称", max_length=100, blank=True)
    code = models.CharField("国标行业代码", max_length=10, blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, verbose_name="上级行业", null=True, blank=True
    )
    is_leading = models.BooleanField("主导产业", default=False)
    cluster_target = money_field(verbose_name="集群目标", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "产业"
        ordering = ["-is_leading", "name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        refuse_negative(self, "cluster_target")
