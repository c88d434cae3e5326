"""亩均评价 of one company: its years side by side, what it was computed from, what was said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from crm import access
from crm.access import Action
from crm.errors import Hidden
from crm.evaluation import TOLD, Quantity
from crm.exact import grouped
from crm.models import Company
from crm.models.companies.evaluation_inputs import EvaluationInput
from crm.models.companies.evaluations import Evaluation, EvaluationAppeal
from crm.views.base import desk
from crm.views.companies.evaluation_lines import value_text
from crm.views.ledgers.row_verbs import Verb, verbs_of

MOST_YEARS = 5
UNKNOWN = "待补"


@dataclass(frozen=True)
class Cell:
    text: str = ""
    note: str = ""
    is_unknown: bool = False


@dataclass(frozen=True)
class Row:
    label: str
    cells: list[Cell] = field(default_factory=list)
    unit: str = ""


def _seen(company: Company, user: Any) -> bool:
    return access.may(user, Action.VIEW, Evaluation(company=company))


@verbs_of("company")
def verbs(company: Company, user: Any) -> list[Verb]:
    """Leads to its years, where there is something to see."""
    if not access.can(user, Action.VIEW, Evaluation) or not _seen(company, user):
        return []
    return [Verb("亩均评价", reverse("desk-evaluation-company", args=[company.pk]))]


@desk
def company_years(request: HttpRequest, pk: int) -> HttpResponse:
    """The last five years of a company; somebody else's and a missing one answer alike."""
    user: Any = request.user
    access.require_noun(user, Action.VIEW, Evaluation)
    found = Company.objects.visible_to(user).select_related("park", "industry").filter(pk=pk)
    company = found.first()
    if company is None or not _seen(company, user):
        raise Hidden()
    results = {
        one.year: one
        for one in Evaluation.objects.standing()
        .visible_to(user)
        .filter(company=company)
        .select_related("scheme", "inputs")
    }
    inputs = {
        one.year: one
        for one in EvaluationInput.objects.standing().visible_to(user).filter(company=company)
    }
    years = sorted({*results, *inputs}, reverse=True)[:MOST_YEARS]
    told = [results.get(year) for year in years]
    # Of a year that was published what it was computed from, of another one what is on record.
    known = [
        one.inputs if one is not None and one.inputs is not None else inputs.get(year)
        for year, one in zip(years, told, strict=True)
    ]
    corrected = [
        f"{year}年"
        for year, one in zip(years, told, strict=True)
        if one is not None and one.inputs is not None and one.inputs != inputs.get(year)
    ]
    return render(
        request,
        "crm/evaluation_company.html",
        {
            "company": company,
            "years": years,
            "results": _results(told),
            "measures": _measures(told),
            "inputs": _inputs(known),
            "corrected": corrected,
            "appeals": EvaluationAppeal.objects.visible_to(user).filter(company=company),
            "may_register": access.can(user, Action.REGISTER, EvaluationAppeal),
        },
    )


def _results(told: Sequence[Evaluation | None]) -> list[Row]:
    blank = Cell("—")
    return [
        Row("档次", [Cell(one.verdict) if one else Cell("未公布") for one in told]),
        Row("得分", [Cell(f"{one.score}") if one and one.parts else blank for one in told]),
        Row("位次", [Cell(f"{one.rank}") if one and one.rank else blank for one in told]),
        Row("办法", [Cell(str(one.scheme)) if one else blank for one in told]),
        Row("公布日期", [Cell(f"{one.published_on}") if one else blank for one in told]),
        Row("说明", [Cell(one.remark or "—") if one else blank for one in told]),
    ]  # fmt: skip


def _measures(told: Sequence[Evaluation | None]) -> list[Row]:
    """A line a measure, in whichever year it was used: the value, and the points it gave."""
    names = dict.fromkeys(
        (part["name"], part["unit"]) for one in told if one is not None for part in one.parts
    )
    rows = []
    for name, unit in names:
        cells = []
        for one in told:
            parts = one.parts if one is not None else []
            part = next((each for each in parts if each["name"] == name), None)
            cells.append(_part(part) if part else Cell("—"))
        rows.append(Row(name, cells, unit))
    return rows


def _part(part: Mapping[str, str]) -> Cell:
    note = f"{part['points']} / {part['weight']} 分，{part['against']}"
    return Cell(value_text(part), note)


def _inputs(known: Sequence[EvaluationInput | None]) -> list[Row]:
    rows = []
    quantities = [one.known() if one is not None else {} for one in known]
    for name in Quantity.values:
        cells = []
        for row, told in zip(known, quantities, strict=True):
            value = told.get(name)
            if value is None:
                cells.append(Cell(UNKNOWN, is_unknown=True))
                continue
            note = ""
            if name == Quantity.LAND and row is not None:
                parts = (row.land_registered_mu, row.land_rented_mu, row.land_let_mu)
                shown = [grouped(Decimal(part or 0)) for part in parts]
                note = f"登记 {shown[0]} + 租入 {shown[1]} − 租出 {shown[2]}"
            cells.append(Cell(grouped(value), note))
        rows.append(Row(str(Quantity(name).label), cells, TOLD[name].unit))
    return rows
