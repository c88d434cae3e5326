"""试算: a scheme's companies with what is known of them, and what comes of it; in a fixed number of
questions, however many companies there are. Nothing is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from crm import evaluation
from crm.evaluation import TOLD, Effect, Entrant, Outcome, Quantity
from crm.models.companies.companies import Company
from crm.models.companies.evaluation_inputs import EvaluationInput, EvaluationMark
from crm.models.companies.evaluation_schemes import EvaluationScheme, Population
from crm.models.companies.evaluations import Evaluation
from crm.models.companies.spells import AboveScaleSpell


@dataclass(frozen=True)
class Candidate:
    """One company of a population. effects: of its marks and of the rule for new companies;
    remark: the same in words."""

    company: Company
    inputs: EvaluationInput | None
    effects: tuple[Effect, ...] = ()
    remark: str = ""

    def entrant(self) -> Entrant:
        known = self.inputs.known() if self.inputs else {}
        return Entrant(self.company.pk, known, self.effects)

    def lacking(self, outcome: Outcome) -> dict[str, list[str]]:
        """What has to be brought before it can be evaluated, by the office that knows it."""
        found: dict[str, list[str]] = defaultdict(list)
        for name in outcome.missing:
            told = self.inputs.lacking(name) if self.inputs else [Quantity(name).label]
            found[TOLD[name].office] += told
        for name in outcome.uncountable:
            found[TOLD[name].office].append(f"{Quantity(name).label}不大于 0，请核对")
        return dict(found)


@dataclass(frozen=True)
class Trial:
    """A population as it stands today, or as it was published."""

    scheme: EvaluationScheme
    candidates: Mapping[int, Candidate]

    @cached_property
    def outcomes(self) -> dict[Any, Outcome]:
        """By the number of the company."""
        entrants = (one.entrant() for one in self.candidates.values())
        return evaluation.evaluate(self.scheme.rules(), entrants)


def trial(scheme: EvaluationScheme) -> Trial:
    """With what is on record today. Above scale is everybody in the bureau's list on the scheme's
    day; below it whoever the offices told of and is not in that list."""
    year = scheme.year
    above = AboveScaleSpell.objects.standing().in_force_on(scheme.day)
    listed = set(above.values_list("company", flat=True))
    inputs = {one.company_id: one for one in EvaluationInput.objects.standing().filter(year=year)}
    marks = _marks(year)
    told = {*inputs, *marks}
    members = listed if scheme.population == Population.ABOVE else told - listed
    companies = Company.objects.filter(pk__in=members).select_related("park", "industry")
    return Trial(
        scheme,
        {
            one.pk: _candidate(scheme, one, inputs.get(one.pk), marks.get(one.pk, ()))
            for one in companies.order_by("name", "pk")
        },
    )


def as_published(scheme: EvaluationScheme, inputs: EvaluationInput) -> Trial:
    """What was published by a scheme, with other numbers of the one company of these inputs."""
    published = Evaluation.objects.standing().filter(scheme=scheme)
    candidates = {
        one.company_id: Candidate(
            one.company, one.inputs, (Effect.EXEMPT,) if one.is_exempt else ()
        )
        for one in published.select_related("company", "inputs")
    }
    company = inputs.company
    marks = _marks(scheme.year, company).get(company.pk, ())
    candidates[company.pk] = _candidate(scheme, company, inputs, marks)
    return Trial(scheme, candidates)


def _marks(year: int, company: Company | None = None) -> dict[int, list[EvaluationMark]]:
    found: dict[int, list[EvaluationMark]] = defaultdict(list)
    rows = EvaluationMark.objects.standing().filter(year=year)
    for one in (rows if company is None else rows.filter(company=company)).order_by("pk"):
        found[one.company_id].append(one)
    return found


def _candidate(
    scheme: EvaluationScheme,
    company: Company,
    inputs: EvaluationInput | None,
    marks: Iterable[EvaluationMark],
) -> Candidate:
    effects = [Effect(mark.effect) for mark in marks]
    told = [mark.told for mark in marks]
    if inputs is not None and _is_new(scheme, inputs.started_until):
        effects.append(Effect.EXEMPT)
        told.append(f"免评（{inputs.started}投产，未满 {scheme.new_years} 年）")
    return Candidate(company, inputs, tuple(effects), "；".join(told))


def _is_new(scheme: EvaluationScheme, started: date | None) -> bool:
    """Whether it began less than so many years before the year's end."""
    if not scheme.new_years or started is None:
        return False
    return started.year + scheme.new_years > scheme.year


@dataclass(frozen=True)
class Difference:
    """A company of which recomputing says something else than was published; `published` is None
    where nothing was, `outcome` where the company is no longer of this population."""

    company: Company
    published: Evaluation | None
    outcome: Outcome | None


def differences(now: Trial, published: Iterable[Evaluation]) -> list[Difference]:
    """Where today's rows give another result than was published by this scheme. A company that
    could not be evaluated and still cannot is none of them."""
    before = {one.company_id: one for one in published}
    found = []
    for pk, one in now.candidates.items():
        outcome, was = now.outcomes[pk], before.pop(pk, None)
        if was is None:
            if outcome.score is not None or outcome.is_exempt:
                found.append(Difference(one.company, None, outcome))
        elif was.says() != says(outcome):
            found.append(Difference(one.company, was, outcome))
    found += [Difference(was.company, was, None) for was in before.values()]
    return found


def says(outcome: Outcome) -> dict[str, Any]:
    """What of an outcome is published."""
    return {
        "is_exempt": outcome.is_exempt,
        "score": outcome.score,
        "rank": outcome.rank,
        "grade": outcome.grade,
    }
