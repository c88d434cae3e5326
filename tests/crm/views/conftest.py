"""Signing in without the form, and one row of every ledger."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from crm.models import AuditEntry, Park, StageMove, StageRule, Team, User
from tests import make

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
    return {
        "projects": project,
        "claims": make.claim(project),
        "transfers": make.transfer(project, to_park=make.park()),
        "credits": make.divided(make.project(team=team, park=park)),
        "agreements": project.agreements.get(),
        "milestones": make.milestone(project, "filing", date(2023, 2, 1)),
        "reviews": make.review(project, date(2023, 2, 10)),
        "chain": make.chain_gap(make.industry("锂电池")),
        "prospects": make.prospect(team=team),
        "keyprojects": make.key_listing(project, "city"),
        "receipts": make.receipt(project, date(2023, 4, 1)),
        "followups": make.follow_up(project),
        "companies": make.company("川锦纺织有限公司", park=park),
        "contacts": make.contact(project),
        "activities": make.activity(date(2023, 5, 1), team=team, park=park),
        "assignments": make.liaison(project, date(2023, 3, 1)),
        "parks": park,
        "zones": make.zone(park),
        "recognitions": make.recognition(park=park),
        "industries": make.industry(),
        "teams": team,
        "rates": make.rate(2023, 4),
        "stagerules": StageRule.objects.first(),
        "annual-targets": make.target(2023, "signed_projects", "40", team=team),
        "moves": StageMove.objects.filter(project=project).first(),
        "audit": AuditEntry.objects.first(),
    }
