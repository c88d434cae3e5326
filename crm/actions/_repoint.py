"""The inner door of merging: what hangs on a row, bringing it to another one, and back.

Editable rows are hung on the survivor, each on record. Facts are never touched: the survivor gets
copies, and undoing a merge withdraws them. A Merge row keeps the number of every one. Only
crm/actions/merges.py comes here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.db.models import UniqueConstraint

from crm import clock
from crm.actions import _links, _record
from crm.models import (
    Agreement,
    AgreementKind,
    ClaimState,
    Confirmation,
    CreditShare,
    FirstContactClaim,
    Mergeable,
    StageMove,
    Transfer,
    TransferState,
    User,
)
from crm.models.base import InsertOnly, Recorded, Row
from crm.models.pipeline.transfers import next_round
from crm.models.states import State
from search import engine

_OF_THE_ROW = {"version", "created_at", "updated_at"}


@dataclass
class Piece:
    """What of one table hangs on the loser, as row numbers.

    moved: it is hung on the survivor. aside: the survivor has the very same row; it is withdrawn
    (a link of a many-to-many field is taken off). copied: a fact the survivor gets a copy of.
    stayed: a fact the survivor has too, or the loser's own history.
    """

    child: Any
    key: Any
    moved: list[int] = field(default_factory=list)
    aside: list[int] = field(default_factory=list)
    copied: list[int] = field(default_factory=list)
    stayed: list[int] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)

    @property
    def label(self) -> str:
        return str(self.child._meta.verbose_name)

    @property
    def name(self) -> str:
        return f"{self.child._meta.label_lower}.{self.key.name}"

    @property
    def is_link_table(self) -> bool:
        return bool(self.child._meta.auto_created)

    @property
    def is_empty(self) -> bool:
        return not (self.moved or self.aside or self.copied or self.stayed)


def links(model: Any) -> Iterator[tuple[Any, Any]]:
    """Every foreign key to `model`, those behind many-to-many fields too; without tombstones' and
    without what the row itself said before."""
    for child, key in _links.keys_to(model):
        is_tombstone = issubclass(child, Mergeable) and key.name == "merged_into"
        if not is_tombstone and not issubclass(child, State):
            yield child, key


def pieces(loser: Any, survivor: Any) -> list[Piece]:
    """What hangs on the loser and what would become of it."""
    found = [_piece(Piece(child, key), loser, survivor) for child, key in links(type(loser))]
    copied = {pk for piece in found for pk in piece.copied if not piece.is_link_table}
    for piece in found:
        if piece.child is Confirmation:  # the word on a fact goes with it, that on a move stays
            said = Confirmation.objects.standing().filter(pk__in=piece.stayed, receipt__in=copied)
            piece.copied = _numbers(said)
            piece.stayed = [pk for pk in piece.stayed if pk not in piece.copied]
    return [piece for piece in found if not piece.is_empty]


def _piece(piece: Piece, loser: Any, survivor: Any) -> Piece:
    rows = piece.child._base_manager.filter(**{piece.key.name: loser}).order_by("pk")
    if piece.child is CreditShare:
        _divide(piece, loser, survivor)
    elif issubclass(piece.child, Recorded) and piece.child.told_twice_by:
        _sort_facts(piece, loser, survivor)
    elif issubclass(piece.child, InsertOnly):
        piece.stayed = _numbers(rows)
    elif piece.child is Transfer:
        piece.stayed = _numbers(rows)  # with the shares of credit it divided
        if rows.filter(state=TransferState.PROPOSED).exists():
            piece.conflicts.append("并入的项目有一笔流转还没有接收，请先办结或撤回，再合并。")
    else:
        _sort_rows(piece, _links.standing(rows), survivor)
        if piece.child is FirstContactClaim:
            _refuse_two_firsts(piece, loser, survivor)
    return piece


def _refuse_two_firsts(piece: Piece, loser: Any, survivor: Any) -> None:
    """Who was first is not a merge's to say."""
    running = FirstContactClaim.objects.running().exclude(held=ClaimState.CONTESTED)
    claims = running.filter(project__in=(loser, survivor)).select_related("team", "park")
    units = sorted({claim.unit for claim in claims})
    if len(units) > 1:
        piece.conflicts.append(
            f"{'、'.join(units)}的首谈都还有效；请先提出首谈争议由县里裁定，或由一方放弃，再合并。"
        )


def _divide(piece: Piece, loser: Any, survivor: Any) -> None:
    """A division of credit comes along as a whole, where the survivor has none of its own."""
    ours = _numbers(CreditShare.objects.standing().filter(project=loser))
    is_divided = CreditShare.objects.standing().filter(project=survivor).exists()
    piece.copied, piece.stayed = ([], ours) if is_divided else (ours, [])


