"""合并: pick the row that is the same, see both side by side, merge, look again, take it back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from crm import access, clock, ledgers
from crm.access import Action
from crm.actions import duplicates, merges
from crm.actions._repoint import copies_of, own_history
from crm.errors import Hidden, Refused
from crm.forms.fields import whole_number
from crm.ledgers import Column, Kind, Ledger
from crm.models import UNDO_DAYS, Merge, Project, mergeable
from crm.models.people import Person
from crm.views.base import desk, ledger_or_hidden, row_or_hidden
from crm.views.ledgers.cells import Shower

LONGEST = 100
EMPTY = "空"


@dataclass(frozen=True)
class Side:
    """One fact of both rows; `is_theirs`: the loser's is proposed."""

    name: str
    label: str
    mine: str
    theirs: str
    is_theirs: bool
    is_long: bool

    @property
    def is_one_sided(self) -> bool:
        return EMPTY in (self.mine, self.theirs)


@dataclass(frozen=True)
class Taken:
    label: str
    count: int
    stayed: int
    others: bool  # some of it lies out of the user's sight


def called(row: Any) -> str:
    ledger = ledgers.of_noun(row)
    return ledger.title(row) if ledger else str(row)


def _ledger(key: str, user: Any) -> Ledger:
    ledger = ledger_or_hidden(key, user)
    if not ledger.is_mergeable:
        raise Hidden()
    access.require_noun(user, Action.CHANGE, ledger.noun)
    return ledger


@desk
def pick(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """Step 1: which row is the same one?"""
    ledger = _ledger(key, request.user)
    row = row_or_hidden(ledger, request.user, pk)
    access.require(request.user, Action.CHANGE, row)
    typed = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST]
    found = duplicates.candidates(row, by=request.user, text=typed)
    shown = []
    for other in found:
        loser, survivor = duplicates.in_order(row, other)
        shown.append(
            {
                "row": other,
                "name": called(other),
                "url": reverse("desk-merge", args=[key, loser.pk, survivor.pk]),
                "facts": facts(other),
            }
        )
    return render(
        request,
        "crm/merge_pick.html",
        {"ledger": ledger, "row": row, "name": called(row), "typed": typed, "found": shown,
         "has_names": not issubclass(ledger.model, Person)},
    )  # fmt: skip


def facts(row: Any) -> str:
    """What tells two rows of one name apart."""
    ledger = ledgers.of_noun(row)
    assert ledger is not None
    columns = [ledger.column(name) for name in ledger.told_apart]
    return "　".join(text for column in columns if (text := column.text(column.value(row))))


@desk
def merge(request: HttpRequest, key: str, loser_pk: int, survivor_pk: int) -> HttpResponse:
    """Step 2: both side by side, and what would come along."""
    ledger, user = _ledger(key, request.user), request.user
    loser = row_or_hidden(ledger, user, loser_pk)
    survivor = row_or_hidden(ledger, user, survivor_pk)
    for row in (loser, survivor):
        access.require(user, Action.CHANGE, row)
    if loser.pk == survivor.pk:  # merged meanwhile
        return redirect("desk-row", key, survivor.pk)
    plan = merges.plan(loser, survivor)
    sides = _sides(ledger, plan, loser, survivor, user)
    refused: Refused | None = None
    reason = ""
    if request.method == "POST":
        chosen = {side.name for side in sides if request.POST.get(f"side-{side.name}") == "theirs"}
        reason = request.POST.get("reason", "").strip()[:300]
        try:
            done = merges.merge(
                loser, survivor, by=user, take=chosen, reason=reason,
                versions=(_number(request, "loser"), _number(request, "survivor")),
            )  # fmt: skip
        except Refused as error:
            refused = error
            sides = [_as_chosen(side, chosen) for side in sides]
        else:
            messages.success(
                request,
                f"已把“{called(loser)}”并入“{called(survivor)}”，{UNDO_DAYS} 天内可以撤销。",
            )
            return redirect("desk-merged", done.pk)
    return render(
        request,
        "crm/merge.html",
        {
            "ledger": ledger,
            "loser": loser,
            "survivor": survivor,
            "loser_name": called(loser),
            "survivor_name": called(survivor),
            "loser_facts": facts(loser),
            "survivor_facts": facts(survivor),
            "sides": [side for side in sides if not side.is_one_sided],
            "one_sided": [side for side in sides if side.is_one_sided],
            "taken": _taken(plan, user),
            "conflicts": plan.conflicts,
            "refused": refused,
            "reason": reason,
            "days": UNDO_DAYS,
            "stays": isinstance(survivor, Project),
            "is_behind": isinstance(survivor, Project) and survivor.stage_rank < loser.stage_rank,
        },
        status=409 if refused else 200,
    )


def _number(request: HttpRequest, name: str) -> int | None:
    return whole_number(request.POST.get(name, ""), 9)


