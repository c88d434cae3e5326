"""投资方: which company of the ledger the investor of a project is, or becomes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from crm.actions import _lock, _told, hints
from crm.actions.companies import companies
from crm.actions.questions import Anyway
from crm.models import Company, Project, User
from crm.names import company_key, name_key

OFFERED = 5
_REMARK = re.compile(r"[（(][^（）()]*[）)]$")


@dataclass(frozen=True)
class NewCompany:
    """An investor that is to be registered as a company, together with what names it."""

    name: str
    credit_code: str = ""

    def registered(self, *, by: User, anyway: Anyway, known: Project | None = None) -> Company:
        values = {"name": self.name, "credit_code": self.credit_code or None}
        return companies.register(values, by=by, anyway=anyway, known=known)


def exact(text: str, *, by: User) -> Company | None:
    """The one company of this credit code or full name, apart from width and spaces; None where
    there is none, or more than one: who is meant is asked, never guessed."""
    wanted, code = name_key(text), text.strip().upper()
    if not wanted:
        return None
    known = Q(credit_code=code) | Q(name_key=company_key(text))
    found = list(Company.objects.visible_to(by).filter(known))
    coded = [row for row in found if row.credit_code == code]
    named = coded or [row for row in found if name_key(row.name) == wanted]
    return named[0] if len(named) == 1 else None


def alike(text: str, *, by: User) -> list[Company]:
    """Companies that may be meant: of the same name apart from its legal form, of this short or
    former name, or whose name holds it; what stands in brackets at its end is a remark."""
    text = _REMARK.sub("", text.strip())
    if len(name_key(text)) < hints.SHORTEST:
        return []
    meant = Q(name_key=company_key(text)) | Q(short_name=text) | Q(former_names__contains=text)
    found = Company.objects.visible_to(by).filter(meant | Q(name__icontains=text))
    return list(found.order_by("name", "pk")[:OFFERED])


def told(
    values: Mapping[str, Any], *, by: User, project: Project | None = None
) -> tuple[dict[str, Any], NewCompany | None]:
    """The values of a project with the company its investor is, and the company to be registered
    for it first. An investor that is not changed keeps its company."""
    kept = dict(values)
    said = str(kept.get("investor") or "").strip()
    new = kept.get("investor_company")
    if isinstance(new, NewCompany):
        del kept["investor_company"]
        return kept, new
    if "investor_company" not in kept and "investor" in kept:
        is_same = project is not None and said == project.investor
        if not is_same or project is None or project.investor_company_id is None:
            kept["investor_company"] = exact(said, by=by)
    company = kept.get("investor_company")
    is_called = bool(said or (project is not None and project.investor))
    if company is not None and (not is_called or said.upper() == company.credit_code):
        kept["investor"] = company.name
    return kept, None


@contextmanager
def alone(new: NewCompany | None) -> Iterator[None]:
    """Nobody else registers the company within; without one there is nothing to wait for."""
    if new is None:
        yield
        return
    keys = (company_key(new.name), new.credit_code.strip().upper())
    with _told.counted(), _lock.one_at_a_time("company", *keys):
        yield
