"""亩均评价办法: a year's rules are set, copied from another year, and changed until results are
published by them; afterwards another edition is made."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from decimal import Decimal
from typing import Any

from crm import access
from crm.access import Action
from crm.actions import _checks, _lock, _record, rows
from crm.actions.questions import LOOKED_FOR, Anyway
from crm.errors import Refused
from crm.exact import trimmed
from crm.models import User
from crm.models.companies.evaluation_schemes import EvaluationMeasure, EvaluationScheme

# What another edition or year takes over.
COPIED = (
    "method", "floor", "cap", "grade_rule", "line_a", "line_b", "line_c", "new_years",
)  # fmt: skip
MEASURED = ("name", "numerator", "denominator", "weight", "direction", "base", "low", "high")


def register_scheme(
    values: Mapping[str, Any], *, by: User, anyway: Anyway = LOOKED_FOR
) -> EvaluationScheme:
    """The first edition of a year's scheme; refused where the population has one, so that there is
    nothing to ask `anyway`."""
    scheme = EvaluationScheme(**values)
    access.require(by, Action.REGISTER, scheme)
    with alone(scheme):
        _require_first(scheme.year, str(scheme.population))
        inserted: EvaluationScheme = _record.insert(scheme, by=by)
        return inserted


def _require_first(year: int, population: str) -> None:
    rows_of = EvaluationScheme.objects.filter(year=year, population=population)
    if (before := rows_of.order_by("-edition").first()) is not None:
        raise Refused(f"“{before}”已经登记，请修改它；已公布的请另立新版。", "exists", ["year"])


def change_scheme(
    scheme: EvaluationScheme,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
) -> EvaluationScheme:
    """Refused once results are published by it."""
    with alone(scheme):
        require_open(scheme, next(iter(values), ""))
        changed: EvaluationScheme = rows.change(scheme, values, by=by, version=version)
        return changed


def is_published(scheme: EvaluationScheme) -> bool:
    return scheme.results.exists()


def require_open(scheme: EvaluationScheme, field: str = "") -> None:
    """Refuses what would change the rules of published results."""
    if is_published(scheme):
        raise Refused(
            f"“{scheme}”已公布评价结果，不能再改；确需修改的请另立新版，写明原因。",
            "published",
            [field] if field else [],
        )


def register_measure(
    values: Mapping[str, Any], *, by: User, anyway: Anyway = LOOKED_FOR
) -> EvaluationMeasure:
    """A measure of a scheme; the table refuses a second one of the same quantities."""
    measure = EvaluationMeasure(**values)
    access.require(by, Action.REGISTER, measure)
    with alone(measure.scheme):
        require_open(measure.scheme, "scheme")
        _require_weight(measure)
        inserted: EvaluationMeasure = _record.insert(measure, by=by)
        return inserted


def change_measure(
    measure: EvaluationMeasure,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
) -> EvaluationMeasure:
    with alone(measure.scheme):
        require_open(measure.scheme, next(iter(values), ""))
        changed: EvaluationMeasure = rows.change(measure, values, by=by, version=version)
        _require_weight(changed)
        return changed


def _require_weight(measure: EvaluationMeasure) -> None:
    others = measure.scheme.measures.exclude(pk=measure.pk).values_list("weight", flat=True)
    rest = 100 - sum(others, Decimal(0))
    if measure.weight is not None and measure.weight > rest:
        raise Refused(
            f"权重合计应为 100，这一项最多还能填 {trimmed(Decimal(rest))}；请先调低别的指标。",
            "invalid",
            ["weight"],
        )


def require_complete(scheme: EvaluationScheme) -> None:
    """Refuses a scheme whose weights do not add to 100."""
    if scheme.weight != 100:
        told = f"“{scheme}”的指标权重合计 {trimmed(scheme.weight)}，应为 100；请补齐或调整指标。"
        raise Refused(told, "incomplete", ["weight"])


def copy_scheme(scheme: EvaluationScheme, *, by: User, year: int) -> EvaluationScheme:
    """The same rules for another year, with the measures; the document and the day are its own."""
    copy = EvaluationScheme(year=year, population=scheme.population)
    access.require(by, Action.REGISTER, copy)
    with alone(copy):
        _require_first(year, str(scheme.population))
        return _copied(scheme, copy, by=by, verb="copy_scheme")


def new_edition(scheme: EvaluationScheme, *, by: User, reason: str) -> EvaluationScheme:
    """另立新版: a copy of a published scheme that may be changed, with the reason; results are
    published by it anew."""
    copy = EvaluationScheme(
        year=scheme.year,
        population=scheme.population,
        edition=scheme.edition + 1,
        counted_on=scheme.counted_on,
        document=scheme.document,
        why=reason.strip(),
    )
    access.require(by, Action.REGISTER, copy)
    _checks.require_reason(reason, "另立新版")
    with alone(scheme):
        if not is_published(scheme):
            raise Refused(f"“{scheme}”还没有公布结果，直接修改即可。", "not_published")
        if scheme.has_newer:
            raise Refused(f"“{scheme}”已有更新的一版，请在最新的一版上办理。", "stale")
        return _copied(scheme, copy, by=by, verb="new_edition", reason=reason)


def _copied(
    scheme: EvaluationScheme, copy: EvaluationScheme, *, by: User, verb: str, reason: str = ""
) -> EvaluationScheme:
    for name in COPIED:
        setattr(copy, name, getattr(scheme, name))
    inserted: EvaluationScheme = _record.insert(copy, by=by, verb=verb, reason=reason)
    for one in scheme.measures.order_by("pk"):
        told = {name: getattr(one, name) for name in MEASURED}
        _record.insert(EvaluationMeasure(scheme=inserted, **told), by=by, verb=verb)
    return inserted


def alone(scheme: EvaluationScheme) -> AbstractContextManager[None]:
    """Whoever changes the rules or publishes by them does so while nobody else does."""
    return _lock.one_at_a_time("evaluationscheme", f"{scheme.year}/{scheme.population}")
