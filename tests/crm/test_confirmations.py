"""认定: what the report counts is confirmed by a second person; it counts at once."""

from datetime import date
from decimal import Decimal

import pytest

from crm import clock
from crm.access import Role
from crm.actions import imports
from crm.actions.pipeline import agreements, confirmations, projects, receipts
from crm.dates import When
from crm.errors import Hidden, Refused
from crm.models import AuditEntry, Confirmation, FundingReceipt, Judgement, Stage, StageMove
from tests import make

pytestmark = pytest.mark.django_db
MARCH = date(2023, 3, 1)


def signing(project) -> StageMove:
    return StageMove.objects.standing().filter(project=project).into(Stage.SIGNED).get()


@pytest.fixture
def project(park, team):
    """A signed project that the maker (another statistician) recorded."""
    return make.signed_project(MARCH, park=park, team=team, name="佳禧面料项目")


def states(project) -> dict[str, int]:
    rows = StageMove.objects.standing().filter(project=project)
    return {
        "unconfirmed": rows.unconfirmed().count(),
        "confirmed": rows.confirmed().count(),
        "sent_back": rows.sent_back().count(),
    }


def test_a_signing_waits_for_a_second_person_and_is_confirmed_once(project, teamlead):
    assert states(project) == {"unconfirmed": 1, "confirmed": 0, "sent_back": 0}
    (said,) = confirmations.confirm([signing(project)], by=teamlead, note="看过协议原件")
    assert (said.by, said.project, said.judgement) == (teamlead, project, Judgement.CONFIRMED)
    assert states(project) == {"unconfirmed": 0, "confirmed": 1, "sent_back": 0}
    assert AuditEntry.objects.filter(verb="confirm", object_id=said.pk, actor=teamlead).exists()
    # Once more says nothing new.
    assert confirmations.confirm([signing(project)], by=teamlead) == []
    assert Confirmation.objects.count() == 1


def test_what_was_recorded_counts_before_anybody_confirms_it(project):
    assert FundingReceipt.objects.standing().unconfirmed().count() == 0
    make.receipt(project, MARCH, "30000000")
    assert FundingReceipt.objects.standing().unconfirmed().count() == 1
    assert StageMove.objects.standing().into(Stage.SIGNED).count() == 1


def test_nobody_confirms_his_own_record(officer, teamlead, statistician, park):
    project = make.negotiating_project(officer, park=park)
    make.review(project, clock.today())
    make.agreement(project, clock.today())
    projects.advance(project, Stage.SIGNED, on=clock.today(), by=teamlead)
    with pytest.raises(Refused) as refused:
        confirmations.confirm([signing(project)], by=teamlead)
    assert refused.value.code == "self_confirmation"
    confirmations.confirm([signing(project)], by=statistician)
    mine = make.receipt(project, clock.today())
    with pytest.raises(Refused) as refused:
        confirmations.confirm([mine], by=make.maker())
    assert refused.value.code == "self_confirmation"
    assert confirmations.confirm([mine], by=teamlead)


def test_nobody_confirms_what_he_corrected_nor_the_correction_of_what_he_recorded(
    project, teamlead, statistician
):
    corrected = projects.correct(
        signing(project), on=date(2023, 3, 2), by=teamlead, reason="按协议"
    )
    for person in (teamlead, make.maker()):
        with pytest.raises(Refused) as refused:
            confirmations.confirm([corrected], by=person)
        assert refused.value.code == "self_confirmation"
    assert confirmations.confirm([corrected], by=statistician)


def test_who_recorded_the_agreement_does_not_confirm_its_signing(project, teamlead, statistician):
    confirmations.confirm([signing(project)], by=teamlead)
    agreements.correct_agreement(
        project.agreements.get(), {"amount": Decimal(5)}, by=teamlead, reason="按补充文件"
    )
    with pytest.raises(Refused) as refused:
        confirmations.confirm([signing(project)], by=teamlead)
    assert refused.value.code == "self_confirmation"
    assert confirmations.confirm([signing(project)], by=statistician)


