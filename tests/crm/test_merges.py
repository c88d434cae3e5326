"""合并: what is one is counted once, nothing is lost, and all of it can be taken back."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.apps import apps
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm import access, clock, ledgers
from crm.access import Action
from crm.actions import merges, rows
from crm.actions.companies import contacts
from crm.actions.pipeline import agreements, first_contacts, projects
from crm.errors import Refused
from crm.models import (
    Agreement,
    AgreementKind,
    AuditEntry,
    Company,
    Contact,
    FundingReceipt,
    Merge,
    Milestone,
    Project,
    StageMove,
)
from crm.models.base import Recorded
from crm.models.states import State
from crm.reports.figures import attraction
from crm.reports.figures.base import Context
from crm.reports.period import Period
from crm.stages import Stage
from search import engine
from search.query import Query
from tests import make

pytestmark = pytest.mark.django_db
APART = {"version", "updated_at", "created_at"}
YEAR = Context(Period.parse("2023-01", "2023-12"))


def ledger_rows():
    """All that stands in the ledger's tables, without versions and the record."""
    found = {}
    for model in apps.get_app_config("crm").get_models(include_auto_created=True):
        if model in (AuditEntry, Merge) or issubclass(model, State):
            continue
        names = [f.attname for f in model._meta.concrete_fields if f.name not in APART]
        found[model._meta.label] = [
            {name: bytes(v) if isinstance(v, memoryview) else v for name, v in row.items()}
            for row in standing(model).order_by("pk").values(*names)
        ]
    return found


def standing(model):
    if issubclass(model, Recorded):
        return model.objects.standing()
    return model._base_manager if model._meta.auto_created else model._default_manager


def facts():
    """Every row of every insert-only table, whether it counts or not."""
    tables = [m for m in apps.get_app_config("crm").get_models() if issubclass(m, Recorded)]
    return {
        (model._meta.label, row["id"]): row
        for model in tables
        for row in model._base_manager.values()
    }


@pytest.fixture
def twins(team, park):
    """The same project entered twice: signed with money on one side, followed up on the other."""
    old = make.signed_project(date(2023, 3, 1), park=park, team=team, name="佳禧面料项目")
    new = make.project("佳禧面料", team=team, park=park, investor="江苏佳禧集团")
    make.contact(new, phone="13700001234")
    make.follow_up(new, next_on=clock.today() + timedelta(5), next_step="约董事长")
    make.milestone(new, "filing", date(2023, 4, 1))
    make.receipt(new, date(2023, 5, 1))
    return old, new


def test_the_survivor_takes_over_what_hangs_on_the_loser_and_the_facts_chosen(twins, teamlead):
    old, new = twins
    merges.merge(new, old, by=teamlead, take=["investor"], reason="同一个项目")
    old.refresh_from_db()
    assert old.investor == "江苏佳禧集团"
    assert old.name == "佳禧面料项目"
    assert old.contacts.count() == old.follow_ups.count() == old.milestones.count() == 1
    assert old.receipts.count() == 1
    assert old.next_step == "约董事长"  # the plan of the newer follow-up
    assert old.stage == Stage.SIGNED


def test_a_tombstone_is_in_no_list_no_search_and_no_figure(twins, teamlead, statistician):
    old, new = twins
    before = attraction.negotiating_projects.rows(YEAR).count()
    projects.advance(make_ready(new, teamlead), Stage.NEGOTIATION, on=clock.today(), by=teamlead)
    assert attraction.negotiating_projects.rows(year_to_date()).count() == before + 1
    merges.merge(new, old, by=teamlead)
    assert attraction.negotiating_projects.rows(year_to_date()).count() == before
    assert list(Project.objects.all()) == [old]
    assert list(Project.objects.visible_to(statistician)) == [old]
    assert not StageMove.objects.standing().filter(project=new).exists()
    found = engine.run(Query(text="佳禧面料", scope=access.search_scope(statistician)))
    assert {hit.object_id for hit in found.hits} == {old.pk}


def year_to_date():
    today = clock.today()
    return Context(Period.parse("2023-01", f"{today:%Y-%m}"))


def make_ready(project, by):
    projects.change(project, {"officer": by}, by=by)
    return project


def test_as_known_before_the_merge_both_still_stand(twins, teamlead):
    old, new = twins
    yesterday = clock.today()
    with clock.playing(yesterday + timedelta(1)):
        merges.merge(new, old, by=teamlead)
        now = StageMove.objects.standing()
        then = StageMove.objects.standing(yesterday)
        assert not now.filter(project=new).exists()
        assert then.filter(project=new).exists()


