"""A question and its answer, as data. Nothing here touches a database."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

# "which of these ids of this kind may the user see", one database query a kind.
Visible = Callable[[str, Sequence[int]], set[int]]


@dataclass(frozen=True)
class Scope:
    """The rows a user may see. No tokens and not everything is nothing, always.

    The tokens narrow the candidates inside the engine; `visible` has the last word on every
    candidate before anything is ranked, counted or suggested.
    """

    tokens: frozenset[str] = frozenset()
    everything: bool = False
    visible: Visible | None = None

    @classmethod
    def nothing(cls) -> Scope:
        return cls()

    @property
    def is_empty(self) -> bool:
        return not self.everything and not self.tokens


@dataclass(frozen=True)
class Query:
    """`filters`: field → accepted values; a value like >=1000000000 or 1..5 is a range."""

    text: str = ""
    scope: Scope = field(default_factory=Scope.nothing)
    kinds: tuple[str, ...] = ()
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    limit: int = 20
    offset: int = 0
    backend: str = ""


@dataclass(frozen=True)
class Hit:
    kind: str
    object_id: int
    title: str
    why: str
    # Ranges of characters of the stored title (and of the snippet) to mark.
    marks: tuple[tuple[int, int], ...] = ()
    snippet: str = ""
    snippet_marks: tuple[tuple[int, int], ...] = ()
    score: float = 0.0
    approximate: bool = False


@dataclass(frozen=True)
class Understood:
    """A filter read out of the text: 在谈 → stage, 10亿以上 → planned_investment ">=1000000000"."""

    field: str
    value: str
    text: str


@dataclass(frozen=True)
class Result:
    """`total` counts visible hits; `capped` says that there may be more than were looked at."""

    hits: tuple[Hit, ...] = ()
    total: int = 0
    capped: bool = False
    filters: tuple[Understood, ...] = ()
    # The configured engine did not answer; the database did.
    degraded: bool = False
    backend: str = ""
    took_ms: float = 0.0
    # field → value → visible hits, "kind" among the fields.
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Range:
    """Both ends belong to it; None is open. Whole numbers, so "more than x" is x + 1."""

    field: str
    low: int | None = None
    high: int | None = None

    # A database integer has 64 bits; nothing of ours is larger.
    LIMIT = 2**63 - 1

    def holds(self, number: int | None) -> bool:
        """An unknown number is in no range."""
        return (
            number is not None
            and (self.low is None or number >= self.low)
            and (self.high is None or number <= self.high)
        )

    @property
    def value(self) -> str:
        """As it is printed and read back: >=5, <=5, =5 or 1..5."""
        if self.low is None:
            return f"<={self.high}"
        if self.high is None:
            return f">={self.low}"
        return f"={self.low}" if self.low == self.high else f"{self.low}..{self.high}"

    @classmethod
    def parse(cls, name: str, value: str) -> Range | None:
        """None when the value is no range but an ordinary value of a facet."""
        found = _RANGE.fullmatch(value)
        if found is None:
            return None
        sign, number, low, high = found.groups()
        if sign is None:
            return cls(name, _bounded(low), _bounded(high))
        whole = _bounded(number)
        return {
            ">=": cls(name, low=whole),
            ">": cls(name, low=whole + 1),
            "<=": cls(name, high=whole),
            "<": cls(name, high=whole - 1),
            "=": cls(name, whole, whole),
        }[sign]


_RANGE = re.compile(r"(?:(>=|<=|>|<|=)(-?[0-9]{1,30})|(-?[0-9]{1,30})\.\.(-?[0-9]{1,30}))")


def _bounded(digits: str) -> int:
    return max(-Range.LIMIT + 1, min(Range.LIMIT - 1, int(digits)))
