"""Why a document answers a word: looked up in its stored text, whatever engine proposed it.

A candidate without evidence is no hit; so a backend may propose too much, and the answer is the
same on each of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache

from search import analysis, sound
from search.clauses import telling, variants
from search.grammar import Word
from search.index import Document
from search.plan import names

Places = tuple[tuple[int, int], ...]

# What a piece of evidence is worth for one word: name over tags over body, exact over inside.
IS, BEGINS, CONTAINS, ALIAS, MEANS, PIECES = 10.0, 8.0, 7.0, 6.5, 6.0, 5.5
SOUNDS, INITIALS_START, INITIALS_INSIDE, TAG, SCATTERED, BODY = 5.0, 4.8, 4.2, 4.0, 2.5, 2.0
# Less than every strict evidence: 近似.
SAME_SOUND, ONE_MISTAKE, COVERED = 1.8, 1.6, 1.4
ENOUGH = 0.7
LONGEST_MISTAKEN = 24


@dataclass(frozen=True, slots=True)
class Evidence:
    """`places` are ranges of the normalised title; `in_body` the words to show in the snippet."""

    worth: float
    why: str
    places: Places = ()
    in_body: tuple[str, ...] = ()
    approximate: bool = False


class Row:
    """One candidate's text, normalised when first asked for."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.title, *self.aliases = names(document)
        self.plain, self._places = analysis.squeezed(self.title)

    def find(self, text: str) -> tuple[int, Places] | None:
        """Where the title has a text, brackets and spaces aside: (how far in, places)."""
        wanted = analysis.squeezed(text)[0]
        at = self.plain.find(wanted) if wanted else -1
        if at < 0:
            return None
        return at, tuple((i, i + 1) for i in self._places[at : at + len(wanted)])

    @cached_property
    def tags(self) -> tuple[str, ...]:
        return tuple(analysis.normalise(tag).text for tag in self.document.tags)

    @cached_property
    def body(self) -> str:
        return analysis.normalise(self.document.body).text

    @cached_property
    def everything(self) -> str:
        return "\n".join((self.title, *self.aliases, *self.tags, self.body))


def strict(word: Word, row: Row) -> Evidence | None:
    """The best evidence that the row has what was typed."""
    facets = row.document.facets
    means = any(value in facets.get(field, ()) for field, value in word.meanings)
    found = _in_names(word.text, row)
    if found is None and not word.meanings:
        found = _elsewhere(word.text, row)
    if means and (found is None or found.worth < MEANS):
        return Evidence(MEANS, f"符合“{word.text}”", found.places if found else ())
    return found


def forgiving(word: Word, row: Row) -> Evidence | None:
    """Evidence for a name like the typed one: same sound, one character off, most of it there."""
    return (
        _same_sound(word.text, row) or _one_mistake(word.text, row) or _most_of_it(word.text, row)
    )


def _in_names(text: str, row: Row) -> Evidence | None:
    title = row.title
    texts = variants(text)
    for one in texts:
        found = row.find(one)
        if found is not None:
            at, places = found
            if len(places) == len(row.plain):
                return Evidence(IS, "名称完全一致", places)
            return Evidence(BEGINS if at == 0 else CONTAINS, f"名称包含“{one}”", places)
    for alias, stored in zip(row.aliases, row.document.aliases, strict=True):
        if any(one in alias for one in texts):
            return Evidence(ALIAS, f"相关名称“{stored}”")
    for one in texts:
        parts = _strict_pieces(one)
        if all(part in title for part in parts):
            places = tuple(_place(title, part) for part in parts)
            return Evidence(PIECES, f"名称包含{_quoted(parts)}", places)
    return _by_sound(text, row) or _run_by_run(text, row)


def _run_by_run(text: str, row: Row) -> Evidence | None:
    """飞尚dianchi: characters and sounds in one word, each found in the name."""
    runs = analysis.runs(text)
    if len(runs) < 2:
        return None
    each = [_in_names(run.text, row) for run in runs]
    found = [one for one in each if one is not None]
    if len(found) < len(each):
        return None
    places = tuple(place for one in found for place in one.places)
    why = "；".join(dict.fromkeys(one.why for one in found))
    return Evidence(min(PIECES, *(one.worth for one in found)), why, places)


def _strict_pieces(text: str) -> list[str]:
    """A word's parts that must all be there: pieces of Han, whole codes."""
    found: list[str] = []
    for run in analysis.runs(text):
        found += telling(run.text) if run.is_han else [run.text]
    return found or [text]


def _by_sound(text: str, row: Row) -> Evidence | None:
    if not (text.isascii() and text.isalnum()) or len(text) < 2:
        return None
    for i, name in enumerate((row.title, *row.aliases)):
        for syllables, unfinished in sound.splits(text):
            places = _heard(name, list(syllables), unfinished)
            if places:
                return Evidence(SOUNDS, "名称拼音", places if i == 0 else ())
        spoken = sound.spoken(name)
        at = _initials_at(name, text)
        if at is not None:
            places = tuple((j, j + 1) for j, _, _ in spoken[at : at + len(text)])
            worth = INITIALS_START if at == 0 else INITIALS_INSIDE
            return Evidence(worth, "名称拼音首字母", places if i == 0 else ())
    return None


