"""What is asked of a backend: phrases over five token streams, and who may see the answer.

A backend answers a Plan with at most `limit` candidates; its contract is recall within the scope.
Order, labels and counts are made once, in Python, so every engine gives the same list.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import orjson

from search import analysis, sound
from search.index import Document
from search.query import Range

# The streams: names and former names · tags and body · sounds · initials · exact tokens.
NAME, TEXT, SOUND, INITIALS, FACET = STREAMS = ("name", "text", "sound", "initials", "facet")
CANDIDATES = 200


@dataclass(frozen=True, slots=True)
class Phrase:
    """Tokens next to each other in one stream; `prefix`: the last one may go on."""

    stream: str
    tokens: tuple[str, ...]
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class AnyOf:
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    clauses: tuple[Clause, ...]


Clause = Phrase | AnyOf | AllOf


def any_of(clauses: list[Clause]) -> Clause:
    unique = tuple(dict.fromkeys(clauses))
    return unique[0] if len(unique) == 1 else AnyOf(unique)


def all_of(clauses: list[Clause]) -> Clause:
    unique = tuple(dict.fromkeys(clauses))
    return unique[0] if len(unique) == 1 else AllOf(unique)


@dataclass(frozen=True, slots=True)
class Plan:
    """`match` None means every document within the fences, newest first.

    A fence is a group of exact tokens of which a document has at least one: its kinds, a filter's
    values, the scope. Every fence holds.
    """

    match: Clause | None
    fences: tuple[tuple[str, ...], ...] = ()
    ranges: tuple[Range, ...] = ()
    limit: int = CANDIDATES


@dataclass(frozen=True, slots=True)
class Streams:
    """A document as tokens separated by spaces, one text a stream."""

    name: str
    text: str
    sound: str
    initials: str
    facet: str


def exact(prefix: str, *words: str) -> str:
    """One opaque token for a kind, a facet's value or a scope: any characters, one length."""
    key = "\0".join(words).encode(errors="replace")
    return f"{prefix}_{hashlib.blake2b(key, digest_size=7).hexdigest()}"


def kind_token(kind: str) -> str:
    return exact("k", kind)


def facet_token(field: str, value: str) -> str:
    return exact("f", field, value)


def scope_token(token: str) -> str:
    return exact("s", token)


def names(document: Document) -> list[str]:
    """The title and the former and short names, normalised."""
    stored = (document.title, *document.aliases)
    return [analysis.normalise(name[: analysis.NAME_LIMIT]).text for name in stored]


def streams(document: Document) -> Streams:
    own = names(document)
    texts = [
        *(analysis.normalise(tag[: analysis.NAME_LIMIT]).text for tag in document.tags),
        analysis.normalise(document.body[: analysis.BODY_LIMIT]).text,
    ]
    facets = [
        kind_token(document.kind),
        *(facet_token(name, value) for name, values in document.facets.items() for value in values),
        *(scope_token(token) for token in sorted(document.scopes)),
    ]
    return Streams(
        name=" ".join(token for name in own for token in analysis.name_tokens(name)),
        # "_e" between two texts: a phrase never spans both.
        text=f" {analysis.END} ".join(" ".join(analysis.tokens(text)) for text in texts),
        sound=f" {analysis.END} ".join(" ".join(sound.sound_tokens(name)) for name in own),
        initials=" ".join(word for name in own for word in sound.initials_tokens(name)),
        facet=" ".join(dict.fromkeys(facets)),
    )


def digest(document: Document) -> str:
    """The same for the same content analysed in the same way; versions do not count."""
    content = [
        analysis.ANALYSIS_VERSION,
        document.kind,
        document.object_id,
        document.title,
        document.body[: analysis.BODY_LIMIT],
        list(document.aliases),
        list(document.tags),
        sorted((name, sorted(values)) for name, values in document.facets.items()),
        sorted(document.numbers.items()),
        sorted(document.scopes),
        round(document.prior, 6),
    ]
    return hashlib.blake2b(orjson.dumps(content), digest_size=8).hexdigest()
