"""From words to clauses: the strict form of a word, and the forms that forgive a mistake."""

from __future__ import annotations

from functools import lru_cache

from search import analysis, sound
from search.analysis import END, START, Run
from search.grammar import Reading, Word
from search.plan import (
    FACET,
    INITIALS,
    NAME,
    SOUND,
    TEXT,
    AllOf,
    Clause,
    Phrase,
    all_of,
    any_of,
    facet_token,
)

PIECES_LIMIT = 8
# Up to here each single mistake is a clause of its own; in a longer text one half is without it.
SHORT = 7


@lru_cache(maxsize=1_024)
def variants(text: str) -> tuple[str, ...]:
    """The text itself and with one synonym put in: 规上企业 is also 规模以上企业."""
    found = [text]
    for group in analysis.SYNONYMS:
        for word in group:
            if word in text:
                found += [text.replace(word, other) for other in group if other not in text]
    return tuple(dict.fromkeys(found))[:5]


@lru_cache(maxsize=1_024)
def telling(text: str) -> tuple[str, ...]:
    """The pieces of a Han text that tell it apart; 有限公司, 项目 only if there is no other."""
    found = analysis.pieces(text)[:PIECES_LIMIT]
    return tuple(piece for piece in found if piece not in analysis.COMMON) or tuple(found)


def strict(reading: Reading, *, anywhere: bool) -> Clause | None:
    """Every word is there: in a name, or (anywhere) in the tags and the body."""
    if not reading.words:
        return None
    return all_of([_word(word, anywhere=anywhere) for word in reading.words])


def beginning(reading: Reading) -> Clause | None:
    """Names that begin with the text: these may not be lost behind many newer ones."""
    text = " ".join(word.text for word in reading.words)
    found = analysis.tokens(text)
    if not found:
        return None
    if analysis.runs(text)[-1].is_han and len(found[-1]) == 1 and len(found) > 1:
        found = found[:-1]
        return Phrase(NAME, (START, *found))
    return any_of([Phrase(NAME, (START, *found)), Phrase(NAME, (START, *found, END))])


def forgiving(reading: Reading) -> Clause | None:
    """Every word as typed, or sounding the same, or with one character wrong or missing."""
    if not reading.words:
        return None
    return all_of(
        [any_of([_word(word, anywhere=True), *_forgiven(word.text)]) for word in reading.words]
    )


def parts(reading: Reading) -> list[Clause]:
    """Each telling piece alone: for a name typed with more around it than is stored."""
    found: list[str] = []
    for word in reading.words:
        for run in analysis.runs(word.text):
            if run.is_han and len(run.text) > 3:
                found += [piece for piece in telling(run.text) if 1 < len(piece) < len(word.text)]
    # The longest tell most; words of equal length in the order typed.
    longest = sorted(dict.fromkeys(found), key=len, reverse=True)[:4]
    return [_phrase(NAME, piece) for piece in longest]


def _word(word: Word, *, anywhere: bool) -> Clause:
    facets: list[Clause] = [Phrase(FACET, (facet_token(f, value),)) for f, value in word.meanings]
    # What is a filter is looked for in names too, but not in every sentence that mentions it.
    streams = (NAME, TEXT) if anywhere and not facets else (NAME,)
    runs = analysis.runs(word.text)
    if not runs:
        return any_of(facets)
    text = all_of([_run(run, streams) for run in runs])
    return any_of([*facets, text])


def _run(run: Run, streams: tuple[str, ...]) -> Clause:
    if not run.is_han:
        return any_of(_code(run.text, streams))
    found: list[Clause] = []
    for text in variants(run.text):
        found += [_phrase(stream, text) for stream in streams]
        pieces = telling(text)
        if pieces != (text,):
            each = [any_of([_phrase(stream, piece) for stream in streams]) for piece in pieces]
            found.append(all_of(each))
    return any_of(found)


def _phrase(stream: str, han: str) -> Phrase:
    if len(han) == 1:
        return Phrase(stream, (han,), prefix=True)
    return Phrase(stream, tuple(han[i : i + 2] for i in range(len(han) - 1)))


def _code(text: str, streams: tuple[str, ...]) -> list[Clause]:
    token = text[:64]
    found: list[Clause] = [Phrase(stream, (token,), len(token) > 1) for stream in streams]
    if token.isascii() and token.isalnum() and len(token) > 1:
        found.append(Phrase(INITIALS, (token[: sound.INITIALS_LIMIT],), prefix=True))
    for syllables, unfinished in sound.splits(token):
        found.append(_spoken(list(syllables), unfinished))
    return found


def _spoken(syllables: list[str], unfinished: bool = False) -> Phrase:
    """Syllables next to each other: fei shang → fei_shang; fei sh… → fei_sh…"""
    if len(syllables) == 1:
        return Phrase(SOUND, (syllables[0] if unfinished else f"{syllables[0]}_",), prefix=True)
    return Phrase(SOUND, tuple(sound.pairs(syllables)[:-1]), prefix=unfinished)


def _forgiven(text: str) -> list[Clause]:
    found: list[Clause] = []
    for run in analysis.runs(text):
        if not run.is_han or len(run.text) < 2:
            continue
        heard = [syllable for _, syllable in sound.syllables(run.text)]
        if len(heard) > 1:
            found.append(_spoken(heard[:24]))
        pieces = [[s for _, s in sound.syllables(piece)] for piece in telling(run.text)]
        if len(pieces) > 1 and all(len(piece) > 1 for piece in pieces):
            found.append(all_of([_spoken(piece) for piece in pieces]))
        if 2 < len(run.text) <= SHORT:
            found += _one_mistake(run.text)
        elif len(run.text) > SHORT:
            found += _halves(run.text)
    # A word of several runs (A3厂房) is forgiven only as a whole.
    return found if len(analysis.runs(text)) == 1 else []


def _halves(han: str) -> list[Clause]:
    """One mistake leaves one half of a text as it is. A half may not be 有限公司 alone."""
    words = list(analysis.cutter().cut(han))
    while len(words) > 1 and words[-1] in analysis.COMMON:
        words.pop()
    core = "".join(words)
    half = len(core) // 2
    return [_phrase(NAME, part) for part in (core[:half], core[half:]) if len(part) > 1]


def _one_mistake(han: str) -> list[Clause]:
    """A character missing between two parts, or one wrong or too many in the place of `han[i]`."""
    found: list[Clause] = []
    for i in range(1, len(han)):
        for rest in (han[i:], han[i + 1 :]):
            if rest:
                found.append(AllOf((_phrase(NAME, han[:i]), _phrase(NAME, rest))))
    if len(han) > 3:
        found += [_phrase(NAME, han[1:]), _phrase(NAME, han[:-1])]
    return found
