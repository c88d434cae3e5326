"""指标目标台账: what a published number is to be for a year, typed in the indicator's unit."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from crm.actions import rows
from crm.actions.questions import NOTHING_SAID, Anyway
from crm.exact import rounded
from crm.ledgers import given
from crm.ledgers.base import Column, Group, Kind, Ledger, declare, one
from crm.models import User
from crm.models.indicators.indicator_targets import IndicatorTarget


def _stored(values: Mapping[str, Any], row: IndicatorTarget | None = None) -> dict[str, Any]:
    kept = {name: value for name, value in values.items() if value is not None or row is not None}
    return given.with_year(kept)


def _register(
    values: Mapping[str, Any], *, by: User, anyway: Anyway = NOTHING_SAID
) -> IndicatorTarget:
    lacking = {"indicator": "请选择指标。", "year": "请填写年度。", "value": "请填写目标值。"}
    kept = given.needed(_stored(values), lacking)
    return rows.register(IndicatorTarget, kept, by=by, anyway=anyway)


def _change(
    row: IndicatorTarget, values: Mapping[str, Any], *, by: User, version: int | None = None
) -> IndicatorTarget:
    return rows.change(row, _stored(values, row), by=by, version=version)


def _find(values: Mapping[str, Any], by: User) -> IndicatorTarget | None:
    indicator, year, park = (values.get(name) for name in ("indicator", "year", "park"))
    if indicator is None or not str(year or "").isdecimal():
        return None
    found = IndicatorTarget.objects.visible_to(by)
    return one(found.filter(indicator=indicator, year=int(str(year)), park=park))


def _growth(row: IndicatorTarget) -> str:
    return "" if row.growth is None else f"{rounded(Decimal(row.growth), 1)}%"


LEDGER = declare(
    Ledger(
        key="indicator-targets",
        label="指标目标",
        group=Group.ASSESSMENT,
        model=IndicatorTarget,
        place=21,
        register_verb=_register,
        change_verb=_change,
        find_row=_find,
        lookup=("indicator__name", "park__name", "document"),
        joins=("indicator", "park"),
        ordering=("-year", "indicator", "pk"),
        description="产值、税收、投资等公布的指标全年要达到多少；完成多少取每月公布的读数，按时序比。",
        columns=(
            Column("indicator", "指标", Kind.REFERENCE, reference="indicators",
                   aliases=("指标名称", "考核指标"), required=True, in_list=True, is_filter=True),
            Column("year", "年度", aliases=("年份",), required=True, in_list=True,
                   is_filter=True, is_sortable=True, help="例如 2023。",
                   get=lambda row: str(row.year)),
            Column("park", "园区", Kind.REFERENCE, reference="parks", in_list=True,
                   is_filter=True, help="全县的不填。"),
            Column("value", "目标值", Kind.NUMBER, aliases=("年度目标", "目标任务", "全年目标"),
                   required=True, in_list=True, is_summed=False,
                   help="按指标的计量单位，例如 150。"),
            Column("measured_in", "单位", in_list=True, in_form=False, in_import=False,
                   get=lambda row: row.indicator.unit),
            Column("last_year", "上年实际", Kind.NUMBER, aliases=("上年完成", "去年实际"),
                   is_summed=False, is_signed=True,
                   help="定目标时所说的上年数，不由各月相加。"),
            Column("growth", "目标增长", in_list=True, in_form=False, in_import=False,
                   get=_growth),
            Column("document", "依据", aliases=("文件", "依据文件", "文号")),
        ),
    )
)  # fmt: skip
