"""What the machine must have is asked at the start, and the answer names what to install."""

import sqlite3

import pytest
from django.db import connection

from search import checks


@pytest.mark.sqlite
def test_a_sqlite_without_full_text_is_refused_with_the_package_to_install(monkeypatch):
    assert checks.full_text_is_there() == []

    class Bare(sqlite3.Connection):
        def execute(self, sql, *rest):
            raise sqlite3.OperationalError("no such module: fts5")

    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda name: connect(name, factory=Bare))
    (error,) = checks.full_text_is_there()
    assert error.id == "search.E001"
    assert "libsqlite3-0" in error.hint


def test_another_database_is_refused(monkeypatch):
    monkeypatch.setattr(connection, "vendor", "mysql")
    assert [error.id for error in checks.full_text_is_there()] == ["search.E002"]


@pytest.mark.parametrize(
    "url", ["", "http://127.0.0.1:9200", "https://user:key@search.example:443"]
)
def test_an_address_of_elasticsearch_is_accepted(settings, url):
    settings.ELASTICSEARCH_URL = url
    assert checks.elasticsearch_address_is_one() == []


@pytest.mark.parametrize("url", ["127.0.0.1:9200", "localhost", "ftp://host", "http://"])
def test_what_is_no_address_is_refused(settings, url):
    settings.ELASTICSEARCH_URL = url
    assert [error.id for error in checks.elasticsearch_address_is_one()] == ["search.E003"]
