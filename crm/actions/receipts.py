"""Funds in place: recording what arrived, and correcting it by a new receipt."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from crm import access, clock
from crm.access import Action
from crm.actions import _record, confirmations
from crm.dates import When
from crm.errors import Refused
from crm.models import Currency, FundingReceipt, FundSource, Project, User


@transaction.atomic
def record_receipt(
    project: Project,
    *,
    by: User,
    received: When | date,
    amount: Decimal | None = None,
    source: FundSource | str = FundSource.OWN,
    evidence: str = "",
    currency: str = Currency.CNY,
    foreign_amount: Decimal | None = None,
) -> FundingReceipt:
    """Puts money that has arrived on record. `amount` is yuan; foreign money may come without it,
    for the month's rate converts it."""
    when = received if isinstance(received, When) else When.day(received)
    receipt = FundingReceipt(
        project=project,
        received_on=when.start,
        received_until=when.end,
        amount=amount,
        source=source,
        evidence=evidence,
        currency=currency,
        foreign_amount=foreign_amount,
    )
    access.require(by, Action.REGISTER, receipt)
    if amount == 0 or foreign_amount == 0:
        name = "amount" if amount == 0 else "foreign_amount"
        raise Refused("到位金额必须大于 0；没有到账的不登记。", "invalid", [name])
    return _insert(receipt, by=by, verb="record_receipt")


@transaction.atomic
def correct_receipt(
    receipt: FundingReceipt, values: Mapping[str, Any], *, by: User, reason: str
) -> FundingReceipt:
    """Corrects a receipt by a new one that replaces it; the old one stays readable. A receipt that
    should never have been entered is corrected to 0."""
    access.require(by, Action.CHANGE, receipt)
    if not reason.strip():
        raise Refused("更正到位资金须写明原因。", "reason_needed", ["reason"])
    current = FundingReceipt.objects.standing().filter(pk=receipt.pk).first()
    if current is None:
        raise Refused("这笔资金已被更正，请在最新的一笔上操作。", "stale")
    kept = (
        "project", "received_on", "received_until", "amount", "currency", "foreign_amount",
        "source", "evidence",
    )  # fmt: skip
    merged = {name: getattr(current, name) for name in kept} | dict(values)
    if "received_on" in values and "received_until" not in values:
        merged["received_until"] = values["received_on"]
    return _insert(
        FundingReceipt(**merged, replaces=current), by=by, verb="correct_receipt", reason=reason
    )


def _insert(receipt: FundingReceipt, *, by: User, verb: str, reason: str = "") -> FundingReceipt:
    if receipt.received_on and receipt.received_on > clock.today():
        raise Refused("到账日期在今天之后；到账后再登记。", "future_date", ["received"])
    is_foreign = receipt.currency != Currency.CNY
    if receipt.foreign_amount is not None and not is_foreign:
        raise Refused("填了外币金额，请选择币种。", "invalid", ["currency"])
    if is_foreign and receipt.foreign_amount is None:
        raise Refused("币种不是人民币，请填写外币金额。", "invalid", ["foreign_amount"])
    if receipt.amount is None and not is_foreign:
        raise Refused("请填写到位金额；不知道金额的先不登记。", "invalid", ["amount"])
    receipt.recorded_at = clock.now()
    receipt.by = by
    inserted: FundingReceipt = _record.insert(receipt, by=by, verb=verb, reason=reason)
    confirmations.tell_waiting(inserted, by=by)
    return inserted
