"""What a backend is: it keeps documents and proposes candidates, nothing more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import orjson

from search import analysis
from search.index import Document
from search.plan import Plan
from search.query import Range


class Unavailable(Exception):
    """The engine did not answer in time, or not with an answer."""


@dataclass(frozen=True, slots=True)
class Change:
    """What an object became: a document, or None when it is gone."""

    kind: str
    object_id: int
    version: int
    document: Document | None


class Backend(Protocol):
    name: str

    def candidates(self, plan: Plan) -> list[Document]:
        """At most `plan.limit` documents, and all of them when there are no more."""

    def write(self, changes: Sequence[Change]) -> None:
        """Keep the changes; one that is older than what is kept changes nothing."""

    def stored(self) -> Iterator[tuple[str, int, str]]:
        """(kind, object id, digest) of everything kept."""


def tidy(document: Document) -> Document:
    """The document without what an engine cannot store; lengths of texts stay as they are."""
    return replace(
        document,
        title=analysis.clean(document.title),
        body=analysis.clean(document.body[: analysis.BODY_LIMIT]),
        aliases=tuple(analysis.clean(alias) for alias in document.aliases if alias.strip()),
        tags=tuple(analysis.clean(tag) for tag in document.tags if tag.strip()),
        numbers={
            name: max(-Range.LIMIT, min(Range.LIMIT, int(value)))
            for name, value in document.numbers.items()
            if value is not None
        },
    )


def pack(document: Document) -> str:
    """The content that ranking and highlighting need. Scopes are not in it."""
    return orjson.dumps(
        {
            "kind": document.kind,
            "object_id": document.object_id,
            "title": document.title,
            "body": document.body,
            "aliases": document.aliases,
            "tags": document.tags,
            "facets": {name: list(values) for name, values in document.facets.items()},
            "numbers": dict(document.numbers),
            "prior": document.prior,
        }
    ).decode()


def unpack(payload: str, version: int = 0) -> Document:
    return Document(**orjson.loads(payload), version=version)
