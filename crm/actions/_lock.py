"""One writer at a time: whoever asks whether a row is there already, and writes it if it is not,
does so while nobody else writes one of the same key.

On SQLite the transaction itself is the lock: it begins IMMEDIATE (config/env.py), so there is one
writer, and a question asked within it sees what the last one wrote. On PostgreSQL it is an advisory
lock that ends with the transaction; what is asked after it is answered by what is committed by then
(READ COMMITTED). A question asked before the transaction is no such question.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar

from django.db import OperationalError, connection, transaction

from crm.errors import Refused

PATIENCE = 10  # seconds for another writer; a web worker is given thirty
BUSY = "正在有人导入或登记同类记录，这一次没有写入。请过一会儿再提交，您填写的内容还在。"
# Nouns that this piece of work writes alone, or only tries: its rows need no lock of their own.
_alone: ContextVar[frozenset[str]] = ContextVar("alone", default=frozenset())


@contextmanager
def one_at_a_time(noun: str, *keys: str) -> Iterator[None]:
    """A transaction in which nobody else writes a `noun` of one of these keys; without keys, none
    at all. An empty key is like no other. Refused (busy) when the others take too long."""
    if noun in _alone.get():
        yield  # the import's transaction, and the savepoint of its row
        return
    with ExitStack() as held:
        with _patiently():
            held.enter_context(transaction.atomic())
            _take(noun, keys)
        yield


@contextmanager
def alone(noun: str, *, is_trial: bool = False) -> Iterator[None]:
    """For an import, inside its transaction: until the end it is the only writer of `noun`. A lock
    for each of thousands of rows is more than a server keeps. A trial, of which nothing stays,
    keeps nobody waiting."""
    if not is_trial:
        with _patiently():
            _take(noun, ())
    token = _alone.set(_alone.get() | {noun})
    try:
        yield
    finally:
        _alone.reset(token)


def _take(noun: str, keys: tuple[str, ...]) -> None:
    """The noun itself, shared by all who name a key; then the keys, in one order for all."""
    numbers = sorted({_number(key) for key in keys if key})
    if connection.vendor != "postgresql" or (keys and not numbers):
        return
    whole = "pg_advisory_xact_lock_shared" if keys else "pg_advisory_xact_lock"
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{PATIENCE}s"])
        cursor.execute(f"SELECT {whole}(%s, 0)", [_number(noun)])
        for number in numbers:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_number(noun), number])
        cursor.execute("SET LOCAL lock_timeout TO DEFAULT")


def _number(text: str) -> int:
    """Two texts of one number wait for each other without need, which does no harm."""
    digest = hashlib.sha256(text.encode("utf-8", "replace")).digest()
    return int.from_bytes(digest[:4], signed=True) or 1


@contextmanager
def _patiently() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        is_busy = getattr(error.__cause__, "sqlstate", "") == "55P03"
        if not is_busy and "database is locked" not in str(error):
            raise
        raise Refused(BUSY, "busy") from error
