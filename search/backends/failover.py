"""Which engine answers: Elasticsearch when it is configured and well, otherwise the database."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from django.conf import settings

from search.backends.base import Backend, Unavailable
from search.backends.database import Database

if TYPE_CHECKING:
    from search.backends.elastic import Elastic

logger = logging.getLogger(__name__)
Answer = TypeVar("Answer")

ELASTICSEARCH = "elasticsearch"
FAILURES = 3
OPEN_SECONDS = 10.0


class Breaker:
    """After three failures in a row nobody asks for ten seconds; then one asks for all."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._open_until = 0.0

    @property
    def is_closed(self) -> bool:
        """Nothing is known against the engine."""
        return self._failures < FAILURES

    def may_ask(self) -> bool:
        with self._lock:
            if self.is_closed:
                return True
            if self._clock() < self._open_until:
                return False
            # This caller is the probe; the others wait for its news.
            self._open_until = self._clock() + OPEN_SECONDS
            return True

    def succeeded(self) -> None:
        with self._lock:
            self._failures = 0

    def failed(self, *, for_certain: bool = False) -> None:
        with self._lock:
            self._failures = FAILURES if for_certain else self._failures + 1
            if self._failures >= FAILURES:
                self._open_until = self._clock() + OPEN_SECONDS


breaker = Breaker()


def is_configured() -> bool:
    return bool(settings.ELASTICSEARCH_URL)


def elastic() -> Elastic:
    return _elastic(settings.ELASTICSEARCH_URL, settings.ELASTICSEARCH_PREFIX)


@lru_cache(maxsize=4)
def _elastic(url: str, prefix: str) -> Elastic:
    # Loaded only where it is used: the client takes half a second to import.
    from search.backends.elastic import Elastic

    return Elastic(url, prefix)


def configured_name() -> str:
    return ELASTICSEARCH if is_configured() else Database.name


def require(name: str) -> None:
    """Refuse an engine that is not there."""
    if name not in (Database.name, ELASTICSEARCH):
        raise ValueError(f"没有名为 {name!r} 的检索引擎，可用的是 database 与 elasticsearch。")
    if name == ELASTICSEARCH and not is_configured():
        raise ValueError("没有设置 ELASTICSEARCH_URL，只能用 database 检索。")


def ask(question: Callable[[Backend], Answer], name: str) -> tuple[Answer, str, bool]:
    """The answer, who gave it, and whether that was not the engine wanted."""
    if name == Database.name:
        return question(Database()), Database.name, False
    if breaker.may_ask():
        try:
            answer = question(elastic())
        except Unavailable as error:
            breaker.failed()
            logger.warning("Elasticsearch did not answer, the database does: %s", error)
        else:
            breaker.succeeded()
            return answer, ELASTICSEARCH, False
    return question(Database()), Database.name, True
