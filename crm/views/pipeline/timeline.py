"""What happened to a project, newest first: moves, agreements, money received, follow-ups, edits,
files. What was withdrawn stays, struck through, with who withdrew it and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from crm import ledgers
from crm.actions import imports
from crm.exact import money_text
from crm.models import (
    UNCONFIRMED,
    Agreement,
    AuditEntry,
    Confirmation,
    FundingReceipt,
    Origin,
    Project,
    StageMove,
    StoredFile,
    judged_text,
)
from crm.views.base import Link, address
from crm.views.ledgers import facts, history
from crm.views.ledgers.history import Change, Entry
from crm.views.ledgers.lists import readable
from crm.views.ledgers.row_verbs import Verb

MOST = 60  # of each kind
NAMED = 12  # rows that an undone import took back
# What one may look at alone: its name in the address, its label, the kinds of events.
PARTS = {
    "moves": ("变动", {"move", "agreement", "receipt"}),
    "follow_ups": ("跟进", {"follow_up"}),
    "edits": ("修改", {"edit", "undo"}),
    "files": ("文件", {"file"}),
}


@dataclass(frozen=True)
class Event:
    """`on` orders it, within a day what was recorded later stands above; `when` is the date as
    precisely as it is known; `verbs` is what this user may do about it; `gone` says who withdrew it
    and why, on the page at `url`. Edits made in one go are one event, `parts` are they one by one.
    `taken` are the rows an undone import took back."""

    on: date
    recorded_at: datetime
    kind: str  # move, follow_up, agreement, receipt, edit, undo, file
    title: str
    when: str
    who: str = ""
    text: str = ""
    extra: str = ""
    gone: str = ""
    url: str = ""
    verbs: list[Verb] = field(default_factory=list)
    files: list[StoredFile] = field(default_factory=list)
    stage: str = ""
    changes: list[Change] = field(default_factory=list)
    parts: list[Entry] = field(default_factory=list)
    taken: list[Link] = field(default_factory=list)


@dataclass(frozen=True)
class Reader:
    """Who reads, and what he may do with the project, by the names of `rights_on`."""

    user: Any = None
    rights: Mapping[str, bool] = field(default_factory=dict)

    def verb(self, right: str, label: str, url: str) -> list[Verb]:
        return [Verb(label, url)] if self.rights.get(right) else []

    def void(self, fact: Any, right: str = "change") -> list[Verb]:
        back = reverse("desk-project", args=[fact.project_id])
        return self.verb(right, "作废", facts.void_url(fact, back))

    def void_word(self, fact: Any) -> list[Verb]:
        """The last word on it, where it is the reader's own."""
        said = _last_word(fact)
        if said is None or said.by_id != getattr(self.user, "pk", None):
            return []
        back = reverse("desk-project", args=[fact.project_id])
        label = f"作废{said.get_judgement_display()}"
        return self.verb("confirm", label, facts.void_url(said, back))


