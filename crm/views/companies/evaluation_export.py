"""亩均评价: the ranking of a year with what it was computed from, as a table to take along."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse

from crm import access, clock
from crm.access import Action
from crm.actions import exports
from crm.actions.companies import evaluations
from crm.errors import Hidden, Refused
from crm.evaluation import TOLD, Quantity
from crm.models.companies.evaluation_inputs import LAND, STATED
from crm.models.companies.evaluation_schemes import EvaluationScheme, Population
from crm.models.companies.evaluations import Evaluation
from crm.spreadsheets.writer import Writable, write_rows
from crm.views.base import desk, taken_along, without
from crm.views.companies.evaluation_lines import (
    Asked,
    Line,
    asked_of,
    editions,
    lines_published,
    lines_tried,
    published_rows,
)
from crm.views.ledgers.lists import readable

HEAD = ["位次", "企业", "园区", "产业", "得分", "档次", "按得分档次", "说明"]


@desk
def export(request: HttpRequest) -> HttpResponse:
    """The companies of the page that the user may take along: rank, grade, inputs, and of each
    measure value and points."""
    user: Any = request.user
    access.require_noun(user, Action.VIEW, Evaluation)
    if not access.can(user, Action.EXPORT, Evaluation):
        raise Refused("您的角色不能导出亩均评价，需要时请联系统计员。", "not_allowed")
    years = list(EvaluationScheme.objects.visible_to(user).values_list("year", flat=True))
    asked = asked_of(request, sorted(set(years), reverse=True))
    newest, published = editions(asked.year, asked.population)
    scheme = newest if asked.is_trial else published
    if scheme is None:
        raise Hidden()
    found = [line for line in _lines(asked, scheme, user) if asked.holds(line)]
    lines = [line for line in found if asked.mark in ("", line.mark)]
    name = f"{asked.year}年{Population(asked.population).label}亩均评价"
    name += "（试算）" if asked.is_trial else ""
    view = dict(without(readable(request.GET), "page").lists())
    exports.export(Evaluation, by=user, count=len(lines), view=view)
    measures = scheme.weighed
    headings = [*HEAD, *_input_headings()]
    for one in measures:
        headings += [f"{one.name}（{one.unit}）", f"{one.name}得分"]
    rows = [_row(line, [one.name for one in measures]) for line in lines]
    data = write_rows(headings, rows, "xlsx", name)
    return taken_along(data, f"{name}-{clock.today():%Y%m%d}.xlsx")


def _lines(asked: Asked, scheme: EvaluationScheme, user: Any) -> list[Line]:
    if asked.is_trial:
        return lines_tried(evaluations.try_out(scheme, by=user))
    return lines_published(published_rows(asked, user, Action.EXPORT))


def _input_headings() -> list[str]:
    land = ["登记用地（亩）", "租入用地（亩）", "租出用地（亩）", "用地面积（亩）"]
    return land + [f"{Quantity(name).label}（{TOLD[name].unit}）" for name in STATED]


def _row(line: Line, names: list[str]) -> list[Writable]:
    company, inputs, points = line.company, line.inputs, line.points
    cells: list[Writable] = [
        line.rank, company.name, str(company.park or ""), str(company.industry or ""), line.score,
        "免评" if line.is_exempt else line.grade, line.merit, line.remark,
    ]  # fmt: skip
    if inputs is None:
        cells += [None] * (len(LAND) + 1 + len(STATED))
    else:
        known = inputs.known()
        cells += [getattr(inputs, name) for name in LAND]
        cells += [known[Quantity.LAND], *(known[name] for name in STATED)]
    for name in names:
        part = points.get(name)
        cells += [_decimal(part, "value"), _decimal(part, "points")]
    return cells


def _decimal(part: Any, name: str) -> Writable:
    return Decimal(part[name]) if part else None
