"""Funds in place: recording what arrived, correcting it, and what the deciding level allows."""

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
from crm.actions.pipeline import confirmations
from crm.actions.questions import NOTHING_SAID, Anyway
from crm.actions.system import notifications
from crm.dates import When
from crm.errors import Refused
from crm.exact import money_text
from crm.models import (
    Currency,
    FundArea,
    FundForm,
    FundingReceipt,
    FundSource,
    NotificationKind,
    Project,
    User,
)

# What was allowed was allowed of this; only who may allow changes it afterwards.
_DECIDED = frozenset(
    {"project", "received_on", "received_until", "amount", "currency", "foreign_amount", "form"}
)


def record_receipt(
    project: Project,
    *,
    by: User,
    received: When | date,
    amount: Decimal | None = None,
    source: FundSource | str = FundSource.OWN,
    form: FundForm | str = FundForm.MONEY,
    source_area: FundArea | str = "",
    evidence: str = "",
    currency: str = Currency.CNY,
    foreign_amount: Decimal | None = None,
    anyway: Anyway = NOTHING_SAID,
) -> FundingReceipt:
    """Puts money (or plant, or land) that has arrived on record, as reported. `amount` is yuan;
    foreign money may come without it, for the month's rate converts it, and comes from abroad
    unless said otherwise. A payment that is on record already is asked about."""
    when = received if isinstance(received, When) else When.day(received)
    receipt = FundingReceipt(
        project=project,
        received_on=when.start,
        received_until=when.end,
        amount=amount,
        source=source,
        form=form,
        source_area=source_area or (FundArea.ABROAD if currency != Currency.CNY else ""),
        evidence=evidence,
        currency=currency,
        foreign_amount=foreign_amount,
    )
    access.require(by, Action.REGISTER, receipt)
    if amount == 0 or foreign_amount == 0:
        name = "amount" if amount == 0 else "foreign_amount"
        raise Refused("到位金额必须大于 0；没有到账的不登记。", "invalid", [name])
    find = partial(same_receipts, receipt, by=by)
    with questions.asking(receipt, find, str(project.pk), by=by, anyway=anyway):
        return _insert(receipt, by=by, verb="record_receipt")


def same_receipts(receipt: FundingReceipt, *, by: User) -> list[FundingReceipt]:
    """Those on record that are this payment: of the same project, date and source with the same
    voucher; without a voucher on either side the amount decides, so that one payment is neither
    counted twice nor taken for another."""
    like = FundingReceipt.objects.standing().visible_to(by)
    same = like.filter(
        project=receipt.project,
        received_on=receipt.received_on,
        received_until=receipt.received_until,
        source=receipt.source,
    )
    return [row for row in same if receipt.evidence and row.evidence == receipt.evidence] or [
        row
        for row in same
        if not (receipt.evidence and row.evidence)
        and row.amount == receipt.amount
        and row.foreign_amount == receipt.foreign_amount
    ]


@transaction.atomic
def correct_receipt(
    receipt: FundingReceipt, values: Mapping[str, Any], *, by: User, reason: str
) -> FundingReceipt:
    """Corrects a receipt by a new one that replaces it; the old one stays readable. One that should
    never have been entered is withdrawn; one that has been allowed (核定) is corrected by who may
    allow it."""
    access.require(by, Action.CHANGE, receipt)
    _checks.require_reason(reason, "更正到位资金")
    standing = _checks.current(receipt, "这笔资金已被更正，请在最新的一笔上操作。")
    row = _checks.corrected(standing, values)
    touched = {name for name in _DECIDED if getattr(row, name) != getattr(standing, name)}
    if standing.allowed_amount is not None and touched:
        access.require(by, Action.CONFIRM, receipt)
    return _insert(row, by=by, verb="correct_receipt", reason=reason)


@transaction.atomic
def allow_receipt(
    receipt: FundingReceipt,
    amount: Decimal,
    *,
    by: User,
    reason: str = "",
    document: str = "",
) -> FundingReceipt:
    """核定: puts on record what the deciding level allows of a receipt, in yuan, 0 being nothing.
    Where it is less than was reported (核减) the reason and the document are needed. A later 核定
    replaces an earlier one."""
    access.require(by, Action.CONFIRM, receipt)
    standing = _checks.current(receipt, "这笔资金已被更正，请在最新的一笔上操作。")
    values = {
        "allowed_amount": amount,
        "allowance_reason": reason.strip(),
        "allowance_document": document.strip(),
    }
    row = _insert(_checks.corrected(standing, values), by=by, verb="allow_receipt", reason=reason)
    if row.disallowed:
        said = (
            f"“{row.project}”{row.received}的到位资金核定 {money_text(amount)}，"
            f"核减 {money_text(row.disallowed)}：{reason.strip()}"
        )
        notifications.tell([standing.by], NotificationKind.CONFIRM, row, said, by=by)
    return row


def _insert(receipt: FundingReceipt, *, by: User, verb: str, reason: str = "") -> FundingReceipt:
    _check(receipt)
    receipt.recorded_at = clock.now()
    receipt.by = by
    inserted: FundingReceipt = _record.insert(receipt, by=by, verb=verb, reason=reason)
    if receipt.replaces is not None:
        notifications.done(NotificationKind.CONFIRM, receipt.replaces)
    confirmations.tell_waiting(inserted, by=by)
    return inserted


def _check(receipt: FundingReceipt) -> None:
    """What holds of every receipt on record, reported or corrected or allowed: a date that is not
    in the future, an amount, and no more allowed than was reported."""
    _checks.dated(receipt, "received", "到账日期在今天之后；到账后再登记。")
    _checks.money(receipt)
    if receipt.amount is None and receipt.foreign_amount is None:
        raise Refused("请填写到位金额；不知道金额的先不登记。", "invalid", ["amount"])
    cut = receipt.disallowed
    if cut is not None and cut < 0:
        raise Refused(
            f"核定数 {money_text(receipt.allowed_amount)} 大于上报数 {money_text(receipt.yuan)}；"
            "上报少了的，请先更正上报数。",
            "invalid",
            ["allowed_amount"],
        )
    wrong = {
        name: f"有核减，请填写{label}。"
        for name, label in (("allowance_reason", "核减原因"), ("allowance_document", "核定文件"))
        if cut and not getattr(receipt, name)
    }
    if wrong:
        raise Refused("".join(wrong.values()), "invalid", wrong)
