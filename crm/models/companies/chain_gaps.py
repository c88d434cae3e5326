"""Gaps of an industry's chain (产业链缺口): which link the county has, has weakly, or lacks."""

from __future__ import annotations

from django.db import models

from crm import access
from crm.models.base import Row, once


class LinkState(models.TextChoices):
    STRONG = "strong", "有"
    WEAK = "weak", "弱"
    MISSING = "missing", "缺"


class ChainGap(Row):
    """One link (环节) of one industry's chain, as the county judges it now."""

    rights = access.Rights(access.COMPANIES)

    industry = models.ForeignKey(
        "crm.Industry", models.PROTECT, verbose_name="产业", related_name="links"
    )
    name = models.CharField("环节", max_length=60)
    state = models.CharField("现状", max_length=10, choices=LinkState, default=LinkState.MISSING)
    note = models.CharField("说明", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "产业链环节"
        ordering = ["industry", "pk"]
        constraints = [
            once(
                "industry",
                "name",
                name="chain_link_once",
                message="这个产业已登记过这个环节，请修改原来的一条。",
            )
        ]

    def __str__(self) -> str:
        return self.name
