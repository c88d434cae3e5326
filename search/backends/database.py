"""Search inside the ledger's own database: always there, written in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db import connection, transaction

from search.backends.base import Change, pack, unpack
from search.backends.fulltext import dialect
from search.index import Document
from search.models import SearchDocument, SearchNumber
from search.plan import FACET, STREAMS, AllOf, AnyOf, Clause, Phrase, Plan, Streams, digest, streams
from search.query import Range


class Database:
    name = "database"

    def candidates(self, plan: Plan) -> list[Document]:
        where, numbers = _ranges(plan.ranges)
        clause = _whole(plan)
        if clause is None:
            sql = (
                "SELECT d.payload, d.version FROM search_document d "
                f"WHERE 1 = 1 {where} ORDER BY d.id DESC LIMIT %s"
            )
            parameters = [*numbers, plan.limit]
        else:
            engine = dialect()
            sql = engine.select(where)
            parameters = [engine.render(clause), *numbers, plan.limit]
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return [unpack(payload, version) for payload, version in cursor.fetchall()]

    def write(self, changes: Sequence[Change]) -> None:
        with transaction.atomic():
            gone: dict[str, list[int]] = {}
            kept: list[tuple[Change, Document, Streams]] = []
            for change in changes:
                if change.document is None:
                    gone.setdefault(change.kind, []).append(change.object_id)
                else:
                    kept.append((change, change.document, streams(change.document)))
            for kind, ids in gone.items():
                SearchDocument.objects.filter(kind=kind, object_id__in=ids).delete()
            if kept:
                _upsert(kept)
                dialect().after_write([(d.kind, d.object_id, made) for _, d, made in kept])
                self._write_numbers([document for _, document, _ in kept])

    @staticmethod
    def _write_numbers(documents: list[Document]) -> None:
        for kind in {document.kind for document in documents}:
            own = {one.object_id: one for one in documents if one.kind == kind}
            ids = dict(
                SearchDocument.objects.filter(kind=kind, object_id__in=own).values_list(
                    "object_id", "pk"
                )
            )
            SearchNumber.objects.filter(document__in=list(ids.values())).delete()
            SearchNumber.objects.bulk_create(
                [
                    SearchNumber(document_id=ids[object_id], field=name, value=value)
                    for object_id, one in own.items()
                    for name, value in one.numbers.items()
                ],
                batch_size=500,
            )

    def stored(self) -> Iterator[tuple[str, int, str]]:
        rows = SearchDocument.objects.values_list("kind", "object_id", "digest")
        yield from rows.iterator(chunk_size=5_000)


def _whole(plan: Plan) -> Clause | None:
    """What is asked and every fence around it, as one clause."""
    fences: list[Clause] = [
        AnyOf(tuple(Phrase(FACET, (token,)) for token in group)) for group in plan.fences
    ]
    found = [plan.match, *fences] if plan.match is not None else fences
    return AllOf(tuple(found)) if found else None


def _ranges(ranges: tuple[Range, ...]) -> tuple[str, list[str | int]]:
    sql = ""
    parameters: list[str | int] = []
    for one in ranges:
        sql += (
            " AND d.id IN (SELECT n.document_id FROM search_number n "
            "WHERE n.field = %s AND n.value BETWEEN %s AND %s)"
        )
        low = -Range.LIMIT if one.low is None else one.low
        parameters += [one.field, low, Range.LIMIT if one.high is None else one.high]
    return sql, parameters


def _upsert(kept: list[tuple[Change, Document, Streams]]) -> None:
    """Plain SQL, the same on both databases: the ORM would be half of a rebuild's time."""
    keeps_streams = dialect().keeps_streams
    rows = [
        (
            document.kind,
            document.object_id,
            change.version,
            digest(document),
            pack(document),
            *(getattr(made, stream) if keeps_streams else "" for stream in STREAMS),
        )
        for change, document, made in kept
    ]
    columns = ("kind", "object_id", "version", "digest", "payload", *STREAMS)
    values = ", ".join(["%s"] * len(columns))
    updates = ", ".join(f"{column} = excluded.{column}" for column in columns[2:])
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO search_document ({', '.join(columns)}) VALUES ({values}) "
            f"ON CONFLICT (kind, object_id) DO UPDATE SET {updates}",
            rows,
        )
