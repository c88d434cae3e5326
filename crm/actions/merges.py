"""合并: two rows that are one become one; the other stays as a tombstone, and all can be undone."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction

from crm import access, clock, personal
from crm.access import Action
from crm.actions import _record, _repoint
from crm.actions._conflicts import is_duplicate
from crm.actions.pipeline import progress
from crm.errors import Hidden, Refused
from crm.models import UNDO_DAYS, FollowUp, Merge, Mergeable, Project, User, mergeable
from crm.models.people import PARTS, PRINTED, Person

# Moves alone write these; the next step follows the newest follow-up.
_NOT_CHOSEN = {"stage", "status", "next_on", "next_step"}
_WITH = {"foreign_amount": ("currency",)}


@dataclass(frozen=True)
class Plan:
    """What a merge would do. fields: the names that may be taken from the loser; `differing` those
    in which the two rows differ. conflicts: why it is refused, each a sentence that says what to
    do."""

    fields: list[str]
    differing: list[str]
    pieces: list[_repoint.Piece] = field(default_factory=list)

    @property
    def conflicts(self) -> list[str]:
        return [said for piece in self.pieces for said in piece.conflicts]


def plan(loser: Any, survivor: Any) -> Plan:
    names = choosable(type(survivor))
    differing = [
        name
        for name in names
        if any(_value(loser, one) != _value(survivor, one) for one in _group(loser, name))
    ]
    return Plan(names, differing, _repoint.pieces(loser, survivor))


def choosable(model: Any) -> list[str]:
    """The facts of which one side is chosen, without those that go along with another one."""
    names = [
        f.name
        for f in model._meta.concrete_fields
        if f.editable and not f.primary_key and f.name not in _NOT_CHOSEN
    ]
    along = {other for name in names for other in _group(model, name)[1:]}
    parts = list(PARTS) if issubclass(model, Person) else []
    return parts + [name for name in names if name not in along]


def _group(model: Any, name: str) -> tuple[str, ...]:
    """A fact and what belongs to it: the last day of a date, the currency of an amount."""
    columns = {f.name for f in model._meta.concrete_fields}
    until = f"{name.removesuffix('_on')}_until"
    dated = (until,) if name.endswith("_on") and until in columns else ()
    return (name, *dated, *_WITH.get(name, ()))


def _value(row: Any, name: str) -> Any:
    value = getattr(row, name) if name in PARTS else getattr(row, _attname(row, name))
    return None if value == "" else value


def _attname(row: Any, name: str) -> str:
    """A part of a person has no column of its own."""
    if name in PARTS and isinstance(row, Person):
        return name
    return str(row._meta.get_field(name).attname)


@transaction.atomic
def merge(
    loser: Any,
    survivor: Any,
    *,
    by: User,
    take: Iterable[str] = (),
    reason: str = "",
    versions: tuple[int | None, int | None] = (None, None),
) -> Merge:
    """Makes `loser` one with `survivor`, which takes over the facts named in `take` and all that
    hangs on the loser; its stage and its moves stay its own.

    The loser's moves, and dated facts the survivor has told too, stay with the tombstone and count
    no more from now on. `versions` are those the user saw, of the loser and of the survivor.
    """
    loser, survivor = _both(loser, survivor, versions)
    for row in (loser, survivor):
        access.require(by, Action.CHANGE, row)
    found = plan(loser, survivor)
    if found.conflicts:
        raise Refused(
            "还不能合并：" + "".join(found.conflicts), "merge_conflict", details=found.conflicts
        )
    chosen = _chosen(found, take, loser)
    if {"officer", "team"} & set(chosen):
        access.require(by, Action.ASSIGN, survivor)
    chosen |= _next_step(loser, survivor)
    details: dict[str, Any] = {
        "take": sorted(set(take) & set(found.differing)),
        "before": _kept(survivor, chosen),
    }
    details |= _repoint.carry_out(found.pieces, survivor, by=by, reason=reason)
    gone = {"merged_into_id": survivor.pk, "withdrawn_at": clock.now()}
    _record.put(loser, gone, by=by, verb="merged_into", reason=reason)
    _record.amend(survivor, chosen, by=by, verb="merge", reason=reason)
    details["after"] = _kept(survivor, chosen)
    _reckon(survivor)
    done = Merge.objects.create(
        noun=str(survivor._meta.model_name), survivor_id=survivor.pk, loser_id=loser.pk,
        survivor_text=_called(survivor), loser_text=_called(loser), by=by,
        recorded_at=clock.now(), details=details,
        reason=_record.whole(Merge, "reason", reason.strip()),
    )  # fmt: skip
    _record.note("merged", survivor, by=by, reason=reason, changes={"merged": [None, loser.pk]})
    _tell_search(loser, survivor)
    return done


def _both(loser: Any, survivor: Any, versions: tuple[int | None, int | None]) -> tuple[Any, Any]:
    model = type(survivor)
    if type(loser) is not model or not issubclass(model, Mergeable) or loser.pk == survivor.pk:
        raise Refused("请选择两条不同的同类记录。", "invalid", ["into"])
    rows = model._base_manager.select_for_update().order_by("pk")
    locked = {row.pk: row for row in rows.filter(pk__in=[loser.pk, survivor.pk])}
    loser, survivor = locked[loser.pk], locked[survivor.pk]
    for row, version in zip((loser, survivor), versions, strict=True):
        if row.merged_into_id:
            raise Refused(f"“{_called(row)}”已经合并过了，请重新选择。", "stale")
        if version is not None and row.version != version:
            raise Refused(_record.STALE, "stale", details=[row.version])
        if isinstance(row, Person) and row.is_erased:
            raise Refused("个人信息已清除的联系人不能合并。", "erased")
    return loser, survivor


def _model(noun: str) -> Any:
    return mergeable()[noun]


def _called(row: Any) -> str:
    """A person's row is named by its number: no personal data in the record."""
    return str(row)[:200]


