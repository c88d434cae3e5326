"""What a file leaves open: words that are asked once each, and cells to be looked at afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any

from crm import gbt4754, ledgers
from crm.ledgers import Column, Kind
from crm.models import Industry, User
from crm.names import name_key
from crm.spreadsheets.cells import Unreadable, Unsettled, fold, typed
from crm.spreadsheets.reading import Query
from search import sound

HIGH, MEDIUM, LOW = "high", "medium", "low"
OFFERED = 5
ALIKE = 0.6
_LOOKED_AT = 3_000  # rows of the ledger a word is compared with
_PROPOSED = 300  # words for which proposals are looked for, those of most rows first
# What names of one kind end with; without it they are compared once more.
_ENDINGS = (
    "产业",
    "行业",
    "制造业",
    "工业园区",
    "工业园",
    "产业园",
    "园区",
    "集中区",
    "有限公司",
    "局",
)


@dataclass(frozen=True)
class Proposal:
    """value: what the cell might have said. why: in words, for whoever decides."""

    value: str
    label: str
    confidence: str
    why: str

    def as_json(self) -> dict[str, str]:
        return {
            "value": self.value, "label": self.label, "confidence": self.confidence,
            "why": self.why,
        }  # fmt: skip


@dataclass
class Question:
    """A word under a heading that the ledger does not know; rows: where it stands. refuses: these
    rows are not taken until it is answered."""

    heading: str
    column: Column
    word: str
    reason: str
    refuses: bool
    error: Unreadable
    rows: list[int] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {
            "column": self.heading,
            "field": self.column.name,
            "word": self.word,
            "rows": len(self.rows),
            "proposals": [one.as_json() for one in self.proposals],
        }

    @property
    def sure(self) -> Proposal | None:
        """The one proposal that may be taken unasked by whoever says so beforehand."""
        found = [one for one in self.proposals if one.confidence == HIGH]
        return found[0] if len(found) == 1 else None


class Questions:
    """The questions of one file, each word of a column once, in the order they come up."""

    def __init__(self) -> None:
        self._asked: dict[tuple[str, str], Question] = {}

    def ask(self, query: Query, row: int) -> None:
        key = (query.column.name, fold(query.word))
        question = self._asked.setdefault(
            key,
            Question(
                query.heading,
                query.column,
                typed(query.word),
                query.error.reason,
                query.refuses,
                query.error,
            ),
        )
        question.rows.append(row)

    def all(self) -> list[Question]:
        return sorted(self._asked.values(), key=lambda one: (one.heading, -len(one.rows)))

    def propose(self, by: User) -> None:
        """Adds to each question what its word may mean, the likeliest first."""
        names: dict[str, list[tuple[str, str]]] = {}
        most = sorted(self._asked.values(), key=lambda one: -len(one.rows))
        for question in most[:_PROPOSED]:
            column = question.column
            if isinstance(question.error, Unsettled):
                question.proposals = [
                    Proposal(one.value, one.label, MEDIUM, one.why) for one in question.error.offers
                ]
                continue
            key = column.reference or column.name
            if key not in names:
                names[key] = names_for(column, by)
            question.proposals = _like(question.word, names[key], column)


def names_for(column: Column, by: User, most: int = _LOOKED_AT) -> list[tuple[str, str]]:
    """(value, name) of what a cell of this column may say, as far as `by` may name it: of a ledger
    it refers to the first `most` rows."""
    if column.kind is Kind.BOOLEAN:
        return [("是", "是"), ("否", "否")]
    if column.choices is not None:
        return [(str(label), str(label)) for _, label in column.choices.choices]
    rows = ledgers.referable(column.reference, by=by).order_by("pk")[:most]
    names = [(row.pk, str(row)) for row in rows]
    count = Counter(name for _, name in names)
    return [(f"{name} #{pk}" if count[name] > 1 else name, name) for pk, name in names]


def _like(word: str, names: Iterable[tuple[str, str]], column: Column) -> list[Proposal]:
    found: dict[str, tuple[float, str, str]] = {}
    for value, name in names:
        score, why = _likeness(word, name)
        if score and score > found.get(value, (0.0, "", ""))[0]:
            found[value] = (score, name, why)
    if column.reference == "industries":
        for score, industry, why in _of_standard(word):
            if score > found.get(industry, (0.0, "", ""))[0]:
                found[industry] = (score, industry, why)
    best = sorted(found.items(), key=lambda one: -one[1][0])[:OFFERED]
    return [
        Proposal(value, name, HIGH if score >= 0.9 else MEDIUM if score >= 0.7 else LOW, why)
        for value, (score, name, why) in best
    ]


def _likeness(word: str, name: str) -> tuple[float, str]:
    """How alike two names are, 0 to 1, and why; 0 for what nobody would take for one another."""
    one, other = name_key(word), name_key(name)
    if not one or not other:
        return 0.0, ""
    if one == other:
        return 1.0, "同一个名称"
    if _core(one) == _core(other) and len(_core(one)) > 1:
        return 0.95, "只差“产业”“园区”一类的词尾"
    if len(one) > 1 and (heard := _heard(one)) and heard == _heard(other):
        return 0.92, "读音相同"
    shorter, longer = sorted((_core(one), _core(other)), key=len)
    if len(shorter) > 1 and shorter in longer:
        return 0.7 + 0.15 * len(shorter) / len(longer), "一个名称含有另一个"
    ratio = _ratio(one, other)
    return (ratio * 0.9, "写法相近") if ratio >= ALIKE else (0.0, "")


def _core(name: str) -> str:
    for ending in _ENDINGS:
        if name.endswith(ending) and len(name) > len(ending) + 1:
            return name.removesuffix(ending)
    return name


@lru_cache(maxsize=4_096)
def _heard(name: str) -> str:
    return sound.line(name).strip()


def _ratio(one: str, other: str) -> float:
    """0 to 1; what shares no character is not looked at closer."""
    if not set(one) & set(other):
        return 0.0
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= ALIKE else 0.0


def _of_standard(word: str) -> list[tuple[float, str, str]]:
    """The county's industries that take in a trade of GB/T 4754 of this name."""
    found = []
    for code, name in gbt4754.like(word):
        industry = Industry.objects.of_code(code)
        if industry is not None:
            same = _core(name_key(name)) == _core(name_key(word))
            score = 0.93 if same else 0.75
            found.append((score, industry.name, f"国标行业“{name}”属于它"))
    return found