def test_a_correction_of_a_confirmed_move_waits_again(project, teamlead, statistician):
    wrong = signing(project)
    confirmations.confirm([wrong], by=teamlead)
    projects.correct(wrong, on=date(2023, 3, 2), by=make.maker(), reason="按协议")
    assert states(project) == {"unconfirmed": 1, "confirmed": 0, "sent_back": 0}
    with pytest.raises(Refused) as refused:
        confirmations.confirm([wrong], by=statistician)
    assert refused.value.code == "stale"


def test_a_corrected_agreement_makes_its_signing_wait_again(project, teamlead, statistician):
    confirmations.confirm([signing(project)], by=teamlead)
    agreements.correct_agreement(
        project.agreements.get(), {"amount": Decimal(5)}, by=make.maker(), reason="按补充文件"
    )
    assert states(project)["unconfirmed"] == 1
    confirmations.confirm([signing(project)], by=statistician)
    assert states(project)["confirmed"] == 1
    # An ended agreement is nothing to confirm any more.
    standing = project.agreements.get(replaced_by=None)
    agreements.end_agreement(standing, on=clock.today(), by=make.maker(), reason="投资方放弃")
    assert states(project)["confirmed"] == 1


def test_a_corrected_receipt_waits_again_even_one_corrected_to_nothing(project, teamlead):
    wrong = make.receipt(project, MARCH, "30000000")
    confirmations.confirm([wrong], by=teamlead)
    receipts.correct_receipt(wrong, {"amount": Decimal(0)}, by=make.maker(), reason="未到账")
    standing = FundingReceipt.objects.standing()
    assert (standing.confirmed().count(), standing.unconfirmed().count()) == (0, 1)


def test_what_is_sent_back_counts_and_may_be_confirmed_after_all(project, teamlead, statistician):
    with pytest.raises(Refused) as refused:
        confirmations.send_back([signing(project)], by=teamlead, reason=" ")
    assert refused.value.code == "reason_needed"
    confirmations.send_back([signing(project)], by=teamlead, reason="协议上是3月2日")
    assert states(project) == {"unconfirmed": 0, "confirmed": 0, "sent_back": 1}
    assert StageMove.objects.standing().into(Stage.SIGNED).count() == 1
    confirmations.confirm([signing(project)], by=statistician)
    assert states(project) == {"unconfirmed": 0, "confirmed": 1, "sent_back": 0}


def test_a_confirmed_row_can_be_sent_back(project, teamlead, statistician):
    confirmations.confirm([signing(project)], by=teamlead)
    confirmations.send_back([signing(project)], by=statistician, reason="没有协议原件")
    assert states(project)["sent_back"] == 1


def test_only_forward_moves_into_what_the_report_counts_are_confirmed(park, team, teamlead):
    project = make.project(
        stage=Stage.OPERATION,
        entered={stage: date(2023, 1, stage.rank) for stage in Stage},
        park=park,
        team=team,
    )
    rows = StageMove.objects.standing().filter(project=project)
    wanted = {Stage.SIGNED, Stage.CONSTRUCTION, Stage.OPERATION}
    assert set(rows.unconfirmed().values_list("to_stage", flat=True)) == wanted
    with pytest.raises(Refused) as refused:
        confirmations.confirm([rows.into(Stage.TRIAL).get()], by=teamlead)
    assert refused.value.code == "invalid"
    projects.advance(project, Stage.SIGNED, on=date(2023, 2, 1), by=teamlead, reason="停产")
    projects.shelve(project, on=date(2023, 2, 2), by=teamlead, reason="停产")
    assert rows.unconfirmed().count() == 3


def test_an_opening_stage_is_confirmed_even_without_a_date(park, team, teamlead):
    project = make.project(stage=Stage.OPERATION, park=park, team=team)
    (move,) = StageMove.objects.standing().filter(project=project).unconfirmed()
    assert move.occurred is None
    assert confirmations.confirm([move], by=teamlead)