def _chosen(found: Plan, take: Iterable[str], loser: Any) -> dict[str, Any]:
    wanted = list(dict.fromkeys(take))
    if strange := sorted(set(wanted) - set(found.fields)):
        raise Refused(f"不能选取：{'、'.join(strange)}。", "invalid", strange)
    names = [one for name in wanted if name in found.differing for one in _group(loser, name)]
    return {name: getattr(loser, name) for name in names}


def _next_step(loser: Any, survivor: Any) -> dict[str, Any]:
    """The plan of the newer follow-up is the plan."""
    if not isinstance(survivor, Project):
        return {}
    newest = [
        FollowUp.objects.filter(project=row)
        .order_by("-held_on", "-pk")
        .values_list("held_on", "pk")
        .first()
        for row in (loser, survivor)
    ]
    if newest[0] is None or (newest[1] is not None and newest[1] > newest[0]):
        return {}
    return {"next_on": loser.next_on, "next_step": loser.next_step}


def _kept(row: Any, names: Iterable[str]) -> dict[str, Any]:
    """Values as JSON keeps them; a person's parts sealed as they are."""
    kept: dict[str, Any] = {}
    for name in names:
        if name in PARTS and isinstance(row, Person):
            sealed = getattr(row, f"{name}_sealed")
            kept[name] = base64.b64encode(bytes(sealed)).decode() if sealed else None
        else:
            kept[name] = _record.plain(getattr(row, _attname(row, name)))
    return kept


def _reckon(*rows: Any) -> None:
    progress.reckon_ids(row.pk for row in rows if isinstance(row, Project))


def _tell_search(*rows: Any) -> None:
    for row in rows:
        _record.touched(row, renamed=True)


