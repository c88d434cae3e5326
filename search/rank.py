"""The one order of hits: evidence of every word, how much of the name it is, then importance."""

from __future__ import annotations

from dataclasses import dataclass

from search import evidence, highlight
from search.evidence import Evidence, Row
from search.grammar import Reading
from search.index import Document
from search.query import Hit

# Shares of a hit's words, by length, that must be there when mistakes are forgiven.
ENOUGH = 0.6


@dataclass(frozen=True)
class Ranked:
    """A candidate with its evidence; the texts of a hit are made only for the page shown."""

    document: Document
    score: float
    found: tuple[Evidence, ...]
    approximate: bool

    @property
    def order(self) -> tuple[bool, float, float, int, str]:
        one = self.document
        return (self.approximate, -self.score, -one.prior, -one.object_id, one.kind)

    def hit(self, otherwise: str) -> Hit:
        """`otherwise`: why it is here when no word was typed."""
        title = self.document.title
        why = "；".join(dict.fromkeys(one.why for one in self.found)) or otherwise
        places = [place for one in self.found for place in one.places]
        words = [word for one in self.found for word in one.in_body]
        snippet, snippet_marks = highlight.snippet(self.document.body, words)
        return Hit(
            kind=self.document.kind,
            object_id=self.document.object_id,
            title=title,
            why=why,
            marks=highlight.marks(title, places),
            snippet=snippet,
            snippet_marks=snippet_marks,
            score=self.score,
            approximate=self.approximate,
        )


def rank(documents: list[Document], reading: Reading, *, forgive: bool) -> list[Ranked]:
    """The candidates that have evidence, best first."""
    found = (_rank(document, reading, forgive) for document in documents)
    return sorted((one for one in found if one is not None), key=lambda one: one.order)


def _rank(document: Document, reading: Reading, forgive: bool) -> Ranked | None:
    if not all(one.holds(document.numbers.get(one.field)) for one in reading.ranges):
        return None
    row = Row(document)
    found: list[Evidence] = []
    there = 0
    for word in reading.words:
        one = evidence.strict(word, row)
        if one is None and forgive:
            one = evidence.forgiving(word, row)
        if one is None and not forgive:
            return None
        if one is not None:
            found.append(one)
            there += len(word.text)
    if reading.words and (
        not found or there < ENOUGH * sum(len(word.text) for word in reading.words)
    ):
        return None
    approximate = len(found) < len(reading.words) or any(one.approximate for one in found)
    worth = sum(one.worth for one in found) / max(1, len(reading.words))
    marked = {at for one in found for start, end in one.places for at in range(start, end)}
    closeness = len(marked) / max(1, len(row.title))
    score = round(worth + closeness + 0.5 * min(1.0, max(0.0, document.prior)), 6)
    return Ranked(document, score, tuple(found), approximate)
