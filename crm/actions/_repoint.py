"""The inner door of merging: what hangs on a row, and hanging it on another one and back.

Rows are re-pointed in place, dated facts (agreements, receipts) among them, because others point to
them; a Merge row keeps the number of every one. Only crm/actions/merges.py comes here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.db.models import F, UniqueConstraint

from crm.actions._record import plain
from crm.models import (
    Agreement,
    AgreementKind,
    ClaimRuling,
    Confirmation,
    FundingReceipt,
    Mergeable,
    StageMove,
    Transfer,
    TransferState,
)
from crm.models.rows import InsertOnly
from search import engine

# Dated facts that go along, and what makes two of them one fact told twice. Other insert-only rows
# (moves, shares of credit) are the history of their own project and stay with it.
_TOLD_TWICE: dict[type[models.Model], tuple[str, ...]] = {
    Agreement: (
        "kind", "signed_on", "signed_until", "amount", "currency", "foreign_amount", "ended_on",
    ),
    FundingReceipt: (
        "received_on", "received_until", "amount", "currency", "foreign_amount", "source",
    ),
}  # fmt: skip
_ALONG = (ClaimRuling,)  # the rulings go with the claims they are about
_OF_THE_ROW = {"version", "created_at", "updated_at"}


@dataclass
class Piece:
    """What of one table hangs on the loser: `moved` and `aside` and `stayed` are row numbers.

    aside: the survivor has the very same row; it is kept in full in the Merge. stayed: a dated fact
    the survivor has too; it stays with the tombstone, where nothing counts it.
    """

    child: Any
    key: Any
    moved: list[int] = field(default_factory=list)
    aside: list[int] = field(default_factory=list)
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


def links(model: Any) -> Iterator[tuple[Any, Any]]:
    """Every foreign key to `model`, those behind many-to-many fields too; without tombstones'."""
    for relation in model._meta.get_fields(include_hidden=True):
        is_key = relation.one_to_many or relation.one_to_one
        if not (is_key and relation.auto_created and not relation.concrete):
            continue
        if issubclass(relation.related_model, Mergeable) and relation.field.name == "merged_into":
            continue
        yield relation.related_model, relation.field


def pieces(loser: Any, survivor: Any) -> list[Piece]:
    """What hangs on the loser and what would become of it."""
    found = [
        _piece(Piece(child, key), loser, survivor)
        for child, key in links(type(loser))
        if child is not Confirmation
    ]
    receipts = [pk for piece in found if piece.child is FundingReceipt for pk in piece.moved]
    for child, key in links(type(loser)):
        if child is Confirmation:  # the word on a receipt goes with it, the word on a move stays
            said = Confirmation.objects.filter(receipt__in=receipts)
            found.append(Piece(child, key, moved=_numbers(said)))
    return [piece for piece in found if piece.moved or piece.aside or piece.stayed]


def _piece(piece: Piece, loser: Any, survivor: Any) -> Piece:
    rows = piece.child._base_manager.filter(**{piece.key.name: loser}).order_by("pk")
    if piece.child in _TOLD_TWICE:
        _sort_facts(piece, rows, survivor)
    elif issubclass(piece.child, _ALONG):
        piece.moved = _numbers(rows)
    elif piece.child is Transfer:
        piece.stayed = _numbers(rows)  # with the shares of credit it divided
        if rows.filter(state=TransferState.PROPOSED).exists():
            piece.conflicts.append("并入的项目有一笔流转还没有接收，请先办结或撤回，再合并。")
    elif issubclass(piece.child, InsertOnly):
        piece.stayed = _numbers(rows)
    else:
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
    return piece


def _sort_facts(piece: Piece, rows: Any, survivor: Any) -> None:
    """Facts go along with all their corrections, unless the survivor has told them too."""
    there = list(piece.child.objects.filter(project=survivor, replaced_by=None))
    theirs = [_told(row) for row in there]
    for row in rows.filter(replaced_by=None):
        chain = _chain(row)
        if _told(row) in theirs:
            theirs.remove(_told(row))
            piece.stayed += chain
            continue
        piece.moved += chain
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
    return tuple(getattr(row, name) for name in _TOLD_TWICE[type(row)])


def _chain(row: Any) -> list[int]:
    found = []
    while row is not None:
        found.append(row.pk)
        row = row.replaces
    return found


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


def carry_out(found: list[Piece], survivor: Any) -> dict[str, Any]:
    """Hangs everything on the survivor; gives back what undoing needs."""
    kept: dict[str, Any] = {"moved": {}, "aside": [], "stayed": {}}
    for piece in found:
        for row in piece.child._base_manager.filter(pk__in=piece.aside):
            facts = {f.attname: plain(getattr(row, f.attname)) for f in _columns(row)}
            kept["aside"].append({"table": piece.name, "facts": facts})
        models.QuerySet.delete(piece.child._base_manager.filter(pk__in=piece.aside))
        point(piece.child, piece.key, piece.moved, survivor)
        if piece.moved:
            kept["moved"][piece.name] = piece.moved
        if piece.stayed:
            kept["stayed"][piece.name] = piece.stayed
    return kept


def point(child: Any, key: Any, numbers: list[int], to: Any) -> None:
    """Hangs rows on another one, past the guard of insert-only tables."""
    if not numbers:
        return
    values: dict[str, Any] = {key.name: to}
    if any(f.name == "version" for f in child._meta.fields):
        values["version"] = F("version") + 1
    models.QuerySet.update(child._base_manager.filter(pk__in=numbers), **values)
    if not child._meta.auto_created:
        engine.touch_many(str(child._meta.model_name), numbers)


def put_back(facts: dict[str, Any], child: Any) -> None:
    """A row that was set aside, as it was."""
    values = {f.attname: f.to_python(facts[f.attname]) for f in _columns(child)}
    child(**values).save_base(raw=True, force_insert=True)


def by_name(model: Any) -> dict[str, Piece]:
    return {piece.name: piece for piece in (Piece(child, key) for child, key in links(model))}


def own_history(loser: Any) -> Any:
    """The moves that stayed with a tombstone."""
    return StageMove.objects.filter(project=loser, replaced_by=None).order_by("place")
