"""What is done about what `crm.integrity` finds: what follows from the rest of the ledger is put
right, on record, and who can do the rest is told. Nobody's work is guessed at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.db import transaction

from crm import clock, integrity
from crm.access import Role
from crm.actions import _record
from crm.actions.pipeline import progress
from crm.actions.system import notifications
from crm.integrity import Broken, Finding
from crm.models import ImportBatch, NotificationKind, Origin, Project, StageMove, User
from crm.stages import Stage, Status

REASON = "ledger_verify 补记"
TOLD = 5  # findings told to one person in one night; the command names all


def mend(batch: ImportBatch | None = None) -> list[tuple[str, Broken]]:
    """Puts right what can be derived, in the whole ledger or in what an import wrote; gives back
    what it did, as (invariant, row). What it could not is what `integrity.verify` still finds."""
    done = []
    for key, put_right in MENDS.items():
        before: list[Broken] = []
        while (rows := _broken(key, batch)) and rows != before:
            before = rows
            with transaction.atomic(), _record.gathering():
                done += [(key, row) for row in rows if put_right(_row(row))]
    return done


def _broken(key: str, batch: ImportBatch | None) -> list[Broken]:
    return [row for finding in integrity.verify(batch, [key]) for row in finding.rows]


def _row(broken: Broken) -> Any:
    return apps.get_model(broken.table)._base_manager.get(pk=broken.number)


def _open(project: Project) -> bool:
    """The step with which it entered the ledger: to where its history goes on from, else to where
    it stands; nobody knows when."""
    moves = StageMove.objects.standing().filter(project=project).order_by("place")
    first = moves.first()
    if first is not None and first.place == 0:
        return False  # there is no place before it
    opening = StageMove(
        project=project,
        to_stage=first.from_stage if first else project.stage,
        to_status=(first.from_status if first else project.status) or Status.ACTIVE,
        place=first.place - 1 if first else 1,
        recorded_at=clock.now(),
        reason=REASON,
        origin=Origin.OPENING,
    )
    _record.insert(opening, by=None, verb="mend", reason=REASON)
    return True


def _move(project: Project) -> bool:
    last = StageMove.objects.standing().filter(project=project).latest("place")
    values = {"stage": Stage(last.to_stage), "status": Status(last.to_status)}
    _record.put(project, values, by=None, verb="mend", reason=REASON)
    return True


def _reckon(project: Project) -> bool:
    names = ("stage_since", "progress_on")
    before = {name: _record.plain(getattr(project, name)) for name in names}
    progress.reckon(project)
    after = {name: _record.plain(getattr(project, name)) for name in names}
    changes = {name: [before[name], after[name]] for name in names if before[name] != after[name]}
    _record.note("mend", project, by=None, changes=changes, reason=REASON)
    _record.touched(project)
    return bool(changes)


def _enter(row: Any) -> bool:
    _record.note("mend", row, by=None, reason=REASON, is_new=True)
    return True


def _keep(row: Any) -> bool:
    _record.keep_state(row)
    _record.note("mend", row, by=None, reason=REASON)
    return True


def _hide(row: Any) -> bool:
    _record.touched(row)
    return True


def _forget(notification: Any) -> bool:
    return bool(notification.delete()[0])


# In the order in which one follows from another: a lost opening decides stage and progress.
MENDS: dict[str, Callable[[Any], bool]] = {
    "project.opening": _open,
    "project.stage": _move,
    "project.since": _reckon,
    "project.progress": _reckon,
    "register.entry": _enter,
    "state.last": _keep,
    "search.gone": _hide,
    "reference.notification": _forget,
}


@transaction.atomic
def tell(findings: list[Finding]) -> None:
    """Names the rows to the statisticians, who see them all, once a day. Who runs the machine sees
    no business rows: he hears from the worker that there are some."""
    day = clock.machine().date()
    people = User.objects.filter(is_active=True, role=Role.STATISTICIAN)
    for finding in findings[:TOLD]:
        rows = "、".join(str(row) for row in finding.rows[:2])
        more = f"等 {finding.count} 条" if finding.count > 2 else ""
        notifications.tell(
            people,
            NotificationKind.SYSTEM,
            _project_of(finding.rows[0]),
            f"台账自查：“{finding.invariant.sentence}”不成立。{rows}{more}",
            by=None,
            key=f"integrity:{finding.invariant.key}:{day}",
        )


def summary(findings: list[Finding]) -> str:
    return f"{len(findings)} 项不成立，涉及 {sum(one.count for one in findings)} 条记录"


def _project_of(broken: Broken) -> Project | None:
    """Where the notification leads."""
    row = apps.get_model(broken.table)._base_manager.filter(pk=broken.number).first()
    project = row if isinstance(row, Project) else getattr(row, "project", None)
    return project if isinstance(project, Project) and project.withdrawn_at is None else None
