"""Search on an Elasticsearch server or cluster: the same token streams, whitespace-analysed.

Uses only what a bare core has: no plugins, scripts, custom analyzers, update- or delete-by-query.
Versions are external and a deletion is a small document, so late messages change nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from elastic_transport import ObjectApiResponse, TransportError
from elasticsearch import ApiError, Elasticsearch
from elasticsearch_dsl import Boolean, Keyword, Long, Mapping, Object, Q, Search, Text
from elasticsearch_dsl.query import Query as Asked

from search import analysis
from search.backends.base import Change, Unavailable, pack, unpack
from search.index import Document
from search.plan import FACET, STREAMS, AllOf, AnyOf, Clause, Phrase, Plan, digest, streams
from search.query import Range

READ_SECONDS = 1.0
# After a commit somebody waits for the page; rebuilding may take its time, once there is a server.
RELAY_SECONDS = 0.5
PROBE_SECONDS = 5.0
WRITE_SECONDS = 30.0
PAGE = 2_000
Answer = TypeVar("Answer")
SETTINGS = {"number_of_shards": 1, "auto_expand_replicas": "0-1"}


def _mapping() -> dict[str, Any]:
    mapping = Mapping()
    mapping.meta("dynamic", "strict")
    for stream in STREAMS:
        # No length norms: Python ranks.
        text = Text(analyzer="whitespace", norms=False)
        mapping.field(stream, Keyword() if stream == FACET else text)
    mapping.field("kind", Keyword())
    mapping.field("object_id", Long())
    mapping.field("gone", Boolean())
    mapping.field("digest", Keyword(index=False, doc_values=False))
    mapping.field("payload", Keyword(index=False, doc_values=False))
    mapping.field("numbers", Object(dynamic=True))
    long = {"path_match": "numbers.*", "mapping": {"type": "long"}}
    mapping.meta("dynamic_templates", [{"numbers": long}])
    return dict(mapping.to_dict())


class Elastic:
    name = "elasticsearch"

    def __init__(self, url: str, prefix: str) -> None:
        self._client = Elasticsearch(url, max_retries=0, retry_on_timeout=False)
        self.alias = f"{prefix}-search"
        self.mapping = _mapping()
        shape = json.dumps([self.mapping, analysis.ANALYSIS_VERSION], sort_keys=True)
        self._shape = hashlib.blake2b(shape.encode(), digest_size=4).hexdigest()

    def _ask(self, question: Callable[[Elasticsearch], Answer], seconds: float) -> Answer:
        try:
            return question(self._client.options(request_timeout=seconds))
        except (ApiError, TransportError) as error:
            raise Unavailable(f"{type(error).__name__}: {str(error)[:200]}") from error

    # Reading

    def candidates(self, plan: Plan) -> list[Document]:
        filters = [Q("terms", facet=list(group)) for group in plan.fences]
        filters += [_range(one) for one in plan.ranges]
        if plan.match is not None:
            filters.append(_render(plan.match))
        asked = Q("bool", filter=filters, must_not=[Q("term", gone=True)])

        def question(client: Elasticsearch) -> list[Document]:
            search = Search(using=client, index=self.alias).query(asked).source(["payload"])
            search = search.sort("-object_id").extra(track_total_hits=False)[: plan.limit]
            response = search.execute()
            if response.timed_out or response._shards.failed:
                raise Unavailable("not every shard answered")
            return [unpack(hit.payload) for hit in response]

        return self._ask(question, READ_SECONDS)

    def stored(self) -> Iterator[tuple[str, int, str]]:
        """Everything that is not a tombstone, from one point in time; nothing without an index."""
        if not self._in_use():
            return
        opened = self._ask(
            lambda c: c.open_point_in_time(index=self.alias, keep_alive="2m"), PROBE_SECONDS
        )
        pit = {"id": opened["id"], "keep_alive": "2m"}
        after: list[Any] | None = None
        try:
            while True:
                page = self._page(pit, after)
                for hit in page:
                    one = hit["_source"]
                    yield one["kind"], one["object_id"], one["digest"]
                if len(page) < PAGE:
                    return
                after = page[-1]["sort"]
        finally:
            self._ask(lambda c: c.close_point_in_time(id=pit["id"]), WRITE_SECONDS)

    def _page(self, pit: dict[str, str], after: list[Any] | None) -> list[dict[str, Any]]:
        answer = self._ask(
            lambda c: c.search(
                pit=pit,
                size=PAGE,
                query={"bool": {"must_not": [{"term": {"gone": True}}]}},
                source_includes=["kind", "object_id", "digest"],
                sort=[{"_shard_doc": "asc"}],
                search_after=after,
                track_total_hits=False,
            ),
            WRITE_SECONDS,
        )
        return list(answer["hits"]["hits"])

    # Writing

    def write(
        self, changes: Sequence[Change], *, into: str = "", seconds: float = WRITE_SECONDS
    ) -> None:
        """`into`: an index that is being built; otherwise the one in use."""
        if not changes:
            return
        lines: list[dict[str, Any]] = []
        for change in changes:
            action = {
                "_id": f"{change.kind}:{change.object_id}",
                "version": change.version,
                "version_type": "external_gte",
            }
            lines += [{"index": action}, _source(change)]
        # Without require_alias a missing index would be made up, with a guessed mapping.
        answer = self._ask(
            lambda c: c.bulk(index=into or self.alias, operations=lines, require_alias=not into),
            seconds,
        )
        _refuse_failures(answer)

    def relay(self, changes: Sequence[Change]) -> None:
        self.write(changes, seconds=RELAY_SECONDS)

    def refresh(self, index: str = "") -> None:
        """Make everything written findable now."""
        self._ask(lambda c: c.indices.refresh(index=index or self.alias), WRITE_SECONDS)

    # Indices: one in use behind the alias, its name telling the mapping and the analysis

    def _in_use(self) -> list[str]:
        def question(client: Elasticsearch) -> list[str]:
            if not client.indices.exists_alias(name=self.alias):
                return []
            return sorted(client.indices.get_alias(name=self.alias))

        return self._ask(question, PROBE_SECONDS)

    def is_current(self) -> bool:
        """There is an index, made for this mapping and analysis."""
        found = self._in_use()
        return len(found) == 1 and found[0].startswith(f"{self.alias}-{self._shape}-")

    def begin(self, stamp: int) -> str:
        """A new empty index beside the one in use."""
        self._in_use()
        name = f"{self.alias}-{self._shape}-{stamp}"
        self._ask(
            lambda c: c.indices.create(index=name, mappings=self.mapping, settings=SETTINGS),
            WRITE_SECONDS,
        )
        return name

    def swap(self, name: str, expected: int) -> None:
        """Searches move to the new index at once; refused when rows are missing."""
        self.refresh(name)
        count = self._ask(lambda c: c.count(index=name)["count"], WRITE_SECONDS)
        if count != expected:
            self.abandon(name)
            raise Unavailable(f"{name} has {count} of {expected} documents; the old one stays")
        old = [index for index in self._in_use() if index != name]
        actions: list[dict[str, Any]] = [{"add": {"index": name, "alias": self.alias}}]
        actions += [{"remove_index": {"index": index}} for index in old]
        self._ask(lambda c: c.indices.update_aliases(actions=actions), WRITE_SECONDS)

    def abandon(self, name: str) -> None:
        self._ask(lambda c: c.indices.delete(index=name, ignore_unavailable=True), WRITE_SECONDS)


def _source(change: Change) -> dict[str, Any]:
    own = {"kind": change.kind, "object_id": change.object_id}
    document = change.document
    if document is None:
        return {**own, "gone": True}
    made = streams(document)
    return {
        **own,
        "name": made.name,
        "text": made.text,
        "sound": made.sound,
        "initials": made.initials,
        "facet": made.facet.split(),
        "numbers": dict(document.numbers),
        "digest": digest(document),
        "payload": pack(document),
    }


def _refuse_failures(answer: ObjectApiResponse[Any]) -> None:
    """A conflict is no failure: something newer is already there."""
    results: Iterable[dict[str, Any]] = (item["index"] for item in answer["items"])
    failed = [one for one in results if one["status"] >= 300 and one["status"] != 409]
    if failed:
        raise Unavailable(f"{len(failed)} documents refused: {str(failed[0].get('error'))[:200]}")


def _render(clause: Clause) -> Asked:
    if isinstance(clause, AllOf):
        return Q("bool", filter=[_render(one) for one in clause.clauses])
    if isinstance(clause, AnyOf):
        every = [_render(one) for one in clause.clauses]
        return Q("bool", should=every, minimum_should_match=1)
    return _phrase(clause)


def _phrase(phrase: Phrase) -> Asked:
    text = " ".join(phrase.tokens)
    if len(phrase.tokens) == 1:
        return Q("prefix" if phrase.prefix else "term", **{phrase.stream: text})
    if phrase.prefix:
        return Q("match_phrase_prefix", **{phrase.stream: {"query": text, "max_expansions": 500}})
    return Q("match_phrase", **{phrase.stream: text})


def _range(one: Range) -> Asked:
    ends = {"gte": one.low, "lte": one.high}
    given = {end: value for end, value in ends.items() if value is not None}
    return Q("range", **{f"numbers__{one.field}": given})
