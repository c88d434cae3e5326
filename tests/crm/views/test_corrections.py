"""更正: a move's date or document put right in the browser, by a new move."""

from datetime import date

import pytest
from django.urls import reverse

from crm import clock
from crm.actions.pipeline import gates, projects
from crm.models import StageMove
from crm.stages import Stage
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def move(teamlead, park):
    project = make.signed_project(date(2023, 3, 1), park=park, team=teamlead.team)
    return StageMove.objects.get(project=project)


def sent(client, move, **values):
    given = {"on": "2023-02-15", "evidence": "协议第 7 号", "reason": "按盖章件"}
    return client.post(reverse("desk-correct", args=[move.pk]), given | values)


def test_a_wrong_date_is_corrected_and_the_old_move_stays_readable(client, teamlead, move):
    client.force_login(teamlead)
    page = client.get(reverse("desk-project", args=[move.project_id]))
    assert reverse("desk-correct", args=[move.pk]) in page.content.decode()
    answer = sent(client, move)
    assert answer.status_code == 302
    standing = StageMove.objects.standing().get(project=move.project)
    assert (standing.occurred_on, standing.evidence) == (date(2023, 2, 15), "协议第 7 号")
    assert StageMove.objects.filter(pk=move.pk).exists()
    # Corrected once, the old one leads to its own page, which says what stands.
    again = client.get(reverse("desk-correct", args=[move.pk]))
    assert again.url == reverse("desk-row", args=["moves", move.pk])
    page = client.get(again.url).content.decode()
    assert reverse("desk-row", args=["moves", standing.pk]) in page


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"reason": ""}, "必填"),
        ({"on": "2023-02-30"}, "2023-02-30"),
        ({"on": ""}, "必填"),
        ({"on": "2035-01-01"}, "今天之后"),
    ],
)
def test_a_wrong_correction_is_refused_and_keeps_what_was_typed(
    client, teamlead, move, values, words
):
    client.force_login(teamlead)
    answer = sent(client, move, **values)
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert "协议第 7 号" in answer.content.decode()
    assert StageMove.objects.standing().get(project=move.project) == move


def test_who_may_not_see_the_project_learns_nothing_and_a_reader_is_refused(
    client, other_officer, leader, move
):
    client.force_login(other_officer)
    assert sent(client, move).status_code == 404
    missing = client.get(reverse("desk-correct", args=[999_999]))
    assert missing.status_code == 404
    client.force_login(leader)
    assert sent(client, move).status_code == 403


def test_a_document_missing_since_the_opening_is_supplied_by_a_correction(client, teamlead, park):
    project = make.project(
        stage=Stage.TRIAL, entered={Stage.TRIAL: date(2023, 5, 6)}, park=park, team=teamlead.team
    )
    move = StageMove.objects.get(project=project)
    client.force_login(teamlead)
    page = client.get(reverse("desk-project", args=[project.pk])).content.decode()
    assert f'href="{reverse("desk-correct", args=[move.pk])}"' in page
    sent(client, move, on="2023-05-06", evidence="试运行方案 3 号")
    # Resting and going on again does not lose the document.
    projects.shelve(project, on=clock.today(), by=teamlead, reason="停电")
    projects.resume(project, on=clock.today(), by=teamlead)
    codes = {lack.code for lack in gates.outstanding(project)}
    assert "evidence:trial_run" not in codes
    assert "evidence:permit" in codes
