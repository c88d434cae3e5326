"""首谈: who registers claims, work renews, time ends it; a dispute waits for the leadership."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from crm import access, clock
from crm.access import Action, Role
from crm.actions import hints, imports
from crm.actions.hints import claim_hint
from crm.actions.pipeline import first_contacts, followups, projects
from crm.actions.questions import LOOKED_FOR, Anyway
from crm.dates import When
from crm.errors import Refused
from crm.models import (
    VALID_DAYS,
    AuditEntry,
    ClaimRuling,
    ClaimState,
    FirstContactClaim,
    Notification,
    Project,
)
from crm.models.system.limits import Bucket
from crm.stages import Stage
from tests import make

pytestmark = pytest.mark.django_db

DAY = date(2023, 5, 4)


def registered(by, name="佳禧面料项目", **more):
    """As one does who was asked whether the ledger has it, and said that it is another one."""
    anyway = Anyway(shown=None, reason=more.pop("claim_reason", ""))
    return projects.register({"name": name, **more}, by=by, anyway=anyway)


def later(days):
    return clock.playing(DAY + timedelta(days=days))


@pytest.fixture
def mine(officer):
    """The officer's project with its claim of 4 May."""
    with clock.playing(DAY):
        return registered(officer)


@pytest.fixture
def contested(mine, other_officer):
    """Another team registered it again and says why: the two claims."""
    with later(10):
        second = registered(other_officer, claim_reason="4 月已在泉州面谈")
    return mine.claims.get(), second.claims.get()


def refused(code):
    return pytest.raises(Refused, check=lambda error: error.code == code)


# Claiming


def test_who_registers_a_project_claims_it_in_the_same_write(mine, officer, team):
    claim = mine.claims.get()
    assert (claim.team, claim.park, claim.person) == (team, None, officer)
    assert claim.claimed_on == DAY
    assert claim.valid_until == DAY + timedelta(days=VALID_DAYS)
    assert claim.held == ClaimState.VALID


def test_a_park_office_without_a_team_claims_for_its_park(park_user, park):
    claim = registered(park_user, park=park).claims.get()
    assert (claim.team, claim.park) == (None, park)


def test_what_belongs_to_nobody_is_claimed_by_nobody(statistician):
    assert not registered(statistician).claims.exists()


def test_a_row_of_a_file_claims_from_its_lead_date_and_never_from_today(team):
    dated = make.project(team=team, entered={Stage.LEAD: When.month(2023, 3)})
    claim = dated.claims.get()
    assert (claim.claimed_on, claim.counted_from) == (date(2023, 3, 31), date(2023, 3, 31))
    assert claim.state_now == ClaimState.EXPIRED
    assert not make.project(team=team).claims.exists()


def test_a_file_contests_nobody(mine, other_team):
    with later(3):
        again = make.project(mine.name, team=other_team, entered={Stage.LEAD: DAY})
    assert not again.claims.exists()
    assert mine.claims.get().held == ClaimState.VALID


def test_it_expires_by_its_date_alone(mine):
    claim = mine.claims.get()
    with later(VALID_DAYS):
        assert (claim.state_now, claim.is_running) == (ClaimState.VALID, True)
        assert FirstContactClaim.objects.running().exists()
    with later(VALID_DAYS + 1):
        assert (claim.state_now, claim.is_running) == (ClaimState.EXPIRED, False)
        assert not FirstContactClaim.objects.running().exists()
        assert FirstContactClaim.objects.with_state().get().state == ClaimState.EXPIRED
    assert claim.held == ClaimState.VALID


def test_work_renews_it_once_for_each_piece_of_work(mine, officer):
    claim = mine.claims.get()
    with later(20), refused("no_follow_up"):
        first_contacts.renew(claim, by=officer)
    with later(30):
        followups.follow_up(mine, by=officer, content="董事长来访")
        first_contacts.renew(claim, by=officer)
        assert claim.valid_until == DAY + timedelta(days=30 + VALID_DAYS)
        with refused("not_needed"):
            first_contacts.renew(claim, by=officer)
    with later(40), refused("no_follow_up"):
        first_contacts.renew(claim, by=officer)


def test_what_has_expired_is_not_renewed_but_claimed_again(mine, officer):
    with later(VALID_DAYS + 1):
        followups.follow_up(mine, by=officer, content="又联系上")
        with refused("not_running"):
            first_contacts.renew(mine.claims.get(), by=officer)
        again = first_contacts.claim(mine, by=officer)
        assert again.claimed_on == clock.today()
        with refused("duplicate"):
            first_contacts.claim(mine, by=officer)
    assert mine.claims.count() == 2


