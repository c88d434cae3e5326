"""亩均评价: what the pages and the table of a year show of each company, tried or published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest

from crm import access, clock
from crm.access import Action
from crm.actions.companies import evaluations
from crm.evaluation import Grade
from crm.exact import grouped, rounded
from crm.forms.fields import whole_number
from crm.models import Company
from crm.models.companies.evaluation_inputs import EvaluationInput
from crm.models.companies.evaluation_schemes import EvaluationScheme, Population
from crm.models.companies.evaluation_trials import Trial
from crm.models.companies.evaluations import Evaluation
from crm.views.ledgers.lists import readable

EXEMPT = "exempt"


@dataclass(frozen=True)
class Line:
    """One company of the ranking, of a trial or as published."""

    company: Company
    inputs: EvaluationInput | None
    is_exempt: bool
    score: Decimal | None
    rank: int | None
    merit: str
    grade: str
    remark: str
    parts: Sequence[Mapping[str, str]]
    # Of each measure of the page's scheme, in its order: points and value, None where it had none.
    cells: Sequence[Mapping[str, str] | None] = ()

    @property
    def mark(self) -> str:
        """What the grades are counted by."""
        return EXEMPT if self.is_exempt else self.grade

    @property
    def points(self) -> dict[str, Mapping[str, str]]:
        return {part["name"]: part for part in self.parts}

    @property
    def is_lowered(self) -> bool:
        return self.merit != self.grade


@dataclass(frozen=True)
class Asked:
    """What a page of results is about: a year's population, narrowed to a park, an industry or a
    grade; is_trial: as it would come out today."""

    year: int
    population: str
    is_trial: bool = False
    park: int | None = None
    industry: int | None = None
    mark: str = ""

    def holds(self, line: Line) -> bool:
        company = line.company
        return (self.park in (None, company.park_id)) and (
            self.industry in (None, company.industry_id)
        )


def asked_of(request: HttpRequest, years: Sequence[int]) -> Asked:
    """As the address says; what it does not say readably is as usual."""
    params, user = readable(request.GET), request.user
    year = whole_number(params.get("year", ""), 9)
    population = params.get("population", "")
    mark = params.get("grade", "")
    usual = years[0] if years else clock.today().year - 1
    return Asked(
        year if year in years else usual,
        population if population in Population.values else str(Population.ABOVE),
        params.get("trial") == "1" and access.can(user, Action.REGISTER, Evaluation),
        whole_number(params.get("park", ""), 9),
        whole_number(params.get("industry", ""), 9),
        mark if mark in (*Grade.values, EXEMPT) else "",
    )


def editions(year: int, population: str) -> tuple[EvaluationScheme | None, EvaluationScheme | None]:
    """The newest edition of a scheme, and the newest by which results stand."""
    results = Evaluation.objects.standing().filter(scheme=OuterRef("pk"))
    found = list(
        EvaluationScheme.objects.filter(year=year, population=population)
        .annotate(is_published=Exists(results))
        .prefetch_related("measures")
        .order_by("-edition")
    )
    return (found[0] if found else None), next((one for one in found if one.is_published), None)


def published_rows(asked: Asked, user: Any, action: Action = Action.VIEW) -> QuerySet[Evaluation]:
    rows: Any = Evaluation.objects.standing().visible_to(user, action)
    return (
        rows.filter(year=asked.year, scheme__population=asked.population)
        .select_related("company__park", "company__industry", "inputs")
        .order_by("is_exempt", "rank", "company__name", "pk")
    )


def lines_published(rows: QuerySet[Evaluation]) -> list[Line]:
    return [
        Line(
            one.company, one.inputs, one.is_exempt, one.score, one.rank, str(one.merit),
            str(one.grade), one.remark, one.parts,
        )
        for one in rows
    ]  # fmt: skip


def value_text(part: Mapping[str, str]) -> str:
    """The value of a measure for reading: two places, of a small one four."""
    value = Decimal(part["value"])
    return grouped(Decimal(rounded(value, 2 if abs(value) >= 1 else 4)))


def lines_tried(tried: Trial) -> list[Line]:
    """The companies that have a result, the best first, the exempt last."""
    found = []
    for pk, one in tried.candidates.items():
        told = tried.outcomes[pk]
        if told.score is not None or told.is_exempt:
            found.append(
                Line(
                    one.company, one.inputs, told.is_exempt, told.score, told.rank, told.merit,
                    told.grade, one.remark, evaluations.frozen(told),
                )
            )  # fmt: skip
    return sorted(found, key=lambda line: (line.is_exempt, line.rank or 0))
