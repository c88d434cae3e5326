"""小升规培育库: companies that are to pass the threshold, and how their filing went."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.db import models

from crm import access
from crm.exact import money_field, refuse_negative
from crm.models.base import Row, once
from crm.models.companies.scale_thresholds import YEARS, ScaleThreshold


class CandidateState(models.TextChoices):
    CANDIDATE = "candidate", "培育中"
    FILED = "filed", "已申报"
    RETURNED = "returned", "退回"
    APPROVED = "approved", "已批准"


class ScaleCandidate(Row):
    """One company in one year's pool (培育库): what it took last year, against the threshold of
    this year; when it was filed with the statistics bureau, returned with a reason and filed again,
    or approved, which is its 入库 (`spell`)."""

    rights = access.Rights(access.COMPANIES)

    company = models.ForeignKey(
        "crm.Company", models.PROTECT, verbose_name="企业", related_name="candidacies"
    )
    year = models.PositiveSmallIntegerField("培育年度", validators=YEARS)
    revenue = money_field(verbose_name="上年主营业务收入", null=True, blank=True)
    state = models.CharField(
        "状态",
        max_length=10,
        choices=CandidateState,
        default=CandidateState.CANDIDATE,
    )
    filed_on = models.DateField("申报日期", null=True, blank=True)
    decided_on = models.DateField("办理日期", null=True, blank=True)
    return_reason = models.CharField("退回原因", max_length=300, blank=True)
    spell = models.ForeignKey(
        "crm.AboveScaleSpell",
        models.PROTECT,
        verbose_name="入库",
        null=True,
        blank=True,
        related_name="candidacies",
    )
    note = models.CharField("备注", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "小升规培育库"
        ordering = ["-year", "-pk"]
        constraints = [
            once(
                "company",
                "year",
                name="candidate_once_a_year",
                message="这户企业已在这一年度的培育库里，请修改原来的一条。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.company} {self.year} 年培育"

    def clean(self) -> None:
        refuse_negative(self, "revenue")

    @property
    def distance(self) -> Decimal | None:
        """What its revenue lacks to the threshold of the year, 0 where it lacks nothing; None where
        either is unknown."""
        return distances([self])[self.pk]


def distances(rows: Sequence[ScaleCandidate]) -> dict[int, Decimal | None]:
    """The same of many rows, by number; the thresholds are asked for once, however many years."""
    known = ScaleThreshold.objects.amounts_of({row.year for row in rows})
    return {row.pk: _lack(row.revenue, known[row.year]) for row in rows}


def _lack(revenue: Decimal | None, threshold: Decimal | None) -> Decimal | None:
    if revenue is None or threshold is None:
        return None
    return max(threshold - revenue, Decimal(0))
