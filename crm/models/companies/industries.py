"""Industries: the county's “2+1” leading industries over GB/T 4754."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.db import models

from crm import access, gbt4754
from crm.exact import money_field, refuse_negative
from crm.models.base import Row, Rows, Standing, once
from crm.models.states import State

_SEVERAL = re.compile(r"[、,，;；\s]+")


class Industries(Rows):
    def of_code(self, gbt_code: str) -> Industry | None:
        """The industry whose codes take this one in, the longest first; None when nobody's."""
        fits = [
            (len(code), industry)
            for industry in self.exclude(code="")
            for code in industry.codes
            if gbt_code.startswith(code)
        ]
        return max(fits, key=lambda fit: fit[0])[1] if fits else None


class Industry(Row):
    """An industry as the county counts it, such as a chain of the “2+1”; `code` names the codes of
    GB/T 4754—2017 it takes in (17、18、19): codes that begin with one of them are its own. By the
    `slug` figures know an industry, whatever it is called."""

    rights = access.Rights(access.REGISTERS)

    slug = models.SlugField("代码", max_length=40, blank=True)
    name = models.CharField("名称", max_length=60)
    name_en = models.CharField("英文名称", max_length=100, blank=True)
    code = models.CharField("国标行业代码", max_length=60, blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, verbose_name="上级行业", null=True, blank=True
    )
    is_leading = models.BooleanField("主导产业", default=False)
    cluster_target = money_field(verbose_name="集群目标", null=True, blank=True)

    objects = Standing.from_queryset(Industries)()

    class Meta:
        verbose_name = verbose_name_plural = "产业"
        ordering = ["-is_leading", "name"]
        constraints = [
            once("name", name="industry_once", message="已有同名的产业。"),
            once(
                "slug",
                name="industry_slug_once",
                message="这个代码已有产业使用。",
                condition=~models.Q(slug=""),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        refuse_negative(self, "cluster_target")
        try:
            codes = [gbt4754.read(part) for part in _SEVERAL.split(self.code) if part.strip()]
        except ValueError as error:
            wrong = f"{gbt4754.STANDARD} 里没有“{error}”；几个代码用顿号分隔，例如 17、18、19。"
            raise ValidationError({"code": wrong}) from error
        self.code = "、".join(dict.fromkeys(codes))

    @property
    def codes(self) -> list[str]:
        return self.code.split("、") if self.code else []


class IndustryState(State):
    rights = Industry.rights

    row = models.ForeignKey(Industry, models.CASCADE, related_name="states")
    slug = models.CharField(max_length=40, blank=True)
    parent = models.ForeignKey(Industry, models.PROTECT, null=True, related_name="+")
    is_leading = models.BooleanField()
    cluster_target = money_field(null=True)

    class Meta(State.Meta):
        verbose_name = verbose_name_plural = "产业旧值"