def test_signing_counts_once_when_both_have_the_same_agreement(twins, teamlead):
    old, new = twins
    make.agreement(new, date(2023, 3, 1))
    assert attraction.signed_projects.rows(YEAR).count() == 2
    done = merges.merge(new, old, by=teamlead)
    assert attraction.signed_projects.rows(YEAR).count() == 1
    assert done.details["stayed"]["crm.agreement.project"] == [
        Agreement.objects.get(project=new).pk
    ]


def test_two_different_investment_agreements_are_refused_with_what_to_do(twins, teamlead):
    old, new = twins
    make.agreement(new, date(2023, 4, 1), "200000000")
    with pytest.raises(Refused) as refused:
        merges.merge(new, old, by=teamlead)
    assert refused.value.code == "merge_conflict"
    assert "更正其中一份" in refused.value.reason
    assert not Merge.objects.exists()
    assert Project.objects.count() == 2


def test_an_agreement_of_the_loser_alone_counts_for_the_survivor(twins, teamlead):
    old, new = twins
    corrected = agreements.correct_agreement(
        old.agreements.get(), {"amount": Decimal(5)}, by=teamlead, reason="笔误"
    )
    merges.merge(old, new, by=teamlead)
    copy = Agreement.objects.standing().get(project=new)
    assert (copy.copy_of, copy.amount, copy.known_since) == (corrected, 5, corrected.known_since)
    assert Agreement.objects.filter(project=old).count() == 2  # with the one it corrects


def test_an_increase_comes_along_and_rests_on_the_survivors_telling_of_its_agreement(
    twins, teamlead
):
    """Which the survivor told too, or which was corrected after the increase was signed."""
    old, new = twins
    make.agreement(new, date(2023, 3, 1))
    increase = make.agreement(old, date(2023, 6, 1), "5", kind=AgreementKind.INCREASE)
    merges.merge(old, new, by=teamlead)
    mine = Agreement.objects.standing().get(project=new, kind=AgreementKind.INVESTMENT)
    copy = Agreement.objects.get(copy_of=increase)
    assert (copy.project, copy.increase_of) == (new, mine)


def test_an_increase_rests_on_the_copy_of_the_corrected_agreement(twins, teamlead):
    old, new = twins
    base = old.agreements.get()
    increase = make.agreement(old, date(2023, 6, 1), "5", kind=AgreementKind.INCREASE)
    agreements.correct_agreement(base, {"amount": Decimal(7)}, by=teamlead, reason="笔误")
    merges.merge(old, new, by=teamlead)
    copy = Agreement.objects.get(copy_of=increase)
    assert (copy.increase_of.project, copy.increase_of.amount) == (new, 7)


def test_two_units_first_contacts_are_not_merged_before_it_is_said_who_was_first(
    team, other_team, teamlead, statistician
):
    mine = projects.register({"name": "甲项目", "team": team}, by=statistician)
    theirs = projects.register({"name": "乙项目", "team": other_team}, by=statistician)
    with pytest.raises(Refused) as refused:
        merges.merge(theirs, mine, by=statistician)
    assert refused.value.code == "merge_conflict"
    assert f"{team}、{other_team}的首谈都还有效" in refused.value.reason
    first_contacts.give_up(theirs.claims.get(), by=statistician, reason="同一个投资方")
    merges.merge(theirs, mine, by=statistician)
    assert mine.claims.count() == 2


def test_the_same_receipt_told_twice_counts_once(twins, teamlead):
    old, new = twins
    make.receipt(old, date(2023, 5, 1))
    make.receipt(new, date(2023, 6, 1))
    merges.merge(new, old, by=teamlead)
    assert FundingReceipt.objects.standing().filter(project=old).count() == 2
    assert FundingReceipt.objects.standing().count() == 2


def test_the_same_milestone_is_kept_once_and_a_different_one_refuses(twins, teamlead):
    old, new = twins
    make.milestone(old, "filing", date(2023, 4, 1))
    done = merges.merge(new, old, by=teamlead)
    assert Milestone.objects.count() == 1
    merges.undo(done, by=teamlead)
    assert Milestone.objects.count() == 2
    rows.change(new.milestones.get(), {"evidence": "川投资备〔2023〕1号"}, by=teamlead)
    with pytest.raises(Refused) as refused:
        merges.merge(new, old, by=teamlead)
    assert "改成一致" in refused.value.reason