@pytest.mark.parametrize(
    ("role", "may"),
    [
        (Role.TEAMLEAD, True),
        (Role.STATISTICIAN, True),
        (Role.OFFICER, False),
        (Role.PARK, False),
        (Role.LIAISON, False),
        (Role.LEADER, False),
        (Role.EDITOR, False),
        (Role.SYSADMIN, False),
        (Role.SECADMIN, False),
        (Role.AUDITOR, False),
    ],
)
def test_the_bureau_confirms_and_nobody_else(role, may, project, team, park):
    parks = [park] if role is Role.PARK else []
    person = make.user(role, username="somebody", team=team, parks=parks)
    if may:
        assert confirmations.confirm([signing(project)], by=person)
    else:
        with pytest.raises(Refused) as refused:
            confirmations.confirm([signing(project)], by=person)
        assert refused.value.code in {"not_allowed", "not_found"}
        assert not Confirmation.objects.exists()


def test_a_team_lead_confirms_his_teams_and_nobodys_projects_only(
    project, park, other_team, teamlead
):
    theirs = make.signed_project(MARCH, park=make.park(), team=other_team)
    with pytest.raises(Hidden):
        confirmations.confirm([signing(theirs)], by=teamlead)
    loose = make.signed_project(MARCH, park=park)
    assert len(confirmations.confirm([signing(project), signing(loose)], by=teamlead)) == 2


def test_one_refused_row_leaves_none_confirmed(project, park, other_team, teamlead):
    theirs = make.signed_project(MARCH, park=make.park(), team=other_team)
    with pytest.raises(Refused):
        confirmations.confirm([signing(project), signing(theirs)], by=teamlead)
    assert not Confirmation.objects.exists()


def test_many_are_confirmed_at_once_with_few_questions(
    park, team, teamlead, django_assert_max_num_queries
):
    made = [make.signed_project(MARCH, park=park, team=team) for _ in range(12)]
    rows = [signing(project) for project in made]
    with django_assert_max_num_queries(20 + 12 * 14):
        confirmations.confirm(rows, by=teamlead)
    assert StageMove.objects.standing().unconfirmed().count() == 0
    with pytest.raises(Refused) as refused:
        confirmations.confirm(rows * 17, by=teamlead)
    assert "200" in refused.value.reason


def test_what_was_not_yet_confirmed_on_a_day_is_still_known(project, teamlead):
    recorded = clock.today()
    later = date(recorded.year + 1, 1, 5)
    with clock.playing(later):
        confirmations.confirm([signing(project)], by=teamlead)
    rows = StageMove.objects.standing().filter(project=project)
    assert (rows.unconfirmed(recorded).count(), rows.confirmed(recorded).count()) == (1, 0)
    assert (rows.unconfirmed(later).count(), rows.confirmed(later).count()) == (0, 1)
    after = date(later.year, 1, 6)
    with clock.playing(after):
        confirmations.send_back([signing(project)], by=teamlead, reason="日期不对")
    assert (rows.confirmed(later).count(), rows.sent_back(after).count()) == (1, 1)


def test_a_confirmation_is_never_rewritten(project, teamlead):
    (said,) = confirmations.confirm([signing(project)], by=teamlead)
    with pytest.raises(TypeError):
        said.save()
    with pytest.raises(TypeError):
        Confirmation.objects.update(note="")


def test_an_import_is_not_undone_once_somebody_confirmed_its_rows(project, teamlead, statistician):
    batch = imports.open_batch("receipts", by=statistician, file_name="a.csv")
    with imports.under(batch):
        receipt = receipts.record_receipt(
            project, by=statistician, received=When.day(MARCH), amount=Decimal(100)
        )
    imports.close_batch(batch, {"new": 1})
    confirmations.confirm([receipt], by=teamlead)
    with pytest.raises(Refused) as refused:
        imports.revert_import(batch, by=statistician)
    assert refused.value.code == "touched_since"
