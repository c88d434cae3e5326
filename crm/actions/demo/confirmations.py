"""The demo county's 认定 and 核定: its bureau confirms in rounds, and what came after the last one
still waits; the city allows what arrived in the first half of the year."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from crm.access import Action
from crm.actions.pipeline import confirmations, receipts
from crm.models import FundingReceipt, Project, StageMove, User, confirmable
from crm.stages import Stage

ROUNDS = (date(2023, 2, 3), date(2023, 5, 12), date(2023, 8, 11))
WHO = ("statistician", "teamlead")
RETURNED = ("烘焙休闲食品项目", "协议落款是 8 月 3 日，请核对后更正。")
# After half a year the city allows what was reported (核定), but for two receipts.
ALLOWED_ON, HALF_YEAR = date(2023, 7, 25), (date(2023, 1, 1), date(2023, 6, 30))
DOCUMENT = "市招商办〔2023〕31号（演示）"
CUTS = {
    "演示回单2023-026": (Decimal("0.8"), "设备发票未全部提供，暂不认。"),
    "演示回单2023-089": (Decimal(0), "以土地作价，未提供评估报告。"),
}


def words(known: Mapping[str, Project], users: Mapping[str, User]) -> Iterator[tuple[date, Any]]:
    """Each round with its day and the doing of it, and one signing that is sent back."""
    for day in ROUNDS:
        for name in WHO:
            yield day, partial(_round, users[name])
    yield ALLOWED_ON, partial(_allow, users["statistician"])
    yield ROUNDS[-1], partial(_send_back, known, users["statistician"])


def _round(by: User) -> None:
    for model in confirmable().values():
        objects: Any = model._default_manager
        rows = list(
            objects.standing()
            .unconfirmed()
            .visible_to(by, Action.CONFIRM)
            .select_related("project")
            .order_by("pk")
        )
        recorders = confirmations.recorders_of(rows)
        rows = [row for row in rows if by.pk not in recorders[row.pk]]
        for start in range(0, len(rows), confirmations.MOST):
            confirmations.confirm(rows[start : start + confirmations.MOST], by=by)


def _send_back(known: Mapping[str, Project], by: User) -> None:
    name, reason = RETURNED
    signings = StageMove.objects.standing().filter(project=known[name]).into(Stage.SIGNED)
    confirmations.send_back(list(signings), by=by, reason=reason)


def _allow(by: User) -> None:
    """What the city wrote back on the first half of the year."""
    for receipt in list(FundingReceipt.objects.standing().received_in(*HALF_YEAR)):
        if receipt.yuan is None:
            continue
        share, reason = CUTS.get(receipt.evidence, (Decimal(1), ""))
        allowed = receipt.yuan * share
        receipts.allow_receipt(receipt, allowed, by=by, reason=reason, document=DOCUMENT)
