"""目标进度: what each unit has completed of its target; each number opens its rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from crm import access, clock
from crm.access import Action
from crm.errors import Hidden
from crm.exact import WAN, grouped, rounded, trimmed
from crm.models import FundingReceipt, Target, TargetIndicator, TargetLevel
from crm.models.worth import Valued, Worth, worths
from crm.prorata import due as due_after
from crm.prorata import pace
from crm.reports import indicator_targets, lines, targets
from crm.reports.credit import Part
from crm.reports.indicator_targets import IndicatorProgress
from crm.reports.lines import UNKNOWN, Cell
from crm.reports.period import Period
from crm.reports.targets import Progress
from crm.views.base import desk
from crm.views.ledgers.lists import Link

# Which number of 到位资金 a target counts.
COUNTED = "已核定的按核定数计，未核定的按上报数计"


@dataclass(frozen=True)
class Row:
    """One target as the page prints it. `width`: of the bar, `mark`: where 时序 stands in it."""

    name: str
    rank: str
    done: str
    target: str
    unit: str
    percent: str
    pace: str
    look: str  # ahead, even, behind, unknown
    width: str
    url: str
    note: str
    is_paced: bool = True  # it grows over the year, so that it can be ahead or behind


def _published_row(one: IndicatorProgress, name: str) -> Row:
    """A target of a published number; its number opens the reading it is."""
    target, unit = one.target, one.target.indicator.unit
    if one.ahead is not None:
        words, look = pace(one.ahead)
    elif one.percent is None:
        words, look = f"{one.months}月还没有读数", "unknown"
    else:
        words, look = "时点数，不比时序", "even"
    notes = []
    if target.growth is not None:
        notes.append(f"目标增长 {rounded(target.growth, 1)}%")
    if one.reading and one.reading.growth is not None:
        notes.append(f"公布同比 {trimmed(one.reading.growth)}%")
    if one.forecast and one.expected is not None:
        said = f"{one.forecast.made} 预计全年 {_number(one.forecast.value)} {unit}"
        notes.append(f"{said}，为目标的 {rounded(one.expected, 1)}%")
    url = reverse("desk-row", args=["readings", one.reading.pk]) if one.reading else ""
    return Row(
        name=name,
        rank="",
        done=UNKNOWN if one.done is None else _number(one.done),
        target=_number(target.value),
        unit=unit,
        percent="" if one.percent is None else f"{rounded(one.percent, 1)}%",
        pace=words,
        look=look,
        width=_width(one.percent),
        url=url,
        note="，".join(notes),
        is_paced=one.due is not None,
    )


def _width(percent: Decimal | None) -> str:
    """Of a bar; a number below 0 has none."""
    return rounded(max(Decimal(0), min(percent or Decimal(0), Decimal(100))), 1)


def _row(one: Progress, name: str) -> Row:
    target, unit = one.target, TargetIndicator(one.target.indicator).unit
    ahead = one.ahead
    words, look = (one.reason or "金额待补", "unknown") if ahead is None else pace(ahead)
    notes = []
    if one.credit and one.credit.without_amount:
        notes.append(f"{one.credit.without_amount} 行没有金额")
    if one.credit and one.credit.converted:
        notes.append(f"{one.credit.converted} 行外币折算")
    if one.funds:
        reported, allowed = (_shown(n, target) for n in (one.funds.reported, one.funds.allowed))
        notes.append(f"上报 {reported}，核定 {allowed} {unit}（{one.funds.allowed_count} /")
        notes[-1] += f" {one.funds.count} 笔）"
    if one.is_reported_otherwise:
        notes.append(f"园区报告为 {_shown(one.reported, target)} {unit}：")
        notes[-1] += f"{one.shared_count} 个项目与其他园区分成"
    url = reverse("desk-target-rows", args=[target.pk]) + f"?month={one.months}"
    return Row(
        name=name,
        rank="合计" if one.is_total else "" if one.rank is None else f"第 {one.rank}",
        done=_shown(one.done, target),
        target=_number(target.shown),
        unit=unit,
        percent="" if one.percent is None else f"{rounded(one.percent, 1)}%",
        pace=words,
        look=look,
        width=_width(one.percent),
        url=url if one.credit else "",
        note="，".join(notes),
    )


def _shown(number: Decimal | None, target: Target) -> str:
    """What was counted, in the unit of the target."""
    factor = TargetIndicator(target.indicator).factor
    return UNKNOWN if number is None else _number(number / factor)


def _number(number: Decimal) -> str:
    """To two places at most: shares of a project leave more."""
    return grouped(Decimal(rounded(number, 2)))


@dataclass(frozen=True)
class Table:
    """The rows of one level; an indicator's own where several units have it. `note`: which of two
    numbers they count."""

    title: str
    rows: list[Row]
    note: str = ""
    heading: str = "单位"


def _counted(indicators: Iterable[TargetIndicator]) -> str:
    funds = TargetIndicator.FUNDS_IN_PLACE
    return f"{funds.label}：{COUNTED}。" if funds in indicators else ""


def _asked(request: HttpRequest) -> tuple[int, int]:
    """The year and the month asked for; the usual ones, where nothing readable is."""
    usual = Period.usual(clock.today())
    year, month = request.GET.get("year", ""), request.GET.get("month", "")
    return (
        int(year) if year.isdecimal() and 2000 <= int(year[:9]) <= 2100 else usual.end.year,
        int(month) if month.isdecimal() and 1 <= int(month[:9]) <= 12 else usual.end.month,
    )


@desk
def board(request: HttpRequest) -> HttpResponse:
    access.require_noun(request.user, Action.REPORT, "project")
    year, months = _asked(request)
    stood = targets.Board(year, months, request.user)
    levels = []
    for level, found in stood.progress().items():
        if level == TargetLevel.COUNTY:
            rows = [_row(one, indicator.label) for indicator, some in found.items() for one in some]
            levels.append((level, [Table("", rows, _counted(found), "指标")]))
        else:
            levels.append((level, [
                Table(
                    indicator.label,
                    [_row(one, one.target.unit_name) for one in some],
                    _counted([indicator]),
                )
                for indicator, some in found.items()
            ]))  # fmt: skip
    _add_published(levels, indicator_targets.progress(year, months, request.user))
    years = sorted(set(targets.visible_targets(request.user).values_list("year", flat=True)))
    due = due_after(months)
    return render(
        request,
        "crm/targets.html",
        {
            "year": year,
            "months": months,
            "levels": levels,
            "years": [
                Link(f"{one}年", f"?year={one}&month={months}", is_current=one == year)
                for one in sorted({*years, year})
            ],
            "month_choices": [
                Link(f"1-{one}月" if one > 1 else "1月", f"?year={year}&month={one}",
                     is_current=one == months)
                for one in range(1, 13)
            ],
            "due": f"{rounded(due, 1)}%",
            "mark": rounded(due, 1),
            "is_unfinished": stood.context.period.end > clock.today(),
            "today": clock.today(),
            "is_partial": stood.is_partial,
            "may_change": access.can(request.user, Action.REGISTER, "target"),
        },
    )  # fmt: skip


def _add_published(
    levels: list[tuple[TargetLevel, list[Table]]], published: list[IndicatorProgress]
) -> None:
    """Puts the targets of published numbers behind those the ledger counts, of the county and of
    its parks."""
    note = "完成数是公布的读数；时序只比累计指标。"
    for level, is_of_park in ((TargetLevel.COUNTY, False), (TargetLevel.PARK, True)):
        mine = [one for one in published if (one.target.park_id is not None) is is_of_park]
        rows = [
            _published_row(
                one,
                f"{one.target.park} {one.target.indicator}"
                if is_of_park
                else str(one.target.indicator),
            )
            for one in mine
        ]
        if not rows:
            continue
        table = Table("公布的指标", rows, note, "指标")
        at = next((tables for found, tables in levels if found == level), None)
        if at is None:
            levels.append((level, [table]))
        else:
            at.append(table)
    levels.sort(key=lambda pair: list(TargetLevel).index(pair[0]))


@dataclass(frozen=True)
class Line:
    title: str
    url: str
    cells: list[Cell]
    amount: str
    allowed: str  # of 到位资金: what was allowed of the amount
    share: str
    counted: str
    told: str  # how foreign money became the amount


@desk
def rows(request: HttpRequest, pk: int) -> HttpResponse:
    """The rows a target's number was counted from, each with the share that counts."""
    access.require_noun(request.user, Action.REPORT, "project")
    found = targets.visible_targets(request.user).select_related("park", "team")
    target = found.filter(pk=pk).first()
    if target is None:
        raise Hidden()
    _, months = _asked(request)
    stood = targets.Board(target.year, months, request.user)
    one, indicator = stood.of(target), TargetIndicator(target.indicator)
    parts = one.credit.parts if one.credit else ()
    told = _lines(parts, indicator)
    return render(
        request,
        "crm/target_rows.html",
        {
            "target": target,
            "period": stood.context.period,
            "rule": targets.FIGURES[indicator].rule,
            "row": _row(one, target.unit_name),
            "lines": told,
            "is_money": indicator.is_money,
            "is_funds": indicator == TargetIndicator.FUNDS_IN_PLACE,
            "is_shared": any(part.share != 1 for part in parts),
            "reported": _shown(one.reported, target) if one.is_reported_otherwise else "",
            "shared_count": one.shared_count,
            "is_partial": stood.is_partial,
            "back": reverse("desk-targets") + f"?year={target.year}&month={months}",
        },
    )