def test_rights_on_both_sides_are_asked_for(twins, officer, teamlead, other_team):
    old, new = twins
    with pytest.raises(Refused):
        merges.merge(new, old, by=officer)  # may see them, not change them
    foreign = make.project(team=other_team)
    for pair in ((foreign, old), (old, foreign)):
        with pytest.raises(Refused) as refused:
            merges.merge(*pair, by=teamlead)
        assert refused.value.code == "not_found"


def test_another_officer_is_taken_over_only_by_who_may_assign(team, officer):
    mine = [make.project(team=team, officer=officer) for _ in range(2)]
    lead = make.user("teamlead", team=team)
    with pytest.raises(Refused):
        merges.merge(*mine, by=officer, take=["stage"])
    assert merges.merge(*mine, by=officer).loser_id == mine[0].pk
    ours = make.project(team=team, officer=lead)
    with pytest.raises(Refused):
        merges.merge(ours, mine[1], by=officer, take=["officer"])


def test_a_row_changed_meanwhile_or_merged_already_is_refused(twins, teamlead):
    old, new = twins
    with pytest.raises(Refused) as refused:
        merges.merge(new, old, by=teamlead, versions=(new.version + 1, None))
    assert refused.value.code == "stale"
    merges.merge(new, old, by=teamlead)
    for pair in ((new, old), (old, new), (old, old)):
        with pytest.raises(Refused):
            merges.merge(*pair, by=teamlead)


def test_a_merge_and_its_undoing_are_on_record_for_both(twins, teamlead):
    old, new = twins
    done = merges.merge(new, old, by=teamlead, take=["investor"], reason="同一个")
    merges.undo(done, by=teamlead)
    for row in (old, new):
        told = AuditEntry.objects.filter(object_type="crm.project", object_id=row.pk)
        verbs = list(told.order_by("pk").values_list("verb", flat=True))
        assert verbs[-1] == "unmerge"
        assert "merged" in " ".join(verbs)


def test_undo_is_refused_once_a_chosen_fact_was_changed_again(twins, teamlead):
    old, new = twins
    done = merges.merge(new, old, by=teamlead, take=["investor"])
    old.refresh_from_db()
    projects.change(old, {"investor": "别的公司"}, by=teamlead)
    with pytest.raises(Refused) as refused:
        merges.undo(done, by=teamlead)
    assert "投资方" in refused.value.reason
    assert merges.why_not_undone(done) == refused.value.reason


def test_undo_is_refused_once_something_taken_over_was_corrected(twins, teamlead):
    old, new = twins
    done = merges.merge(old, new, by=teamlead)
    agreements.correct_agreement(
        Agreement.objects.get(project=new), {"note": "补"}, by=teamlead, reason="补备注"
    )
    with pytest.raises(Refused) as refused:
        merges.undo(done, by=teamlead)
    assert "协议" in refused.value.reason


def test_undo_is_refused_after_thirty_days_and_twice(twins, teamlead):
    old, new = twins
    done = merges.merge(new, old, by=teamlead)
    with clock.playing(clock.today() + timedelta(31)), pytest.raises(Refused) as refused:
        merges.undo(done, by=teamlead)
    assert refused.value.code == "too_late"
    merges.undo(done, by=teamlead)
    with pytest.raises(Refused):
        merges.undo(done, by=teamlead)


def test_of_two_merges_in_a_row_the_later_is_undone_first(team, teamlead):
    a, b, c = (make.project(team=team) for _ in range(3))
    first = merges.merge(a, b, by=teamlead)
    second = merges.merge(b, c, by=teamlead)
    assert Project.tombstones().get(pk=a.pk).survivor == c
    with pytest.raises(Refused):
        merges.undo(first, by=teamlead)
    merges.undo(second, by=teamlead)
    merges.undo(first, by=teamlead)
    assert Project.objects.count() == 3


def test_merged_companies_free_the_code_and_keep_their_projects(team, teamlead):
    code = make.credit_code()
    old, new = make.company("佳禧纺织"), make.company("佳禧纺织有限公司", credit_code=code)
    project = make.project(team=team, company=new)
    before = ledger_rows()
    done = merges.merge(new, old, by=teamlead, take=["credit_code", "name"])
    old.refresh_from_db()
    project.refresh_from_db()
    assert (old.credit_code, old.name, project.company) == (code, "佳禧纺织有限公司", old)
    assert list(Company.objects.all()) == [old]
    merges.undo(done, by=teamlead)
    assert ledger_rows() == before