@transaction.atomic
def undo(merge: Merge, *, by: User) -> None:
    """Takes a merge back: both rows and all that hung on them are as they were.

    Refused after 30 days, and where somebody has since worked on what it would take back.
    """
    done = Merge.objects.select_for_update().get(pk=merge.pk)
    model = _model(done.noun)
    rows = model._base_manager.select_for_update().in_bulk([done.survivor_id, done.loser_id])
    if len(rows) < 2:
        raise Hidden()
    survivor, loser = rows[done.survivor_id], rows[done.loser_id]
    for row in (survivor, loser):
        access.require(by, Action.CHANGE, row)
    if done.is_undone:
        raise Refused("这次合并已经撤销过了。", "stale")
    if clock.now() - done.recorded_at > timedelta(UNDO_DAYS):
        raise Refused(f"合并已超过 {UNDO_DAYS} 天，不能撤销。", "too_late")
    _check_untouched(done, survivor)
    try:
        with transaction.atomic():
            _repoint.take_back(done.details, model, loser, by=by)
            _restore(survivor, done.details["before"], by=by, reason="撤销合并")
            stands = {"merged_into_id": None, "withdrawn_at": None}
            _record.put(loser, stands, by=by, verb="unmerge")
    except IntegrityError as error:
        if not is_duplicate(error):
            raise
        raise Refused(
            "并入的那条原来独有的内容（例如统一社会信用代码）已被别的记录使用，请先核对那条记录。",
            "touched_since",
        ) from error
    _reckon(survivor, loser)
    done.undone_at, done.undone_by = clock.now(), by
    done.save(update_fields=["undone_at", "undone_by"])
    _record.note("unmerge", survivor, by=by, changes={"merged": [loser.pk, None]})
    _tell_search(loser, survivor)


def why_not_undone(done: Merge) -> str:
    """Why this merge can no longer be undone; empty when it can."""
    if done.is_undone:
        return "已撤销。"
    if clock.now() - done.recorded_at > timedelta(UNDO_DAYS):
        return f"已超过 {UNDO_DAYS} 天，不能撤销。"
    model = _model(done.noun)
    survivor = model._base_manager.filter(pk=done.survivor_id).first()
    if survivor is None:
        return "保留的那条已不在台账里。"
    try:
        _check_untouched(done, survivor)
    except Refused as refused:
        return refused.reason
    return ""


def _check_untouched(done: Merge, survivor: Any) -> None:
    if survivor.merged_into_id:
        raise Refused("保留的那条后来又并入了别的记录，请先撤销后一次合并。", "touched_since")
    now = _kept(survivor, done.details["after"])
    changed = [name for name, value in done.details["after"].items() if now[name] != value]
    if changed:
        labels = [_record._label(survivor, name) or name for name in changed]
        raise Refused(
            f"合并之后又改过：{'、'.join(labels)}。撤销会丢掉这些修改，所以没有撤销。",
            "touched_since",
        )
    if worked := _repoint.worked_on(done.details, type(survivor), survivor):
        raise Refused(
            f"合并之后有人更正、改挂或认定了并入的{'、'.join(worked)}，不能撤销；请逐条处理。",
            "touched_since",
        )


def _restore(survivor: Any, before: dict[str, Any], *, by: User, reason: str) -> None:
    parts = {name: value for name, value in before.items() if name in PARTS}
    if isinstance(survivor, Person) and parts:
        _restore_parts(survivor, parts)
        before = {name: value for name, value in before.items() if name not in parts}
    values = {
        _attname(survivor, name): survivor._meta.get_field(name).to_python(value)
        for name, value in before.items()
    }
    _record.amend(survivor, values, by=by, verb="unmerge_facts", reason=reason)


def _restore_parts(person: Any, parts: dict[str, Any]) -> None:
    key = person._plain_key(make=False)
    if key is None:
        raise Refused("联系人的个人信息已清除，不能撤销合并。", "touched_since")
    values: dict[str, Any] = {}
    for part, text in parts.items():
        sealed = base64.b64decode(text) if text else None
        values[f"{part}_sealed"] = sealed
        if part in PRINTED:
            open_ = personal.unseal(key, sealed) if sealed else ""
            values[f"{part}_print"] = personal.fingerprint(part, open_ or "")
    type(person)._base_manager.filter(pk=person.pk).update(**values)


def of_row(row: Any) -> list[Merge]:
    """The merges in which this row took over another one, the newest first."""
    noun = str(row._meta.model_name)
    return list(
        Merge.objects.filter(noun=noun, survivor_id=row.pk, undone_at=None).select_related("by")
    )


def tables(noun: str) -> dict[str, _repoint.Piece]:
    """Every table that may hang on this noun, by the name a Merge keeps it under."""
    return _repoint.by_name(_model(noun))
