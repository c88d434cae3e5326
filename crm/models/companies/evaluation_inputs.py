"""亩均评价数据: what a company had and made in a year, as the offices that know it say."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models

from crm import access, dates
from crm.evaluation import TOLD, Quantity
from crm.exact import ExactField, money_field, refuse_negative
from crm.models.base import Recorded, RecordedRows

LAND = ("land_registered_mu", "land_rented_mu", "land_let_mu")
# The quantities that are a column of their own; land is reckoned from three.
STATED = tuple(one for one in Quantity.values if one != Quantity.LAND)


class EvaluationInput(Recorded):
    """One company in one year. Each number may be unknown, which is not 0: a company of which a
    measure's number is unknown has no score. Money is yuan. Land is 登记 + 租入 − 租出; what is
    corrected is a new row that `replaces` this one."""

    rights = access.Rights(access.EVALUATIONS, own={access.Reach.PARK: "company__park"})

    hangs_on: ClassVar = "company"
    chain_keeps: ClassVar = ("company",)
    told_twice_by: ClassVar = ("year", *LAND, *STATED, "started_on", "started_until")

    company = models.ForeignKey(
        "crm.Company", models.PROTECT, verbose_name="企业", related_name="evaluation_inputs"
    )
    year = models.PositiveSmallIntegerField("年度")
    land_registered_mu = ExactField(verbose_name="登记用地", scale=4, null=True, blank=True)
    land_rented_mu = ExactField(verbose_name="租入用地", scale=4, null=True, blank=True)
    land_let_mu = ExactField(verbose_name="租出用地", scale=4, null=True, blank=True)
    tax = money_field(verbose_name="实缴税收", null=True, blank=True)
    value_added = money_field(verbose_name="工业增加值", null=True, blank=True)
    revenue = money_field(verbose_name="营业收入", null=True, blank=True)
    energy = ExactField(verbose_name="综合能耗", scale=4, null=True, blank=True)
    emissions = ExactField(verbose_name="主要污染物排放量", scale=6, null=True, blank=True)
    staff = ExactField(verbose_name="年平均从业人员", scale=2, null=True, blank=True)
    research = money_field(verbose_name="研发经费", null=True, blank=True)
    started_on = models.DateField("投产时间", null=True, blank=True)
    started_until = models.DateField("最晚投产", null=True, blank=True, editable=False)
    document = models.CharField("依据", max_length=200, blank=True)

    started = dates.span_of("started")
    objects = RecordedRows.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "亩均数据"
        ordering = ["-year", "company", "pk"]
        indexes = [models.Index(fields=["year", "company"], name="evaluation_input_of_year")]

    def __str__(self) -> str:
        return f"{self.company} {self.year}年亩均数据"

    def clean(self) -> None:
        refuse_negative(
            self, *LAND, "revenue", "energy", "emissions", "staff", "research"
        )  # fmt: skip
        wrong = {}
        if self.land is not None and self.land <= 0:
            said = f"登记加租入减租出是 {self.land.normalize():f} 亩，不大于 0，请核对三项用地；"
            wrong["land_let_mu"] = said + "没有用地的企业不评，登记免评。"
        if self.started_on and self.started_on > date(self.year, 12, 31):
            wrong["started"] = "投产时间在评价年度以后，请核对年度或投产时间。"
        if wrong:
            raise ValidationError(wrong)

    @property
    def land(self) -> Decimal | None:
        """用地 in mu: 登记 + 租入 − 租出; unknown while one of the three is."""
        registered, rented, let = (getattr(self, name) for name in LAND)
        if registered is None or rented is None or let is None:
            return None
        return Decimal(registered + rented - let)

    def lacking(self, quantity: str) -> list[str]:
        """The columns to be filled in where a quantity is unknown, as people call them."""
        names = LAND if quantity == Quantity.LAND else (quantity,)
        return [
            str(self._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
            for name in names
            if getattr(self, name) is None
        ]

    def known(self) -> dict[str, Decimal | None]:
        """Its quantities in the units in which measures are told."""
        held = {name: getattr(self, name) for name in Quantity.values}
        return {
            name: None if value is None else value / TOLD[name].factor
            for name, value in held.items()
        }

    def contradicts(self, others: Iterable[Self]) -> Self | None:
        """Other numbers of the same company in the same year."""
        return next((other for other in others if other.year == self.year), None)


class Ground(models.TextChoices):
    """For what a company is not evaluated, or comes into a lower grade."""

    NEW = "new", "新投产"
    UTILITY = "utility", "公共服务和民生保障"
    OTHER = "other", "其他"
    SAFETY = "safety", "安全生产"
    ENVIRONMENT = "environment", "生态环境"
    TAX = "tax", "税收违法"
    LABOUR = "labour", "欠薪"
    CREDIT = "credit", "失信"


class MarkEffect(models.TextChoices):
    """Its value is that of `crm.evaluation.Effect`."""

    EXEMPT = "exempt", "免评"
    ONE_LOWER = "one_lower", "降一档"
    AT_BEST_C = "at_best_c", "最高 C 档"
    AT_BEST_D = "at_best_d", "直接定为 D 档"


class EvaluationMark(Recorded):
    """免评 or 降档 of one company in one year, with its ground: what its numbers do not say."""

    rights = access.Rights(access.EVALUATIONS, own={access.Reach.PARK: "company__park"})

    hangs_on: ClassVar = "company"
    chain_keeps: ClassVar = ("company",)
    told_twice_by: ClassVar = ("year", "ground", "effect")

    company = models.ForeignKey(
        "crm.Company", models.PROTECT, verbose_name="企业", related_name="evaluation_marks"
    )
    year = models.PositiveSmallIntegerField("年度")
    ground = models.CharField("事由", max_length=20, choices=Ground)
    effect = models.CharField("处理", max_length=20, choices=MarkEffect)
    document = models.CharField("依据文件", max_length=200, blank=True)
    note = models.CharField("说明", max_length=300, blank=True)

    objects = RecordedRows.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "免评和降档"
        ordering = ["-year", "company", "pk"]
        indexes = [models.Index(fields=["year", "company"], name="evaluation_mark_of_year")]

    def __str__(self) -> str:
        return f"{self.company} {self.year}年{self.get_effect_display()}"

    @property
    def told(self) -> str:
        """降一档（生态环境：废水超标）."""
        why = "：".join(filter(None, [self.get_ground_display(), self.note or self.document]))
        return f"{self.get_effect_display()}（{why}）"

    def contradicts(self, others: Iterable[Self]) -> Self | None:
        """Another mark of the same year on the same ground."""
        mine = (self.year, self.ground)
        return next((one for one in others if (one.year, one.ground) == mine), None)
