"""亩均数据台账: a company and year a row; and 免评和降档."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crm.actions.companies import evaluation_inputs
from crm.actions.questions import NOTHING_SAID, Anyway
from crm.ledgers import given
from crm.ledgers.base import Column, Group, Kind, Ledger, declare, one
from crm.models import User
from crm.models.companies.evaluation_inputs import (
    EvaluationInput,
    EvaluationMark,
    Ground,
    MarkEffect,
)

_LACKING = {"company": "请选择企业。", "year": "请填写年度。"}
_COMPANY = Column(
    "company", "企业", Kind.REFERENCE, reference="companies",
    aliases=("企业名称", "单位名称", "公司名称", "单位详细名称"), required=True, in_list=True,
    is_filter=True,
)  # fmt: skip
_YEAR = Column(
    "year", "年度", aliases=("年份", "评价年度"), required=True, in_list=True, is_filter=True,
    is_sortable=True, help="例如 2022。", get=lambda row: str(row.year),
)  # fmt: skip
_BY = Column("by", "经办人", Kind.REFERENCE, reference="users", in_form=False, in_import=False)


def _told(values: Mapping[str, Any]) -> tuple[Any, int, dict[str, Any]]:
    """The company, the year and what else is told."""
    kept = given.with_days(given.needed(values, _LACKING), "started")
    return kept.pop("company"), given.year(kept.pop("year")), kept


def _register(
    values: Mapping[str, Any], *, by: User, anyway: Anyway = NOTHING_SAID
) -> EvaluationInput:
    company, year, told = _told(values)
    return evaluation_inputs.record_inputs(company, year, by=by, anyway=anyway, **told)


def _unmoved(values: Mapping[str, Any], row: Any, what: str) -> dict[str, Any]:
    """What is said of a row besides whose it is and of which year."""
    said = f"{what}不能换到另一户企业或年度；请作废这一条后另行登记。"
    return given.unmoved(given.with_year(values), row, "company", "year", said=said)


def _change(
    row: EvaluationInput,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    reason: str = "按表格更正",
) -> EvaluationInput:
    kept = _unmoved(values, row, "亩均数据")
    if "started" in kept:
        when = kept.pop("started")
        kept["started_on"] = when.start if when else None
        kept["started_until"] = when.end if when else None
    return evaluation_inputs.correct_inputs(row, kept, by=by, reason=reason) if kept else row


def _find(values: Mapping[str, Any], by: User) -> EvaluationInput | None:
    company, year = values.get("company"), values.get("year")
    if company is None or not str(year or "").isdecimal():
        return None
    seen = EvaluationInput.objects.standing().visible_to(by)
    return one(seen.filter(company=company, year=int(str(year))))


INPUTS = declare(
    Ledger(
        key="evaluation-inputs",
        label="亩均数据",
        group=Group.ASSESSMENT,
        model=EvaluationInput,
        place=71,
        verbs={"record_inputs": "登记亩均数据", "correct_inputs": "更正亩均数据"},
        park="company__park",
        lookup=("company__name", "document"),
        joins=("company", "by"),
        ordering=("-year", "company__name", "pk"),
        register_verb=_register,
        change_verb=_change,
        find_row=_find,
        parts=(
            ("", ("company", "year", "land_registered_mu", "land_rented_mu", "land_let_mu")),
            ("税务和统计", ("tax", "value_added", "revenue", "research", "staff")),
            ("能耗和排放", ("energy", "emissions", "started", "document")),
        ),
        description="各部门提供的企业全年数：用地、税收、增加值、能耗、排放、人员、研发、收入。"
        "不知道的留空，就是待补；真的没有的填 0。",
        columns=(
            _COMPANY,
            _YEAR,
            Column("land", "用地面积", Kind.NUMBER, unit="亩", in_list=True, in_form=False,
                   in_import=False, is_summed=False, get=lambda row: row.land,
                   help="登记 + 租入 − 租出。"),
            Column("land_registered_mu", "登记用地", Kind.NUMBER, unit="亩",
                   aliases=("用地登记面积", "登记面积", "土地面积"), is_summed=False,
                   help="不动产登记的用地，例如 60；没有的填 0。"),
            Column("land_rented_mu", "租入用地", Kind.NUMBER, unit="亩",
                   aliases=("租入面积", "承租面积"), is_summed=False, help="没有租入的填 0。"),
            Column("land_let_mu", "租出用地", Kind.NUMBER, unit="亩",
                   aliases=("租出面积", "出租面积"), is_summed=False,
                   help="没有租出的填 0，例如 0.5。"),
            Column("tax", "实缴税收", Kind.MONEY, unit="万元",
                   aliases=("税收", "实缴税金", "入库税收", "税收实际贡献"), in_list=True,
                   is_signed=True, help="退税多于缴税的填负数。"),
            Column("value_added", "工业增加值", Kind.MONEY, unit="万元", aliases=("增加值",),
                   in_list=True, is_signed=True),
            Column("revenue", "营业收入", Kind.MONEY, unit="万元",
                   aliases=("主营业务收入", "销售收入")),
            Column("energy", "综合能耗", Kind.NUMBER, unit="吨标煤",
                   aliases=("综合能源消费量", "能耗", "能源消费量"), in_list=True),
            Column("emissions", "主要污染物排放量", Kind.NUMBER, unit="吨",
                   aliases=("排放量", "污染物排放量", "排放当量"),
                   help="按办法规定的几项合计。"),
            Column("staff", "年平均从业人员", Kind.NUMBER, unit="人",
                   aliases=("从业人员", "平均用工人数", "职工人数", "从业人数")),
            Column("research", "研发经费", Kind.MONEY, unit="万元",
                   aliases=("研发投入", "研究与试验发展经费", "R&D经费", "研发费用")),
            Column("started", "投产时间", Kind.WHEN, aliases=("投产日期", "投产年月"),
                   get=lambda row: row.started,
                   help="办法里有新投产免评的要填；例如 2021-05。"),
            Column("document", "依据", aliases=("依据文件", "数据来源")),
            _BY,
        ),
    )
)  # fmt: skip


def _register_mark(
    values: Mapping[str, Any], *, by: User, anyway: Anyway = NOTHING_SAID
) -> EvaluationMark:
    company, year, told = _told(values)
    return evaluation_inputs.record_mark(company, year, by=by, anyway=anyway, **told)


def _change_mark(
    row: EvaluationMark,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    reason: str = "按表格更正",
) -> EvaluationMark:
    kept = _unmoved(values, row, "免评和降档")
    return evaluation_inputs.correct_mark(row, kept, by=by, reason=reason) if kept else row


def _find_mark(values: Mapping[str, Any], by: User) -> EvaluationMark | None:
    company, year, ground = (values.get(name) for name in ("company", "year", "ground"))
    if company is None or not str(year or "").isdecimal() or not ground:
        return None
    seen = EvaluationMark.objects.standing().visible_to(by)
    return one(seen.filter(company=company, year=int(str(year)), ground=ground))


MARKS = declare(
    Ledger(
        key="evaluation-marks",
        label="免评和降档",
        group=Group.ASSESSMENT,
        model=EvaluationMark,
        place=74,
        verbs={"record_mark": "登记免评或降档", "correct_mark": "更正免评和降档"},
        park="company__park",
        lookup=("company__name", "document"),
        joins=("company", "by"),
        ordering=("-year", "company__name", "pk"),
        register_verb=_register_mark,
        change_verb=_change_mark,
        find_row=_find_mark,
        description="哪些企业这一年免评，哪些因安全、环保等一票降档；各有事由和文件。",
        columns=(
            _COMPANY,
            _YEAR,
            Column("ground", "事由", Kind.CHOICE, choices=Ground,
                   spelled=(("安全", Ground.SAFETY), ("安全事故", Ground.SAFETY),
                            ("环保", Ground.ENVIRONMENT), ("环境违法", Ground.ENVIRONMENT),
                            ("新办企业", Ground.NEW), ("公共事业", Ground.UTILITY)),
                   aliases=("原因", "类别"), required=True, in_list=True, is_filter=True),
            Column("effect", "处理", Kind.CHOICE, choices=MarkEffect,
                   spelled=(("一票降档", MarkEffect.ONE_LOWER), ("定为D", MarkEffect.AT_BEST_D),
                            ("一票否决", MarkEffect.AT_BEST_D)),
                   aliases=("处理意见", "结果"), required=True, in_list=True, is_filter=True),
            Column("document", "依据文件", aliases=("文号", "依据"), in_list=True),
            Column("note", "说明", aliases=("事项",)),
            _BY,
        ),
    )
)  # fmt: skip
