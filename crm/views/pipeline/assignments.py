"""Who serves a project, and who is missing: officer, liaison, and the “1+1+6” of a signed one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from urllib.parse import urlencode

from django.urls import reverse

from crm.models import SERVICE_TEAM, Assignment, AssignmentKind, Project
from crm.stages import Stage, Status


@dataclass(frozen=True)
class Holder:
    """One holder of a duty; `note`: whose he is, or what he sees to."""

    who: str
    note: str = ""
    url: str = ""


@dataclass(frozen=True)
class Duty:
    """A kind of duty and all who hold it."""

    label: str
    holders: list[Holder]


@dataclass(frozen=True)
class Gap:
    """A duty nobody holds; `url` opens the form, empty where the user may not."""

    label: str
    url: str = ""


@dataclass(frozen=True)
class Served:
    duties: list[Duty]
    gaps: list[Gap]


def _holder(duty: Assignment) -> Holder:
    return Holder(
        str(duty.user or duty.unit),
        "，".join(filter(None, (duty.unit if duty.user else "", duty.duty))),
        reverse("desk-row", args=["assignments", duty.pk]),
    )


def of_project(row: Project, today: date, rights: dict[str, bool]) -> Served:
    """The duties in force today. Gaps are named from 签约 on, while the project is worked on."""
    held = list(row.assignments.in_force_on(today).select_related("user"))
    order = list(AssignmentKind)
    held.sort(key=lambda duty: (order.index(AssignmentKind(duty.kind)), duty.starts_on, duty.pk))
    duties = [
        Duty(AssignmentKind(kind).label, [_holder(duty) for duty in same])
        for kind, same in groupby(held, key=lambda duty: duty.kind)
    ]
    add = reverse("desk-new", args=["assignments"]) if rights["register"] else ""
    gaps: list[Gap] = []
    if row.status == Status.ACTIVE and Stage(row.stage).rank >= Stage.SIGNED.rank:
        for kind in AssignmentKind:
            count = sum(duty.kind == kind for duty in held)
            wanted = SERVICE_TEAM if kind == AssignmentKind.SERVICE else 1
            if count < wanted:
                label = kind.label if wanted == 1 else f"{kind.label} {wanted - count} 名"
                query = urlencode({"project": row.pk, "kind": kind.value})
                gaps.append(Gap(label, f"{add}?{query}" if add else ""))
    return Served(duties, gaps)
