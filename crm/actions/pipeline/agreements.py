"""Agreements: signing, correcting and ending them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from django.db import transaction

from crm import access, clock
from crm.access import Action
from crm.actions import _checks, _record, questions
from crm.actions.questions import NOTHING_SAID, Anyway
from crm.dates import When
from crm.errors import Refused
from crm.models import Agreement, AgreementKind, Park, Project, StoredFile, User


@transaction.atomic
def sign_agreement(
    project: Project,
    *,
    by: User,
    signed: When | date,
    kind: AgreementKind | str = AgreementKind.INVESTMENT,
    amount: Decimal | None = None,
    park: Park | None = None,
    increase_of: Agreement | None = None,
    scan: StoredFile | None = None,
    note: str = "",
    currency: str = "CNY",
    foreign_amount: Decimal | None = None,
    anyway: Anyway = NOTHING_SAID,
) -> Agreement:
    """Puts a signed agreement on record; the project's stage does not move by it.

    One 投资 agreement a project: a second ceremony is refused (already_signed), more money is 增资.
    Another one of the same kind and day is asked about. Without a park named the project's park
    counts. `amount` is yuan; None = unknown.
    """
    access.require(by, Action.SIGN, project)
    project = _locked(project)
    when = signed if isinstance(signed, When) else When.day(signed)
    agreement = Agreement(
        project=project,
        kind=kind,
        signed_on=when.start,
        signed_until=when.end,
        amount=amount,
        currency=currency,
        foreign_amount=foreign_amount,
        increase_of=increase_of,
        park=park or project.park,
        scan=scan,
        note=note,
    )
    _check(agreement)  # what cannot be is refused, not asked about
    find = partial(same_agreements, agreement, by=by)
    with questions.asking(agreement, find, str(project.pk), by=by, anyway=anyway):
        return _insert(agreement, by=by, verb="sign_agreement")


def same_agreements(agreement: Agreement, *, by: User) -> list[Agreement]:
    """Those in force that are this paper: of the same project, kind and day; of a 投资 agreement
    there is only one."""
    like = Agreement.objects.standing().visible_to(by)
    same = like.filter(project=agreement.project, kind=agreement.kind, ended_on__isnull=True)
    if agreement.kind != AgreementKind.INVESTMENT:
        same = same.filter(signed_on=agreement.signed_on)
    return list(same)


def _locked(project: Project) -> Project:
    """Two who sign for one project do so in turn."""
    found = Project.objects.select_for_update().filter(pk=project.pk).first()
    if found is None:
        raise Refused(_record.GONE, "stale")
    return found


def _insert(agreement: Agreement, *, by: User, verb: str, reason: str = "") -> Agreement:
    _check(agreement)
    agreement.recorded_at = clock.now()
    agreement.by = by
    _record.insert(agreement, by=by, verb=verb, reason=reason)
    _record.touched(agreement.project)
    return agreement


def _check(agreement: Agreement) -> None:
    """What holds of every agreement on record, signed or corrected or ended: a date that is not in
    the future, an end that is not before it, one 投资 agreement in force, an increase of one."""
    when = agreement.signed_on
    _checks.dated(agreement, "signed", f"签订日期 {when} 在今天之后。")
    _checks.money(agreement)
    ended = agreement.ended_on
    if ended and ended > clock.today():
        raise Refused("终止日期在今天之后；到期后再办理。", "future_date", ["ended_on"])
    if ended and when and ended < when:
        raise Refused("终止日期早于签订日期。", "date_order", ["ended_on"])
    others = (
        Agreement.objects.investments_in_force()
        .filter(project=agreement.project_id)
        .exclude(pk=agreement.replaces_id or 0)
    )
    if agreement.kind == AgreementKind.INVESTMENT and not ended and (before := others.first()):
        raise Refused(
            f"本项目已有投资协议（{before.signed.text if before.signed else '日期待补'}），"
            "追加投资请登记为增资协议。",
            "already_signed",
            ["kind"],
        )
    if agreement.kind == AgreementKind.INCREASE:
        agreement.increase_of = agreement.increase_of or others.first()
        if agreement.increase_of is None:
            raise Refused("还没有投资协议，不能登记增资。", "no_agreement", ["kind"])
        if agreement.increase_of.project_id != agreement.project_id:
            raise Refused("增资对象不是本项目的协议。", "invalid", ["increase_of"])
    _check_increases(agreement)


def _check_increases(agreement: Agreement) -> None:
    """An agreement that others increase stays a 投资 agreement."""
    before = agreement.replaces
    if before is None or before.kind == agreement.kind or before.kind != AgreementKind.INVESTMENT:
        return
    increases = Agreement.objects.standing().filter(
        project=agreement.project_id, kind=AgreementKind.INCREASE, ended_on__isnull=True
    )
    if increases.exists():
        raise Refused(
            "有增资协议以这份投资协议为基础，请先更正或作废增资协议，再改它的类型。",
            "rests_on_it",
            ["kind"],
        )


@transaction.atomic
def correct_agreement(
    agreement: Agreement,
    values: Mapping[str, Any],
    *,
    by: User,
    reason: str,
) -> Agreement:
    """Corrects an agreement by a new row that replaces it; the old one stays readable. A correction
    passes every check of a first entry."""
    access.require(by, Action.SIGN, agreement.project)
    _checks.require_reason(reason, "更正协议")
    _locked(agreement.project)
    standing = _checks.current(agreement, "这份协议已被更正，请在最新的一份上操作。")
    return _insert(
        _checks.corrected(standing, values), by=by, verb="correct_agreement", reason=reason
    )


@transaction.atomic
def end_agreement(agreement: Agreement, *, on: date, by: User, reason: str) -> Agreement:
    """解约: ends an agreement by a new row with the day from which it does not hold; the project's
    stage does not move by it. Refused: a day in the future, and an agreement that has ended."""
    if agreement.ended_on:
        raise Refused(f"这份协议已于 {agreement.ended_on.isoformat()} 终止。", "stale")
    return correct_agreement(agreement, {"ended_on": on}, by=by, reason=reason)
