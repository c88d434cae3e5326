"""The report counts at once and says how many of the counted rows nobody has confirmed yet."""

from datetime import date

import pytest

from crm import clock
from crm.actions.pipeline import confirmations, projects
from crm.models import Stage, StageMove
from crm.reports import build, figures
from crm.reports.figures import Context
from crm.reports.period import Period
from tests import make

pytestmark = pytest.mark.django_db
MAY = date(2023, 5, 9)
SIGNED = "attraction.signed_projects"
RUNNING = "delivery.in_operation"
PERIOD = Period.parse("2023-01", "2023-08")


def result(key, **asked):
    return figures.get(key).result(Context(PERIOD, **asked))


def findings(**asked):
    return {finding.key: finding for finding in build.build(Context(PERIOD, **asked)).findings}


def entry(project, stage):
    return StageMove.objects.standing().filter(project=project).into(stage).get()


def test_an_unconfirmed_signing_counts_and_is_said_to_be_unconfirmed(park, team, teamlead):
    first = make.signed_project(MAY, park=park, team=team, name="第一个项目")
    make.signed_project(MAY, park=park, team=team, name="第二个项目")
    before = result(SIGNED)
    assert (before.value, before.rows, before.unconfirmed, before.sent_back) == (2, 2, 2, 0)
    assert result("attraction.signed_investment").unconfirmed == 2
    assert result("attraction.negotiating_projects").unconfirmed == 0
    confirmations.confirm([entry(first, Stage.SIGNED)], by=teamlead)
    after = result(SIGNED)
    assert (after.value, after.unconfirmed) == (2, 1)
    waiting = findings()[f"{SIGNED}.unconfirmed"]
    assert "2 个中有 1 个待认定" in waiting.text
    assert [row.title for row in waiting.rows] == ["第二个项目"]
    assert not waiting.is_warning
    assert "attraction.signed_investment.unconfirmed" not in findings()


def test_what_was_sent_back_is_a_warning_with_its_reason(park, team, teamlead):
    project = make.signed_project(MAY, park=park, team=team, name="被退回的项目")
    confirmations.send_back([entry(project, Stage.SIGNED)], by=teamlead, reason="协议上是5月8日")
    told = result(SIGNED)
    assert (told.value, told.unconfirmed, told.sent_back) == (1, 0, 1)
    finding = findings()[f"{SIGNED}.sent_back"]
    assert finding.is_warning
    assert [(row.title, row.about) for row in finding.rows] == [("被退回的项目", "协议上是5月8日")]
    # Corrected, it waits again.
    projects.correct(
        entry(project, Stage.SIGNED), on=date(2023, 5, 8), by=make.maker(), reason="按"
    )
    told = result(SIGNED)
    assert (told.unconfirmed, told.sent_back) == (1, 0)


def test_a_plant_is_unconfirmed_by_its_own_move_alone(park, team, teamlead):
    plant = make.project(
        stage=Stage.OPERATION,
        entered={Stage.CONSTRUCTION: date(2022, 5, 9), Stage.OPERATION: MAY},
        park=park,
        team=team,
    )
    assert result(RUNNING).unconfirmed == 1
    confirmations.confirm([entry(plant, Stage.OPERATION)], by=teamlead)
    assert (result(RUNNING).value, result(RUNNING).unconfirmed) == (1, 0)


def test_receipts_of_the_period_are_listed_until_confirmed(park, team, teamlead):
    project = make.signed_project(MAY, park=park, team=team, name="到账的项目")
    receipt = make.receipt(project, MAY)
    make.receipt(project, date(2022, 5, 9))
    finding = findings()["receipts.unconfirmed"]
    assert [(row.title, row.about) for row in finding.rows] == [("到账的项目", "2023-05-09")]
    confirmations.confirm([receipt], by=teamlead)
    assert "receipts.unconfirmed" not in findings()


def test_as_known_on_an_earlier_day_a_later_word_was_not_yet_said(park, team, teamlead):
    with clock.playing(date(2023, 5, 10)):
        project = make.signed_project(MAY, park=park, team=team)
    with clock.playing(date(2023, 6, 10)):
        confirmations.confirm([entry(project, Stage.SIGNED)], by=teamlead)
    assert result(SIGNED, known_on=date(2023, 5, 31)).unconfirmed == 1
    assert result(SIGNED, known_on=date(2023, 6, 30)).unconfirmed == 0
    assert result(SIGNED).unconfirmed == 0
    confirmations.send_back([entry(project, Stage.SIGNED)], by=teamlead, reason="日期不对")
    assert result(SIGNED, known_on=date(2023, 6, 30)).sent_back == 0
    assert result(SIGNED).sent_back == 1


def test_who_sees_less_is_told_of_his_own_rows_only(park, team, other_team, officer):
    make.signed_project(MAY, park=park, team=team)
    make.signed_project(MAY, park=make.park(), team=other_team)
    assert (result(SIGNED).unconfirmed, result(SIGNED, user=officer).unconfirmed) == (2, 1)
    assert len(findings(user=officer)[f"{SIGNED}.unconfirmed"].rows) == 1


def test_the_page_of_a_figure_marks_its_rows_and_the_report_says_how_many(
    client, park, team, teamlead
):
    make.signed_project(MAY, park=park, team=team)
    other = make.signed_project(MAY, park=park, team=team)
    confirmations.send_back([entry(other, Stage.SIGNED)], by=teamlead, reason="没有协议原件")
    client.force_login(teamlead)
    asked = {"from": "2023-01", "to": "2023-08"}
    page = client.get(f"/desk/report/figures/{SIGNED}/", asked).content.decode()
    assert page.count('class="row-mark">待认定') == page.count('class="row-mark">被退回') == 1
    assert "依据的 2 行，1 行待认定，1 行被退回" in page
    assert "依据 2 行，1 行待认定" in client.get("/desk/report/", asked).content.decode()
    data = build.build(Context(PERIOD)).as_data()["figures"]
    assert (data[SIGNED]["unconfirmed"], data[SIGNED]["sent_back"]) == (1, 1)
