"""Companies: registering them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crm import access
from crm.access import Action
from crm.actions import _record, hints
from crm.actions.questions import NOTHING_SAID, Anyway
from crm.models import Company, Project, User


def register(
    values: Mapping[str, Any],
    *,
    by: User,
    anyway: Anyway = NOTHING_SAID,
    known: Project | None = None,
) -> Company:
    """Enters a company. One of its name or credit code that the ledger has already is asked about
    first, but for the project `known` to be its own; a credit code belongs to one company and is
    refused."""
    company = Company(**values)
    access.require(by, Action.REGISTER, company)
    told = {"name": company.name, "credit_code": company.credit_code}
    with hints.asking(company, told, by=by, anyway=anyway, known=[known]):
        entered: Company = _record.insert(company, by=by)
    return entered