def _lines(parts: Sequence[Part], indicator: TargetIndicator) -> list[Line]:
    """The rows with what each states (上报, where 核定 stands beside it) and what of it counts."""
    stated = [part.worth for part in parts]
    if indicator == TargetIndicator.FUNDS_IN_PLACE:
        stated = worths([part.row for part in parts], "amount")
    return [_line(part, worth, indicator) for part, worth in zip(parts, stated, strict=True)]


def _line(part: Part, stated: Worth, indicator: TargetIndicator) -> Line:
    row, allowed = part.row, ""
    shown = lines.line(row)
    if isinstance(row, FundingReceipt):
        is_allowed = row.allowed_amount is not None
        allowed = _money(row.allowed_amount, indicator) if is_allowed else "未核定"
    is_foreign = isinstance(row, Valued) and row.is_foreign
    return Line(
        shown.title,
        shown.address,
        shown.cells[:2],
        _money(stated.value, indicator),
        allowed,
        f"{grouped(part.share * 100)}%",
        _money(part.counted, indicator),
        stated.told(row) if is_foreign and indicator.is_money else "",
    )


def _money(number: Decimal | None, indicator: TargetIndicator) -> str:
    """In 万元 where it is money."""
    if number is None:
        return UNKNOWN
    return grouped(number / WAN if indicator.is_money else number)
