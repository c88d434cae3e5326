"""亩均评价办法台账, and the measures of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crm.actions.companies import evaluation_schemes
from crm.actions.questions import NOTHING_SAID, Anyway
from crm.errors import Refused
from crm.evaluation import GradeRule, Method, Quantity
from crm.exact import trimmed
from crm.ledgers import given
from crm.ledgers.base import Column, Group, Kind, Ledger, declare
from crm.models import User
from crm.models.companies.evaluation_schemes import (
    Direction,
    EvaluationMeasure,
    EvaluationScheme,
    Population,
)


def _with_year(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with the year as a number; what is not said keeps what the table has."""
    kept = given.with_year(values)
    for name in ("floor", "cap"):
        if name in kept and kept[name] is None:
            del kept[name]
    return kept


def _register(
    values: Mapping[str, Any], *, by: User, anyway: Anyway = NOTHING_SAID
) -> EvaluationScheme:
    return evaluation_schemes.register_scheme(_with_year(values), by=by, anyway=anyway)


def _change(
    row: EvaluationScheme, values: Mapping[str, Any], *, by: User, version: int | None = None
) -> EvaluationScheme:
    return evaluation_schemes.change_scheme(row, _with_year(values), by=by, version=version)


def _find(values: Mapping[str, Any], by: User) -> EvaluationScheme | None:
    """The newest edition of that year and population."""
    year, population = values.get("year"), values.get("population")
    if not str(year or "").isdecimal() or not population:
        return None
    seen = EvaluationScheme.objects.visible_to(by).filter(year=int(str(year)))
    return seen.filter(population=population).order_by("-edition").first()


def _change_measure(
    row: EvaluationMeasure, values: Mapping[str, Any], *, by: User, version: int | None = None
) -> EvaluationMeasure:
    said = "指标不能换到另一个办法；请在那个办法里另行登记。"
    kept = given.unmoved(values, row, "scheme", said=said)
    return evaluation_schemes.change_measure(row, kept, by=by, version=version)


def _register_measure(
    values: Mapping[str, Any], *, by: User, anyway: Anyway = NOTHING_SAID
) -> EvaluationMeasure:
    if values.get("scheme") is None:
        raise Refused("请选择评价办法。", "invalid", ["scheme"])
    return evaluation_schemes.register_measure(values, by=by, anyway=anyway)


def _weight_told(row: EvaluationScheme) -> str:
    weight = row.weight
    told = f"{len(row.measures.all())} 项，权重合计 {trimmed(weight)}"
    return told if weight == 100 else f"{told}，应为 100"


