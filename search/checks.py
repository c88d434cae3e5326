"""Django system checks: what search needs from the machine."""

import sqlite3
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.db import connection


@register("search")
def full_text_is_there(**_: Any) -> list[CheckMessage]:
    """SQLite's FTS5 is a build option; some distributions leave it out."""
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(":memory:")) as database:
            try:
                database.execute("CREATE VIRTUAL TABLE probe USING fts5(word)")
            except sqlite3.OperationalError:
                return [
                    Error(
                        "这个 Python 的 SQLite 没有全文检索（FTS5）。",
                        hint="安装带 FTS5 的 SQLite：Debian / Ubuntu 上是 libsqlite3-0 与 python3，"
                        "或用 DATABASE_URL 改用 PostgreSQL。",
                        id="search.E001",
                    )
                ]
    elif connection.vendor != "postgresql":
        return [Error("检索只支持 SQLite 与 PostgreSQL。", id="search.E002")]
    return []


@register("search")
def elasticsearch_address_is_one(**_: Any) -> list[CheckMessage]:
    url = getattr(settings, "ELASTICSEARCH_URL", "")
    if not url:
        return []
    parts = urlsplit(url)
    if parts.scheme in ("http", "https") and parts.hostname:
        return []
    return [
        Error(
            "ELASTICSEARCH_URL 不是一个地址。",
            hint="写成 http://127.0.0.1:9200 这样，或留空只用数据库检索。",
            id="search.E003",
        )
    ]
