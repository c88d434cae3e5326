"""One search on one backend: the strict reading first, other readings when it finds nothing, and
names that are nearly what was typed when there is little else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from search import clauses, grammar, rank
from search.backends.base import Backend
from search.grammar import Reading, Word
from search.index import Document
from search.plan import CANDIDATES, Clause, Plan, facet_token, kind_token, scope_token
from search.query import Query, Range, Result, Scope

# With fewer strict hits than these, nearly right names are shown after them.
FEW = 10
EXTRA = 60


@dataclass
class Search:
    """A query being answered: what was asked of the backend so far and what the user may see."""

    query: Query
    backend: Backend
    capped: bool = False
    seen: dict[tuple[str, int], bool] = field(default_factory=dict)

    def answer(self) -> Result:
        query = self.query
        meanings = grammar.lexicon(query.kinds)
        reading = grammar.read(query.text, query.kinds, meanings)
        if reading.is_empty and (query.text.strip() or not query.filters):
            return Result()
        found, used = self._strictly(reading, meanings)
        if len(found) < FEW and _is_forgivable(used, bool(found)):
            found += self._forgiven(used, found)
        page = found[max(0, query.offset) :][: max(0, query.limit)]
        return Result(
            hits=tuple(one.hit(_meets(used)) for one in page),
            total=len(found),
            capped=self.capped,
            filters=used.understood,
            facets=_facets(found),
        )

    def _strictly(
        self, reading: Reading, meanings: grammar.Lexicon
    ) -> tuple[list[rank.Ranked], Reading]:
        found = self._find(reading)
        if found:
            return found, reading
        others = [reading.as_text()] if reading.understood else []
        inside = grammar.read_inside(reading, meanings)
        for other in [*others, *([inside] if inside else [])]:
            found = self._find(other)
            if found:
                return found, other
        return [], reading

    def _find(self, reading: Reading) -> list[rank.Ranked]:
        if reading.is_empty and not self.query.filters:
            return []
        in_names = clauses.strict(reading, anywhere=False)
        documents = self._candidates(in_names, reading)
        is_full = len(documents) >= CANDIDATES
        if is_full and in_names is not None:
            documents += self._candidates(clauses.beginning(reading), reading)
        elif in_names is not None:
            anywhere = self._candidates(clauses.strict(reading, anywhere=True), reading)
            is_full = len(anywhere) >= CANDIDATES
            documents += anywhere
        self.capped = is_full
        return rank.rank(self._visible(documents), reading, forgive=False)

    def _forgiven(self, reading: Reading, found: list[rank.Ranked]) -> list[rank.Ranked]:
        have = {(one.document.kind, one.document.object_id) for one in found}
        # Beside hits a few are enough; alone they are the answer.
        limit = EXTRA if found else CANDIDATES
        documents = self._candidates(clauses.forgiving(reading), reading, limit)
        if not found:
            for part in clauses.parts(reading):
                documents += self._candidates(part, reading, EXTRA)
        new = [one for one in self._visible(documents) if (one.kind, one.object_id) not in have]
        return rank.rank(new, reading, forgive=True)

    def _candidates(
        self, clause: Clause | None, reading: Reading, limit: int = CANDIDATES
    ) -> list[Document]:
        if clause is None and reading.words:
            return []
        fences, ranges = _fences(self.query)
        return self.backend.candidates(Plan(clause, fences, (*ranges, *reading.ranges), limit))

    def _visible(self, documents: list[Document]) -> list[Document]:
        """Each document once, and only what the scope's last word lets through."""
        unique = {(one.kind, one.object_id): one for one in documents}
        scope = self.query.scope
        if scope.visible is not None:
            unknown: dict[str, list[int]] = {}
            for kind, object_id in unique:
                if (kind, object_id) not in self.seen:
                    unknown.setdefault(kind, []).append(object_id)
            for kind, ids in unknown.items():
                allowed = scope.visible(kind, ids)
                self.seen |= {(kind, object_id): object_id in allowed for object_id in ids}
            unique = {key: one for key, one in unique.items() if self.seen[key]}
        ranges = _fences(self.query)[1]
        return [
            one for one in unique.values() if all(r.holds(one.numbers.get(r.field)) for r in ranges)
        ]


def _fences(query: Query) -> tuple[tuple[tuple[str, ...], ...], tuple[Range, ...]]:
    """Kinds, filters and scope as groups of exact tokens, and the filters on numbers."""
    groups: list[tuple[str, ...]] = []
    ranges: list[Range] = []
    if query.kinds:
        groups.append(tuple(kind_token(kind) for kind in query.kinds))
    for name, values in query.filters.items():
        parsed = [Range.parse(name, value) for value in values]
        ranges += [one for one in parsed if one is not None]
        plain = [value for value, one in zip(values, parsed, strict=True) if one is None]
        if plain:
            groups.append(tuple(facet_token(name, value) for value in plain))
    scope: Scope = query.scope
    if not scope.everything:
        groups.append(tuple(scope_token(token) for token in sorted(scope.tokens)))
    return tuple(groups), tuple(ranges)


def _meets(reading: Reading) -> str:
    texts = [f"“{one.text}”" for one in reading.understood]
    return f"符合{'、'.join(texts)}" if texts else "符合所选条件"


def _is_forgivable(reading: Reading, has_hits: bool) -> bool:
    """Two characters have too many near neighbours to guess when something was found."""
    longest = max((_han_length(word) for word in reading.words), default=0)
    return longest >= (3 if has_hits else 2)


def _han_length(word: Word) -> int:
    return 0 if word.meanings or word.text.isascii() else len(word.text)


def _facets(found: list[rank.Ranked]) -> Mapping[str, Mapping[str, int]]:
    counts: dict[str, Counter[str]] = {"kind": Counter()}
    for one in found:
        counts["kind"][one.document.kind] += 1
        for name, values in one.document.facets.items():
            counts.setdefault(name, Counter()).update(set(values))
    return {name: dict(counter) for name, counter in counts.items()}
