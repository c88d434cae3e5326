"""亩均评价结果: what was published of each company in a year, frozen, and appeals against it."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models

from crm import access, clock
from crm.evaluation import Grade
from crm.exact import ExactField
from crm.models.base import Recorded, RecordedRows, Row, once
from crm.models.companies.evaluation_inputs import EvaluationInput
from crm.models.companies.evaluation_schemes import EvaluationScheme
from crm.models.companies.scale_thresholds import YEARS


class Evaluation(Recorded):
    """The published result of one company: the scheme and the inputs it was computed from, and what
    came of them, measure by measure (`parts`: name, unit, value, against, weight, points, as
    printed). An exempt company has no score. A later version `replaces` it, with its reason."""

    rights = access.Rights(access.EVALUATIONS, own={access.Reach.PARK: "company__park"})

    hangs_on: ClassVar = "company"
    chain_keeps: ClassVar = ("company",)
    told_twice_by: ClassVar = ("year", "scheme_id", "score", "rank", "grade")

    company = models.ForeignKey(
        "crm.Company", models.PROTECT, verbose_name="企业", related_name="evaluations"
    )
    year = models.PositiveSmallIntegerField("年度")
    scheme = models.ForeignKey(
        EvaluationScheme, models.PROTECT, verbose_name="评价办法", related_name="results"
    )
    inputs = models.ForeignKey(
        EvaluationInput,
        models.PROTECT,
        verbose_name="所据数据",
        null=True,
        blank=True,
        related_name="results",
    )
    published_on = models.DateField("公布日期")
    document = models.CharField("公布文件", max_length=200, blank=True)
    is_exempt = models.BooleanField("免评", default=False)
    score = ExactField(verbose_name="得分", scale=2, null=True, blank=True)
    rank = models.PositiveIntegerField("位次", null=True, blank=True)
    merit = models.CharField("按得分档次", max_length=1, choices=Grade, blank=True)
    grade = models.CharField("档次", max_length=1, choices=Grade, blank=True)
    remark = models.CharField("说明", max_length=400, blank=True)
    parts = models.JSONField("各项得分", default=list, blank=True)

    objects = RecordedRows.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "亩均评价结果"
        ordering = ["-year", "rank", "pk"]
        indexes = [models.Index(fields=["year", "company"], name="evaluation_of_year")]

    def __str__(self) -> str:
        return f"{self.company} {self.year}年亩均评价{self.verdict}"

    @property
    def verdict(self) -> str:
        """A 档, or 免评."""
        return "免评" if self.is_exempt else f"{self.grade} 档"

    def contradicts(self, others: Iterable[Self]) -> Self | None:
        """Another result of the same year."""
        return next((other for other in others if other.year == self.year), None)

    def says(self) -> dict[str, Any]:
        """What a recomputation is held against."""
        return {
            "is_exempt": self.is_exempt,
            "score": None if self.score is None else Decimal(self.score),
            "rank": self.rank,
            "grade": str(self.grade),
        }


class AppealState(models.TextChoices):
    OPEN = "open", "待处理"
    UPHELD = "upheld", "成立"
    REJECTED = "rejected", "不成立"


class EvaluationAppeal(Row):
    """申诉: a company says that its result, or a number it rests on, is wrong. It is upheld, by
    which its inputs are corrected and its result is published anew, or rejected with reason."""

    rights = access.Rights(access.EVALUATIONS, own={access.Reach.PARK: "company__park"})

    company = models.ForeignKey(
        "crm.Company", models.PROTECT, verbose_name="企业", related_name="evaluation_appeals"
    )
    year = models.PositiveSmallIntegerField("年度", validators=YEARS)
    appealed_on = models.DateField("申诉日期")
    content = models.TextField("申诉内容", max_length=1000)
    state = models.CharField("状态", max_length=10, choices=AppealState, default=AppealState.OPEN)
    ruled_on = models.DateField("裁定日期", null=True, blank=True)
    ruling = models.CharField("裁定意见", max_length=300, blank=True)
    result = models.ForeignKey(
        Evaluation,
        models.PROTECT,
        verbose_name="改后的结果",
        null=True,
        blank=True,
        related_name="appeals",
    )

    class Meta:
        verbose_name = verbose_name_plural = "亩均评价申诉"
        ordering = ["-appealed_on", "-pk"]
        constraints = [
            once(
                "company",
                "year",
                "appealed_on",
                name="evaluation_appeal_once",
                message="这户企业当天的申诉已登记，请修改原来的一条。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.company} {self.year}年申诉"

    def clean(self) -> None:
        if self.appealed_on and self.appealed_on > clock.today():
            raise ValidationError({"appealed_on": "申诉日期在今天之后；收到后再登记。"})
