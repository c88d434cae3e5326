"""报送: that a report went out is put on record; who answers for it hears when it is due."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from crm import access, clock
from crm.access import Action
from crm.actions import _checks, _lock, _record
from crm.actions.questions import NOTHING_SAID, Anyway
from crm.actions.system import notifications
from crm.dates import When
from crm.errors import Refused
from crm.models import NotificationKind, User
from crm.models.indicators.due_reports import DueReport, ReportSending, outstanding

NEWS = timedelta(days=7)  # what is overdue for longer is told by the calendar alone


def record_sending(
    item: DueReport,
    *,
    by: User,
    period: When,
    sent_on: date,
    sent_by: str = "",
    receipt: str = "",
    anyway: Anyway = NOTHING_SAID,
) -> ReportSending:
    """One period of an item was sent up on a day; what came back is the receipt (回执). Refused
    where that period was sent already, so that there is nothing to ask `anyway`."""
    sending = ReportSending(
        due_report=item,
        period_on=period.start,
        period_until=period.end,
        sent_on=sent_on,
        sent_by=sent_by or by.name,
        receipt=receipt,
    )
    access.require(by, Action.REGISTER, sending)
    if period != item.period_of(period.start):
        wanted = item.period_of(period.start)
        raise Refused(f"“{item}”{item.get_rhythm_display()}一报，请写成 {wanted}。", "invalid",
                      ["period"])  # fmt: skip
    with _lock.one_at_a_time("reportsending", f"{item.pk}/{period.start}"):
        if same_sendings(sending):
            raise Refused(f"{period}的“{item}”已经报出，请更正那一条。", "exists", ["period"])
        sent = _insert(sending, by=by, verb="record_sending")
    notifications.done(NotificationKind.REPORT_DUE, item)
    return sent


def same_sendings(sending: ReportSending) -> list[ReportSending]:
    """What stands of the same item and period."""
    standing = ReportSending.objects.standing()
    same = {"due_report": sending.due_report, "period_on": sending.period_on}
    return list(standing.filter(**same))


def correct_sending(
    sending: ReportSending, values: Mapping[str, Any], *, by: User, reason: str
) -> ReportSending:
    access.require(by, Action.CHANGE, sending)
    _checks.require_reason(reason, "更正报送记录")
    standing = _checks.current(sending)
    row = _checks.corrected(standing, values)
    return _insert(row, by=by, verb="correct_sending", reason=reason)


def _insert(row: ReportSending, *, by: User, verb: str, reason: str = "") -> ReportSending:
    if row.sent_on > clock.today():
        raise Refused("报出日期在今天之后；报出了再登记。", "future_date", ["sent_on"])
    if row.sent_on < row.period_on:
        raise Refused(f"早于报告期 {row.period}，请核对。", "invalid", ["sent_on"])
    return _record.enter(row, by=by, verb=verb, reason=reason)


@transaction.atomic
def tell_due(on: date) -> None:
    """报送到期: who answers for an item hears once that it is near, and once that it is overdue;
    where that is nobody who may see it, who keeps the calendar does."""
    items = list(DueReport.objects.select_related("user"))
    keepers: list[User] = []
    for one in outstanding(items, on):
        item, day = one.item, one.due_on
        if day < on - NEWS:
            continue
        named = item.user
        if named is None or not access.may(named, Action.VIEW, item):
            keepers = keepers or notifications.who_may(Action.REGISTER, item)
        told = [named] if named and access.may(named, Action.VIEW, item) else keepers
        late = day < on
        said = "已过期，还没有报出" if late else "到期"
        notifications.tell(
            told,
            NotificationKind.REPORT_DUE,
            item,
            f"{one.period}的“{item}”{day:%-m} 月 {day:%-d} 日{said}，报送给{item.recipient}。",
            by=None,
            key=f"report-due:{item.pk}:{one.period.start}:{'late' if late else 'near'}",
        )
