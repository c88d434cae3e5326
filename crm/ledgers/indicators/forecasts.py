"""全年预计台账: what is expected of a year a row, with the day on which it was said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crm.actions.indicators import forecasts
from crm.actions.questions import NOTHING_SAID, Anyway
from crm.ledgers import given
from crm.ledgers.base import Column, Group, Kind, Ledger, declare, one
from crm.models import User
from crm.models.indicators.forecasts import Forecast


def _register(values: Mapping[str, Any], *, by: User, anyway: Anyway = NOTHING_SAID) -> Forecast:
    lacking = {"indicator": "请选择指标。", "year": "请填写年度。", "made": "请填写预计日期。"}
    kept = given.with_year(given.needed(values, lacking))
    return forecasts.record_forecast(kept.pop("indicator"), by=by, anyway=anyway, **kept)


def _change(
    row: Forecast,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    reason: str = "按表格更正",
) -> Forecast:
    said = "全年预计不能换到另一个指标；请作废后另行登记。"
    kept = given.with_year(
        given.with_days(given.unmoved(values, row, "indicator", said=said), "made")
    )
    return forecasts.correct_forecast(row, kept, by=by, reason=reason) if kept else row


def _find(values: Mapping[str, Any], by: User) -> Forecast | None:
    """The forecast of this indicator and year that was made then."""
    indicator, year, made = (values.get(name) for name in ("indicator", "year", "made"))
    if indicator is None or made is None or not str(year or "").isdecimal():
        return None
    mine = (
        Forecast.objects.standing().visible_to(by).filter(indicator=indicator, year=int(str(year)))
    )
    return one(mine.filter(made_on=made.start, made_until=made.end))


LEDGER = declare(
    Ledger(
        key="forecasts",
        label="全年预计",
        group=Group.ASSESSMENT,
        model=Forecast,
        place=62,
        verbs={"record_forecast": "登记全年预计", "correct_forecast": "更正全年预计"},
        known_on="made",
        in_figures=("indicator", "year", "made", "growth", "last_year"),
        lookup=("indicator__name", "document"),
        joins=("indicator", "by"),
        ordering=("-year", "-made_on", "pk"),
        register_verb=_register,
        change_verb=_change,
        find_row=_find,
        description="对全年的预计，连同作出预计的日期和当时说的上年实际数；以后再作的预计另登一条。",
        columns=(
            Column("indicator", "指标", Kind.REFERENCE, reference="indicators",
                   aliases=("指标名称",), required=True, in_list=True, is_filter=True),
            Column("year", "年度", aliases=("年份",), required=True, in_list=True,
                   is_filter=True, is_sortable=True, help="例如 2023。",
                   get=lambda row: str(row.year)),
            Column("made", "预计日期", Kind.WHEN, aliases=("作出日期", "日期"), required=True,
                   in_list=True, is_sortable=True, order_by="made_on", get=lambda row: row.made),
            Column("value", "全年预计", Kind.NUMBER, aliases=("预计数", "全年预计数", "预计值"),
                   in_list=True, is_summed=False, is_signed=True, help="按指标的计量单位。"),
            Column("growth", "预计增长", Kind.NUMBER, unit="%",
                   aliases=("预计增速", "预计同比"), in_list=True, is_summed=False, is_signed=True),
            Column("last_year", "上年实际", Kind.NUMBER, aliases=("上年实际数", "上年数"),
                   is_summed=False, is_signed=True,
                   help="作出预计时说的上年实际数，不由月份相加。"),
            Column("document", "依据", aliases=("文件", "依据文件", "文号"), in_list=True),
            Column("by", "经办人", Kind.REFERENCE, reference="users", in_form=False,
                   in_import=False),
        ),
    )
)  # fmt: skip