def test_another_units_claim_is_neither_renewed_nor_given_up(park, team, park_user):
    project = registered(make.user(Role.OFFICER, team=team), park=park)
    for verb in (first_contacts.renew, first_contacts.give_up):
        with refused("not_allowed"):
            verb(
                project.claims.get(),
                by=park_user,
                **({"reason": "x"} if "give" in verb.__name__ else {}),
            )


def test_an_officer_of_another_team_finds_no_claim_at_all(mine, other_officer):
    with refused("not_found"):
        first_contacts.renew(mine.claims.get(), by=other_officer)


def test_giving_up_needs_a_reason_and_stays_on_record(mine, officer):
    claim = mine.claims.get()
    with later(1):
        with refused("reason_needed"):
            first_contacts.give_up(claim, by=officer, reason=" ")
        first_contacts.give_up(claim, by=officer, reason="投资方转向外地")
    assert claim.held == ClaimState.GIVEN_UP
    entry = AuditEntry.objects.get(verb="give_up_claim")
    assert entry.reason == "投资方转向外地"


# Contesting


def test_registering_what_another_unit_claims_wants_a_reason_and_writes_nothing_without(
    mine, other_officer, team
):
    with later(10), pytest.raises(Refused) as caught:
        registered(other_officer)
    assert caught.value.code == "claimed"
    assert caught.value.reason.startswith(f"{team.name}已于 2023-05-04 登记，办公电话 {team.phone}")
    assert Project.objects.count() == 1


def test_with_a_reason_both_claims_are_contested(contested, mine, team, other_team):
    first, second = contested
    assert (first.held, second.held) == (ClaimState.CONTESTED, ClaimState.CONTESTED)
    assert (second.against, second.team, second.reason) == (first, other_team, "4 月已在泉州面谈")
    assert first_contacts.case_of(first) == first_contacts.case_of(second) == [first, second]


def test_the_same_unit_registers_a_second_project_without_dispute(mine, officer):
    with later(5):
        second = registered(officer)
    assert second.claims.get().held == ClaimState.VALID


def test_an_expired_claim_stands_in_nobodys_way(mine, other_officer):
    with later(VALID_DAYS + 1):
        assert registered(other_officer).claims.get().held == ClaimState.VALID


def test_an_investor_who_asks_on_the_site_is_contested_with_that_reason(
    officer, other_team, other_officer
):
    registered(officer, name="别的名字", investor="测试投资公司")
    from crm.actions.pipeline import enquiries

    enquiry = make.enquiry(make.park(team=other_team))
    with refused("likely_duplicate"):
        enquiries.accept_enquiry(enquiry, by=other_officer)
    project = enquiries.accept_enquiry(enquiry, by=other_officer, anyway=LOOKED_FOR)
    assert "网站" in project.claims.get().reason


def test_a_park_may_contest_a_teams_claim_on_a_project_both_see(park, officer, park_user):
    project = registered(officer, park=park)
    with refused("reason_needed"):
        first_contacts.claim(project, by=park_user)
    mine = first_contacts.claim(project, by=park_user, reason="园区先接待")
    assert (mine.park, mine.held) == (park, ClaimState.CONTESTED)


def test_a_dispute_stops_the_clock(contested):
    with later(VALID_DAYS + 50):
        assert all(claim.is_running for claim in contested)


def test_giving_up_ends_a_dispute_of_two(contested, other_officer):
    first, second = contested
    with later(12):
        first_contacts.give_up(second, by=other_officer, reason="确系同一项目")
    first.refresh_from_db()
    assert first.held == ClaimState.VALID


def test_of_three_the_first_giving_up_leaves_two_in_dispute(contested, officer):
    first, second = contested
    third_officer = make.user(Role.OFFICER, team=make.team())
    with later(11):
        third = registered(third_officer, claim_reason="也有接触").claims.get()
        assert first_contacts.case_of(third) == [first, second, third]
        first_contacts.give_up(first, by=officer, reason="让出")
    assert first_contacts.case_of(second) == [second, third]
    assert FirstContactClaim.objects.filter(held=ClaimState.CONTESTED).count() == 2


# Ruling


def test_a_leader_rules_and_the_other_claim_ends(contested, leader):
    first, second = contested
    with later(20):
        ruling = first_contacts.rule(second, by=leader, reason="有 4 月的来访登记")
        for claim in contested:
            claim.refresh_from_db()
        assert (second.is_upheld, second.is_running) == (True, True)
        assert second.valid_until == DAY + timedelta(days=20 + VALID_DAYS)
        assert (first.is_upheld, first.is_running) == (False, False)
    assert (ruling.winner, ruling.decided_by) == (second, leader.name)
    assert set(ruling.claims.all()) == {first, second}
    with pytest.raises(TypeError, match="insert-only"):
        ruling.save()


