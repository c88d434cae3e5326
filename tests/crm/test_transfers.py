"""流转: one side offers, the other takes; credit is divided and never doubled."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm import access, clock
from crm.access import Action, Role
from crm.actions.pipeline import first_contacts, projects, transfers
from crm.actions.pipeline.transfers import passed
from crm.errors import Refused
from crm.models import (
    AuditEntry,
    CreditShare,
    FirstContactClaim,
    Notification,
    Project,
    Transfer,
    TransferState,
)
from tests import make

pytestmark = pytest.mark.django_db

HALF = Decimal("0.5")


def refused(code):
    return pytest.raises(Refused, check=lambda error: error.code == code)


@pytest.fixture
def project(officer, park):
    return projects.register({"name": "佳禧面料项目", "park": park}, by=officer)


@pytest.fixture
def other_lead(other_team):
    return make.user(Role.TEAMLEAD, username="other_lead", team=other_team)


@pytest.fixture
def offer(project, teamlead, other_team):
    return transfers.propose_transfer(
        project, by=teamlead, to_team=other_team, share=Decimal("0.6"), reason="产业更适合"
    )


def shares(project, known_on=None):
    rows = CreditShare.objects.standing(known_on).filter(project=project)
    return {row.unit: row.share for row in rows}


def test_an_offer_changes_nothing(offer, project, team):
    project.refresh_from_db()
    assert (project.team, offer.state) == (team, TransferState.PROPOSED)
    assert not CreditShare.objects.exists()


def test_taking_it_hands_the_project_over_and_divides_the_credit(
    offer, project, other_lead, team, other_team, park
):
    transfers.accept_transfer(offer, by=other_lead)
    project.refresh_from_db()
    assert (project.team, project.officer, project.park) == (other_team, None, park)
    assert (offer.state, offer.decided_by) == (TransferState.ACCEPTED, other_lead)
    assert shares(project) == {team.name: Decimal("0.4"), other_team.name: Decimal("0.6")}
    entry = AuditEntry.objects.get(verb="accept_transfer", object_type="crm.project")
    assert entry.changes["team"] == [team.pk, other_team.pk]


def test_first_contact_stays_where_it_was(offer, project, other_lead, team):
    before = FirstContactClaim.objects.values().get()
    transfers.accept_transfer(offer, by=other_lead)
    assert FirstContactClaim.objects.values().get() == before
    assert FirstContactClaim.objects.get().team == team


def test_the_receiving_side_names_who_works_on_it(offer, project, other_lead, other_officer):
    transfers.accept_transfer(offer, by=other_lead, officer=other_officer)
    project.refresh_from_db()
    assert project.officer == other_officer


def test_a_park_takes_a_project_for_itself_and_the_zone_goes(project, teamlead, park, park_user):
    zone = make.zone(park)
    projects.change(project, {"zone": zone}, by=make.maker())
    target = make.park()
    receiver = make.user(Role.PARK, parks=[target])
    offer = transfers.propose_transfer(
        project, by=park_user, to_park=target, share=HALF, reason="用地"
    )
    transfers.accept_transfer(offer, by=receiver)
    project.refresh_from_db()
    assert (project.park, project.zone) == (target, None)
    assert shares(project)[target.name] == shares(project)[park.name] == HALF


def test_teams_and_parks_are_divided_apart_and_neither_touches_the_other(
    project, teamlead, park_user, other_lead, other_team, team, park
):
    """A team's transfer leaves the parks' credit alone, and a park's the teams'."""
    target = make.park()
    receiver = make.user(Role.PARK, parks=[target])
    by_team = transfers.propose_transfer(
        project, by=teamlead, to_team=other_team, share=Decimal("0.6"), reason="产业更适合"
    )
    transfers.accept_transfer(by_team, by=other_lead)
    assert not CreditShare.objects.filter(park__isnull=False).exists()
    by_park = transfers.propose_transfer(
        project, by=park_user, to_park=target, share=HALF, reason="用地"
    )
    transfers.accept_transfer(by_park, by=receiver)
    both = {
        team.name: Decimal("0.4"), other_team.name: Decimal("0.6"),
        park.name: HALF, target.name: HALF,
    }  # fmt: skip
    assert shares(project) == both
    assert CreditShare.objects.filter(team__isnull=False).count() == 2
    third = make.team()
    onward = transfers.propose_transfer(
        project, by=other_lead, to_team=third, share=Decimal(1), reason="再转"
    )
    transfers.accept_transfer(onward, by=make.user(Role.TEAMLEAD, team=third))
    assert shares(project) == {
        team.name: Decimal("0.4"), third.name: Decimal("0.6"),
        park.name: HALF, target.name: HALF,
    }  # fmt: skip
    assert CreditShare.objects.filter(park__isnull=False).count() == 2


def test_a_copy_of_the_other_side_in_an_old_division_says_nothing(offer, project, other_lead, park):
    """Transfers were once written with the side they did not change."""
    transfers.accept_transfer(offer, by=other_lead)
    copied = CreditShare(
        project=project, park=park, share=1, round=1, transfer=offer, recorded_at=clock.now()
    )
    copied.save()
    assert park.name not in shares(project)


def test_nobody_takes_what_he_offered(project, statistician, other_team):
    offer = transfers.propose_transfer(
        project, by=statistician, to_team=other_team, share=HALF, reason="调整分工"
    )
    with refused("own_proposal"):
        transfers.accept_transfer(offer, by=statistician)


def test_the_giving_side_does_not_take_it_either(offer, team):
    with refused("not_allowed"):
        transfers.accept_transfer(offer, by=make.user(Role.TEAMLEAD, team=team))


def test_an_officer_neither_offers_nor_takes(offer, project, officer, other_officer, other_team):
    with refused("not_allowed"):
        transfers.propose_transfer(project, by=officer, to_team=other_team, share=HALF, reason="x")
    with refused("not_allowed"):
        transfers.accept_transfer(offer, by=other_officer)


def test_a_third_team_finds_no_offer(offer):
    third = make.user(Role.TEAMLEAD, team=make.team())
    assert not Transfer.objects.visible_to(third).exists()
    with refused("not_found"):
        transfers.accept_transfer(offer, by=third)


def test_the_receiving_side_sees_the_offer_and_not_yet_the_project(offer, other_lead, project):
    assert list(Transfer.objects.visible_to(other_lead)) == [offer]
    assert not Project.objects.visible_to(other_lead).exists()
    transfers.accept_transfer(offer, by=other_lead)
    assert Project.objects.visible_to(other_lead).get() == project


def test_the_giving_side_keeps_sight_of_its_transfer_and_its_share(
    offer, other_lead, teamlead, team
):
    transfers.accept_transfer(offer, by=other_lead)
    assert not Project.objects.visible_to(teamlead).exists()
    assert list(Transfer.objects.visible_to(teamlead)) == [offer]
    seen = CreditShare.objects.standing().visible_to(teamlead)
    assert [row.unit for row in seen] == [team.name]


@pytest.mark.parametrize("role", list(Role))
def test_an_offer_is_judged_as_its_list_is(role, offer, team, other_team, park):
    for belongs in (team, other_team):
        user = make.user(role, team=belongs, parks=[park] if role == Role.PARK else [])
        for action in Action:
            listed = Transfer.objects.visible_to(user, action).exists()
            assert access.may(user, action, offer) is listed, (action, belongs)


def test_declining_says_why_and_leaves_the_project(offer, project, other_lead, team):
    with refused("reason_needed"):
        transfers.decline_transfer(offer, by=other_lead, note="")
    transfers.decline_transfer(offer, by=other_lead, note="没有厂房")
    project.refresh_from_db()
    assert (project.team, offer.state, offer.note) == (team, TransferState.DECLINED, "没有厂房")
    with refused("stale"):
        transfers.accept_transfer(offer, by=other_lead)


def test_the_offering_side_takes_it_back_and_offers_anew(offer, project, teamlead, other_team):
    with refused("duplicate"):
        transfers.propose_transfer(
            project, by=teamlead, to_team=other_team, share=HALF, reason="再提"
        )
    transfers.withdraw_transfer(offer, by=teamlead)
    assert offer.state == TransferState.WITHDRAWN
    transfers.propose_transfer(project, by=teamlead, to_team=other_team, share=HALF, reason="再提")


def test_what_changed_meanwhile_is_not_taken(offer, project, other_lead):
    projects.change(project, {"team": make.team()}, by=make.maker())
    with refused("stale"):
        transfers.accept_transfer(offer, by=other_lead)


@pytest.mark.parametrize("share", ["-0.1", "1.0001"])
def test_a_share_is_part_of_a_whole(share, project, teamlead, other_team):
    with refused("invalid"):
        transfers.propose_transfer(
            project, by=teamlead, to_team=other_team, share=Decimal(share), reason="x"
        )


def test_it_goes_to_somebody_else(project, teamlead, team):
    with refused("invalid"):
        transfers.propose_transfer(project, by=teamlead, to_team=team, share=HALF, reason="x")


def test_handed_on_the_giver_passes_on_of_what_is_his(offer, project, other_lead, other_team, team):
    transfers.accept_transfer(offer, by=other_lead)
    third = make.team()
    onward = transfers.propose_transfer(
        project, by=other_lead, to_team=third, share=HALF, reason="再转"
    )
    transfers.accept_transfer(onward, by=make.user(Role.TEAMLEAD, team=third))
    assert {unit: share for unit, share in shares(project).items() if "园区" not in unit} == {
        team.name: Decimal("0.4"), other_team.name: Decimal("0.3"), third.name: Decimal("0.3"),
    }  # fmt: skip


def test_shares_are_read_back_as_known_on_an_earlier_day(project, teamlead, other_lead, other_team):
    day = date(2023, 6, 1)
    with clock.playing(day):
        offer = transfers.propose_transfer(
            project, by=teamlead, to_team=other_team, share=HALF, reason="x"
        )
        transfers.accept_transfer(offer, by=other_lead)
    assert shares(project, day - timedelta(days=1)) == {}
    assert shares(project, day)[other_team.name] == HALF


def test_a_share_is_never_rewritten(offer, other_lead):
    transfers.accept_transfer(offer, by=other_lead)
    row = CreditShare.objects.first()
    with pytest.raises(TypeError, match="insert-only"):
        row.save()
    with pytest.raises(TypeError, match="insert-only"):
        CreditShare.objects.update(share=HALF)


parts = st.integers(0, 10_000).map(lambda n: Decimal(n).scaleb(-4))


@given(steps=st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4), parts), max_size=8))
def test_whatever_is_handed_on_the_shares_add_up_to_exactly_one(steps):
    held: dict[int, Decimal] = {}
    for giver, receiver, part in steps:
        if giver == receiver:
            continue
        before = dict(held)
        held = passed(held, giver, receiver, part)
        assert sum(held.values()) == 1
        assert all(0 < share <= 1 for share in held.values())
        assert all(share == share.quantize(Decimal("0.0001")) for share in held.values())
        if giver in before:  # nobody else loses anything
            others = set(before) - {giver, receiver}
            assert all(held[one] == before[one] for one in others)


def test_no_side_of_a_transfer_rules_on_it(offer, leader):
    with refused("not_allowed"):
        transfers.accept_transfer(offer, by=leader)
    with refused("not_contested"):
        first_contacts.rule(FirstContactClaim.objects.get(), by=leader, reason="x")


def test_an_offer_is_told_to_the_receiving_side_and_its_answer_to_who_offered(
    project, teamlead, other_lead, other_team
):
    offer = transfers.propose_transfer(
        project, by=teamlead, to_team=other_team, share=HALF, reason="x"
    )
    waiting = Notification.objects.unread().filter(kind="transfer")
    assert [row.user for row in waiting] == [other_lead]
    transfers.accept_transfer(offer, by=other_lead)
    assert [row.user for row in waiting.all()] == [teamlead]
