"""What to mark: ranges of characters of the stored text. Escaping is the template's matter."""

from collections.abc import Iterable

from search import analysis

SNIPPET = 80
BEFORE = 20

Ranges = tuple[tuple[int, int], ...]


def merge(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """Sorted, not empty, without overlaps or seams."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(r for r in ranges if r[0] < r[1]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return tuple(merged)


def marks(stored: str, ranges: Iterable[tuple[int, int]]) -> Ranges:
    """Ranges of the normalised name as ranges of the stored one."""
    normal = analysis.normalise(stored)
    return merge(normal.stored(start, end) for start, end in ranges if start < end)


def snippet(body: str, words: Iterable[str]) -> tuple[str, Ranges]:
    """A piece of the body around the first word of the query in it, and the words' places there."""
    if not body:
        return "", ()
    normal = analysis.normalise(body)
    found = [r for word in words for r in _everywhere(normal.text, word)]
    places = merge(normal.stored(start, end) for start, end in found)
    start = max(0, places[0][0] - BEFORE) if places else 0
    end = min(len(body), start + SNIPPET)
    shown = "".join(" " if char.isspace() else char for char in body[start:end])
    inside = ((max(a, start) - start, min(b, end) - start) for a, b in places)
    return shown, merge(inside)


def _everywhere(text: str, word: str, limit: int = 20) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    at = text.find(word)
    while word and at >= 0 and len(found) < limit:
        found.append((at, at + len(word)))
        at = text.find(word, at + len(word))
    return found
