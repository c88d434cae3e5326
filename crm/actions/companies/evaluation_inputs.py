"""亩均评价数据: what the offices say of a company's year is put on record and corrected, and so is
what exempts or downgrades it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

from crm import access, clock
from crm.access import Action
from crm.actions import _checks, _lock, _record
from crm.actions.questions import NOTHING_SAID, Anyway
from crm.errors import Refused
from crm.models import Company, User
from crm.models.companies.evaluation_inputs import EvaluationInput, EvaluationMark

FIRST_YEAR = 2000


def record_inputs(
    company: Company,
    year: int,
    *,
    by: User,
    anyway: Anyway = NOTHING_SAID,
    **told: Any,
) -> EvaluationInput:
    """What is known of a company's year, by column (see `EvaluationInput`); what is not told is
    unknown. Refused where the year is on record: that is corrected, so nothing is asked."""
    row = EvaluationInput(company=company, year=year, **told)
    access.require(by, Action.REGISTER, row)
    with _alone("evaluationinput", company):
        _require_first(row)
        return _insert(row, by=by, verb="record_inputs")


def correct_inputs(
    inputs: EvaluationInput, values: Mapping[str, Any], *, by: User, reason: str
) -> EvaluationInput:
    """A new row that replaces the one that stood; what was published keeps what it read."""
    access.require(by, Action.CHANGE, inputs)
    _checks.require_reason(reason, "更正亩均数据")
    with _alone("evaluationinput", inputs.company):
        row = _checks.corrected(_checks.current(inputs), values)
        return _insert(row, by=by, verb="correct_inputs", reason=reason)


def record_mark(
    company: Company,
    year: int,
    *,
    by: User,
    anyway: Anyway = NOTHING_SAID,
    **told: Any,
) -> EvaluationMark:
    """免评 or 降档 of a company in a year, once a ground, so that nothing is asked."""
    row = EvaluationMark(company=company, year=year, **told)
    access.require(by, Action.REGISTER, row)
    with _alone("evaluationmark", company):
        _require_first(row)
        return _insert(row, by=by, verb="record_mark")


def correct_mark(
    mark: EvaluationMark, values: Mapping[str, Any], *, by: User, reason: str
) -> EvaluationMark:
    access.require(by, Action.CHANGE, mark)
    _checks.require_reason(reason, "更正免评和降档")
    with _alone("evaluationmark", mark.company):
        row = _checks.corrected(_checks.current(mark), values)
        _require_first(row)
        return _insert(row, by=by, verb="correct_mark", reason=reason)


def _alone(noun: str, company: Company) -> AbstractContextManager[None]:
    return _lock.one_at_a_time(noun, str(company.pk))


def _require_first(row: Any) -> None:
    standing = type(row).objects.standing().filter(company=row.company)
    if row.replaces is not None:
        standing = standing.exclude(pk=row.replaces.pk)
    if (before := row.contradicts(standing.select_related("company"))) is not None:
        field = "ground" if isinstance(row, EvaluationMark) else "year"
        raise Refused(f"“{before}”已经登记，请更正那一条。", "exists", [field])


def _insert(row: Any, *, by: User, verb: str, reason: str = "") -> Any:
    this_year = clock.today().year
    if not FIRST_YEAR <= row.year <= this_year:
        said = f"年度请写四位，{FIRST_YEAR} 到 {this_year}；年度过完再登记。"
        raise Refused(said, "invalid", ["year"])
    return _record.enter(row, by=by, verb=verb, reason=reason)
