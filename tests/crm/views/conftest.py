"""Signing in without the form, and one row of every ledger."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from crm.models import Park, Team, User
from tests import make
from tests.samples import Samples

As = Callable[[User], Client]


@pytest.fixture
def as_user(db: None) -> As:
    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="crm.signin.Backend")
        return client

    return signed_in


@pytest.fixture
def rows(park: Park, team: Team) -> dict[str, Any]:
    """One row of every ledger, all of the officer's team and park."""
    project = make.signed_project(date(2023, 3, 1), park=park, team=team, name="佳禧面料项目")
    return Samples(teams=team, parks=park, projects=project).every()
