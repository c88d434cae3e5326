"""园惠贷: a loan is put on record, granted, overdue or settled, and what was said is corrected."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from crm import access
from crm.access import Action
from crm.actions import _checks, _record, questions
from crm.actions.questions import NOTHING_SAID, Anyway
from crm.dates import When
from crm.errors import Refused
from crm.models import Company, User
from crm.models.companies.loans import STEPS, Loan, LoanState

# From which states a loan comes into a state.
MOVES = {
    LoanState.GRANTED: (LoanState.APPLIED,),
    LoanState.OVERDUE: (LoanState.GRANTED,),
    LoanState.SETTLED: (LoanState.GRANTED, LoanState.OVERDUE),
}


def record_loan(
    company: Company,
    *,
    by: User,
    bank: str,
    amount: Decimal | None = None,
    anyway: Anyway = NOTHING_SAID,
    **told: Any,
) -> Loan:
    """Puts a loan of `amount` yuan on record, with the steps it has taken (`applied`, `granted`,
    `overdue`, `settled`). One of the same bank, amount and day is asked about first."""
    loan = Loan(company=company, bank=bank.strip(), amount=amount)
    for name, value in told.items():
        setattr(loan, name, value)
    access.require(by, Action.REGISTER, loan)
    with questions.asking(loan, lambda: _same(loan), str(company.pk), by=by, anyway=anyway):
        return _record.enter(loan, by=by, verb="record_loan")


def _same(loan: Loan) -> list[Loan]:
    alike = {name: getattr(loan, name) for name in ("bank", "amount", "applied_on", "granted_on")}
    found = Loan.objects.standing().filter(company=loan.company, **alike)
    return list(found.select_related("company"))


def step(loan: Loan, to: LoanState | str, *, by: User, on: When | date) -> Loan:
    """The loan is granted, overdue or settled from a day on; the row that says so replaces the one
    that stood."""
    access.require(by, Action.CHANGE, loan)
    to, when = LoanState(to), on if isinstance(on, When) else When.day(on)
    standing = _checks.current(loan)
    if standing.step not in MOVES[to]:
        raise Refused(f"这笔贷款现在是“{standing.step.label}”，不能登记{to.label}。", "stale")
    row = _checks.corrected(standing, {})
    setattr(row, STEPS[to], when)
    return _record.enter(row, by=by, verb=f"loan_{to.value}")


def correct_loan(loan: Loan, values: Mapping[str, Any], *, by: User, reason: str) -> Loan:
    """Corrects what was said of a loan by a new row that replaces it."""
    access.require(by, Action.CHANGE, loan)
    _checks.require_reason(reason, "更正园惠贷")
    row = _checks.corrected(_checks.current(loan), {})
    for name, value in values.items():
        setattr(row, name, value)
    return _record.enter(row, by=by, verb="correct_loan", reason=reason)
