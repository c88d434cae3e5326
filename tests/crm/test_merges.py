"""合并: what is one is counted once, nothing is lost, and all of it can be taken back."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm import access, clock, ledgers
from crm.access import Action
from crm.actions import imports, merges, rows, withdrawals
from crm.actions.companies import contacts
from crm.actions.pipeline import agreements, confirmations, first_contacts, projects, transfers
from crm.actions.system import files
from crm.errors import Refused
from crm.models import (
    Agreement,
    AgreementKind,
    AuditEntry,
    Company,
    Confirmation,
    Contact,
    CreditShare,
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
from crm.spreadsheets.commit import import_file
from crm.stages import Stage
from search import engine
from search.query import Query
from tests import make
from tests.needs import examples

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


def test_an_agreement_that_has_ended_is_no_second_one(twins, teamlead):
    old, new = twins
    other = make.agreement(new, date(2023, 4, 1), "200000000")
    agreements.end_agreement(other, on=date(2023, 5, 1), by=teamlead, reason="不履约")
    merges.merge(new, old, by=teamlead)
    told = Agreement.objects.standing().filter(project=old).order_by("signed_on")
    assert [one.ended_on for one in told] == [None, date(2023, 5, 1)]


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


def test_a_contested_first_contact_waits_for_its_ruling_in_the_merged_project_too(
    team, park, park_user, statistician
):
    kept, gone = make.project(), make.project(team=team, park=park)
    make.claim(gone)
    make.claim(gone, by=park_user, reason="园区先谈")
    merges.merge(gone, kept, by=statistician)
    assert {claim.unit for claim in kept.claims.all()} == {str(team), str(park)}


def test_the_plan_of_the_newer_follow_up_is_the_plan(team, teamlead):
    kept, gone = (make.project(team=team) for _ in range(2))
    today = clock.today()
    for project, held_on, step in (
        (kept, today, "寄方案"),
        (gone, today - timedelta(9), "约董事长"),
    ):
        make.follow_up(
            project, by=teamlead, held_on=held_on, next_on=today + timedelta(5), next_step=step
        )
    merges.merge(gone, kept, by=teamlead)
    kept.refresh_from_db()
    assert kept.next_step == "寄方案"


def test_an_offered_project_is_merged_once_the_offer_is_decided(team, other_team, statistician):
    kept, gone = (make.project(team=team) for _ in range(2))
    offer = make.transfer(gone, to_team=other_team)
    with pytest.raises(Refused, match="还没有接收") as refused:
        merges.merge(gone, kept, by=statistician)
    assert refused.value.code == "merge_conflict"
    transfers.withdraw_transfer(offer, by=make.maker())
    merges.merge(gone, kept, by=statistician)


def test_the_same_receipt_told_twice_counts_once(twins, teamlead):
    old, new = twins
    make.receipt(old, date(2023, 5, 1))
    make.receipt(new, date(2023, 6, 1))
    merges.merge(new, old, by=teamlead)
    assert FundingReceipt.objects.standing().filter(project=old).count() == 2
    assert FundingReceipt.objects.standing().count() == 2


def test_the_word_on_a_receipt_goes_with_its_copy(twins, teamlead, statistician):
    old, new = twins
    (said,) = confirmations.confirm([new.receipts.get()], by=statistician)
    merges.merge(new, old, by=teamlead)
    copy = FundingReceipt.objects.standing().get(project=old)
    assert copy.by == new.receipts.get().by != teamlead  # who merges has not recorded it
    assert Confirmation.objects.standing().get(receipt=copy).copy_of == said
    assert not FundingReceipt.objects.standing().filter(project=old).unconfirmed().exists()


def test_a_division_of_credit_comes_along_and_a_withdrawn_one_does_not(team, statistician):
    old, new, last = (make.project(team=team) for _ in range(3))
    make.divided(new)
    for _ in range(2):  # what an undone merge withdrew does not stand in the way of the next
        done = merges.merge(new, old, by=statistician)
        assert CreditShare.objects.standing().filter(project=old).count() == 2
        merges.undo(done, by=statistician)
    share = CreditShare.objects.standing().filter(project=new).first()
    withdrawals.void(share, by=statistician, reason="记错")
    merges.merge(new, last, by=statistician)
    assert not CreditShare.objects.filter(project=last).exists()


def test_a_file_goes_to_the_survivor_and_back(twins, teamlead):
    old, new = twins
    file = files.store(new, SimpleUploadedFile("a.pdf", b"%PDF-1.7"), by=teamlead)
    done = merges.merge(new, old, by=teamlead)
    assert old.files.get() == file
    merges.undo(done, by=teamlead)
    assert new.files.get() == file


def test_a_withdrawn_milestone_of_the_survivor_is_in_nobodys_way(twins, teamlead):
    old, new = twins
    batch = imports.open_batch("milestones", by=teamlead, file_name="里程碑.xlsx")
    with imports.under(batch):
        make.milestone(old, "filing", date(2023, 4, 2))
    imports.revert_import(batch, by=make.maker())
    milestone = new.milestones.get()
    merges.merge(new, old, by=teamlead)
    assert old.milestones.get() == milestone


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


@pytest.mark.parametrize("taken", ["officer", "team"])
def test_a_merge_hands_a_project_to_others_only_by_who_may_assign(
    taken, park, park_user, officer, other_officer, statistician
):
    kept, gone = (
        make.project(park=park, team=one.team, officer=one) for one in (officer, other_officer)
    )
    for claim in gone.claims.all():
        first_contacts.give_up(claim, by=statistician, reason="同一个投资方")
    with pytest.raises(Refused) as refused:
        merges.merge(gone, kept, by=park_user, take=[taken])
    assert refused.value.code == "not_allowed"
    assert not Merge.objects.exists()
    merges.undo(merges.merge(gone, kept, by=park_user, take=["name"]), by=park_user)
    merges.merge(gone, kept, by=statistician, take=["officer", "team"])
    kept.refresh_from_db()
    assert (kept.officer, kept.team) == (other_officer, other_officer.team)


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


def test_a_merge_and_an_undoing_that_fail_at_the_end_leave_everything_as_it_was(
    twins, teamlead, monkeypatch
):
    old, new = twins
    told = []
    monkeypatch.setattr(merges, "_tell_search", lambda *rows: 1 / len(told))
    before = ledger_rows()
    with pytest.raises(ZeroDivisionError):
        merges.merge(new, old, by=teamlead, take=["investor"])
    assert ledger_rows() == before
    assert not Merge.objects.exists()
    told.append(1)
    done = merges.merge(new, old, by=teamlead, take=["investor"])
    told.clear()
    merged = ledger_rows()
    with pytest.raises(ZeroDivisionError):
        merges.undo(done, by=teamlead)
    assert ledger_rows() == merged


def test_a_merge_is_told_at_the_survivor_until_it_is_undone(twins, teamlead):
    old, new = twins
    done = merges.merge(new, old, by=teamlead)
    assert merges.of_row(old) == [done]
    merges.undo(done, by=teamlead)
    assert merges.of_row(old) == []


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


def test_undoing_asks_for_the_rights_of_merging(twins, teamlead, officer, other_officer):
    old, new = twins
    done = merges.merge(new, old, by=teamlead)
    for stranger, code in ((officer, "not_allowed"), (other_officer, "not_found")):
        with pytest.raises(Refused) as refused:
            merges.undo(done, by=stranger)
        assert refused.value.code == code
    done.refresh_from_db()
    assert not done.is_undone


def test_undo_is_refused_once_a_contact_taken_over_was_merged_away(twins, teamlead):
    old, new = twins
    contact = new.contacts.get()
    done = merges.merge(new, old, by=teamlead)
    again = merges.merge(contact, make.contact(old, phone="13700001111"), by=teamlead)
    with pytest.raises(Refused, match="联系人") as refused:
        merges.undo(done, by=teamlead)
    assert refused.value.code == "touched_since"
    merges.undo(again, by=teamlead)
    merges.undo(done, by=teamlead)
    assert new.contacts.get() == contact


def test_a_merge_and_its_undoing_reckon_the_progress_anew(team, teamlead):
    first = date(2023, 1, 1)
    with clock.playing(first):
        kept, gone = (make.project(team=team) for _ in range(2))

    def progress():
        rows = Project._base_manager.filter(pk__in=(kept.pk, gone.pk)).order_by("pk")
        return [(row.progress_on - first).days for row in rows]

    with clock.playing(first + timedelta(9)):
        make.follow_up(gone, by=teamlead)
        assert progress() == [0, 9]
        done = merges.merge(gone, kept, by=teamlead)
        assert progress()[0] == 9
        merges.undo(done, by=teamlead)
        assert progress() == [0, 9]


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
    with pytest.raises(Refused, match="先撤销后一次合并"):
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


def test_a_company_taken_over_from_a_contact_is_given_back(twins, teamlead):
    old, new = twins
    company = make.company()
    one = make.contact(old, phone="13700001111", company=make.company())
    other = make.contact(new, phone="13700002222", company=company)
    before = ledger_rows()
    done = merges.merge(other, one, by=teamlead, take=["company"])
    one.refresh_from_db()
    assert one.company == company
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


def test_a_forgotten_person_is_not_merged(twins, teamlead):
    old, new = twins
    one, forgotten = make.contact(old, phone="13700001111"), new.contacts.get()
    contacts.erase(forgotten, by=teamlead, reason="本人要求")
    for pair in ((forgotten, one), (one, forgotten)):
        with pytest.raises(Refused) as refused:
            merges.merge(*pair, by=teamlead)
        assert refused.value.code == "erased"


def test_a_file_that_still_has_the_old_name_does_not_enter_it_anew(twins, teamlead, other_officer):
    old, new = twins
    merges.merge(new, old, by=teamlead)
    table = "项目名称\n佳禧 面料\n".encode()
    plan = import_file(table, "a.csv", ledgers.get("projects"), by=teamlead)
    assert "已并入“佳禧面料项目”" in plan.refused[0].reason
    assert Project.objects.count() == 1
    stranger = make.user("teamlead", team=other_officer.team)  # learns nothing by it
    plan = import_file(table, "a.csv", ledgers.get("projects"), by=stranger)
    assert (plan.new, plan.refused) == (1, [])
    assert Project.objects.get(name="佳禧 面料").team == other_officer.team


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


@settings(max_examples=examples(15), deadline=None, suppress_health_check=list(HealthCheck))
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