def test_the_statistician_names_who_ruled(contested, statistician):
    first, _ = contested
    with later(20):
        with pytest.raises(Refused) as caught:
            first_contacts.rule(first, by=statistician, reason="先接洽")
        assert set(caught.value.fields) == {"decided_by"}
        first_contacts.rule(
            first, by=statistician, reason="先接洽", decided_by="专题会议纪要〔2023〕5号"
        )


@pytest.mark.parametrize("role", [Role.OFFICER, Role.TEAMLEAD, Role.PARK, Role.LIAISON])
def test_no_side_rules(role, contested, team, mine):
    with refused("not_allowed" if role in (Role.OFFICER, Role.TEAMLEAD) else "not_found"):
        first_contacts.rule(contested[0], by=make.user(role, team=team), reason="我方先谈")


def test_nobody_rules_on_a_case_of_his_own_team(contested, team):
    with later(20), refused("own_case"):
        first_contacts.rule(contested[0], by=make.user(Role.LEADER, team=team), reason="先")


def test_what_is_not_contested_is_not_ruled_on(mine, leader):
    with refused("not_contested"):
        first_contacts.rule(mine.claims.get(), by=leader, reason="先")


def test_a_second_ruling_replaces_the_first_and_both_are_kept(contested, leader):
    first, second = contested
    with later(20):
        old = first_contacts.rule(second, by=leader, reason="有来访登记")
    with later(25):
        new = first_contacts.rule(first, by=leader, reason="登记系后补")
    assert new.replaces == old
    assert ClaimRuling.objects.count() == 2
    assert list(ClaimRuling.objects.standing()) == [new]
    for claim in contested:
        claim.refresh_from_db()
    assert (first.is_upheld, second.is_upheld) == (True, False)


# Who sees what


def test_a_side_sees_its_own_claim_and_not_the_other(contested, officer, other_officer):
    first, second = contested
    assert list(FirstContactClaim.objects.visible_to(officer)) == [first]
    assert list(FirstContactClaim.objects.visible_to(other_officer)) == [second]


def test_the_hint_tells_the_unit_with_first_contact(mine, other_officer, other_team, officer):
    with clock.playing(DAY - timedelta(days=30)):
        make.project(mine.name, team=make.team("先登记无首谈科"))
    with later(10):
        told = claim_hint(by=other_officer, name=mine.name).claim
    assert (told.unit, told.since) == (officer.team.name, DAY)


def test_being_told_while_registering_is_counted_even_when_refused(
    mine, other_officer, monkeypatch
):
    monkeypatch.setattr(hints, "TOLD_AN_HOUR", 1)
    with later(10):
        with refused("claimed"):
            registered(other_officer)
        assert Bucket.objects.get(key=f"claim-told:{other_officer.pk}").count == 1
        for name in (mine.name, "没有的项目"):
            with refused("too_many"):
                registered(other_officer, name=name)


def test_every_role_that_rules_sees_every_claim():
    for role, grants in access.PIPELINE.items():
        if Action.RULE in grants:
            assert access.Reach.ALL in grants[Action.VIEW], role


# Undoing an import


def test_undoing_an_import_takes_its_claims_along(teamlead):
    batch = imports.open_batch("projects", by=teamlead, file_name="x.csv")
    with imports.under(batch), clock.playing(DAY):
        make.project(by=teamlead, entered={Stage.LEAD: DAY})
    assert FirstContactClaim.objects.exists()
    imports.revert_import(batch, by=teamlead)
    assert not FirstContactClaim.objects.exists()


def test_an_import_whose_claim_was_worked_on_is_not_undone(teamlead):
    batch = imports.open_batch("projects", by=teamlead, file_name="x.csv")
    with clock.playing(DAY):
        with imports.under(batch):
            project = make.project(by=teamlead, entered={Stage.LEAD: DAY})
        first_contacts.give_up(project.claims.get(), by=teamlead, reason="不谈了")
    with refused("touched_since"):
        imports.revert_import(batch, by=teamlead)


# Telling


def told(user):
    return [row.text for row in Notification.objects.visible_to(user).order_by("pk")]


def test_a_dispute_is_told_to_the_other_side_and_to_who_rules_on_it(
    contested, officer, other_officer, leader, teamlead, other_team
):
    with later(10):
        registered(make.user(Role.OFFICER, team=make.team()), claim_reason="也谈过")
    for user in (officer, teamlead, leader):
        assert any("首谈有争议" in text for text in told(user)), user
    assert other_team.name in told(officer)[0]
    assert not told(other_officer)  # his own act


def test_a_ruling_is_told_to_both_sides_and_clears_the_call_to_rule(
    leader, contested, officer, other_officer
):
    assert Notification.objects.unread().filter(user=leader).exists()
    with later(20):
        first_contacts.rule(contested[0], by=leader, reason="先接洽")
    for user in (officer, other_officer):
        assert "已裁定" in told(user)[-1]
    assert not Notification.objects.unread().filter(user=leader).exists()
