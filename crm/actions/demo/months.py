"""The demo county's 项目月报: accepted in the next month by whoever may and did not file them; one
of the last month is sent back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any

from crm.access import Action
from crm.actions.delivery import project_months
from crm.models import User
from crm.models.delivery.project_months import MonthState, ProjectMonth

WHO = ("teamlead", "statistician")
ACCEPTED_ON = [date(2023, month, 5) for month in range(2, 9)]
RETURNED_ON, RETURNED = date(2023, 8, 31), "童装产业园项目"
REASON = "形象进度写的是 7 月的内容，请按 8 月底的实际进度重报，并补现场照片。"


def rulings(users: Mapping[str, User]) -> Iterator[tuple[date, Any]]:
    """Each round with its day and the doing of it."""
    for day in ACCEPTED_ON:
        for name in WHO:
            yield day, partial(_accept, users[name])
    yield RETURNED_ON, partial(_send_back, users["teamlead"])


def _accept(by: User) -> None:
    waiting = ProjectMonth.objects.standing().visible_to(by, Action.CONFIRM)
    rows = waiting.filter(state=MonthState.REPORTED).exclude(reporter=by).order_by("pk")
    project_months.accept_months(rows.select_related("project"), by=by)


def _send_back(by: User) -> None:
    told = ProjectMonth.objects.standing().filter(project__name=RETURNED)
    project_months.return_month(told.latest("month_on"), by=by, reason=REASON)
