"""亩均评价办法: by which rules a year's companies are evaluated; all of it is data by year."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models

from crm import access, evaluation
from crm.evaluation import SIGNED, GradeRule, Method, Quantity
from crm.exact import ExactField
from crm.models.base import Row, Rows, Standing, once
from crm.models.companies.scale_thresholds import YEARS


class Population(models.TextChoices):
    """Who is compared with whom: companies above scale by one set of measures, others by theirs."""

    ABOVE = "above", "规上"
    BELOW = "below", "规下"


class Direction(models.TextChoices):
    HIGHER = "higher", "越高越好"
    LOWER = "lower", "越低越好"


class Schemes(Rows):
    def of_year(self, year: int) -> Self:
        """The newest edition of each population's scheme."""
        newer = EvaluationScheme.objects.filter(
            year=models.OuterRef("year"),
            population=models.OuterRef("population"),
            edition__gt=models.OuterRef("edition"),
        )
        return self.filter(~models.Exists(newer), year=year)


class EvaluationScheme(Row):
    """The rules of one population in one year. Once results are published by it, nothing of it
    changes: another edition (第几版) is made, with its reason. floor, cap: what a measure earns at
    least and at most, in per cent of its weight. The lines are those of A, B and C; counted_on: the
    day on which a company is above scale or not, the year's last unless said otherwise; new_years:
    for how many years after it began a company is not evaluated."""

    rights = access.Rights(access.EVALUATION_RULES)

    year = models.PositiveSmallIntegerField("年度", validators=YEARS)
    population = models.CharField("评价对象", max_length=10, choices=Population)
    edition = models.PositiveSmallIntegerField("第几版", default=1)
    name = models.CharField("名称", max_length=40, editable=False, db_index=True)
    method = models.CharField("计分方法", max_length=10, choices=Method, default=Method.BASE)
    floor = ExactField(verbose_name="单项下限", scale=2, default=Decimal(0))
    cap = ExactField(verbose_name="单项上限", scale=2, default=Decimal(150))
    grade_rule = models.CharField(
        "分档方法", max_length=10, choices=GradeRule, default=GradeRule.RANK
    )
    line_a = ExactField(verbose_name="A 档线", scale=2)
    line_b = ExactField(verbose_name="B 档线", scale=2)
    line_c = ExactField(verbose_name="C 档线", scale=2)
    counted_on = models.DateField("规上认定日", null=True, blank=True)
    new_years = models.PositiveSmallIntegerField("新投产免评年数", null=True, blank=True)
    document = models.CharField("依据文件", max_length=200, blank=True)
    why = models.CharField("改版原因", max_length=300, blank=True)

    objects = Standing.from_queryset(Schemes)()

    class Meta:
        verbose_name = verbose_name_plural = "亩均评价办法"
        ordering = ["-year", "population", "-edition"]
        constraints = [
            once(
                "year",
                "population",
                "edition",
                name="evaluation_scheme_once",
                message="这一年度、这一评价对象的办法已登记，请修改原来的一条。",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        population = Population(self.population).label if self.population else ""
        self.name = f"{self.year}年{population}"
        self.name += f"第{self.edition}版" if self.edition > 1 else ""
        wrong = {}
        if not 0 <= self.floor <= 100:
            wrong["floor"] = "单项下限是权重的百分之几，填 0 到 100。"
        if not 100 <= self.cap <= 1000:
            wrong["cap"] = "单项上限是权重的百分之几，填 100 到 1000；不加分的填 100。"
        if self.counted_on and self.counted_on.year not in (self.year, self.year + 1):
            wrong["counted_on"] = "规上认定日应在评价年度或次年。"
        wrong |= self._wrong_lines()
        if wrong:
            raise ValidationError(wrong)

    def _wrong_lines(self) -> dict[str, str]:
        lines = [self.line_a, self.line_b, self.line_c]
        if any(line is None for line in lines):
            return {}  # the field itself says that it is empty
        wrong = {}
        if self.grade_rule == GradeRule.SCORE:
            said = "按得分分档，A、B、C 档线依次降低，例如 90、75、60。"
            steps = [(self.line_a, self.line_b), (self.line_b, self.line_c)]
        else:
            said = "按位次分档，档线是累计百分比，依次升高，例如 20、80、95。"
            steps = [(self.line_b, self.line_a), (self.line_c, self.line_b)]
            if self.line_c > 100:
                wrong["line_c"] = "累计百分比不会超过 100。"
        for name, (more, less) in zip(("line_b", "line_c"), steps, strict=True):
            if more <= less:
                wrong.setdefault(name, said)
        wrong |= {
            f"line_{grade}": "档线不会小于 0。"
            for grade, line in zip("abc", lines, strict=True)
            if line < 0
        }
        return wrong

    @property
    def day(self) -> date:
        """The day on which a company is above scale or not."""
        return self.counted_on or date(self.year, 12, 31)

    @property
    def weight(self) -> Decimal:
        """Of all its measures together; 100 when it is complete."""
        return sum((one.weight for one in self.measures.all()), Decimal(0))

    @property
    def weighed(self) -> list[EvaluationMeasure]:
        """Its measures, the heaviest first."""
        return sorted(self.measures.all(), key=lambda one: (-one.weight, one.pk))

    @property
    def has_newer(self) -> bool:
        """Whether a later edition of it was made."""
        same = EvaluationScheme.objects.filter(year=self.year, population=self.population)
        return same.filter(edition__gt=self.edition).exists()

    def rules(self) -> evaluation.Rules:
        """As they are computed by; ValueError where the weights do not add to 100."""
        return evaluation.Rules(
            tuple(one.told() for one in self.weighed),
            (self.line_a, self.line_b, self.line_c),
            str(self.method),
            str(self.grade_rule),
            self.floor,
            self.cap,
        )


class EvaluationMeasure(Row):
    """One measure of a scheme: a quantity over another, its weight, what it is held against. An
    empty base is the average of the companies evaluated, an empty least or most what they have."""

    rights = access.Rights(access.EVALUATION_RULES)

    scheme = models.ForeignKey(
        EvaluationScheme, models.PROTECT, verbose_name="评价办法", related_name="measures"
    )
    name = models.CharField("指标名称", max_length=40)
    numerator = models.CharField("分子", max_length=20, choices=Quantity)
    denominator = models.CharField("分母", max_length=20, choices=Quantity)
    weight = ExactField(verbose_name="权重", scale=2)
    direction = models.CharField("方向", max_length=10, choices=Direction, default=Direction.HIGHER)
    base = ExactField(verbose_name="基准值", scale=6, null=True, blank=True)
    low = ExactField(verbose_name="最小值", scale=6, null=True, blank=True)
    high = ExactField(verbose_name="最大值", scale=6, null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "亩均评价指标"
        ordering = ["scheme", "-weight", "pk"]
        constraints = [
            once(
                "scheme",
                "numerator",
                "denominator",
                name="evaluation_measure_once",
                message="这个办法里已有同样的指标，请修改原来的一条。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.scheme} {self.name}"

    def clean(self) -> None:
        wrong: dict[str, str] = {}
        if self.weight is not None and not 0 < self.weight <= 100:
            wrong["weight"] = "权重大于 0，不超过 100。"
        if self.numerator and self.numerator == self.denominator:
            wrong["denominator"] = "分母和分子相同，算出来的总是 1；请另选分母。"
        if self.direction == Direction.LOWER and self.numerator in SIGNED:
            label = Quantity(self.numerator).label
            wrong["direction"] = f"{label}可能为负，不能越低越好；请换成它作分母。"
        if self.base is not None and self.base <= 0:
            wrong["base"] = "基准值大于 0；按平均值计的留空。"
        if self.low is not None and self.high is not None and self.high <= self.low:
            wrong["high"] = "最大值应大于最小值。"
        if wrong:
            raise ValidationError(wrong)

    @property
    def unit(self) -> str:
        if not (self.numerator and self.denominator):
            return ""
        return evaluation.unit_of(self.numerator, self.denominator)

    def told(self) -> evaluation.Measure:
        return evaluation.Measure(
            self.name,
            str(self.numerator),
            str(self.denominator),
            self.weight,
            self.direction == Direction.LOWER,
            self.base,
            self.low,
            self.high,
        )


def populations(year: int) -> dict[str, Any]:
    """The newest scheme of each population of a year, with its measures."""
    found = EvaluationScheme.objects.of_year(year).prefetch_related("measures")
    return {one.population: one for one in found}