def test_a_code_taken_meanwhile_refuses_the_undoing(teamlead):
    code = make.credit_code()
    old, new = make.company(), make.company(credit_code=code)
    done = merges.merge(new, old, by=teamlead)
    make.company(credit_code=code)
    with pytest.raises(Refused) as refused:
        merges.undo(done, by=teamlead)
    assert "统一社会信用代码" in refused.value.reason


def test_merged_contacts_keep_the_phone_chosen_and_undo_gives_back_the_other(twins, teamlead):
    old, new = twins
    one, other = make.contact(old, phone="13700001111", name="李四"), new.contacts.get()
    before = ledger_rows()
    done = merges.merge(other, one, by=teamlead, take=["phone"])
    one.refresh_from_db()
    assert (one.phone, one.name) == ("13700001234", "李四")
    assert Contact.objects.filter(phone_print=one.phone_print).count() == 1
    for entry in AuditEntry.objects.all():
        assert "1370000" not in str(entry.changes)
    assert "1370000" not in str(done.details)
    merges.undo(done, by=teamlead)
    assert ledger_rows() == before


def test_forgetting_a_person_forgets_the_merged_row_too(twins, teamlead):
    old, new = twins
    one, other = make.contact(old, phone="13700001111"), new.contacts.get()
    done = merges.merge(other, one, by=teamlead, take=["phone"])
    one.refresh_from_db()
    contacts.erase(one, by=teamlead, reason="本人要求")
    twin = Contact.tombstones().get()
    assert twin.is_erased
    assert not twin.phone_print
    assert not twin.phone
    with pytest.raises(Refused):
        merges.undo(done, by=teamlead)


def test_a_file_that_still_has_the_old_name_does_not_enter_it_anew(twins, teamlead, other_officer):
    old, new = twins
    merges.merge(new, old, by=teamlead)
    ledger = ledgers.get("projects")
    with pytest.raises(Refused) as refused:
        ledger.import_new({"name": "佳禧 面料"}, by=teamlead)
    assert "已并入“佳禧面料项目”" in refused.value.reason
    assert Project.objects.count() == 1
    stranger = make.user("teamlead", team=other_officer.team)  # learns nothing by it
    assert ledger.import_new({"name": "佳禧面料"}, by=stranger).team == other_officer.team


def test_only_like_is_merged_with_like(twins, teamlead):
    with pytest.raises(Refused):
        merges.merge(make.company(), twins[0], by=teamlead)


def test_a_tombstones_things_are_still_judged_by_rights(twins, teamlead, other_officer):
    old, new = twins
    merges.merge(new, old, by=teamlead)
    dead = Project.tombstones().get()
    assert access.may(teamlead, Action.VIEW, dead)
    assert not access.may(other_officer, Action.VIEW, dead)


HANGS = {
    "contact": lambda p: make.contact(p),
    "follow_up": lambda p: make.follow_up(p, by=make.user("teamlead", team=p.team)),
    "planned": lambda p: make.follow_up(
        p, by=make.user("teamlead", team=p.team), next_on=clock.today(), next_step="寄方案"
    ),
    "milestone": lambda p: p.milestones.exists() or make.milestone(p, "filing", date(2023, 4, 1)),
    "review": lambda p: p.reviews.exists() or make.review(p, date(2023, 2, 1)),
    "agreement": lambda p: p.agreements.exists() or make.agreement(p, date(2023, 3, 1)),
    "receipt": lambda p: make.receipt(p, date(2023, 5, 1)),
    "liaison": lambda p: make.liaison(p, date(2023, 3, 1)),
}
TAKE = ["name", "investor", "summary", "location", "planned_investment", "source"]


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    mine=st.lists(st.sampled_from(sorted(HANGS)), max_size=5),
    theirs=st.lists(st.sampled_from(sorted(HANGS)), max_size=5),
    take=st.sets(st.sampled_from(TAKE)),
)
def test_merging_and_undoing_leaves_every_row_as_it_was(mine, theirs, take):
    team = make.team()
    lead = make.user("teamlead", team=team)
    old = make.project(team=team, investor="甲方", location="北片区")
    new = make.project(team=team, planned_investment=None, summary="同一个项目", source="visit")
    for name in mine:
        HANGS[name](old)
    for name in theirs:
        HANGS[name](new)
    before, told = ledger_rows(), facts()
    done = merges.merge(new, old, by=lead, take=take)
    assert not Project.objects.filter(pk=new.pk).exists()
    assert Agreement.objects.signings().filter(project=old).count() <= 1
    merges.undo(done, by=lead)
    assert ledger_rows() == before
    assert told.items() <= facts().items()  # nothing told before was rewritten or lost
