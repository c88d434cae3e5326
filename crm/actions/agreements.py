"""Agreements: signing, correcting and ending them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from crm import access, clock
from crm.access import Action
from crm.actions import _record
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
) -> Agreement:
    """Puts a signed agreement on record; the project's stage does not move by it.

    One 投资 agreement a project: a second ceremony is refused (already_signed), more money is 增资.
    Without a park named the project's park counts. `amount` is yuan; None = unknown.
    """
    access.require(by, Action.SIGN, project)
    project = Project.objects.select_for_update().get(pk=project.pk)
    when = signed if isinstance(signed, When) else When.day(signed)
    kind = AgreementKind(kind)
    if when.start > clock.today():
        raise Refused(f"签订日期 {when.text} 在今天之后。", "future_date", ["signed_on"])
    standing = Agreement.objects.standing().filter(
        project=project, kind=AgreementKind.INVESTMENT, ended_on__isnull=True
    )
    if kind == AgreementKind.INVESTMENT and (before := standing.first()):
        raise Refused(
            f"本项目已有投资协议（{before.signed.text if before.signed else '日期待补'}），"
            "追加投资请登记为增资协议。",
            "already_signed",
            ["kind"],
        )
    if kind == AgreementKind.INCREASE:
        increase_of = increase_of or standing.first()
        if increase_of is None:
            raise Refused("还没有投资协议，不能登记增资。", "no_agreement", ["kind"])
        if increase_of.project_id != project.pk:
            raise Refused("增资对象不是本项目的协议。", "invalid", ["increase_of"])
    return _insert(
        Agreement(
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
        ),
        by=by,
        verb="sign_agreement",
    )


def _insert(agreement: Agreement, *, by: User, verb: str, reason: str = "") -> Agreement:
    agreement.recorded_at = clock.now()
    agreement.by = by
    _record.insert(agreement, by=by, verb=verb, reason=reason)
    _record.touched(agreement.project)
    return agreement


@transaction.atomic
def correct_agreement(
    agreement: Agreement, values: dict[str, Any], *, by: User, reason: str
) -> Agreement:
    """Corrects an agreement by a new row that replaces it; the old one stays readable."""
    access.require(by, Action.SIGN, agreement.project)
    if not reason.strip():
        raise Refused("更正协议须写明原因。", "reason_needed", ["reason"])
    current = Agreement.objects.standing().filter(pk=agreement.pk).first()
    if current is None:
        raise Refused("这份协议已被更正，请在最新的一份上操作。", "stale")
    kept = (
        "project", "kind", "signed_on", "signed_until", "amount", "currency", "foreign_amount",
        "increase_of", "park", "scan", "note", "ended_on",
    )  # fmt: skip
    merged = {name: getattr(current, name) for name in kept} | values
    if "signed_on" in values and "signed_until" not in values:
        merged["signed_until"] = values["signed_on"]
    return _insert(
        Agreement(**merged, replaces=current), by=by, verb="correct_agreement", reason=reason
    )


@transaction.atomic
def end_agreement(agreement: Agreement, *, on: date, by: User, reason: str) -> Agreement:
    """解约: ends an agreement by a new row with the day from which it does not hold; the project's
    stage does not move by it. Refused: a day in the future, and an agreement that has ended."""
    if agreement.ended_on:
        raise Refused(f"这份协议已于 {agreement.ended_on.isoformat()} 终止。", "stale")
    if on > clock.today():
        raise Refused("终止日期在今天之后；到期后再办理。", "future_date", ["ended_on"])
    if agreement.signed_on and on < agreement.signed_on:
        raise Refused("终止日期早于签订日期。", "date_order", ["ended_on"])
    return correct_agreement(agreement, {"ended_on": on}, by=by, reason=reason)
