"""What can be found: apps register an Index in their AppConfig.ready(); search knows no app."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Document:
    """One searchable row, stored as clear text: never put personal data in it."""

    kind: str
    object_id: int
    title: str
    body: str = ""
    aliases: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)
    # Tokens of who may see it: "team:3", "user:7", "park:2".
    scopes: frozenset[str] = frozenset()
    prior: float = 0.0
    # Ascending. The engine numbers the documents itself; an index need not fill it.
    version: int = 0


@dataclass(frozen=True, slots=True)
class Term:
    """Words of the domain that mean a filter: “在谈” is stage = negotiation."""

    field: str
    value: str
    text: str
    words: tuple[str, ...]


def no_vocabulary() -> Iterable[Term]:
    return ()


def no_dependants(row: Any, renamed: bool) -> Iterable[int]:
    return ()


@dataclass(frozen=True)
class Index:
    """`documents(ids)` gives the rows that still exist, `documents(None)` streams every row.

    `amount` is the number that an amount in a query (10亿以上) is about, in yuan.
    `depending_on(row, renamed)` gives the ids of the documents that say something of a row of any
    kind that was just written; renamed: its name changed.
    """

    kind: str
    label: str
    model: str
    documents: Callable[[Sequence[int] | None], Iterable[Document]]
    vocabulary: Callable[[], Iterable[Term]] = no_vocabulary
    amount: str = "planned_investment"
    depending_on: Callable[[Any, bool], Iterable[int]] = no_dependants


VOCABULARY_SECONDS = 30
_indexes: dict[str, Index] = {}
_vocabulary: dict[str, tuple[float, tuple[Term, ...]]] = {}


def register(index: Index) -> Index:
    known = _indexes.get(index.kind)
    if known is not None and known.model != index.model:
        raise ValueError(f"Two models registered for the search kind {index.kind!r}.")
    _indexes[index.kind] = index
    forget_vocabulary()
    return index


def unregister(kind: str) -> None:
    _indexes.pop(kind, None)
    forget_vocabulary()


def registered() -> tuple[Index, ...]:
    return tuple(_indexes.values())


def get(kind: str) -> Index | None:
    return _indexes.get(kind)


def of_model(label: str) -> tuple[Index, ...]:
    """The indexes fed by a model, by its label ("crm.Project", letter case does not matter)."""
    return tuple(i for i in _indexes.values() if i.model.lower() == label.lower())


def touched_by(row: Any, *, renamed: bool) -> dict[str, set[int]]:
    """The documents that say something of a row just written: kind → ids."""
    return {i.kind: set(i.depending_on(row, renamed)) for i in _indexes.values()}


def vocabulary(kind: str) -> tuple[Term, ...]:
    """The filter words of a kind, kept for a moment: another process may have renamed a park."""
    index = _indexes.get(kind)
    if index is None:
        return ()
    kept = _vocabulary.get(kind)
    if kept is None or kept[0] < time.monotonic():
        kept = (time.monotonic() + VOCABULARY_SECONDS, tuple(index.vocabulary()))
        _vocabulary[kind] = kept
    return kept[1]


def forget_vocabulary() -> None:
    """Something changed: the words of one kind may be rows of another (parks, industries)."""
    _vocabulary.clear()
