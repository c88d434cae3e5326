"""亩均评价 of a year on the desk: the grades, the ranking, what is missing, and what would come out
otherwise today."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse

from crm import access
from crm.access import Action
from crm.evaluation import Grade, GradeRule
from crm.exact import rounded, trimmed
from crm.models import Company, Industry, Park
from crm.models.companies.evaluation_schemes import EvaluationScheme, Population
from crm.models.companies.evaluation_trials import Difference, Trial, differences, trial
from crm.models.companies.evaluations import AppealState, Evaluation, EvaluationAppeal
from crm.views.base import Link, address, desk, page_of, pages_beside
from crm.views.companies.evaluation_lines import (
    EXEMPT,
    Asked,
    Line,
    asked_of,
    editions,
    lines_published,
    lines_tried,
    published_rows,
    value_text,
)
from crm.views.ledgers.lists import readable


@dataclass(frozen=True)
class Bar:
    """One grade of the distribution: how many companies, of all that are shown."""

    label: str
    count: int
    percent: str
    width: str
    url: str
    is_current: bool
    look: str


def _bars(lines: Sequence[Line], asked: Asked, request: HttpRequest) -> list[Bar]:
    counts = Counter(line.mark for line in lines)
    ranked = sum(counts[grade] for grade in Grade.values)
    most = max(counts.values(), default=1)
    params = readable(request.GET)
    bars = []
    for mark in (*Grade.values, EXEMPT):
        if mark == EXEMPT and not counts[mark]:
            continue
        share = "" if mark == EXEMPT or not ranked else f"{_percent(counts[mark], ranked)}%"
        chosen = asked.mark == mark
        bars.append(
            Bar(
                "免评" if mark == EXEMPT else f"{mark} 档",
                counts[mark],
                share,
                _percent(counts[mark], most),
                address(params, grade=None if chosen else mark, page=None),
                chosen,
                mark.lower(),
            )
        )
    return bars


def _percent(part: int, whole: int) -> str:
    return rounded(Decimal(part) * 100 / whole, 1)


@dataclass(frozen=True)
class Lack:
    """A company that cannot be evaluated yet: who has to bring what."""

    company: Company
    told: str
    url: str


def _lacks(now: Trial) -> list[Lack]:
    found = []
    for pk, one in now.candidates.items():
        outcome = now.outcomes[pk]
        if outcome.score is not None or outcome.is_exempt:
            continue
        told = "；".join(
            f"{office}：{'、'.join(names)}" for office, names in one.lacking(outcome).items()
        )
        url = (
            reverse("desk-edit", args=["evaluation-inputs", one.inputs.pk])
            if one.inputs
            else f"{reverse('desk-new', args=['evaluation-inputs'])}?company={pk}"
            f"&year={now.scheme.year}"
        )
        found.append(Lack(one.company, told, url))
    return found


@dataclass(frozen=True)
class Change:
    """What was published of a company, and what comes out today."""

    company: Company
    published: str
    now: str


def _change(one: Difference) -> Change:
    was, told = one.published, one.outcome
    published = (
        "没有结果" if was is None else _verdict(was.is_exempt, was.grade, was.score, was.rank)
    )
    now = "不再是这一对象，或没有数据"
    if told is not None:
        now = _verdict(told.is_exempt, told.grade, told.score, told.rank)
    return Change(one.company, published, now)


def _verdict(is_exempt: bool, grade: str, score: Decimal | None, rank: int | None) -> str:
    if is_exempt:
        return "免评"
    return "待补" if score is None else f"{grade} 档，{score} 分，第 {rank} 位"


def rule_told(scheme: EvaluationScheme) -> list[str]:
    """The scheme in a few words."""
    lines = [trimmed(line) for line in (scheme.line_a, scheme.line_b, scheme.line_c)]
    if scheme.grade_rule == GradeRule.SCORE:
        grades = f"A、B、C 档不低于 {'、'.join(lines)} 分"
    else:
        grades = f"按位次 A 到前 {lines[0]}%、B 到 {lines[1]}%、C 到 {lines[2]}%，其余 D"
    weights = "、".join(
        f"{one.name} {trimmed(one.weight)}"
        for one in sorted(scheme.measures.all(), key=lambda one: (-one.weight, one.pk))
    )
    method = f"{scheme.get_method_display()}，单项得权重的 {trimmed(scheme.floor)}% 到"  # type: ignore[attr-defined]
    return [f"{method} {trimmed(scheme.cap)}%", grades, f"权重：{weights or '还没有指标'}"]


@desk
def year(request: HttpRequest) -> HttpResponse:
    """The results of a year, as published, or (试算) as they come out today."""
    user: Any = request.user
    access.require_noun(user, Action.VIEW, Evaluation)
    years = sorted(
        set(EvaluationScheme.objects.visible_to(user).values_list("year", flat=True)), reverse=True
    )
    asked = asked_of(request, years)
    newest, shown = editions(asked.year, asked.population)
    may_compute = access.can(user, Action.REGISTER, Evaluation)
    sees_all = access.sees_all(user, Evaluation)
    refusal, now = "", None
    # Who sees a part of the companies is told nothing that is reckoned from all of them.
    if sees_all and (asked.is_trial or shown or may_compute):
        now, refusal = _tried(newest if asked.is_trial or shown is None else shown)
    if asked.is_trial:
        shown = newest
    results = [] if asked.is_trial or shown is None else list(published_rows(asked, user))
    lines = lines_tried(now) if asked.is_trial and now is not None else lines_published(results)
    held = [line for line in lines if asked.holds(line)]
    listed = [line for line in held if asked.mark in ("", line.mark)]
    page, params = page_of(listed, request), readable(request.GET)
    names = _names(shown)
    page.object_list = [_with_cells(line, names) for line in page.object_list]
    changes = [_change(one) for one in differences(now, results)] if now and results else []
    appeals = EvaluationAppeal.objects.visible_to(user).filter(year=asked.year)
    return render(
        request,
        "crm/evaluation.html",
        {
            "asked": asked,
            "years": [
                _link(f"{one}年", params, one == asked.year, year=one, trial=None)
                for one in reversed(years)
            ],
            "populations": [
                _link(label, params, value == asked.population, population=value)
                for value, label in Population.choices
            ],
            "scheme": shown or newest,
            "newest": newest,
            "rules": rule_told(shown or newest) if shown or newest else [],
            "names": names,
            "page": page,
            "pages": pages_beside(page, params),
            "bars": _bars(held, asked, request),
            "parks": _choices(Park, user, lines, "park_id"),
            "industries": _choices(Industry, user, lines, "industry_id"),
            "marks": [(g, f"{g} 档") for g in Grade.values] + [(EXEMPT, "免评")],
            "is_narrowed": bool(asked.park or asked.industry or asked.mark),
            "has_results": bool(lines),
            "lacks": _lacks(now) if now is not None else [],
            "changes": changes,
            "open_appeals": appeals.filter(state=AppealState.OPEN).count(),
            "refusal": refusal,
            "may_compute": may_compute,
            "may_export": access.can(user, Action.EXPORT, Evaluation),
            "sees_all": sees_all,
            "published_on": _days(results),
            "query": address(params, page=None, trial=None),
            "clear_url": address(params, park=None, industry=None, grade=None, page=None),
        },
    )  # fmt: skip


def _link(label: str, params: QueryDict, is_current: bool, **more: Any) -> Link:
    return Link(label, address(params, page=None, **more), is_current=is_current)


def _tried(scheme: EvaluationScheme | None) -> tuple[Trial | None, str]:
    """What comes out today, or why nothing does."""
    if scheme is None:
        return None, ""
    if scheme.weight != 100:
        return None, f"指标权重合计 {trimmed(scheme.weight)}，应为 100；补齐或调整以后才能试算。"
    return trial(scheme), ""


def _names(scheme: EvaluationScheme | None) -> list[tuple[str, str]]:
    """(name, heading) of its measures, the heaviest first."""
    return [(one.name, one.unit) for one in scheme.weighed] if scheme else []


def _with_cells(line: Line, names: Sequence[tuple[str, str]]) -> Line:
    found = [line.points.get(name) for name, _ in names]
    cells = [
        part
        and {
            "points": part["points"],
            "shown": value_text(part),
        }
        for part in found
    ]
    return replace(line, cells=cells)


def _choices(model: Any, user: Any, lines: Sequence[Line], name: str) -> list[tuple[int, str]]:
    """The parks or industries of the companies that are shown."""
    held = {getattr(line.company, name) for line in lines} - {None}
    rows = model.objects.visible_to(user).filter(pk__in=held).order_by("name")
    return [(one.pk, str(one)) for one in rows]


def _days(results: Sequence[Evaluation]) -> dict[str, Any]:
    """The first and the last day on which any of these was published."""
    days = sorted(one.published_on for one in results)
    return {"first": days[0], "last": days[-1]} if days else {}
