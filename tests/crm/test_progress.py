"""Days in stage and 久未推进: what a project keeps of its history says what the history says."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from crm import clock
from crm.access import Role
from crm.actions import imports, rows
from crm.actions.pipeline import followups, projects
from crm.dates import When
from crm.errors import Refused
from crm.models import FollowUp, Project, StageMove, StageRule
from crm.stages import MOVES, Stage, Status
from tests import make

FIRST = date(2023, 1, 1)


def told_by_history(project):
    """Both dates once more, in plain words: read every standing move in its order, every talk."""
    since, days = None, []
    standing = [m for m in project.moves.all() if not hasattr(m, "replaced_by")]
    for move in sorted(standing, key=lambda move: move.place):
        if move.to_stage != move.from_stage:
            since = move.occurred_until
        if (move.from_stage, move.from_status) != (move.to_stage, move.to_status):
            days.append(move.effective_on)
    days += [talk.held_on for talk in project.follow_ups.all()]
    return since, max(days)


def kept(project):
    project.refresh_from_db()
    return project.stage_since, project.progress_on


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["advance", "back", "shelve", "resume", "talk", "correct", "mend"]),
        st.integers(0, 40),
        st.integers(0, 60),
    ),
    max_size=12,
)
OPENINGS = st.tuples(
    st.sampled_from([None, *Stage]),
    st.sampled_from([None, When.day(date(2022, 6, 5)), When.month(2022, 6), When.year(2022)]),
)


class WhatAProjectKeeps(TestCase):
    @settings(max_examples=25, deadline=None)
    @given(opening=OPENINGS, steps=STEPS)
    def test_equals_what_its_history_says(self, opening, steps):
        by = make.user(Role.STATISTICIAN)
        talker = make.user(Role.OFFICER, team=make.team())
        stage, when = opening
        with clock.playing(FIRST):
            entered = {stage: when} if stage and when else {}
            project = projects.register(
                {"name": "项目", "officer": talker, "team": talker.team,
                 "planned_investment": Decimal(1)},
                by=by,
                opening=projects.Opening(stage=stage, entered=entered) if stage else None,
            )  # fmt: skip
        assert kept(project) == told_by_history(project)
        day = FIRST
        for verb, later, back in steps:
            day += timedelta(later)
            with clock.playing(day):
                self.play(project, verb, day - timedelta(back), by, talker)
            assert kept(project) == told_by_history(project)

    def play(self, project, verb, on, by, talker):
        """One verb; what the rules refuse leaves no trace."""
        project.refresh_from_db()
        here = Stage(project.stage)
        move = StageMove.objects.standing().filter(project=project).order_by("?").first()
        talk = project.follow_ups.order_by("?").first()
        earlier = [to for to in MOVES[here] if to.rank < here.rank]
        try:
            if verb == "advance" and here.following:
                projects.advance(project, here.following, on=on, by=by, evidence="一号")
            elif verb == "back" and earlier:
                projects.advance(project, earlier[-1], on=on, by=by, reason="退回")
            elif verb == "shelve":
                projects.shelve(project, on=on, by=by, reason="等待")
            elif verb == "resume":
                projects.resume(project, on=on, by=by)
            elif verb == "talk":
                followups.follow_up(project, by=talker, content="电话", held_on=on)
            elif verb == "correct":
                projects.correct(move, on=on, by=by, reason="日期有误")
            elif verb == "mend" and talk:
                followups.change(talk, {"held_on": on}, by=by)
        except Refused:
            pass


@pytest.fixture
def lead(team, officer):
    with clock.playing(FIRST):
        return projects.register({"name": "面料项目"}, by=officer)


pytestmark = pytest.mark.django_db


def test_a_talk_is_progress_and_no_new_stay(lead, officer):
    with clock.playing(FIRST + timedelta(9)):
        followups.follow_up(lead, by=officer, content="电话", held_on=FIRST + timedelta(5))
    assert kept(lead) == (FIRST, FIRST + timedelta(5))
    assert (lead.stage_since, lead.progress_on) == kept(lead)


def test_a_talk_logged_late_does_not_set_progress_back(lead, officer):
    with clock.playing(FIRST + timedelta(9)):
        followups.follow_up(lead, by=officer, content="拜访")
        followups.follow_up(lead, by=officer, content="补记", held_on=FIRST + timedelta(1))
    assert kept(lead)[1] == FIRST + timedelta(9)


def test_a_mended_talk_is_held_to_the_rules_of_a_new_one(lead, officer):
    with clock.playing(FIRST + timedelta(9)):
        talk = followups.follow_up(lead, by=officer, content="拜访")
        with pytest.raises(Refused) as refused:
            followups.change(talk, {"held_on": FIRST + timedelta(10)}, by=officer)
        assert refused.value.code == "future_date"
        followups.change(talk, {"held_on": FIRST + timedelta(3)}, by=officer)
    assert kept(lead)[1] == FIRST + timedelta(3)


def test_a_talk_moved_to_another_project_is_progress_of_that_one(lead, officer):
    with clock.playing(FIRST):
        other = projects.register({"name": "另一个"}, by=officer)
    with clock.playing(FIRST + timedelta(9)):
        talk = followups.follow_up(lead, by=officer, content="拜访")
        followups.change(talk, {"project": other}, by=officer)
    assert kept(lead)[1] == FIRST
    assert kept(other)[1] == FIRST + timedelta(9)


def test_undoing_an_import_takes_its_talks_out_of_the_progress(lead, officer):
    officer = make.user("teamlead", team=officer.team)  # who may import
    batch = imports.open_batch("followups", by=officer, file_name="a.csv")
    with imports.under(batch), clock.playing(FIRST + timedelta(20)):
        followups.follow_up(lead, by=officer, content="导入的")
    assert kept(lead)[1] == FIRST + timedelta(20)
    imports.revert_import(batch, by=officer)
    assert not FollowUp.objects.exists()
    assert kept(lead)[1] == FIRST


def test_a_stage_nobody_dated_is_unknown_and_known_of_from_the_day_it_was_entered():
    with clock.playing(FIRST):
        made = make.project(stage=Stage.TRIAL)
    assert kept(made) == (None, FIRST)


# Rules


def idle_on(day):
    return list(Project.objects.idle(day).values_list("name", flat=True))


def test_the_bureau_starts_from_7_30_and_20_days():
    assert StageRule.objects.days() == {Stage.LEAD: 7, Stage.NEGOTIATION: 30, Stage.SIGNED: 20}


def test_a_lead_is_idle_after_its_days_are_full_and_not_before(lead, officer):
    assert idle_on(FIRST + timedelta(7)) == []
    assert idle_on(FIRST + timedelta(8)) == ["面料项目"]
    with clock.playing(FIRST + timedelta(8)):
        followups.follow_up(lead, by=officer, content="电话")
    assert idle_on(FIRST + timedelta(8)) == []


def test_a_resting_project_and_a_stage_without_a_rule_are_never_idle(lead, officer):
    with clock.playing(FIRST):
        projects.shelve(lead, on=FIRST, by=officer, reason="等待")
        make.project(stage=Stage.OPERATION)
    assert idle_on(FIRST + timedelta(900)) == []


def test_a_rule_that_is_changed_or_switched_off_counts_at_once(lead, statistician):
    rule = StageRule.objects.get(stage=Stage.LEAD)
    rows.change(rule, {"idle_days": Decimal(3)}, by=statistician)
    assert idle_on(FIRST + timedelta(4)) == ["面料项目"]
    rows.change(rule, {"is_active": False}, by=statistician)
    assert idle_on(FIRST + timedelta(99)) == []


@pytest.mark.parametrize("days", ["0", "-1", "7.5", "3651"])
def test_days_that_make_no_rule_are_refused(days, statistician):
    rule = StageRule.objects.get(stage=Stage.LEAD)
    with pytest.raises(Refused) as refused:
        rows.change(rule, {"idle_days": Decimal(days)}, by=statistician)
    assert "idle_days" in refused.value.fields


def test_a_head_of_team_may_change_a_rule_and_an_officer_may_not(teamlead, officer):
    rule = StageRule.objects.get(stage=Stage.LEAD)
    rows.change(rule, {"idle_days": Decimal(10)}, by=teamlead)
    with pytest.raises(Refused) as refused:
        rows.change(rule, {"idle_days": Decimal(99)}, by=officer)
    assert refused.value.code == "not_allowed"


def test_a_head_of_team_may_enter_a_rule_and_an_officer_may_not(teamlead, officer):
    facts = {"stage": Stage.CONSTRUCTION, "idle_days": Decimal(60)}
    with pytest.raises(Refused) as refused:
        rows.register(StageRule, facts, by=officer)
    assert refused.value.code == "not_allowed"
    rule = rows.register(StageRule, facts, by=teamlead)
    assert rule in StageRule.objects.visible_to(teamlead)


def test_a_stage_has_one_rule(statistician):
    with pytest.raises(Refused):
        rows.register(StageRule, {"stage": Stage.LEAD, "idle_days": Decimal(5)}, by=statistician)


# States of their own


def test_nothing_planned_is_a_state_of_a_project_that_is_worked_on(lead, officer):
    make.project("投产项目", stage=Stage.OPERATION)
    make.project("停滞项目", status=Status.STALLED)
    assert [p.name for p in Project.objects.unplanned()] == ["面料项目"]
    with clock.playing(FIRST):
        followups.follow_up(lead, by=officer, content="电话", next_on=FIRST + timedelta(3))
    assert not Project.objects.unplanned().exists()


def test_unassigned_is_without_an_officer_or_from_signing_on_without_a_liaison(officer):
    today = clock.today()
    make.project("没有专员")
    make.project("有专员的线索", officer=officer)
    make.project("没有联络员", officer=officer, stage=Stage.SIGNED)
    served = make.project("有联络员", officer=officer, stage=Stage.SIGNED)
    make.liaison(served, today)
    gone = make.project("联络员已走", officer=officer, stage=Stage.TRIAL)
    make.liaison(gone, today - timedelta(9), ends_on=today - timedelta(1))
    make.project("已投产", stage=Stage.OPERATION)
    found = Project.objects.unassigned(today).order_by("pk")
    assert [p.name for p in found] == ["没有专员", "没有联络员", "联络员已走"]
