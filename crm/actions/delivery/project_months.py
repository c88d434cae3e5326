"""项目月报: filed by who is at the project, accepted by the head of its team or sent back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from django.db import transaction

from crm import access, clock
from crm.access import Action
from crm.actions import _checks, _lock, _record
from crm.actions.delivery.doubts import Year, complete, doubts
from crm.actions.questions import NOTHING_SAID, Anyway
from crm.actions.system import notifications
from crm.actions.together import all_or_none
from crm.dates import When
from crm.errors import Refused
from crm.models import NotificationKind, Project, User
from crm.models.delivery.completion import plans_of
from crm.models.delivery.investment_plans import plan_for
from crm.models.delivery.project_months import MonthState, ProjectMonth

STALE = "这份月报刚被重报、认可或作废，请看最新的一份。"
MOST = 200  # accepted at once


def file_month(
    project: Project,
    *,
    by: User,
    month: When | date,
    invested: Decimal | None = None,
    cumulative: Decimal | None = None,
    progress: str = "",
    problems: str = "",
    unit: str = "",
    next_plan: str = "",
    why: str = "",
    anyway: Anyway = NOTHING_SAID,
) -> ProjectMonth:
    """报送: the first report of a month. Amounts are yuan; which of the two is not told follows
    from the month before, where that is known. Refused: a month to come, a month that has a report
    (that is filed again, so that there is nothing to ask `anyway`), and without a reason (`why`)
    what is improbable."""
    whole = _checks.month(month)
    row = ProjectMonth(
        project=project,
        month_on=whole.start,
        month_until=whole.end,
        invested=invested,
        cumulative=cumulative,
        progress=progress,
        problems=problems,
        unit=unit,
        next_plan=next_plan,
        why=why,
    )
    access.require(by, Action.FILE, project)
    with _alone(row):
        if same_months(row):
            raise Refused(f"“{row}”已经报送，请修改那一份。", "exists", ["month"])
        return _file(row, by=by, verb="file_month")


@dataclass(frozen=True)
class Filed:
    """A month as a table tells it. before: the standing report it takes the place of."""

    project: Project
    month: When
    values: Mapping[str, Any]
    why: str = ""
    before: ProjectMonth | None = None


def file_all(filed: Iterable[Filed], *, by: User) -> dict[int, Refused]:
    """Files all of these, in their order, or none: what was refused, by its place."""
    return all_or_none(partial(file_one, one, by=by) for one in filed)


def file_one(one: Filed, *, by: User) -> ProjectMonth:
    if one.before is not None:
        return refile_month(one.before, one.values, by=by, reason=one.why)
    told = {name: value for name, value in one.values.items() if value is not None}
    return file_month(one.project, by=by, month=one.month, why=one.why, **told)


def same_months(row: ProjectMonth) -> list[ProjectMonth]:
    """The standing report of the same project and month."""
    same = ProjectMonth.objects.standing().filter(project=row.project, month_on=row.month_on)
    return list(same)


def refile_month(
    row: ProjectMonth, values: Mapping[str, Any], *, by: User, reason: str = ""
) -> ProjectMonth:
    """重报: the month is told anew, in the place of what was filed, returned or accepted, and waits
    again. One that was accepted takes a reason (修订原因)."""
    access.require(by, Action.FILE, row)
    with _alone(row):
        standing = _checks.current(row, STALE)
        if standing.state == MonthState.ACCEPTED and not reason.strip():
            raise Refused("这个月已经认可，修改须写明修订原因。", "reason_needed", ["why"])
        told = {"why": reason.strip(), **values}
        told |= {"state": MonthState.REPORTED, "return_reason": ""}
        again = _checks.corrected(standing, told)
        notifications.done(NotificationKind.MONTH, standing)
        return _file(again, by=by, verb="refile_month", reason=reason)


def accept_months(rows: Iterable[ProjectMonth], *, by: User) -> list[ProjectMonth]:
    """认可: these reports are taken as they are, all of them or none; each a row of its own that
    replaces the report. Nobody accepts what he filed himself."""
    some = sorted(rows, key=lambda row: row.pk)  # locked in one order by all
    if len(some) > MOST:
        raise Refused(f"一次最多认可 {MOST} 份，请分批办理。", "invalid")
    with transaction.atomic():
        return [_rule(row, MonthState.ACCEPTED, by=by, verb="accept_month") for row in some]


def return_month(row: ProjectMonth, *, by: User, reason: str) -> ProjectMonth:
    """退回: the report is to be mended, for this reason, and filed again; who filed it and who is
    at the project hear of it."""
    if not reason.strip():
        raise Refused("退回须写明原因，报送人据此修改。", "reason_needed", ["reason"])
    return _rule(row, MonthState.RETURNED, by=by, verb="return_month", reason=reason.strip())


def may_rule(row: ProjectMonth, to: MonthState, user: Any) -> bool:
    """Whether the user may say this of the report next: for the button."""
    return _follows(row, to) and row.reporter_id != user.pk and access.may(
        user, Action.CONFIRM, row
    )  # fmt: skip


def _follows(row: ProjectMonth, to: MonthState) -> bool:
    """What was accepted may be sent back; what was sent back is filed again first."""
    before = [MonthState.REPORTED]
    if to is MonthState.RETURNED:
        before.append(MonthState.ACCEPTED)
    return row.state in before


def _rule(
    row: ProjectMonth, to: MonthState, *, by: User, verb: str, reason: str = ""
) -> ProjectMonth:
    access.require(by, Action.CONFIRM, row)
    with _alone(row):
        standing = _checks.current(row, STALE)
        if not _follows(standing, to):
            now = standing.get_state_display()
            raise Refused(f"“{standing}”现在是“{now}”，不能{to.label}。", "stale")
        if standing.reporter_id == by.pk:
            raise Refused(f"“{standing}”是您自己报送的，须由别人认可或退回。", "self_confirmation")
        ruled = _checks.corrected(standing, {"state": to, "return_reason": reason})
        notifications.done(NotificationKind.MONTH, standing)
        made = _record.enter(ruled, by=by, verb=verb, reason=reason)
        if to is MonthState.RETURNED:
            said = f"{by}退回了“{made.project}”{made.month}的月报：{reason}"
            people = [*notifications.holders(made.project), made.reporter]
            notifications.tell(people, NotificationKind.MONTH, made, said, by=by)
        return made


def _file(row: ProjectMonth, *, by: User, verb: str, reason: str = "") -> ProjectMonth:
    if row.month_on > clock.today():
        raise Refused("月份在今天之后；到月再报送。", "future_date", ["month"])
    year = year_of(row)
    complete(row, year)
    if not row.why.strip() and (found := doubts(row, year)):
        told = "；".join(found)
        raise Refused(f"{told}。没有错的，请写明原因；否则请核对。", "unlikely", ["why"])
    row.reporter = by
    return _record.enter(row, by=by, verb=verb, reason=reason)


def year_of(row: ProjectMonth) -> Year:
    """What stands of its project in its year: two queries."""
    year = row.month_on.year
    months = ProjectMonth.objects.standing().of_year(year).filter(project=row.project_id)
    plans = plans_of([row.project_id], [year])
    plan = plan_for(plans.get((row.project_id, year), ()), row.month_until)
    return Year.around(row, months, plan)


def _alone(row: ProjectMonth) -> AbstractContextManager[None]:
    return _lock.one_at_a_time("projectmonth", f"{row.project_id}/{row.month_on}")