def of_project(project: Project, part: str = "", reader: Reader | None = None) -> list[Event]:
    """All there is, or one of PARTS; files stand with what they were sent along with."""
    files = list(project.files.select_related("by").order_by("pk"))
    reader = reader or Reader()
    events = [
        *_told_facts(project, reader),
        *_follow_ups(project, files),
        *_edits(project),
        *_undone(project),
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


# Facts: those that stand, and those that were withdrawn


def _told_facts(project: Project, reader: Reader) -> list[Event]:
    moves = _rows(StageMove, project)
    agreements = _rows(Agreement, project, "scan", "park")
    receipts = _rows(FundingReceipt, project)
    why = _why_withdrawn([row for row in (*moves, *agreements, *receipts) if row.withdraws])
    standing = [move for move in moves if not move.withdraws]
    last = max(standing, key=lambda move: move.place, default=None)
    return [
        *(_move(row, reader, why, is_last=row is last and len(standing) > 1) for row in moves),
        *(_agreement(row, reader, why) for row in agreements),
        *(_receipt(row, reader, why) for row in receipts),
    ]


def _rows(model: Any, project: Project, *joins: str) -> list[Any]:
    """The last row of each chain."""
    rows = model.objects.filter(project=project, replaced_by=None)
    if ledgers.of_noun(model).is_confirmed:
        words = Confirmation.objects.standing().select_related("by")
        rows = rows.with_judgement().prefetch_related(Prefetch("confirmations", words))
    return list(rows.select_related("by", "replaces__by", *joins).order_by("-pk")[:MOST])


def _why_withdrawn(rows: list[Any]) -> dict[tuple[str, int], AuditEntry]:
    """The entries of rows that withdraw, asked for at once."""
    return {(entry.object_type, entry.object_id): entry for entry in history.written(rows)}


def _recorded(row: Any, why: Mapping[tuple[str, int], AuditEntry]) -> dict[str, str]:
    """Who recorded a fact; of a withdrawn one also who withdrew it, and why."""
    first = row.replaces if row.withdraws else row
    told = {"who": str(first.by) if first.by else ""}
    if row.withdraws:
        entry = why.get((row._meta.label_lower, row.pk))
        verb, who, reason = history.said(entry) if entry else ("作废", str(row.by or "系统"), "")
        day = timezone.localtime(row.recorded_at).date().isoformat()
        told["gone"] = f"{day} {who}{verb}" + (f"：{reason}" if reason else "")
        told["url"] = facts.page_url(first)
    return told


def _move(
    move: StageMove, reader: Reader, why: Mapping[tuple[str, int], AuditEntry], *, is_last: bool
) -> Event:
    title = str(move) if move.from_stage else f"入库：{move.get_to_stage_display()}"
    notes = [move.reason, f"凭证：{move.evidence}" if move.evidence else ""]
    if move.replaces and not move.withdraws:
        was = move.replaces.occurred
        notes.append(f"更正，原日期 {was.text if was else '未知'}")
    verbs: list[Verb] = []
    if not move.withdraws:
        verbs += reader.verb("advance", "更正", reverse("desk-correct", args=[move.pk]))
        verbs += reader.void(move) if is_last else []
        verbs += reader.void_word(move)
    marks = ["导入" if move.origin == Origin.IMPORT else "", _judged(move)]
    return Event(
        move.effective_on,
        move.recorded_at,
        "move",
        title,
        move.occurred.text if move.occurred else "日期待补",
        text="；".join(filter(None, notes)),
        extra="，".join(filter(None, marks)),
        verbs=verbs,
        stage=move.to_stage if not (move.from_stage and move.is_status_change) else "",
        **_recorded(move, why),
    )


def _judged(row: Any) -> str:
    """待认定, or who said what last; nothing of what was withdrawn."""
    said, text = _last_word(row), "" if row.withdraws else judged_text(row)
    if said is None or text in ("", UNCONFIRMED):
        return text
    return f"{said.by} {text}" + (f"：{said.note}" if text == "被退回" else "")


def _last_word(row: Any) -> Confirmation | None:
    return max(row.confirmations.all(), key=lambda word: word.pk, default=None)


def _agreement(row: Agreement, reader: Reader, why: Mapping[tuple[str, int], AuditEntry]) -> Event:
    amount = money_text(row.amount) if row.amount is not None else ""
    return Event(
        row.signed_on or row.recorded_at.date(),
        row.recorded_at,
        "agreement",
        f"{row.get_kind_display()} {amount}".rstrip(),
        row.signed.text if row.signed else "日期待补",
        text=row.note,
        extra=f"{row.ended_on} 终止" if row.ended_on else "",
        verbs=[] if row.withdraws else reader.void(row),
        files=[row.scan] if row.scan else [],
        **_recorded(row, why),
    )


def _receipt(
    row: FundingReceipt, reader: Reader, why: Mapping[tuple[str, int], AuditEntry]
) -> Event:
    right = "change" if row.allowed_amount is None else "confirm"
    return Event(
        row.received_on,
        row.recorded_at,
        "receipt",
        f"到位资金 {row.amount_text}",
        row.received.text if row.received else "",
        text=f"凭证：{row.evidence}" if row.evidence else "",
        extra=_judged(row),
        verbs=[] if row.withdraws else [*reader.void(row, right), *reader.void_word(row)],
        **_recorded(row, why),
    )


# What people did besides


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


def _edits(project: Project) -> list[Event]:
    entries = history.of_row(project, verbs=("change", "merge", "unmerge_facts", "settle_text"))
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


def _undone(project: Project) -> list[Event]:
    """What undone imports took back here: changes of the project, and rows that hung on it."""
    events = []
    entries = imports.taken_back_from(project)
    for _, group in groupby(entries, key=lambda entry: (entry.reason, entry.actor_id)):
        found = list(group)
        own = [entry for entry in found if _is_about(project, entry)]
        others = [entry for entry in found if entry not in own]
        (told, *_) = history.told(found[:1], Project)
        events.append(
            Event(
                told.on,
                told.at,
                "undo",
                told.verb,
                told.on.isoformat(),
                who=told.who,
                text=told.reason,
                changes=history.net(history.told(own, Project)),
                extra=f"等 {len(others)} 条" if len(others) > NAMED else "",
                taken=[_taken(entry) for entry in others[:NAMED]],
            )
        )
    return events


def _is_about(project: Project, entry: AuditEntry) -> bool:
    return (entry.object_type, entry.object_id) == (project._meta.label_lower, project.pk)


def _taken(entry: AuditEntry) -> Link:
    named = f"“{entry.object_text}”" if entry.object_text else f" #{entry.object_id}"
    label = ledgers.label_of(entry.object_type)
    return Link(f"{label}{named}", ledgers.address_of(entry.object_type, entry.object_id or 0))


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
