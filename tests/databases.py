"""The database of a test run: a copy of a template (tests/template_databases.py), not a migration.

`demo_county` gives a module the demo county instead of the empty ledger; whatever a test writes is
undone before the next. Today is 2023-09-01 in such a module, and the accounts are those of
`crm.demo`. A test asks for it beside `db`:

    pytestmark = pytest.mark.django_db

    def test_the_county_signed_27_projects(demo_county): ...

A test that writes for good (`transaction=True`, `live_server`) leaves nothing either: after it the
template is copied again.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager
from typing import Any, Protocol

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.test import override_settings
from pytest_django.plugin import blocking_manager_key

from tests.template_databases import DEMO, EMPTY, Template, copy, ready, store

FOR_GOOD = {"transactional_db", "live_server", "django_db_reset_sequences"}
held = pytest.StashKey[Template]()


class Blocker(Protocol):
    def unblock(self) -> AbstractContextManager[Any]: ...


def fill(config: pytest.Config, template: Template) -> None:
    """Makes the test database a copy of a template, and forgets what was known of the last one."""
    from django.contrib.contenttypes.models import ContentType

    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with ready(template) as path, contextlib.closing(sqlite3.connect(path)) as source:
            source.backup(connection.connection)
    else:
        connection.close()
        store().drop(connection.settings_dict["NAME"])
        copy(template, connection.settings_dict["NAME"])
    ContentType.objects.clear_cache()
    cache.clear()
    config.stash[held] = template


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    django_test_environment: None,
    django_db_modify_db_settings: None,
    django_db_blocker: Blocker,
) -> Iterator[None]:
    """In place of pytest-django's, which migrates a new database in every process."""
    name = connection.creation._get_test_db_name()
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name
    with django_db_blocker.unblock():
        fill(request.config, EMPTY)
    yield
    if connection.vendor != "sqlite":
        connection.close()
        store().drop(name)


@pytest.fixture(scope="module")
def demo_county(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Blocker
) -> Iterator[Any]:
    """The DemoCounty; the rows of demo/ lie in the ledger."""
    from crm.actions.demo import county

    with override_settings(DEMO_ALLOWED=True):
        with django_db_blocker.unblock():
            fill(request.config, DEMO)
            loaded = county.loaded()
        yield loaded
    with django_db_blocker.unblock():
        fill(request.config, EMPTY)


@pytest.fixture(scope="module")
def kept_rows(django_db_setup: None, django_db_blocker: Blocker) -> Iterator[None]:
    """Lets a fixture of the module's scope write rows which all of its tests find, each as they
    were: what a test writes lies on a savepoint above them. Not for tests that write for good."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(
    item: pytest.Item, nextitem: pytest.Item | None
) -> Generator[None, None, None]:
    """Django empties every table after a test that wrote for good, those that migrations filled
    too."""
    yield
    if nextitem is not None and writes_for_good(item) and held in item.config.stash:
        with item.config.stash[blocking_manager_key].unblock():
            fill(item.config, item.config.stash[held])


def writes_for_good(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    says_so = marker is not None and marker.kwargs.get("transaction", False)
    return says_so or not FOR_GOOD.isdisjoint(getattr(item, "fixturenames", ()))
