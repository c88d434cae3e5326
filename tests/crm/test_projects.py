"""Projects enter the ledger, move along the pipeline, and are refused what the workflow forbids."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from crm import clock
from crm.access import Role
from crm.actions.pipeline import gates, projects
from crm.dates import When
from crm.errors import Refused
from crm.models import AuditEntry, Origin, Project, StageMove
from crm.stages import MOVES, Stage, Status
from tests import make

pytestmark = pytest.mark.django_db


def refusal(verb, *args, **kwargs) -> Refused:
    with pytest.raises(Refused) as caught:
        verb(*args, **kwargs)
    return caught.value


def test_a_project_logged_by_hand_begins_as_a_lead_of_its_officer_today(officer):
    project = projects.register({"name": "测试项目"}, by=officer)
    assert (project.stage, project.status) == (Stage.LEAD, Status.ACTIVE)
    assert (project.officer, project.team) == (officer, officer.team)
    move = StageMove.objects.get(project=project)
    assert (move.to_stage, move.occurred_on, move.origin) == (
        Stage.LEAD,
        clock.today(),
        Origin.OPENING,
    )


def test_a_project_without_a_name_is_refused_and_nothing_is_written(officer):
    refused = refusal(projects.register, {"name": "  "}, by=officer)
    assert "name" in refused.fields
    assert not Project.objects.exists()
    assert not AuditEntry.objects.filter(object_type="crm.project").exists()


def test_negotiation_is_refused_until_a_follow_up_is_on_record(officer):
    project = projects.register({"name": "测试项目"}, by=officer)
    refused = refusal(projects.advance, project, Stage.NEGOTIATION, on=clock.today(), by=officer)
    assert refused.code == "gate_unmet"
    assert [lack.code for lack in refused.details] == ["follow_up:follow_up"]
    make.follow_up(project)
    projects.advance(project, Stage.NEGOTIATION, on=clock.today(), by=officer)
    project.refresh_from_db()
    assert project.stage == Stage.NEGOTIATION


def test_signing_is_refused_without_an_agreement_and_says_so(officer, park):
    project = make.negotiating_project(officer, park=park)
    refused = refusal(projects.advance, project, Stage.SIGNED, on=clock.today(), by=officer)
    assert "投资协议" in refused.reason
    project.refresh_from_db()
    assert project.stage == Stage.NEGOTIATION


def test_a_framework_agreement_does_not_open_the_gate_of_signing(officer, park):
    project = make.negotiating_project(officer, park=park)
    make.review(project, clock.today())
    make.agreement(project, clock.today(), kind="framework")
    assert (
        refusal(projects.advance, project, Stage.SIGNED, on=clock.today(), by=officer).code
        == "gate_unmet"
    )
    make.agreement(project, clock.today())
    projects.advance(project, Stage.SIGNED, on=clock.today(), by=officer)


def test_everything_a_gate_lacks_is_listed_at_once(officer):
    project = make.negotiating_project(officer, planned_investment=None)
    lacks = gates.missing(project, Stage.SIGNED)
    assert {lack.code for lack in lacks} == {
        "field:park",
        "field:planned_investment",
        "review:review",
        "agreement:investment",
    }
    assert all(lack.supplier for lack in lacks)


def test_a_foreign_amount_answers_for_the_planned_investment(officer, park):
    project = make.negotiating_project(
        officer,
        park=park,
        planned_investment=None,
        currency="USD",
        foreign_amount=Decimal("5000000"),
    )
    make.review(project, clock.today())
    assert [lack.code for lack in gates.missing(project, Stage.SIGNED)] == ["agreement:investment"]


def test_construction_is_refused_without_land_a_company_and_a_permit(teamlead, park):
    project = make.signed_project(date(2023, 3, 1), park=park, team=teamlead.team)
    refused = refusal(projects.advance, project, Stage.CONSTRUCTION, on=clock.today(), by=teamlead)
    assert {"zone", "land_mode", "company", "evidence"} <= set(refused.fields)
    projects.change(
        project,
        {"zone": make.zone(park), "land_mode": "rent", "company": make.company()},
        by=teamlead,
    )
    refused = refusal(projects.advance, project, Stage.CONSTRUCTION, on=clock.today(), by=teamlead)
    assert set(refused.fields) == {"evidence"}
    move = projects.advance(
        project, Stage.CONSTRUCTION, on=clock.today(), by=teamlead, evidence="施工许可 001"
    )
    assert move.evidence == "施工许可 001"


@pytest.mark.parametrize("to", [stage for stage in Stage if stage.rank > 2])
def test_no_stage_is_skipped(officer, to):
    project = projects.register({"name": "测试项目"}, by=officer)
    assert (
        refusal(projects.advance, project, to, on=clock.today(), by=officer).code == "illegal_move"
    )


def test_going_back_needs_a_reason_and_keeps_the_history(officer):
    project = make.negotiating_project(officer)
    refused = refusal(projects.advance, project, Stage.LEAD, on=clock.today(), by=officer)
    assert refused.code == "reason_needed"
    projects.advance(project, Stage.LEAD, on=clock.today(), by=officer, reason="投资方暂缓")
    project.refresh_from_db()
    assert project.stage == Stage.LEAD
    assert StageMove.objects.filter(project=project).count() == 3


@pytest.mark.parametrize(
    ("days", "code"), [(1, "future_date"), (-400, "date_order")], ids=["tomorrow", "long ago"]
)
def test_a_move_cannot_happen_tomorrow_or_before_the_last_one(officer, days, code):
    project = projects.register({"name": "测试项目"}, by=officer)
    make.follow_up(project)
    on = clock.today() + timedelta(days=days)
    assert refusal(projects.advance, project, Stage.NEGOTIATION, on=on, by=officer).code == code


def test_a_move_is_not_before_an_earlier_one_either_when_the_last_has_no_date(statistician):
    """Undated, or known to the month alone, the last move says little."""
    known = {Stage.LEAD: When.day(date(2023, 6, 20)), Stage.NEGOTIATION: When.month(2023, 6)}
    for entered in (known, {Stage.LEAD: known[Stage.LEAD]}):
        project = make.project(stage=Stage.NEGOTIATION, entered=entered)
        refused = refusal(
            projects.shelve, project, on=date(2023, 6, 1), by=statistician, reason="x"
        )
        assert refused.code == "date_order"
        assert "线索" in refused.reason
        projects.shelve(project, on=date(2023, 6, 20), by=statistician, reason="x")


def test_a_project_does_not_enter_with_a_date_before_an_earlier_one(statistician):
    entered = {
        Stage.LEAD: When.day(date(2023, 6, 20)),
        Stage.NEGOTIATION: When.month(2023, 6),
        Stage.SIGNED: When.day(date(2023, 6, 1)),
    }
    refused = refusal(make.project, stage=Stage.SIGNED, entered=entered)
    assert refused.code == "date_order"
    make.project(stage=Stage.SIGNED, entered=entered | {Stage.SIGNED: When.month(2023, 6)})


def test_a_stalled_project_does_not_advance_until_it_is_resumed(officer):
    project = make.negotiating_project(officer)
    assert (
        refusal(projects.shelve, project, on=clock.today(), by=officer, reason=" ").code
        == "reason_needed"
    )
    projects.shelve(project, on=clock.today(), by=officer, reason="资金未到位")
    project.refresh_from_db()
    assert project.status == Status.STALLED
    refused = refusal(projects.advance, project, Stage.SIGNED, on=clock.today(), by=officer)
    assert refused.code == "not_active"
    projects.resume(project, on=clock.today(), by=officer)
    project.refresh_from_db()
    assert (project.status, project.stage) == (Status.ACTIVE, Stage.NEGOTIATION)


def test_an_exit_keeps_its_reason_and_can_be_resumed(officer):
    project = make.negotiating_project(officer)
    move = projects.withdraw(project, on=clock.today(), by=officer, reason="选址他县")
    assert move.reason == "选址他县"
    projects.resume(project, on=clock.today(), by=officer)
    assert refusal(projects.resume, project, on=clock.today(), by=officer).code == "illegal_move"


def test_stage_and_status_are_not_fields_of_a_form(officer):
    project = make.negotiating_project(officer)
    for values in ({"stage": "operation"}, {"status": "exited"}):
        assert refusal(projects.change, project, values, by=officer).code == "stage_by_move"


def test_a_stale_form_is_refused_and_the_newer_facts_stay(officer):
    project = make.negotiating_project(officer)
    seen = project.version
    projects.change(project, {"investor": "甲公司"}, by=officer, version=seen)
    refused = refusal(projects.change, project, {"investor": "乙公司"}, by=officer, version=seen)
    assert refused.code == "stale"
    assert Project.objects.get(pk=project.pk).investor == "甲公司"


def test_giving_a_project_away_needs_the_right_to_assign(officer, teamlead, other_officer):
    project = make.negotiating_project(officer)
    colleague = make.user(Role.OFFICER, team=officer.team)
    assert (
        refusal(projects.change, project, {"officer": colleague}, by=officer).code == "not_allowed"
    )
    projects.change(project, {"officer": colleague}, by=teamlead)
    assert Project.objects.get(pk=project.pk).officer == colleague
    # Nor does a team lead give a project to a team whose projects he could not see afterwards.
    refused = refusal(
        projects.change,
        project,
        {"officer": other_officer, "team": other_officer.team},
        by=teamlead,
    )
    assert refused.code == "not_found"
    assert Project.objects.get(pk=project.pk).team == officer.team


# Opening moves


def test_a_row_may_enter_at_any_stage_dated_from_its_own_columns(statistician, park):
    project = make.project(
        stage=Stage.CONSTRUCTION,
        entered={Stage.SIGNED: When.month(2022, 3), Stage.CONSTRUCTION: date(2022, 8, 9)},
        park=park,
    )
    moves = list(StageMove.objects.filter(project=project).order_by("pk"))
    assert [(m.from_stage, m.to_stage) for m in moves] == [
        ("", "signed"),
        ("signed", "construction"),
    ]
    assert moves[0].occurred == When.month(2022, 3)
    assert {lack.code for lack in gates.outstanding(project)} >= {
        "agreement:investment",
        "evidence:permit",
    }


def test_a_missing_date_is_unknown_never_today():
    project = make.project(stage=Stage.OPERATION)
    move = StageMove.objects.get(project=project)
    assert move.occurred is None
    assert move.effective_on == clock.today()


def test_an_opening_date_in_the_future_or_out_of_order_is_refused():
    tomorrow = clock.today() + timedelta(days=1)
    with pytest.raises(Refused, match="计划"):
        make.project(stage=Stage.SIGNED, entered={Stage.SIGNED: tomorrow})
    with pytest.raises(Refused, match="早于"):
        make.project(
            stage=Stage.CONSTRUCTION,
            entered={Stage.SIGNED: date(2022, 8, 1), Stage.CONSTRUCTION: date(2022, 7, 1)},
        )
    assert not Project.objects.exists()


# History


def test_a_wrong_date_is_corrected_by_a_new_move_and_both_stay_readable(teamlead, park):
    project = make.signed_project(date(2023, 3, 1), park=park, team=teamlead.team)
    wrong = StageMove.objects.get(project=project)
    right = projects.correct(wrong, on=date(2023, 2, 1), by=teamlead, reason="录入错误")
    assert list(StageMove.objects.standing().filter(project=project)) == [right]
    assert StageMove.objects.filter(project=project).count() == 2
    assert (
        refusal(projects.correct, wrong, on=date(2023, 2, 2), by=teamlead, reason="再改").code
        == "stale"
    )


def test_history_can_be_read_as_it_was_known_on_a_day(teamlead, park):
    with clock.playing(date(2023, 3, 5)):
        project = make.signed_project(date(2023, 3, 1), park=park, team=teamlead.team)
        wrong = StageMove.objects.get(project=project)
    with clock.playing(date(2023, 6, 1)):
        right = projects.correct(wrong, on=date(2023, 2, 1), by=teamlead, reason="录入错误")
    standing = StageMove.objects.standing
    assert list(standing(date(2023, 3, 4))) == []
    assert list(standing(date(2023, 5, 31))) == [wrong]
    assert list(standing(date(2023, 6, 1))) == [right]


def test_where_projects_stood_on_a_day_is_their_last_move_by_then(teamlead, park):
    with clock.playing(date(2023, 9, 1)):
        project = make.project(
            stage=Stage.CONSTRUCTION,
            entered={Stage.SIGNED: date(2023, 3, 1), Stage.CONSTRUCTION: date(2023, 8, 1)},
            park=park,
        )

    def stood(day):
        return [m.to_stage for m in StageMove.objects.last_by(day).filter(project=project)]

    assert stood(date(2023, 2, 28)) == []
    assert stood(date(2023, 7, 31)) == ["signed"]
    assert stood(date(2023, 8, 1)) == ["construction"]


def test_moves_are_never_rewritten_or_deleted():
    move = StageMove.objects.get(project=make.project())
    move.reason = "改写"
    for attempt in (
        move.save,
        move.delete,
        StageMove.objects.all().delete,
        lambda: StageMove.objects.update(reason="改写"),
    ):
        with pytest.raises(TypeError):
            attempt()


def test_sorting_by_stage_is_pipeline_order():
    for stage in reversed(Stage):
        make.project(stage=stage)
    order = Project.objects.in_pipeline_order().values_list("stage", flat=True)
    assert list(order) == [stage.value for stage in Stage]


class Walk(RuleBasedStateMachine):
    """Whatever is tried, the project stands where its moves say, and no stage is skipped."""

    @initialize()
    def begin(self):
        team = make.team()
        self.lead = make.user(Role.TEAMLEAD, team=team)
        park = make.park(team=team)
        self.project = projects.register(
            {
                "name": f"漫步项目 {team}",  # another team of the same walk has its own
                "park": park,
                "team": team,
                "officer": make.user(Role.OFFICER, team=team),
                "zone": make.zone(park),
                "land_mode": "rent",
                "company": make.company(),
                "planned_investment": Decimal("1"),
            },
            by=self.lead,
        )
        self.steps = 0

    @rule(to=st.sampled_from(list(Stage)), reason=st.sampled_from(["", "理由"]))
    def advance(self, to, reason):
        self.project.refresh_from_db()
        here = Stage(self.project.stage)
        try:
            projects.advance(
                self.project, to, on=clock.today(), by=self.lead, reason=reason, evidence="文号"
            )
        except Refused:
            to = here
        else:
            assert to in MOVES[here]
            assert to.rank > here.rank or reason
        self._agree(to)

    @rule(verb=st.sampled_from([projects.shelve, projects.withdraw, projects.resume]))
    def change_status(self, verb):
        self.project.refresh_from_db()
        stage = Stage(self.project.stage)
        try:
            verb(self.project, on=clock.today(), by=self.lead, reason="理由")
        except Refused as refused:
            assert refused.code == "illegal_move"  # noqa: PT017 - any other refusal is a defect
        self._agree(stage)

    @rule()
    def work(self):
        make.follow_up(self.project, by=self.lead)
        if not self.project.agreements.exists():
            make.agreement(self.project, clock.today())

    def _agree(self, stage):
        self.project.refresh_from_db()
        last = StageMove.objects.standing().filter(project=self.project).order_by("pk").last()
        assert self.project.stage == last.to_stage == stage
        assert self.project.status == last.to_status


def test_a_walk_of_any_steps_keeps_the_project_where_its_moves_say(db):
    bounds = hypothesis_settings(max_examples=12, stateful_step_count=12, deadline=None)
    run_state_machine_as_test(Walk, settings=bounds)
