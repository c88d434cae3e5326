"""The demo county for tests that want a whole county instead of arranging one.

`demo_county` loads it once a test module, around the tests' own transactions, and takes it back
after the last one: whatever a test writes is undone before the next. Today is 2023-09-01 in such a
module, and the accounts are those of `crm.demo`. A test asks for it beside `db`:

    pytestmark = pytest.mark.django_db

    def test_the_county_signed_27_projects(demo_county): ...

A module whose tests write for good (`transaction=True`, `live_server`) cannot use it: it runs
`crm.actions.demo.load()` in its own database.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any, Protocol

import pytest
from django.db import transaction
from django.test import override_settings


class Blocker(Protocol):
    def unblock(self) -> AbstractContextManager[Any]: ...


@pytest.fixture(scope="module")
def demo_county(django_db_setup: None, django_db_blocker: Blocker) -> Iterator[Any]:
    """The DemoCounty, loaded; the rows of demo/ lie in the ledger."""
    from crm.actions import demo

    with (
        django_db_blocker.unblock(),
        override_settings(DEMO_ALLOWED=True),
        transaction.atomic(),
    ):
        demo.load()
        yield demo.loaded()
        transaction.set_rollback(True)