def _initials_at(name: str, letters: str) -> int | None:
    every = sound.initials(name)
    starts = [i for i, (_, _, first) in enumerate(sound.spoken(name)) if first]
    wanted = letters[: sound.INITIALS_LIMIT]
    for at in starts[: sound.STARTS_LIMIT]:
        if every.startswith(wanted, at):
            return at
    return None


def _heard(name: str, syllables: list[str], unfinished: bool = False) -> Places:
    """Where these syllables are spoken one after the other in a name."""
    line = sound.line(name)
    wanted = f" {' '.join(syllables)}" + ("" if unfinished else " ")
    found = line.find(wanted)
    if not syllables or found < 0:
        return ()
    at = line.count(" ", 0, found)
    return tuple((i, i + 1) for i, _ in sound.syllables(name)[at : at + len(syllables)])


def _elsewhere(text: str, row: Row) -> Evidence | None:
    texts = variants(text)
    for one in texts:
        for tag, stored in zip(row.tags, row.document.tags, strict=True):
            if one in tag:
                return Evidence(TAG, f"标签“{stored}”")
    for one in texts:
        if one in row.body:
            return Evidence(BODY, f"内容包含“{one}”", in_body=(one,))
    for one in texts:
        parts = _strict_pieces(one)
        if parts != [text] and all(part in row.everything for part in parts):
            places = tuple(_place(row.title, part) for part in parts if part in row.title)
            worth = SCATTERED if places else BODY / 2
            return Evidence(worth, f"内容包含{_quoted(parts)}", places, tuple(parts))
    return None


def _same_sound(text: str, row: Row) -> Evidence | None:
    heard = [syllable for _, syllable in sound.syllables(text)]
    if len(heard) < 2:
        return None
    places = _heard(row.title, heard)
    parts = telling(text) if not places and len(heard) > 3 else []
    if len(parts) > 1:
        each = [_heard(row.title, [s for _, s in sound.syllables(part)]) for part in parts]
        places = tuple(p for one in each for p in one) if all(each) else ()
    if places:
        return Evidence(SAME_SOUND, f"近似名称：与“{text}”读音相同", places, approximate=True)
    if any(_heard(alias, heard) for alias in row.aliases):
        return Evidence(SAME_SOUND, f"近似名称：相关名称与“{text}”读音相同", approximate=True)
    return None


def _one_mistake(text: str, row: Row) -> Evidence | None:
    if len(text) < 3 or len(text) > LONGEST_MISTAKEN or text.isascii():
        return None
    why = f"近似名称：与“{text}”差一个字"
    for i, name in enumerate((row.title, *row.aliases)):
        places = _one_off(text, name)
        if places:
            return Evidence(ONE_MISTAKE, why, places if i == 0 else (), approximate=True)
    return None


def _one_off(text: str, name: str) -> Places:
    """Where a name has the text with one character missing, too many or another one."""
    for i in range(1, len(text)):
        left = text[:i]
        at = name.find(left)
        while at >= 0:
            end = at + i
            # (what must follow, how many stored characters are skipped)
            for rest, skip in ((text[i:], 1), (text[i + 1 :], 1), (text[i + 1 :], 0)):
                if rest and name.startswith(rest, end + skip):
                    return (at, end), (end + skip, end + skip + len(rest))
            at = name.find(left, at + 1)
    if len(text) > 3:
        for part in (text[1:], text[:-1]):
            if part in name:
                return (_place(name, part),)
    return ()


def _most_of_it(text: str, row: Row) -> Evidence | None:
    """Most characters of the text are in the name beside their neighbour (or it sounds so)."""
    if len(text) < 4 or text.isascii():
        return None
    weights = _weights(text)
    heard = dict(sound.syllables(text))
    best = 0.0
    best_places: Places = ()
    for i, name in enumerate((row.title, *row.aliases)):
        sounds = dict(zip(sound.sound_tokens(name), _pair_places(name), strict=True))
        covered: set[int] = set()
        places: list[tuple[int, int]] = []
        for at in range(len(text) - 1):
            pair = f"{heard.get(at)}_{heard.get(at + 1)}"
            if text[at : at + 2] in name:
                places.append(_place(name, text[at : at + 2]))
            elif pair in sounds:
                places.append(sounds[pair])
            else:
                continue
            covered |= {at, at + 1}
        share = sum(weights[at] for at in covered) / sum(weights)
        # The whole short name is inside a longer text: 绿溪县佳禧印染有限公司 for 佳禧印染.
        stored = len({at for start, end in places for at in range(start, end)})
        if stored >= 4 and stored >= 0.9 * len(name):
            share = max(share, 0.9)
        if share > best:
            best, best_places = share, tuple(places) if i == 0 else ()
    if best < ENOUGH:
        return None
    return Evidence(COVERED * best, f"近似名称：与“{text}”相近", best_places, approximate=True)


def _pair_places(name: str) -> list[tuple[int, int]]:
    heard = [at for at, _ in sound.syllables(name)]
    return [(a, b + 1) for a, b in zip(heard, [*heard[1:], *heard[-1:]], strict=True)]


@lru_cache(maxsize=1_024)
def _weights(text: str) -> list[float]:
    weights = [1.0] * len(text)
    for word in analysis.COMMON:
        at = text.find(word)
        if at >= 0:
            weights[at : at + len(word)] = [0.25] * len(word)
    return weights


def _place(text: str, part: str) -> tuple[int, int]:
    at = text.find(part)
    return at, at + len(part)


def _quoted(parts: Iterable[str]) -> str:
    return "".join(f"“{part}”" for part in parts)
