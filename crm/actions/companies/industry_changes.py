"""产业变更: putting on record that a company turned to another industry."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

from crm import access, clock
from crm.access import Action
from crm.actions import _checks, _lock, _record
from crm.actions.questions import NOTHING_SAID, Anyway
from crm.dates import When
from crm.errors import Refused
from crm.models import Company, Industry, User
from crm.models.companies.industry_changes import IndustryChange


def change_industry(
    company: Company,
    industry: Industry,
    *,
    by: User,
    changed: When | date,
    document: str = "",
    anyway: Anyway = NOTHING_SAID,
) -> IndustryChange:
    """A company turns to `industry`; what it was until then is what its column says, which says the
    new one from now on. Refused for a company of no industry, and ahead of a later change: changes
    follow each other, so that there is nothing to ask `anyway`."""
    when = changed if isinstance(changed, When) else When.day(changed)
    with _alone(company):
        standing = Company.objects.filter(pk=company.pk).select_related("industry").first()
        if standing is None:
            raise Refused(_record.GONE, "stale")
        if standing.industry is None:
            raise Refused(
                "企业还没有产业，请直接在企业里填写；产业变更登记的是转行。", "invalid", ["company"]
            )
        change = IndustryChange(
            company=standing,
            from_industry=standing.industry,
            to_industry=industry,
            changed_on=when.start,
            changed_until=when.end,
            document=document,
        )
        access.require(by, Action.REGISTER, change)
        inserted = _insert(change, by=by, verb="change_industry")
        _record.amend(standing, {"industry": industry}, by=by, verb="change_industry")
        return inserted


def correct_industry_change(
    change: IndustryChange, values: Mapping[str, Any], *, by: User, reason: str
) -> IndustryChange:
    """Corrects when a company turned, or to what, by a new row; the company follows where it is
    what this change made it."""
    access.require(by, Action.CHANGE, change)
    _checks.require_reason(reason, "更正产业变更")
    with _alone(change.company):
        standing = _checks.current(change)
        row = _checks.corrected(standing, values)
        inserted = _insert(row, by=by, verb="correct_industry_change", reason=reason)
        follow(standing, row.to_industry, by=by, reason=reason)
        return inserted


def follow(change: IndustryChange, industry: Industry, *, by: User, reason: str) -> None:
    """The company of a change that was corrected or withdrawn, where it still is what that made
    it."""
    company = Company.objects.filter(pk=change.company_id).first()
    if company is not None and company.industry_id == change.to_industry_id:
        _record.amend(company, {"industry": industry}, by=by, verb="change_industry", reason=reason)


def later_than(change: IndustryChange) -> Any:
    """The standing changes of the company that came after this one."""
    standing = IndustryChange.objects.standing().filter(company=change.company)
    return _checks.later_than(change, standing)


def _alone(company: Company) -> AbstractContextManager[None]:
    return _lock.one_at_a_time("industrychange", str(company.pk))


def _insert(change: IndustryChange, *, by: User, verb: str, reason: str = "") -> IndustryChange:
    _checks.dated(change, "changed", "变更时间在今天之后；变更后再登记。")
    change.recorded_at, change.by = clock.now(), by
    change.complete()
    if later_than(change).exists():
        raise Refused(
            "企业在这以后（或同一天）还有产业变更，请先作废后面的，再按先后登记。",
            "not_last",
            ["changed"],
        )
    inserted: IndustryChange = _record.insert(change, by=by, verb=verb, reason=reason)
    return inserted
