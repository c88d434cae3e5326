"""The full-text index inside the database, one dialect each: how it is made, asked and filled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from search.plan import FACET, INITIALS, NAME, SOUND, STREAMS, TEXT, AnyOf, Clause, Phrase
from search.plan import Streams as StreamTexts

# Signs that belong to a token: 1+1+6, 10.66, B2-301, fei_shang.
SIGNS = "_+./&#-"
COLUMNS = ", ".join(STREAMS)


class Dialect(Protocol):
    # Whether the table itself keeps the token streams.
    keeps_streams: bool

    def render(self, clause: Clause) -> str:
        """The clause in the engine's own query language."""

    def select(self, where: str) -> str:
        """SQL for the newest documents; parameters: the rendered clause, those of where, limit."""

    def after_write(self, rows: Sequence[tuple[str, int, StreamTexts]]) -> None:
        """Index rows that the database does not index by itself."""


class SQLite:
    """FTS5 over the table's columns. Rows come newest first and stop at the limit; no bm25, whose
    cost grows with the matches; an AND of a common and a rare phrase costs what the rare one does.
    """

    keeps_streams = True

    def render(self, clause: Clause) -> str:
        if isinstance(clause, Phrase):
            phrase = " ".join(clause.tokens).replace('"', '""')
            return f'{clause.stream} : "{phrase}"{" *" if clause.prefix else ""}'
        word = " OR " if isinstance(clause, AnyOf) else " AND "
        return "(" + word.join(self.render(one) for one in clause.clauses) + ")"

    def select(self, where: str) -> str:
        return (
            "SELECT d.payload, d.version FROM search_fulltext "
            "CROSS JOIN search_document d ON d.id = search_fulltext.rowid "
            f"WHERE search_fulltext MATCH %s {where} ORDER BY search_fulltext.rowid DESC LIMIT %s"
        )

    def after_write(self, rows: Sequence[tuple[str, int, StreamTexts]]) -> None:
        """Triggers did it."""

    @staticmethod
    def create() -> list[str]:
        new = ", ".join(f"new.{column}" for column in STREAMS)
        old = ", ".join(f"old.{column}" for column in STREAMS)
        add = f"INSERT INTO search_fulltext(rowid, {COLUMNS}) VALUES (new.id, {new});"
        # An external-content index forgets a row only when told the words it had.
        drop = (
            f"INSERT INTO search_fulltext(search_fulltext, rowid, {COLUMNS}) "
            f"VALUES ('delete', old.id, {old});"
        )
        trigger = "CREATE TRIGGER search_document_{0} AFTER {1} ON search_document BEGIN {2} END"
        return [
            f"CREATE VIRTUAL TABLE search_fulltext USING fts5({COLUMNS}, "
            "content='search_document', content_rowid='id', prefix='2 3', "
            f"tokenize=\"unicode61 remove_diacritics 0 tokenchars '{SIGNS}'\")",
            trigger.format("added", "INSERT", add),
            trigger.format("dropped", "DELETE", drop),
            trigger.format("changed", "UPDATE", drop + " " + add),
        ]

    @staticmethod
    def drop() -> list[str]:
        names = ("added", "dropped", "changed")
        return [f"DROP TRIGGER IF EXISTS search_document_{name}" for name in names] + [
            "DROP TABLE IF EXISTS search_fulltext"
        ]


class PostgreSQL:
    """A tsvector with GIN. Lexemes are written as they are, with their stream's letter in front:
    the parser behind to_tsvector keeps a run of Han whole and reads 1+1+6 as a number.
    """

    keeps_streams = False
    LETTER = {NAME: "n", TEXT: "t", SOUND: "s", INITIALS: "i", FACET: "f"}
    # Positions end here, so phrases in what follows are not found.
    POSITIONS = 16_000

    def render(self, clause: Clause) -> str:
        if isinstance(clause, Phrase):
            letter = self.LETTER[clause.stream]
            lexemes = [_quote(letter + token) for token in clause.tokens]
            return "(" + " <-> ".join(lexemes) + (":*" if clause.prefix else "") + ")"
        word = " | " if isinstance(clause, AnyOf) else " & "
        return "(" + word.join(self.render(one) for one in clause.clauses) + ")"

    def select(self, where: str) -> str:
        # ORDER BY id LIMIT beside @@ makes the planner walk the primary key backwards; GIN answers
        # unordered, so a common word is cut off first and sorted afterwards.
        return (
            "WITH found AS MATERIALIZED (SELECT d.id, d.payload, d.version FROM search_document d "
            f"WHERE d.vector @@ %s::tsquery {where} LIMIT 1000) "
            "SELECT payload, version FROM found ORDER BY id DESC LIMIT %s"
        )

    def after_write(self, rows: Sequence[tuple[str, int, StreamTexts]]) -> None:
        with connection.cursor() as cursor:
            cursor.executemany(
                "UPDATE search_document SET vector = %s::tsvector "
                "WHERE kind = %s AND object_id = %s",
                [(self._vector(streams), kind, object_id) for kind, object_id, streams in rows],
            )

    def _vector(self, streams: StreamTexts) -> str:
        lexemes: list[str] = []
        for stream, letter in self.LETTER.items():
            words = getattr(streams, stream).split()
            # Where nothing follows anything no position is needed.
            if stream in (INITIALS, FACET):
                lexemes += [_quote(letter + word) for word in words]
            else:
                lexemes += [
                    f"{_quote(letter + word)}:{at}"
                    for at, word in enumerate(words[: self.POSITIONS], 1)
                ]
        return " ".join(lexemes)

    @staticmethod
    def create() -> list[str]:
        return [
            "ALTER TABLE search_document ADD COLUMN vector tsvector",
            "CREATE INDEX search_document_vector ON search_document USING gin (vector)",
        ]

    @staticmethod
    def drop() -> list[str]:
        return ["ALTER TABLE search_document DROP COLUMN IF EXISTS vector"]


def _quote(lexeme: str) -> str:
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"


_DIALECTS: dict[str, type[SQLite] | type[PostgreSQL]] = {
    "sqlite": SQLite,
    "postgresql": PostgreSQL,
}


def dialect(database: BaseDatabaseWrapper | Any = connection) -> SQLite | PostgreSQL:
    return _DIALECTS[database.vendor]()


def create(_apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """For migrations: the index that follows search_document."""
    for statement in dialect(schema_editor.connection).create():
        schema_editor.execute(statement, params=None)


def drop(_apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for statement in dialect(schema_editor.connection).drop():
        schema_editor.execute(statement, params=None)