def _sort_rows(piece: Piece, rows: Any, survivor: Any) -> None:
    for row in rows:
        twin = _twin(row, piece.key, survivor)
        if twin is None:
            piece.moved.append(row.pk)
        elif _same(row, twin, piece.key):
            piece.aside.append(row.pk)
        else:
            piece.moved.append(row.pk)
            piece.conflicts.append(
                f"两边都有{piece.label}“{row}”，内容却不同；请先把其中一条改成一致，再合并。"
            )


def _sort_facts(piece: Piece, loser: Any, survivor: Any) -> None:
    standing = piece.child.objects.standing().order_by("pk")
    there = list(standing.filter(**{piece.key.name: survivor}))
    theirs = [_told(row) for row in there]
    for row in standing.filter(**{piece.key.name: loser}):
        if _told(row) in theirs:
            theirs.remove(_told(row))
            piece.stayed.append(row.pk)
            continue
        piece.copied.append(row.pk)
        if (other := row.contradicts(there)) is not None:
            piece.conflicts.append(
                f"两边的{piece.label}“{row}”和“{other}”不能并存；请先更正或作废其中一条，再合并。"
            )
        if _signs(row) and any(_signs(other) for other in there):
            piece.conflicts.append(
                "两个项目各有一份投资协议，内容不同。请先在协议页更正其中一份，使签订日期和金额一致，"
                "或先办理解约，再合并。"
            )


def _signs(row: Any) -> bool:
    return (
        isinstance(row, Agreement) and row.kind == AgreementKind.INVESTMENT and row.ended_on is None
    )


def _told(row: Any) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in row.told_twice_by)


def _twin(row: Any, key: Any, survivor: Any) -> Any:
    """The row the survivor has in the place where this one would go, if its table allows one."""
    rows = type(row)._base_manager
    rules: list[tuple[Any, Any]] = [
        (rule.fields, rule.condition)
        for rule in row._meta.constraints
        if isinstance(rule, UniqueConstraint) and key.name in rule.fields
    ]
    rules += [(names, None) for names in row._meta.unique_together if key.name in names]
    rules += [((key.name,), None)] if key.unique else []
    for names, condition in rules:
        values = {name: getattr(row, row._meta.get_field(name).attname) for name in names}
        values[key.name] = survivor.pk
        if any(value is None for value in values.values()):
            continue
        there = rows.filter(**values)
        if condition is not None:
            if not rows.filter(pk=row.pk).filter(condition).exists():
                continue
            there = there.filter(condition)
        if twin := there.first():
            return twin
    return None


def _columns(row: Any) -> list[Any]:
    return [f for f in row._meta.concrete_fields if not isinstance(f, models.GeneratedField)]


def _same(row: Any, twin: Any, key: Any) -> bool:
    apart = {key.name, row._meta.pk.name} | _OF_THE_ROW
    names = [f.attname for f in _columns(row) if f.name not in apart]
    return all(getattr(row, name) == getattr(twin, name) for name in names)


def _numbers(rows: Any) -> list[int]:
    return list(rows.order_by("pk").values_list("pk", flat=True))


# Carrying it out, and taking it back


def carry_out(found: list[Piece], survivor: Any, *, by: User, reason: str) -> dict[str, Any]:
    """Brings everything to the survivor; gives back what undoing needs."""
    kept: dict[str, Any] = {"moved": {}, "aside": {}, "linked": [], "copied": {}, "stayed": {}}
    for piece in found:
        if piece.is_link_table:
            _take_off(piece, kept["linked"])
        else:
            for row in _rows(piece.child, piece.aside):
                _record.put(row, {"withdrawn_at": clock.now()}, by=by, verb="merge", reason=reason)
        hang(piece.child, piece.key, piece.moved, survivor, by=by, verb="merge", reason=reason)
        for name in ("moved", "stayed", "aside"):
            if getattr(piece, name) and not (name == "aside" and piece.is_link_table):
                kept[name][piece.name] = getattr(piece, name)
    kept["copied"] = _copy_facts(found, survivor, by=by, reason=reason)
    return kept


def _rows(child: Any, numbers: list[int]) -> Any:
    return child._base_manager.filter(pk__in=numbers).order_by("pk")


def _take_off(piece: Piece, linked: list[dict[str, Any]]) -> None:
    for row in _rows(piece.child, piece.aside):
        facts = {f.attname: getattr(row, f.attname) for f in _columns(row)}
        linked.append({"table": piece.name, "facts": facts})
    models.QuerySet.delete(piece.child._base_manager.filter(pk__in=piece.aside))


def hang(
    child: Any, key: Any, numbers: list[int], to: Any, *, by: User, verb: str, reason: str = ""
) -> None:
    """Hangs editable rows on another one, each on record; files and links have no record."""
    if issubclass(child, Row):
        for row in _rows(child, numbers):
            _record.put(row, {key.attname: to.pk}, by=by, verb=verb, reason=reason)
    elif numbers:
        models.QuerySet.update(child._base_manager.filter(pk__in=numbers), **{key.name: to})
        if not child._meta.auto_created:
            engine.touch_many(str(child._meta.model_name), numbers)