SCHEMES = declare(
    Ledger(
        key="evaluation-schemes",
        label="亩均评价办法",
        group=Group.ASSESSMENT,
        model=EvaluationScheme,
        place=72,
        verbs={"copy_scheme": "沿用到另一年", "new_edition": "另立新版"},
        lookup=("name",),
        prefetch=("measures",),
        register_verb=_register,
        change_verb=_change,
        find_row=_find,
        parts=(
            ("", ("year", "population", "method", "floor", "cap")),
            ("分档", ("grade_rule", "line_a", "line_b", "line_c")),
            ("范围", ("counted_on", "new_years", "document")),
        ),
        description="每年按什么办法评：对象、计分和分档方法都按年度登记，可从上一年沿用；"
        "公布结果以后不再改，要改的另立新版。",
        columns=(
            Column("name", "名称", in_list=True, in_form=False, in_import=False),
            Column("year", "年度", aliases=("年份", "评价年度"), required=True,
                   is_filter=True, is_sortable=True, help="例如 2022。",
                   get=lambda row: str(row.year)),
            Column("population", "评价对象", Kind.CHOICE, choices=Population,
                   spelled=(("规模以上", Population.ABOVE), ("规模以下", Population.BELOW)),
                   aliases=("企业类别",), required=True, is_filter=True),
            Column("edition", "第几版", Kind.NUMBER, in_form=False, in_import=False),
            Column("method", "计分方法", Kind.CHOICE, choices=Method, in_list=True,
                   help="基准值法按与基准值之比计分，极差法按在最小值和最大值之间的位置计分。"),
            Column("floor", "单项下限", Kind.NUMBER, unit="%", is_summed=False,
                   help="单项得分不低于权重的百分之几，例如 0。"),
            Column("cap", "单项上限", Kind.NUMBER, unit="%", is_summed=False,
                   help="单项得分不高于权重的百分之几，例如 150。"),
            Column("grade_rule", "分档方法", Kind.CHOICE, choices=GradeRule, in_list=True),
            Column("line_a", "A 档线", Kind.NUMBER, required=True, is_summed=False,
                   help="例如 20，即按位次排在前 20% 的为 A 档；按得分的填最低分。"),
            Column("line_b", "B 档线", Kind.NUMBER, required=True, is_summed=False,
                   help="例如 80，即 A 档以后到前 80% 的为 B 档。"),
            Column("line_c", "C 档线", Kind.NUMBER, required=True, is_summed=False,
                   help="例如 95，即 B 档以后到前 95% 的为 C 档，其余为 D 档。"),
            Column("weights", "指标", in_list=True, in_form=False, in_import=False,
                   get=_weight_told),
            Column("counted_on", "规上认定日", Kind.DATE,
                   help="哪一天在库的算规上，留空是评价年度的 12 月 31 日。"),
            Column("new_years", "新投产免评年数", Kind.NUMBER, is_summed=False,
                   help="到年末投产未满几年的免评，例如 2；没有这一条的留空。"),
            Column("document", "依据文件", aliases=("文号", "依据")),
            Column("why", "改版原因", in_form=False, in_import=False),
        ),
    )
)  # fmt: skip

MEASURES = declare(
    Ledger(
        key="evaluation-measures",
        label="亩均评价指标",
        group=Group.ASSESSMENT,
        model=EvaluationMeasure,
        place=73,
        natural_key=("scheme", "numerator", "denominator"),
        lookup=("name", "scheme__name"),
        joins=("scheme",),
        ordering=("scheme", "-weight", "pk"),
        register_verb=_register_measure,
        change_verb=_change_measure,
        parts=(
            ("", ("scheme", "name", "numerator", "denominator", "direction", "weight")),
            ("对照", ("base", "low", "high")),
        ),
        description="每个办法用哪些指标：两个数相除，各占多少权重，越高越好还是越低越好；"
        "权重合计 100。",
        columns=(
            Column("name", "指标名称", aliases=("指标", "评价指标"), required=True, in_list=True),
            Column("scheme", "评价办法", Kind.REFERENCE, reference="evaluation-schemes",
                   aliases=("办法",), required=True, in_list=True, is_filter=True),
            Column("numerator", "分子", Kind.CHOICE, choices=Quantity, required=True,
                   in_list=True),
            Column("denominator", "分母", Kind.CHOICE, choices=Quantity, required=True,
                   in_list=True),
            Column("unit", "单位", in_list=True, in_form=False, in_import=False),
            Column("direction", "方向", Kind.CHOICE, choices=Direction,
                   spelled=(("正向", Direction.HIGHER), ("逆向", Direction.LOWER)),
                   aliases=("指标方向", "指标性质"), in_list=True),
            Column("weight", "权重", Kind.NUMBER, unit="%", aliases=("权数", "分值"),
                   required=True, in_list=True, is_summed=False, help="例如 30。"),
            Column("base", "基准值", Kind.NUMBER, is_summed=False,
                   help="基准值法用；留空按参评企业的平均值（合计除以合计）。"),
            Column("low", "最小值", Kind.NUMBER, is_summed=False,
                   help="极差法用；留空按参评企业里最小的。"),
            Column("high", "最大值", Kind.NUMBER, is_summed=False,
                   help="极差法用；留空按参评企业里最大的。"),
        ),
    )
)  # fmt: skip
