"""From typed text to what it asks: words, and the filters that some of the words mean.

Words are separated by spaces. A word that is a stage, a park or an industry is a filter, and is
still looked for in names; an amount is a range. Any text at all can be read, in bounded time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from search import amounts, analysis, index
from search.query import Range, Understood

TEXT_LIMIT = 200
WORDS_LIMIT = 10
# chang'an is how pinyin keeps syllables apart.
APOSTROPHES = re.compile("(?<=[a-z])['’](?=[a-z])")
FILLERS = re.compile(r"^[的和与及了]+|[的和与及了]+$")


@dataclass(frozen=True, slots=True)
class Word:
    """One typed word, normalised; `meanings` are the filters (field, value) it may stand for."""

    text: str
    meanings: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Reading:
    words: tuple[Word, ...] = ()
    ranges: tuple[Range, ...] = ()
    understood: tuple[Understood, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not self.words and not self.ranges

    def as_text(self) -> Reading:
        """The same words taken literally: 签约 as part of a name, 10亿 as part of a sentence."""
        words = [Word(word.text) for word in self.words]
        words += [Word(_plain(u.text)) for u in self.understood if Range.parse(u.field, u.value)]
        return Reading(tuple(word for word in words if word.text))


# normalised word → the filters it stands for
Lexicon = Mapping[str, tuple[tuple[str, str], ...]]


def kinds_of(kinds: Sequence[str]) -> list[index.Index]:
    return [i for i in index.registered() if not kinds or i.kind in kinds]


def lexicon(kinds: Sequence[str]) -> Lexicon:
    found: dict[str, dict[tuple[str, str], None]] = {}
    for one in kinds_of(kinds):
        for term in index.vocabulary(one.kind):
            for word in term.words:
                text = _plain(word)
                if len(text) > 1:
                    found.setdefault(text, {})[term.field, term.value] = None
    return {word: tuple(meanings) for word, meanings in found.items()}


def read(text: str, kinds: Sequence[str], meanings: Lexicon) -> Reading:
    # Spaces in front may be many; what follows the limit is not looked at.
    typed = analysis.normalise(text[: 50 * TEXT_LIMIT].strip()[:TEXT_LIMIT]).text
    ranges: list[Range] = []
    understood: list[Understood] = []
    field = next((one.amount for one in kinds_of(kinds) if one.amount), "")
    rest = typed
    for amount in reversed(amounts.find(typed) if field else []):
        one = amount.about(field)
        ranges.insert(0, one)
        understood.insert(
            0, Understood(field, one.value, typed[amount.start : amount.end].strip(" 的"))
        )
        rest = f"{rest[: amount.start]} {rest[amount.end :]}"
    words: list[Word] = []
    for part in rest.split()[:WORDS_LIMIT]:
        plain = _plain(part)
        if plain:
            words.append(Word(plain, meanings.get(plain, ())))
    unique = tuple(dict.fromkeys(words))
    understood += [Understood(f, value, w.text) for w in unique for f, value in w.meanings]
    return Reading(unique, tuple(ranges), tuple(understood))


def read_inside(reading: Reading, meanings: Lexicon) -> Reading | None:
    """The same with filter words found inside longer ones: 签约电池项目; None without any."""
    words: list[Word] = []
    understood = list(reading.understood)
    for word in reading.words:
        inside = [] if word.meanings else _longest_inside(word.text, meanings)
        rest = word.text
        for found in inside:
            rest = rest.replace(found, " ", 1)
            words.append(Word(found, meanings[found]))
            understood += [Understood(f, value, found) for f, value in meanings[found]]
        left = [_plain(part) for part in rest.split()]
        words += [Word(part) for part in left if part and (not inside or _says_something(part))]
        if not inside and word.meanings:
            words[-1] = word
    if len(understood) == len(reading.understood):
        return None
    return replace(reading, words=tuple(dict.fromkeys(words)), understood=tuple(understood))


def _says_something(text: str) -> bool:
    return text not in analysis.COMMON and text not in analysis.SUFFIXES


def _longest_inside(text: str, meanings: Lexicon) -> list[str]:
    found: list[str] = []
    at = 0
    while at < len(text):
        ends = range(len(text), at + 1, -1)
        word = next((text[at:end] for end in ends if text[at:end] in meanings), "")
        if word:
            found.append(word)
        at += len(word) or 1
    return found


def _plain(text: str) -> str:
    """Without signs around it: “签约” in quotes is the same word."""
    plain = APOSTROPHES.sub("", analysis.normalise(text).text)
    found = analysis.runs(plain)
    if not found:
        return ""
    whole = plain[found[0].start : found[-1].end]
    bare = FILLERS.sub("", whole)
    return _plain(bare) if bare != whole and analysis.runs(bare) else whole
