"""作废: what was entered by mistake counts no more, and still reads as it was known before."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from crm import clock
from crm.actions import imports, withdrawals
from crm.actions.pipeline import agreements, confirmations, first_contacts, projects, receipts
from crm.errors import Hidden, Refused
from crm.models import (
    Agreement,
    AuditEntry,
    ClaimRuling,
    Confirmation,
    CreditShare,
    FundingReceipt,
    Notification,
    StageMove,
    funds_of,
)
from crm.reports.figures import attraction
from crm.reports.figures.base import Context
from crm.reports.period import Period
from crm.stages import Stage, Status
from tests import make

pytestmark = pytest.mark.django_db
DAY = date(2023, 6, 1)
LATER = DAY + timedelta(10)
HALF_YEAR = Period.parse("2023-01", "2023-06")
WHY = "登记时看错了项目"


@pytest.fixture(autouse=True)
def _june():
    with clock.playing(DAY):
        yield


@pytest.fixture
def signed(park, team):
    return make.signed_project(date(2023, 3, 1), park=park, team=team)


def moves(project):
    return list(StageMove.objects.standing().filter(project=project).order_by("place"))


def test_withdrawing_the_last_move_takes_the_project_back_to_where_it_stood(team, teamlead):
    project = make.project(team=team)
    make.follow_up(project)
    projects.change(project, {"officer": teamlead}, by=teamlead)
    with clock.playing(LATER):
        move = projects.advance(project, Stage.NEGOTIATION, on=LATER, by=teamlead)
        project.refresh_from_db()
        assert (project.stage, project.stage_since) == (Stage.NEGOTIATION, LATER)
        withdrawals.void(move, by=teamlead, reason=WHY)
        project.refresh_from_db()
        assert (project.stage, project.stage_since) == (Stage.LEAD, None)
        again = projects.advance(project, Stage.NEGOTIATION, on=LATER, by=teamlead)
    assert [one.pk for one in moves(project)][1:] == [again.pk]
    assert StageMove.objects.filter(project=project).count() == 4  # all of it stays readable


def test_a_status_move_withdrawn_makes_the_project_active_again(signed, teamlead):
    move = projects.shelve(signed, on=DAY, by=teamlead, reason="资金未到")
    withdrawals.void(move, by=teamlead, reason=WHY)
    signed.refresh_from_db()
    assert (signed.stage, signed.status) == (Stage.SIGNED, Status.ACTIVE)


def test_only_the_last_move_is_withdrawn_and_never_the_first(signed, teamlead):
    first = moves(signed)[0]
    with pytest.raises(Refused, match="进入台账的一步") as refused:
        withdrawals.void(first, by=teamlead, reason=WHY)
    assert refused.value.code == "first_move"
    projects.shelve(signed, on=DAY, by=teamlead, reason="资金未到")
    with pytest.raises(Refused, match="只能作废最后一步") as refused:
        withdrawals.void(first, by=teamlead, reason=WHY)
    assert refused.value.code == "not_last"
    assert len(moves(signed)) == 2


def test_a_withdrawn_agreement_counts_until_the_day_it_was_withdrawn(signed, teamlead):
    agreement = signed.agreements.get()
    with clock.playing(LATER):
        withdrawals.void(agreement, by=teamlead, reason=WHY)
        now = Context(HALF_YEAR)
        then = Context(HALF_YEAR, known_on=LATER - timedelta(1))
        assert attraction.signed_projects.rows(now).count() == 0
        assert attraction.signed_projects.rows(then).count() == 1
        # Nothing stands in the way of the right one.
        make.agreement(signed, date(2023, 3, 2))
        assert attraction.signed_projects.rows(now).count() == 1


def test_an_agreement_on_which_an_increase_rests_is_not_withdrawn_first(signed, teamlead):
    increase = make.agreement(signed, date(2023, 4, 1), kind="increase")
    agreement = signed.agreements.get(kind="investment")
    with pytest.raises(Refused, match="先作废增资协议"):
        withdrawals.void(agreement, by=teamlead, reason=WHY)
    withdrawals.void(increase, by=teamlead, reason=WHY)
    withdrawals.void(agreement, by=teamlead, reason=WHY)
    assert not Agreement.objects.standing().exists()


def test_an_increase_rests_on_the_agreement_however_it_is_worded(signed, teamlead):
    agreement = signed.agreements.get()
    make.agreement(signed, date(2023, 4, 1), kind="increase")
    corrected = agreements.correct_agreement(
        agreement, {"amount": Decimal("200000000")}, by=teamlead, reason="少写一个零"
    )
    with pytest.raises(Refused, match="先作废增资协议"):
        withdrawals.void(corrected, by=teamlead, reason=WHY)


def test_a_withdrawn_receipt_leaves_the_funds(signed, teamlead):
    make.receipt(signed, date(2023, 4, 1), "30000000")
    wrong = make.receipt(signed, date(2023, 5, 1), "50000000")
    receipts.correct_receipt(wrong, {"amount": Decimal(1)}, by=teamlead, reason="笔误")
    corrected = FundingReceipt.objects.standing().get(amount=1)
    withdrawals.void(corrected, by=teamlead, reason=WHY)
    assert funds_of(signed).total == 30000000  # neither the wrong one nor its correction


def test_a_withdrawn_word_leaves_the_one_before_it(signed, statistician, teamlead):
    move = StageMove.objects.get(project=signed)
    first = confirmations.confirm([move], by=statistician)
    second = confirmations.send_back([move], by=teamlead, reason="日期不对")[0]
    assert StageMove.objects.sent_back().exists()
    with pytest.raises(Refused, match="本人作废"):
        withdrawals.void(second, by=statistician, reason=WHY)
    withdrawals.void(second, by=teamlead, reason=WHY)
    assert StageMove.objects.confirmed().get() == move
    withdrawals.void(first[0], by=statistician, reason=WHY)
    assert StageMove.objects.unconfirmed().get() == move
    assert not Confirmation.objects.standing().exists()


def test_a_division_of_credit_is_withdrawn_as_a_whole_and_the_earlier_one_counts(
    signed, statistician
):
    make.divided(signed, to_team=make.team())
    earlier = {row.pk for row in CreditShare.objects.standing()}
    make.divided(signed, to_team=make.team())
    newest = CreditShare.objects.standing().exclude(pk__in=earlier)
    assert sum(row.share for row in newest if row.team_id) == 1
    withdrawals.void(newest[0], by=statistician, reason=WHY)
    assert {row.pk for row in CreditShare.objects.standing()} == earlier


def test_a_division_among_parks_outlives_a_later_one_among_teams(signed, statistician):
    make.divided(signed, to_park=make.park())
    parks = {row.pk for row in CreditShare.objects.standing() if row.park_id}
    make.divided(signed, to_team=make.team())
    teams = CreditShare.objects.standing().filter(team__isnull=False)
    withdrawals.void(teams[0], by=statistician, reason=WHY)
    assert {row.pk for row in CreditShare.objects.standing()} == parks


def test_a_withdrawn_ruling_leaves_its_case_contested_as_it_was_before(signed, leader):
    with clock.playing(DAY):
        ours = make.claim(signed)
        before = (ours.counted_from, ours.valid_until)
        rival = make.claim(signed, by=make.user("park", parks=[signed.park]), reason="园区先谈")
    with clock.playing(LATER):
        first_contacts.rule(ours, by=leader, reason="有来访登记")
        first_contacts.rule(rival, by=leader, reason="登记系后补")
        first_contacts.rule(ours, by=leader, reason="维持原裁定")
        ruling = ClaimRuling.objects.standing().get()
        withdrawals.void(ruling, by=leader, reason="裁错了项目")
    ours.refresh_from_db()
    rival.refresh_from_db()
    assert [(one.held, one.is_upheld) for one in (ours, rival)] == [("contested", None)] * 2
    assert (ours.counted_from, ours.valid_until) == before
    assert first_contacts.case_of(ours) == [ours, rival]
    # The case can be ruled on anew, and this ruling corrects none.
    with clock.playing(LATER):
        again = first_contacts.rule(rival, by=leader, reason="按会议纪要")
    assert again.replaces is None
    assert ClaimRuling.objects.standing().get() == again


def test_a_ruling_is_not_withdrawn_by_a_side_nor_after_a_claim_was_given_up(signed, leader, team):
    ours = make.claim(signed)
    make.claim(signed, by=make.user("park", parks=[signed.park]), reason="园区先谈")
    ruling = first_contacts.rule(ours, by=leader, reason="有来访登记")
    with pytest.raises(Refused) as refused:
        withdrawals.void(ruling, by=make.user("leader", team=team), reason=WHY)
    assert refused.value.code == "own_case"
    first_contacts.give_up(ours, by=make.user("teamlead", team=team), reason="让出")
    with pytest.raises(Refused, match="又有变动"):
        withdrawals.void(ruling, by=leader, reason=WHY)


def test_a_fact_of_an_undone_project_is_gone_and_not_withdrawn_again(statistician, park):
    batch = imports.open_batch("projects", by=statistician, file_name="台账.csv")
    with imports.under(batch):
        project = make.signed_project(date(2023, 3, 1), park=park)
    agreement = project.agreements.get()
    imports.revert_import(batch, by=statistician)
    for fact in Agreement.objects.all():
        with pytest.raises(Refused) as refused:
            withdrawals.void(fact, by=statistician, reason=WHY)
        assert refused.value.code == "stale"
    assert not agreement.stands


def test_whoever_recorded_it_hears_of_it_and_nobody_is_asked_to_confirm_it_any_more(
    team, teamlead, officer, statistician, park
):
    project = make.signed_project(date(2023, 3, 1), park=park, team=team, officer=officer)
    receipt = receipts.record_receipt(
        project, by=officer, received=date(2023, 5, 1), amount=Decimal(1000000)
    )
    about = Notification.objects.unread().filter(object_id=receipt.pk)
    assert about.filter(user=teamlead, kind="confirm").exists()
    withdrawals.void(receipt, by=statistician, reason=WHY)
    assert not about.filter(user=teamlead).exists()
    (told,) = about.filter(user=officer)
    assert told.text == f"{statistician}作废了“{project}”的到位资金：{WHY}"
    move = projects.shelve(project, on=DAY, by=teamlead, reason="资金未到")
    withdrawals.void(move, by=statistician, reason=WHY)
    said = Notification.objects.filter(kind="moved", object_type="crm.stagemove")
    assert {one.user for one in said} == {officer, teamlead}
    assert "“推进中 → 停滞”这一步" in said[0].text


def test_who_withdrew_a_wrong_agreement_may_confirm_the_signing_by_the_right_one(
    signed, teamlead, statistician
):
    withdrawals.void(signed.agreements.get(), by=teamlead, reason=WHY)
    make.agreement(signed, date(2023, 3, 1))
    signing = StageMove.objects.standing().get(project=signed)
    (word,) = confirmations.confirm([signing], by=teamlead)
    assert word.by == teamlead


def test_a_withdrawal_needs_a_reason_a_right_and_a_standing_fact(
    signed, teamlead, officer, other_officer, leader
):
    agreement = signed.agreements.get()
    with pytest.raises(Refused, match="原因") as refused:
        withdrawals.void(agreement, by=teamlead, reason="  ")
    assert refused.value.fields == ["reason"] or "reason" in refused.value.fields
    with pytest.raises(Refused, match="最多 500 个字") as refused:  # never cut
        withdrawals.void(agreement, by=teamlead, reason="错" * 501)
    assert list(refused.value.fields) == ["reason"]
    with pytest.raises(Hidden):
        withdrawals.void(agreement, by=other_officer, reason=WHY)
    for stranger in (officer, leader):  # they see it, and may not sign
        with pytest.raises(Refused) as refused:
            withdrawals.void(agreement, by=stranger, reason=WHY)
        assert refused.value.code == "not_allowed"
    withdrawals.void(agreement, by=teamlead, reason=WHY)
    with pytest.raises(Refused) as refused:
        withdrawals.void(agreement, by=teamlead, reason=WHY)
    assert refused.value.code == "stale"
    assert AuditEntry.objects.filter(verb="void").get().reason == WHY


def test_a_withdrawn_fact_cannot_be_corrected(signed, teamlead):
    agreement = signed.agreements.get()
    withdrawals.void(agreement, by=teamlead, reason=WHY)
    withdrawing = Agreement.objects.get(withdraws=True)
    for row in (agreement, withdrawing):
        with pytest.raises(Refused):
            agreements.correct_agreement(row, {"amount": Decimal(1)}, by=teamlead, reason="改")
