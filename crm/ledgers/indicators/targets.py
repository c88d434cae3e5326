"""年度目标台账: typed in the indicator's own unit, kept in yuan or in pieces."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from crm.actions import rows
from crm.actions.questions import NOTHING_SAID, Anyway
from crm.errors import Refused
from crm.ledgers import given
from crm.ledgers.base import Column, Group, Kind, Ledger, declare
from crm.models import Target, TargetIndicator, TargetLevel, User
from crm.models.indicators.targets import key_of


def _stored(values: Mapping[str, Any], row: Target | None = None) -> dict[str, Any]:
    kept = given.with_year(
        {name: value for name, value in values.items() if value is not None or row is not None}
    )
    if "unit" in kept:
        kept["unit"] = kept["unit"] or ""
    indicator = kept.get("indicator") or (row.indicator if row else "")
    shown = kept.get("value", row.shown if row else None)
    if indicator and shown is not None and ("value" in kept or "indicator" in kept):
        factor = TargetIndicator(indicator).factor
        value = (Decimal(shown) * factor).quantize(Decimal("0.01"))
        if factor == 1 and value != value.to_integral_value():
            raise Refused("个数应是整数。", "invalid", ["value"])
        kept["value"] = value
    return kept


def _register(values: Mapping[str, Any], *, by: User, anyway: Anyway = NOTHING_SAID) -> Target:
    labels = {"year": "年度", "level": "层级", "indicator": "指标", "value": "目标值"}
    lacking = {name: f"请填写{label}。" for name, label in labels.items()}
    kept = given.needed(_stored(values), lacking)
    return rows.register(Target, kept, by=by, anyway=anyway)


def _change(
    row: Target, values: Mapping[str, Any], *, by: User, version: int | None = None
) -> Target:
    return rows.change(row, _stored(values, row), by=by, version=version)


def _find(values: Mapping[str, Any], by: User) -> Target | None:
    of = values.get("park") or values.get("team")
    unit = of.pk if of else str(values.get("unit") or "").strip()
    level, indicator = str(values.get("level") or ""), str(values.get("indicator") or "")
    key = key_of(values.get("year"), level, unit, indicator)
    return Target.objects.visible_to(by).filter(key=key).first()


LEDGER = declare(
    Ledger(
        key="annual-targets",
        label="年度目标",
        group=Group.ASSESSMENT,
        model=Target,
        place=20,
        lookup=("unit", "park__name", "team__name"),
        joins=("park", "team"),
        ordering=("-year", "pk"),
        register_verb=_register,
        change_verb=_change,
        find_row=_find,
        description="各单位一年要完成的数；完成多少由台账算出，不填报。",
        columns=(
            Column("name", "目标", in_list=True, in_form=False, in_import=False, in_api=False,
                   get=lambda row: row.unit_name),
            Column("year", "年度", required=True, in_list=True, is_filter=True, is_sortable=True,
                   aliases=("年份",), help="例如 2023。",
                   get=lambda row: str(row.year)),
            Column("level", "层级", Kind.CHOICE, choices=TargetLevel, required=True, in_list=True,
                   is_filter=True, aliases=("级别",)),
            Column("park", "园区", Kind.REFERENCE, reference="parks", is_filter=True,
                   help="层级为园区时填写。"),
            Column("team", "科室", Kind.REFERENCE, reference="teams", is_filter=True,
                   aliases=("招商科室",), help="层级为科室时填写。"),
            Column("unit", "部门或乡镇", aliases=("部门", "乡镇", "责任单位"),
                   help="层级为部门或乡镇时填写，写法与服务分工里的责任单位一致。"),
            Column("indicator", "指标", Kind.CHOICE, choices=TargetIndicator, required=True,
                   in_list=True, is_filter=True, aliases=("考核指标",)),
            Column("value", "目标值", Kind.NUMBER, required=True, in_list=True,
                   aliases=("年度目标", "目标任务"), help="项目按个，投资和资金按亿元，例如 40。",
                   get=lambda row: row.shown),
            Column("measured_in", "单位", in_list=True, in_form=False, in_import=False,
                   get=lambda row: TargetIndicator(row.indicator).unit),
        ),
    )
)  # fmt: skip
