"""Periodic work taken up, carried out, and how it went.

It is no row of the ledger, so the audit does not speak of it; the verbs that its commands call do.
"""

from __future__ import annotations

import logging
from io import StringIO
from typing import Any

from django.core.management import CommandError, call_command
from django.db import transaction

from crm import clock, periodic
from crm.access import Role
from crm.actions.system import notifications
from crm.models import NotificationKind, PeriodicWork, User
from crm.periodic import Work

logger = logging.getLogger(__name__)

IN_LOG = "出错了，原因见后台进程的日志"
BROKEN_OFF = "后台进程在办理时停了"


def due() -> list[Work]:
    """The work whose time has come since it was last taken up; one that is seen for the first time
    has yet to come. Only looks: no lock is held up by it."""
    now = clock.machine()
    taken = dict(PeriodicWork.objects.values_list("name", "due_at"))
    return [
        work
        for work in periodic.works()
        if work.name not in taken or taken[work.name] < work.newest(now)
    ]


@transaction.atomic
def take_up(work: Work) -> bool:
    """Whether it is now the caller's to do: of several workers one gets it. A work seen for the
    first time is due at its next set time."""
    now = clock.machine()
    _, is_new = PeriodicWork.objects.get_or_create(name=work.name, defaults={"due_at": now})
    newest = work.newest(now)
    # One statement: one worker changes the row, the others find it changed.
    taken = PeriodicWork.objects.filter(name=work.name, due_at__lt=newest).update(
        due_at=newest, started_at=None, finished_at=None, is_done=None, said=""
    )
    return bool(taken) and not is_new


def carry_out(work: Work) -> None:
    """Runs the command; what went wrong is kept, told and raised."""
    _keep(work, started_at=clock.machine())
    said = StringIO()
    try:
        call_command(*work.command, stdout=said, stderr=said)
    except Exception as error:
        # What a command says of itself names nobody; any other error may hold a row's values.
        fail(work, str(error) if isinstance(error, CommandError) else IN_LOG)
        raise
    lines = said.getvalue().split("\n")
    _keep(work, finished_at=clock.machine(), is_done=True, said=" ".join(filter(None, lines)))


@transaction.atomic
def fail(work: Work, why: str) -> None:
    """It did not succeed: whoever runs the machine hears of it, once a day."""
    now = clock.machine()
    _keep(work, finished_at=now, is_done=False, said=why)
    logger.error("Periodic work %s failed: %s", work.name, why)
    notifications.tell(
        User.objects.filter(is_active=True, role=Role.SYSADMIN),
        NotificationKind.SYSTEM,
        None,
        f"定期工作“{work.label}”（manage.py {work.command[0]}）没有办成：{why.rstrip('。')}。",
        by=None,
        key=f"periodic:{work.name}:{now.date()}",
    )


def _keep(work: Work, **values: Any) -> None:
    if "said" in values:
        values["said"] = values["said"].strip()[:300]
    PeriodicWork.objects.filter(name=work.name).update(**values)
