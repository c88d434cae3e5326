"""企业迁移: putting on record that a company moved its place of business or of registration."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

from crm import access, clock
from crm.access import Action
from crm.actions import _checks, _lock, _record
from crm.actions.questions import NOTHING_SAID, Anyway
from crm.dates import When
from crm.errors import Refused
from crm.models import Company, Park, User, Zone
from crm.models.companies.places import COLUMNS, PlaceKind, Relocation

_PARTS = ("park", "zone", "address")


def relocate(
    company: Company,
    *,
    by: User,
    moved: When | date,
    place: PlaceKind | str = PlaceKind.BUSINESS,
    to_park: Park | None = None,
    to_zone: Zone | None = None,
    to_address: str = "",
    document: str = "",
    anyway: Anyway = NOTHING_SAID,
) -> Relocation:
    """A place of a company moves to `to_park` (None: out of every park). Where it was until then is
    what the company's columns say, which say the new place from now on. Refused ahead of a later
    move of the same place: moves follow each other, so that there is nothing to ask `anyway`."""
    when = moved if isinstance(moved, When) else When.day(moved)
    with _alone(company):
        standing = Company.objects.filter(pk=company.pk).select_related("park", "zone").first()
        if standing is None:
            raise Refused(_record.GONE, "stale")
        held = [getattr(standing, name) for name in COLUMNS[PlaceKind(place)]]
        move = Relocation(
            company=standing,
            place=place,
            moved_on=when.start,
            moved_until=when.end,
            from_park=held[0],
            from_zone=held[1],
            from_address=held[2],
            to_park=to_park,
            to_zone=to_zone,
            to_address=to_address,
            document=document,
        )
        access.require(by, Action.REGISTER, move)
        inserted = _insert(move, by=by, verb="relocate")
        _record.amend(standing, _columns(move, "to", move), by=by, verb="relocate")
        return inserted


def correct_relocation(
    move: Relocation, values: Mapping[str, Any], *, by: User, reason: str
) -> Relocation:
    """Corrects when a place moved, or where to, by a new row; the company follows where it is where
    this move brought it."""
    access.require(by, Action.CHANGE, move)
    _checks.require_reason(reason, "更正企业迁移")
    with _alone(move.company):
        standing = _checks.current(move)
        row = _checks.corrected(standing, values)
        inserted = _insert(row, by=by, verb="correct_relocation", reason=reason)
        follow(standing, "to", row, by=by, reason=reason)
        return inserted


def follow(move: Relocation, end: str, said: Relocation, *, by: User, reason: str) -> None:
    """The company of a move that was corrected or withdrawn goes where `said` says (`end`: its from
    or its to), where it still is where that move brought it."""
    company = Company.objects.filter(pk=move.company_id).first()
    park = COLUMNS[PlaceKind(move.place)][0]
    if company is not None and getattr(company, f"{park}_id") == move.to_park_id:
        values = _columns(move, end, said)
        _record.amend(company, values, by=by, verb="relocate", reason=reason)


def later_than(move: Relocation) -> Any:
    """The standing moves of the same place that came after this one."""
    standing = Relocation.objects.standing().filter(company=move.company, place=move.place)
    return _checks.later_than(move, standing)


def _columns(move: Relocation, end: str, said: Relocation) -> dict[str, Any]:
    """What the company's columns of the place say at one end of a move."""
    names = COLUMNS[PlaceKind(move.place)]
    return {name: getattr(said, f"{end}_{part}") for name, part in zip(names, _PARTS, strict=True)}


def _alone(company: Company) -> AbstractContextManager[None]:
    return _lock.one_at_a_time("relocation", str(company.pk))


def _insert(move: Relocation, *, by: User, verb: str, reason: str = "") -> Relocation:
    _checks.dated(move, "moved", "迁移时间在今天之后；迁了再登记。")
    move.recorded_at, move.by = clock.now(), by
    move.complete()
    if later_than(move).exists():
        raise Refused(
            f"企业的{PlaceKind(move.place).label}在这以后（或同一天）还有迁移，"
            "请先作废后面的，再按先后登记。",
            "not_last",
            ["moved"],
        )
    inserted: Relocation = _record.insert(move, by=by, verb=verb, reason=reason)
    return inserted
