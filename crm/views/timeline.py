"""What happened to a project, newest first: moves, follow-ups, agreements, edits, files."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from crm.exact import money_text
from crm.models import (
    UNCONFIRMED,
    Agreement,
    Origin,
    Project,
    StageMove,
    StoredFile,
    judged_text,
)
from crm.views import history
from crm.views.base import Link, address
from crm.views.history import Change, Entry
from crm.views.lists import readable

MOST = 60  # of each kind
# What one may look at alone: its name in the address, its label, the kinds of events.
PARTS = {
    "moves": ("变动", {"move", "agreement"}),
    "follow_ups": ("跟进", {"follow_up"}),
    "edits": ("修改", {"edit"}),
    "files": ("文件", {"file"}),
}


@dataclass(frozen=True)
class Event:
    """`on` orders it, within a day what was recorded later stands above; `when` is the date as
    precisely as it is known; `url` is where it is put right. Edits made in one go are one event,
    `parts` are they one by one."""

    on: date
    recorded_at: datetime
    kind: str  # move, follow_up, agreement, edit, file
    title: str
    when: str
    who: str = ""
    text: str = ""
    extra: str = ""
    url: str = ""
    files: list[StoredFile] = field(default_factory=list)
    stage: str = ""
    changes: list[Change] = field(default_factory=list)
    parts: list[Entry] = field(default_factory=list)


def of_project(project: Project, part: str = "") -> list[Event]:
    """All there is, or one of PARTS; files stand with what they were sent along with."""
    files = list(project.files.select_related("by").order_by("pk"))
    events = [
        *_moves(project),
        *_follow_ups(project, files),
        *_agreements(project),
        *_edits(project),
        *_files(project, files),
    ]
    if part in PARTS:
        kinds = PARTS[part][1]
        events = [one for one in events if one.kind in kinds or (part == "files" and one.files)]
    return sorted(events, key=lambda event: (event.on, event.recorded_at), reverse=True)


def choices(request: HttpRequest, part: str) -> list[Link]:
    """All, or one part alone, as addresses of the same page."""
    params = readable(request.GET)
    made = [Link("全部", address(params, past=None), is_current=part not in PARTS)]
    return made + [
        Link(label, address(params, past=name), is_current=name == part)
        for name, (label, _) in PARTS.items()
    ]


def _moves(project: Project) -> list[Event]:
    rows = (
        StageMove.objects.standing()
        .filter(project=project)
        .with_judgement()
        .select_related("by", "replaces")
        .prefetch_related("confirmations__by")
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
        extra="，".join(
            filter(None, ["导入" if move.origin == Origin.IMPORT else "", _judged(move)])
        ),
        url=reverse("desk-correct", args=[move.pk]),
        stage=mark,
    )


def _judged(move: StageMove) -> str:
    """待认定, or who said what last."""
    said = max(move.confirmations.all(), key=lambda word: word.pk, default=None)
    text = judged_text(move)
    if said is None or text in ("", UNCONFIRMED):
        return text
    return f"{said.by} {text}" + (f"：{said.note}" if text == "被退回" else "")


def _follow_ups(project: Project, files: list[StoredFile]) -> list[Event]:
    sent_along: dict[int, list[StoredFile]] = defaultdict(list)
    for file in files:
        if file.follow_up_id:
            sent_along[file.follow_up_id].append(file)
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
            files=sent_along[row.pk],
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
            files=[row.scan] if row.scan else [],
        )
        for row in rows
    ]  # fmt: skip


def _edits(project: Project) -> list[Event]:
    entries = history.of_row(project, verbs=("change", "revert_import", "merge", "unmerge_facts"))
    return [
        Event(
            group[0].on,
            group[0].at,
            "edit",
            group[0].verb if len(group) == 1 else f"{group[0].verb} {len(group)} 次",
            group[0].on.isoformat(),
            who=group[0].who,
            text=group[0].reason,
            changes=history.net(group),
            extra="" if history.net(group) else "改过又改了回去",
            parts=group if len(group) > 1 else [],
        )
        for group in history.folded([entry for entry in entries if entry.changes])
    ]


def _files(project: Project, files: list[StoredFile]) -> list[Event]:
    """Files that came by themselves; one upload of several is one event."""
    scans = set(
        Agreement.objects.filter(project=project, scan__isnull=False).values_list("scan", flat=True)
    )
    alone = [file for file in files if not file.follow_up_id and file.pk not in scans]
    groups: list[list[StoredFile]] = []
    for file in alone:
        last = groups[-1][-1] if groups else None
        if last and last.by_id == file.by_id and file.at - last.at <= history.TOGETHER:
            groups[-1].append(file)
        else:
            groups.append([file])
    return [
        Event(
            timezone.localtime(group[-1].at).date(),
            group[-1].at,
            "file",
            "上传文件" if len(group) == 1 else f"上传 {len(group)} 个文件",
            timezone.localtime(group[-1].at).date().isoformat(),
            who=str(group[-1].by) if group[-1].by else "",
            files=group,
        )
        for group in groups[-MOST:]
    ]