def _as_chosen(side: Side, chosen: set[str]) -> Side:
    return Side(side.name, side.label, side.mine, side.theirs, side.name in chosen, side.is_long)


def _sides(ledger: Ledger, plan: merges.Plan, loser: Any, survivor: Any, user: Any) -> list[Side]:
    shower = Shower(user)
    columns = {column.name: column for column in ledger.columns}
    sides = []
    for name in plan.differing:
        column = columns.get(name) or columns.get(name.removesuffix("_on"))
        field = None if column else survivor._meta.get_field(name)
        label = column.label if column else str(field.verbose_name)  # type: ignore[union-attr]
        mine, theirs = (_text(shower, column, name, row) for row in (survivor, loser))
        is_long = column is not None and column.kind is Kind.LONG_TEXT
        sides.append(Side(name, label, mine or EMPTY, theirs or EMPTY, not mine, is_long))
    order = [column.name for column in ledger.columns]
    return sorted(sides, key=lambda s: order.index(s.name) if s.name in order else len(order))


def _text(shower: Shower, column: Column | None, name: str, row: Any) -> str:
    if column is None:
        value = getattr(row, name)
        return "" if value is None else str(value)
    cell = shower.cell(column, row, full=True)
    return "" if cell.is_empty else cell.text


def _taken(plan: merges.Plan, user: Any) -> list[Taken]:
    found = []
    for piece in plan.pieces:
        if piece.is_link_table:
            continue
        numbers = piece.moved + piece.copied + piece.aside + piece.stayed
        seen = len(numbers)
        if access.rights_of(piece.child) is not access.NOBODY:
            visible = piece.child._default_manager.filter(pk__in=numbers).visible_to(user)
            seen = visible.count()
        came, stayed = len(piece.moved + piece.copied), len(piece.stayed) + len(piece.aside)
        found.append(Taken(piece.label, min(seen, came), stayed, seen < len(numbers)))
    return found


@desk
def merged(request: HttpRequest, pk: int) -> HttpResponse:
    """A merge as it was carried out: who, when, what came along, the tombstone's own history."""
    done, ledger, survivor, loser = _done(pk, request.user)
    rights = [access.may(request.user, Action.CHANGE, row) for row in (survivor, loser)]
    why_not = merges.why_not_undone(done) if all(rights) else "您不能修改这两条记录，不能撤销。"
    return render(
        request,
        "crm/merged.html",
        {
            "done": done,
            "ledger": ledger,
            "survivor": survivor,
            "survivor_name": called(survivor),
            "loser_name": called(loser),
            "taken": _labels(done, ledger),
            "moved": _moved(done),
            "history": own_history(loser) if isinstance(loser, Project) else [],
            "why_not": why_not,
            "today": clock.today(),
        },
    )


@desk
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    done, ledger, _, loser = _done(pk, request.user)
    if request.method == "POST":
        merges.undo(done, by=request.user)
        messages.success(request, f"已撤销合并，“{called(loser)}”又是单独的一条。")
        return redirect("desk-row", ledger.key, loser.pk)
    return redirect("desk-merged", pk)


def _done(pk: int, user: Any) -> tuple[Merge, Ledger, Any, Any]:
    """The merge, if the user may see the row that stands for it."""
    done = Merge.objects.select_related("by", "undone_by").filter(pk=pk).first()
    if done is None:
        raise Hidden()
    ledger = ledgers.of_noun(done.noun)
    rows = mergeable()[done.noun]._base_manager.in_bulk([done.survivor_id, done.loser_id])
    if ledger is None or len(rows) < 2:
        raise Hidden()
    survivor, loser = rows[done.survivor_id], rows[done.loser_id]
    if not access.may(user, Action.VIEW, survivor):
        raise Hidden()
    return done, ledger, survivor, loser


def _labels(done: Merge, ledger: Ledger) -> list[str]:
    columns = {column.name: column.label for column in ledger.columns}
    return [columns.get(n) or columns.get(n.removesuffix("_on")) or n for n in done.details["take"]]


def _moved(done: Merge) -> list[tuple[str, int, int]]:
    """What came along, and what the survivor had already, by the name of its table."""
    pieces = merges.tables(done.noun)
    counted: dict[str, list[int]] = {}
    for name, numbers in done.details["moved"].items():
        counted.setdefault(name, [0, 0])[0] += len(numbers)
    for name in ("stayed", "aside"):
        for table, numbers in done.details[name].items():
            counted.setdefault(table, [0, 0])[1] += len(numbers)
    for piece in pieces.values():
        if copies := copies_of(done.details, piece.child):
            counted.setdefault(piece.name, [0, 0])[0] = len(copies)
    return [
        (pieces[name].label, came, had)
        for name, (came, had) in counted.items()
        if name in pieces and not pieces[name].is_link_table
    ]
