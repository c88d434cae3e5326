"""One form sent four times at once: one row, and four answers that lead to it."""

from __future__ import annotations

import json
import uuid

import pytest
from django.test import Client

from crm.access import Role
from crm.actions import submissions
from crm.models import Activity, Project, Submission
from tests import make

pytestmark = pytest.mark.django_db
TIMES = 4


@pytest.fixture
def officer():
    return make.user(Role.OFFICER, team=make.team())


@pytest.fixture
def client(officer):
    client = Client()
    client.force_login(officer)
    return client


def forms(client, user):
    """The same page, sent again and again: (address, what is typed, what it makes)."""
    token = {"form_token": str(uuid.uuid4())}
    return {
        "desk": (
            lambda: client.post("/desk/projects/new/", {"name": "甲", "currency": "CNY", **token}),
            Project,
        ),
        "ledger": (
            lambda: client.post(
                "/desk/activities/new/",
                {
                    "name": "推介会",
                    "kind": "fair",
                    "held_on": "2023-05-04",
                    "team": user.team_id,
                    **token,
                },
            ),
            Activity,
        ),
        "api": (
            lambda: client.post(
                "/api/projects/",
                json.dumps({"name": "甲", "confirmed_duplicate_reason": "另一个"}),
                content_type="application/json",
                HTTP_IDEMPOTENCY_KEY=token["form_token"],
            ),
            Project,
        ),
    }


@pytest.mark.parametrize("door", ["desk", "ledger", "api"])
def test_one_form_sent_four_times_at_once_is_one_row(at_once, meeting, client, officer, door):
    send, model = forms(client, officer)[door]
    meeting(submissions, "_used", TIMES)
    answers = at_once(*[send] * TIMES)
    assert [one.status_code for one in answers] == [201 if door == "api" else 302] * TIMES
    assert model.objects.count() == Submission.objects.count() == 1
    assert len({one.json()["id"] if door == "api" else one.url for one in answers}) == 1


@pytest.mark.usefixtures("unlocked")
def test_without_the_lock_it_is_four_rows(at_once, meeting, client, officer):
    """The table refuses the second use of a token, but then the rows are there."""
    send, model = forms(client, officer)["api"]
    meeting(submissions, "_used", TIMES)
    client.raise_request_exception = False
    answers = at_once(*[send] * TIMES)
    assert model.objects.count() == TIMES
    assert sorted(one.status_code for one in answers) == [201, 500, 500, 500]