def _copy_facts(
    found: list[Piece], survivor: Any, *, by: User, reason: str
) -> dict[str, list[int]]:
    """Copies with an origin of their own; what points to a copied fact points to its copy."""
    copies: dict[Any, dict[int, Any]] = {}
    # A word on a fact comes after the fact it is about.
    for piece in sorted(found, key=lambda piece: piece.child is Confirmation):
        if not piece.copied:
            continue
        made = copies.setdefault(piece.child, {})
        number = next_round(survivor) if piece.child is CreditShare else None
        rests_on = _facts_it_rests_on(piece.child)
        # What rests on another fact of its table comes after that one.
        own = [f.attname for f in rests_on if f.related_model is piece.child]
        facts = sorted(
            _rows(piece.child, piece.copied), key=lambda fact: any(getattr(fact, n) for n in own)
        )
        for fact in facts:
            values = _record.told_by(fact) | {piece.key.attname: survivor.pk}
            for f in rests_on:
                if base := getattr(fact, f.name):
                    made_of = copies.get(f.related_model, {})
                    values[f.attname] = _told_of(base, made_of, {piece.key.name: survivor})
            if number is not None:
                values["round"] = number
            many = {f.name: list(getattr(fact, f.name).all()) for f in fact._meta.many_to_many}
            made[fact.pk] = _record.insert(
                piece.child(**values, copy_of=fact, recorded_at=clock.now(), by=fact.by),
                by=by,
                verb="merge",
                reason=reason,
                many=many,
            )
    return {
        child._meta.label_lower: sorted(copy.pk for copy in made.values())
        for child, made in copies.items()
    }


def _facts_it_rests_on(table: Any) -> list[Any]:
    """The keys by which a fact names another one: 增资 its agreement, a word what it is about."""
    apart = ("replaces", "copy_of")
    return [
        f
        for f in table._meta.concrete_fields
        if f.is_relation and issubclass(f.related_model, Recorded) and f.name not in apart
    ]


def _told_of(base: Any, copies: dict[int, Any], of_survivor: dict[str, Any]) -> int:
    """The survivor's telling of a fact of the loser's: the copy of its newest wording, or what it
    had told itself."""
    newest = type(base)._base_manager.get(pk=base.chain()[-1])
    if newest.pk in copies:
        return int(copies[newest.pk].pk)
    there = type(base).objects.standing().filter(**of_survivor).order_by("pk")
    same = [row.pk for row in there if row.told_twice_by and _told(row) == _told(newest)]
    return int(same[0] if same else base.pk)


def copies_of(details: dict[str, Any], table: Any) -> list[Recorded]:
    """The copies a merge made in a table, the newest first: a word before the fact it is about."""
    numbers = details["copied"].get(table._meta.label_lower, [])
    return list(table._base_manager.filter(pk__in=numbers).order_by("-pk"))


def take_back(details: dict[str, Any], model: Any, loser: Any, *, by: User) -> None:
    """Brings everything back to the loser, and withdraws the copies."""
    known = by_name(model)
    for table in _copied_tables(details, model):
        for copy in copies_of(details, table):
            _record.void(copy, by=by, reason="撤销合并", verb="unmerge")
    for name, numbers in details["moved"].items():
        hang(known[name].child, known[name].key, numbers, loser, by=by, verb="unmerge")
    for name, numbers in details["aside"].items():
        for row in _rows(known[name].child, numbers):
            _record.put(row, {"withdrawn_at": None}, by=by, verb="unmerge")
    for one in details["linked"]:
        child = known[one["table"]].child
        child(**one["facts"]).save_base(raw=True, force_insert=True)


def _copied_tables(details: dict[str, Any], model: Any) -> list[Any]:
    tables = {child for child, _ in links(model) if child._meta.label_lower in details["copied"]}
    return sorted(tables, key=lambda table: table is not Confirmation)


def worked_on(details: dict[str, Any], model: Any, survivor: Any) -> list[str]:
    """The tables in which somebody has since worked on what undoing would take back."""
    known = by_name(model)
    found = []
    for name, numbers in details["moved"].items():
        piece = known[name]
        rows = _links.standing(piece.child._base_manager.filter(pk__in=numbers))
        if rows.filter(**{piece.key.name: survivor}).count() < len(numbers):
            found.append(piece.label)
    tables = _copied_tables(details, model)
    ours = {table: set(details["copied"][table._meta.label_lower]) for table in tables}
    for table in tables:
        for rows, _ in _links.pointing_to(table, ours[table]):
            if rows.exclude(pk__in=ours.get(rows.model, ())).exists():
                found.append(str(table._meta.verbose_name))
    return list(dict.fromkeys(found))


def by_name(model: Any) -> dict[str, Piece]:
    return {piece.name: piece for piece in (Piece(child, key) for child, key in links(model))}


def own_history(loser: Any) -> Any:
    """The moves that stayed with a tombstone."""
    moves = StageMove.objects.filter(project=loser, replaced_by=None, withdraws=False)
    return moves.order_by("place")
