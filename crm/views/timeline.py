"""What happened to a project, newest first: moves, follow-ups, agreements, edits."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from crm.exact import money_text
from crm.models import Agreement, Origin, Project, StageMove
from crm.views import history
from crm.views.history import Change

MOST = 60  # of each kind


@dataclass(frozen=True)
class Event:
    """`on` orders it, within a day what was recorded later stands above; `when` is the date as
    precisely as it is known; `url` is where it is put right."""

    on: date
    recorded_at: datetime
    kind: str  # move, follow_up, agreement, edit
    title: str
    when: str
    who: str = ""
    text: str = ""
    extra: str = ""
    url: str = ""
    file: Any = None
    stage: str = ""
    changes: list[Change] = field(default_factory=list)


def of_project(project: Project) -> list[Event]:
    events = [*_moves(project), *_follow_ups(project), *_agreements(project), *_edits(project)]
    return sorted(events, key=lambda event: (event.on, event.recorded_at), reverse=True)


def _moves(project: Project) -> list[Event]:
    rows = (
        StageMove.objects.standing()
        .filter(project=project)
        .select_related("by", "replaces")
        .order_by("-pk")[:MOST]
    )
    return [_move(move) for move in rows]


def _move(move: StageMove) -> Event:
    if move.is_status_change and move.from_status != move.to_status:
        title, mark = f"{move.get_from_status_display()} → {move.get_to_status_display()}", ""
    elif move.from_stage:
        title, mark = f"{move.get_from_stage_display()} → {move.get_to_stage_display()}", ""
        mark = move.to_stage
    else:
        title, mark = f"入库：{move.get_to_stage_display()}", move.to_stage
    notes = [move.reason, f"凭证：{move.evidence}" if move.evidence else ""]
    if move.replaces:
        was = move.replaces.occurred
        notes.append(f"更正，原日期 {was.text if was else '未知'}")
    return Event(
        move.effective_on,
        move.recorded_at,
        "move",
        title,
        move.occurred.text if move.occurred else "日期待补",
        who=str(move.by) if move.by else "",
        text="；".join(filter(None, notes)),
        extra="导入" if move.origin == Origin.IMPORT else "",
        url=reverse("desk-correct", args=[move.pk]),
        stage=mark,
    )


def _follow_ups(project: Project) -> list[Event]:
    return [
        Event(
            row.held_on,
            row.recorded_at,
            "follow_up",
            row.get_kind_display(),
            row.held_on.isoformat(),
            who=str(row.by) if row.by else "",
            text=row.content,
            extra=f"约定 {row.next_on.isoformat()} {row.next_step}".rstrip() if row.next_on else "",
        )
        for row in project.follow_ups.select_related("by")[:MOST]
    ]


def _agreements(project: Project) -> list[Event]:
    rows = (
        Agreement.objects.standing()
        .filter(project=project)
        .select_related("by", "scan", "park")[:MOST]
    )
    return [
        Event(
            row.signed_on or row.recorded_at.date(),
            row.recorded_at,
            "agreement",
            f"{row.get_kind_display()} {money_text(row.amount) if row.amount is not None else ''}"
            .rstrip(),
            row.signed.text if row.signed else "日期待补",
            who=str(row.by) if row.by else "",
            text=row.note,
            extra=f"{row.ended_on} 终止" if row.ended_on else "",
            file=row.scan,
        )
        for row in rows
    ]  # fmt: skip


def _edits(project: Project) -> list[Event]:
    entries = history.of_row(project, verbs=("change", "revert_import", "merge", "unmerge_facts"))
    return [
        Event(
            entry.on,
            entry.at,
            "edit",
            entry.verb,
            entry.on.isoformat(),
            who=entry.who,
            text=entry.reason,
            changes=entry.changes,
        )
        for entry in entries
        if entry.changes
    ]
