"""Undoing an import as one: what goes, what stays, and when it is refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from crm import access, clock, ledgers
from crm.access import Role
from crm.actions import _removal, imports, rows, withdrawals
from crm.actions.companies import contacts
from crm.actions.pipeline import agreements, projects
from crm.actions.system import files, notifications
from crm.errors import Refused
from crm.models import (
    Agreement,
    AuditEntry,
    Company,
    Contact,
    FundingReceipt,
    ImportBatch,
    Industry,
    KeyListing,
    Notification,
    NotificationKind,
    Park,
    PersonKey,
    Project,
    StageMove,
    StoredFile,
    User,
)
from crm.reports.figures import attraction
from crm.reports.figures.base import Context
from crm.reports.period import Period
from crm.spreadsheets.commit import import_file
from crm.stages import Stage
from search import engine
from search.query import Query
from tests import make

pytestmark = pytest.mark.django_db


def batch(by: User) -> ImportBatch:
    return imports.open_batch("projects", by=by, file_name="台账.xlsx")


def imported(by: User, model: type, values: dict[str, Any]) -> tuple[ImportBatch, Any]:
    made = batch(by)
    with imports.under(made):
        return made, rows.register(model, values, by=by)


def test_an_imported_person_goes_with_the_key(statistician):
    project = make.project()
    made, contact = imported(
        statistician, Contact, {"project": project, "name": "张三", "phone": "13800000077"}
    )
    assert PersonKey.objects.filter(pk=contact.key_id).exists()
    imports.revert_import(made, by=statistician)
    assert not Contact.objects.exists()
    gone = Contact._base_manager.get()
    assert (gone.is_erased, gone.name, gone.phone) == (True, "", "")
    assert PersonKey.objects.get().sealed is None


def test_an_imported_park_and_the_park_inside_it_go_together(statistician):
    made = batch(statistician)
    with imports.under(made):
        outer = rows.register(Park, {"name": "外园", "slug": "outer"}, by=statistician)
        rows.register(Park, {"name": "内园", "slug": "inner", "parent": outer}, by=statistician)
    imports.revert_import(made, by=statistician)
    assert not Park.objects.exists()


def test_a_company_another_project_names_is_not_taken_away(statistician):
    made, company = imported(statistician, Company, {"name": "绿溪纺织有限公司"})
    make.project("别人的项目", company=company)
    with pytest.raises(Refused, match="绿溪纺织有限公司") as refused:
        imports.revert_import(made, by=statistician)
    assert refused.value.code == "touched_since"
    assert Company.objects.get() == company
    made.refresh_from_db()
    assert made.reverted_at is None


def test_a_corrected_amount_is_corrected_back(statistician, park):
    project = make.signed_project(clock.today(), park=park, amount="100000000")
    wrong = Agreement.objects.get()
    made = batch(statistician)
    with imports.under(made):
        agreements.correct_agreement(
            wrong, {"amount": Decimal("200000000")}, by=statistician, reason="按表格更正"
        )
    imports.revert_import(made, by=statistician)
    standing = Agreement.objects.standing().get()
    assert (standing.amount, standing.known_since) == (wrong.amount, wrong.known_since)
    assert Agreement.objects.count() == 3  # as signed, as the file said, as it stands again
    assert Project.objects.get() == project


def test_what_a_file_entered_and_corrected_goes_as_one(statistician, park):
    project = make.project(park=park)
    made = batch(statistician)
    with imports.under(made):
        first = make.agreement(project, date(2023, 3, 1))
        agreements.correct_agreement(
            first, {"amount": Decimal("200000000")}, by=statistician, reason="按表格更正"
        )
    imports.revert_import(made, by=statistician)
    assert not Agreement.objects.standing().exists()


def test_a_correction_is_taken_back_though_a_later_one_was(statistician, park):
    make.signed_project(date(2023, 3, 1), park=park, amount="100000000")
    batches = []
    for amount in ("200000000", "300000000"):
        batches.append(batch(statistician))
        with imports.under(batches[-1]):
            agreements.correct_agreement(
                Agreement.objects.standing().get(),
                {"amount": Decimal(amount)},
                by=statistician,
                reason="按表格更正",
            )
    for made, amount in zip(reversed(batches), (200000000, 100000000), strict=True):
        imports.revert_import(made, by=statistician)
        assert Agreement.objects.standing().get().amount == amount


def test_a_removed_project_takes_its_scanned_agreement_along(
    statistician, park, django_capture_on_commit_callbacks
):
    made = batch(statistician)
    with imports.under(made):
        project = projects.register({"name": "导入项目", "park": park}, by=statistician)
    officer = make.user("park", parks=[park])
    scan = files.store(project, SimpleUploadedFile("a.pdf", b"%PDF-1.7"), by=officer)
    make.agreement(project, clock.today(), scan=scan)
    with pytest.raises(Refused, match="导入项目"):
        imports.revert_import(made, by=statistician)
    storage, name = scan.file.storage, scan.file.name
    with django_capture_on_commit_callbacks(execute=True):
        _removal.remove({Project: [project.pk]})
        assert storage.exists(name)  # until the rows are gone for certain
    assert not StoredFile.objects.exists()
    assert not storage.exists(name)


def test_what_a_form_refuses_an_import_refuses_too(statistician):
    facts = {"project": make.project(), "level": "city", "year": 1999}
    with pytest.raises(Refused) as refused:
        imported(statistician, KeyListing, facts)
    assert list(refused.value.fields) == ["year"]
    assert not KeyListing.objects.exists()
    imported(statistician, KeyListing, facts | {"year": 2023})
    assert KeyListing.objects.exists()


# What undoing leaves


def ready_to_build(park: Park) -> Project:
    """Signed, with what 开工 asks for but the permit."""
    return make.signed_project(
        date(2023, 3, 1),
        park=park,
        name="甲项目",
        zone=make.zone(park),
        land_mode="new",
        land_area_mu=20,
        company=make.company(),
    )


HEADINGS = "项目名称,投资方,计划总投资（万元）,阶段,签约时间,开工时间,凭证\n"


def taken(text: str, by: User, key: str = "projects") -> Any:
    return import_file(text.encode(), "台账.csv", ledgers.get(key), by=by)


def test_undoing_the_second_import_takes_back_its_own_move_and_not_the_first_ones(
    statistician, park
):
    with clock.playing(date(2023, 6, 1)):
        project = ready_to_build(park)
        first = taken(HEADINGS + "甲项目,,,在建,,2023-04-01,许可1号\n", statistician)
        assert first.counts["changed"] == 1, first.refused
    with clock.playing(date(2023, 7, 1)):
        head = HEADINGS.replace("开工时间", "安装调试时间")
        second = taken(head + "甲项目,,,安装调试,,2023-06-20,进场单1\n", statistician)
        assert second.counts["changed"] == 1, second.refused
    with clock.playing(date(2023, 8, 1)):
        imports.revert_import(second.batch, by=statistician)
        project.refresh_from_db()
        assert project.stage == Stage.CONSTRUCTION
        assert StageMove.objects.standing().filter(to_stage=Stage.CONSTRUCTION).exists()
        imports.revert_import(first.batch, by=statistician)
        project.refresh_from_db()
        assert project.stage == Stage.SIGNED


def test_after_an_undo_the_corrected_file_goes_in(statistician, park):
    """A move that was taken back does not stand in the way with its wrong date."""
    with clock.playing(date(2023, 8, 1)):
        ready_to_build(park)
        wrong = taken(HEADINGS + "甲项目,,,在建,,2023-07-30,许可1号\n", statistician)
        assert wrong.counts["changed"] == 1, wrong.refused
        imports.revert_import(wrong.batch, by=statistician)
        right = taken(HEADINGS + "甲项目,,,在建,,2023-04-01,许可1号\n", statistician)
        assert right.counts["changed"] == 1, right.refused
        move = StageMove.objects.standing().get(to_stage=Stage.CONSTRUCTION)
        assert move.occurred_on == date(2023, 4, 1)


def test_what_an_import_entered_is_in_no_list_and_can_be_entered_again(statistician):
    code = make.credit_code()
    text = f"企业名称,统一社会信用代码\n绿溪纺织有限公司,{code}\n"
    first = taken(text, statistician, "companies")
    imports.revert_import(first.batch, by=statistician)
    assert not Company.objects.exists()
    assert not Company.objects.visible_to(statistician).exists()
    found = engine.run(Query(text="绿溪纺织", scope=access.search_scope(statistician)))
    assert found.total == 0
    gone = Company._base_manager.get()
    assert gone.withdrawn_at is not None
    again = taken(text, statistician, "companies")
    assert again.counts["new"] == 1
    assert Company.objects.get().pk != gone.pk


def test_a_report_of_a_day_before_the_undoing_prints_as_it_did(statistician, park):
    signings = attraction.signed_projects
    august = Period.parse("2023-01", "2023-08")
    with clock.playing(date(2023, 8, 1)):
        head = "项目名称,落户园区,阶段,签约时间,协议投资额（万元）\n"
        plan = taken(head + f"甲项目,{park.name},签约,2023年3月,500\n", statistician)
        assert plan.counts["new"] == 1, plan.refused
        before = signings.result(Context(august))
        assert (before.value, before.rows) == (1, 1)
    with clock.playing(date(2023, 8, 10)):
        imports.revert_import(plan.batch, by=statistician)
        assert signings.result(Context(august)).value == 0
        then = signings.result(Context(august, known_on=date(2023, 8, 9)))
        assert then == before


def test_undoing_a_filled_in_date_changes_no_earlier_report(statistician):
    with clock.playing(date(2023, 5, 1)):
        project = make.project("甲项目", stage=Stage.TRIAL)
    with clock.playing(date(2023, 7, 1)):
        filled = taken("项目名称,试生产时间\n甲项目,2023-04-10\n", statistician)
        assert filled.counts["changed"] == 1, filled.refused
        imports.revert_import(filled.batch, by=statistician)
    move = StageMove.objects.standing().get(project=project)
    assert (move.occurred_on, move.effective_on) == (None, date(2023, 5, 1))


def test_a_phone_an_import_changed_is_what_it_was(statistician):
    contact = make.contact(make.project("甲项目"), phone="13800000077", name="张三")
    made = batch(statistician)
    with imports.under(made):
        rows.change(contact, {"phone": "13900000088", "position": "经理"}, by=statistician)
    entry = made.entries.get(verb="change")
    assert "138" not in str(entry.changes) + str(entry.sealed)
    imports.revert_import(made, by=statistician)
    contact.refresh_from_db()
    assert (contact.phone, contact.position, contact.name) == ("13800000077", "", "张三")


def test_what_somebody_withdrew_himself_is_not_taken_back_twice(statistician, park):
    project = make.signed_project(date(2023, 3, 1), park=park)
    made = batch(statistician)
    with imports.under(made):
        receipt = make.receipt(project, date(2023, 4, 1))
    withdrawals.void(receipt, by=statistician, reason="记错")
    imports.revert_import(made, by=statistician)
    assert FundingReceipt.objects.count() == 2
    assert not FundingReceipt.objects.standing().exists()


def test_who_may_not_import_a_table_takes_no_import_of_it_back(statistician, teamlead, officer):
    made, _ = imported(statistician, Company, {"name": "绿溪纺织有限公司"})
    for stranger in (officer, teamlead):
        with pytest.raises(Refused) as refused:
            imports.revert_import(made, by=stranger)
        assert refused.value.code == "not_allowed"
    assert Company.objects.exists()


def imported_project(by: User, **values: Any) -> tuple[ImportBatch, Project]:
    made = batch(by)
    with imports.under(made):
        return made, projects.register({"name": "导入项目", "team": by.team, **values}, by=by)


def test_a_colleagues_import_is_taken_back_only_by_who_may_import_everything(
    teamlead, statistician
):
    made, _ = imported_project(teamlead)
    colleague = make.user(Role.TEAMLEAD, team=teamlead.team)
    with pytest.raises(Refused) as refused:
        imports.revert_import(made, by=colleague)
    assert refused.value.code == "not_allowed"
    assert Project.objects.exists()
    imports.revert_import(made, by=statistician)
    assert not Project.objects.exists()


def test_an_import_is_taken_back_once(teamlead):
    made, _ = imported_project(teamlead)
    imports.revert_import(made, by=teamlead)
    last = AuditEntry.objects.latest("pk")
    with pytest.raises(Refused) as refused:
        imports.revert_import(made, by=teamlead)
    assert refused.value.code == "stale"
    assert AuditEntry.objects.latest("pk") == last


def test_who_may_import_no_more_does_not_take_back_what_he_imported(teamlead):
    made, _ = imported_project(teamlead)
    teamlead.role = Role.OFFICER
    with pytest.raises(Refused) as refused:
        imports.revert_import(made, by=teamlead)
    assert refused.value.code == "not_allowed"
    assert Project.objects.exists()
    teamlead.role = Role.TEAMLEAD
    imports.revert_import(made, by=teamlead)
    assert not Project.objects.exists()


def test_an_undoing_that_fails_midway_takes_nothing_back(teamlead, monkeypatch):
    made, project = imported_project(teamlead)
    monkeypatch.setattr(notifications, "forget", lambda rows: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        imports.revert_import(made, by=teamlead)
    assert Project.objects.get() == project
    assert StageMove.objects.standing().get().project == project


def test_what_an_import_made_point_to_its_own_rows_points_away_again(statistician):
    person = make.contact(None, name="张三")
    made = batch(statistician)
    with imports.under(made):
        project = projects.register({"name": "甲项目"}, by=statistician)
        rows.change(person, {"project": project}, by=statistician)
    theirs = make.contact(project, name="李四", phone="13800000078")
    with pytest.raises(Refused, match="联系人") as refused:
        imports.revert_import(made, by=statistician)
    assert f"联系人 {theirs.pk}" in refused.value.reason
    assert f"联系人 {person.pk}" not in refused.value.reason
    rows.change(theirs, {"project": None}, by=statistician)
    imports.revert_import(made, by=statistician)
    person.refresh_from_db()
    assert (person.project, Project.objects.exists()) == (None, False)


def test_a_row_one_import_changed_twice_is_what_it_was_before_both(statistician):
    company = make.company("绿溪纺织有限公司")
    made = batch(statistician)
    with imports.under(made):
        for name in ("甲纺织有限公司", "乙纺织有限公司"):
            rows.change(company, {"name": name}, by=statistician)
    assert [set(entry.changes) for entry in made.entries.filter(verb="change")] == [{"name"}] * 2
    imports.revert_import(made, by=statistician)
    company.refresh_from_db()
    assert company.name == "绿溪纺织有限公司"


def test_the_industries_an_import_gave_a_park_are_what_they_were(statistician):
    old, new = make.industry("纺织鞋服"), make.industry("装备制造")
    park = make.park(industries=[old])
    made = batch(statistician)
    with imports.under(made):
        rows.change(park, {"industries": [new]}, by=statistician)
    assert list(park.industries.all()) == [new]
    imports.revert_import(made, by=statistician)
    assert list(park.industries.all()) == [old]


def test_an_industry_a_park_names_is_not_taken_away(statistician):
    made, industry = imported(statistician, Industry, {"name": "装备制造"})
    make.park("绿溪园区", industries=[industry])
    with pytest.raises(Refused, match="——园区“绿溪园区”。") as refused:
        imports.revert_import(made, by=statistician)
    assert refused.value.code == "touched_since"


def test_a_person_worked_on_since_is_named_by_number(statistician):
    project = make.project()
    facts = {"project": project, "name": "张三", "phone": "13800000077"}
    made, contact = imported(statistician, Contact, facts)
    rows.change(contact, {"position": "经理"}, by=statistician)
    with pytest.raises(Refused, match=f"crm.contact {contact.pk}") as refused:
        imports.revert_import(made, by=statistician)
    assert "张三" not in refused.value.reason


def test_who_only_looked_at_an_imported_phone_is_in_no_ones_way(teamlead):
    facts = {"team": teamlead.team, "name": "张三", "phone": "13800000077"}
    made, contact = imported(teamlead, Contact, facts)
    contacts.reveal(contact, by=teamlead)
    imports.revert_import(made, by=teamlead)
    assert not Contact.objects.exists()


def test_undoing_an_import_forgets_what_was_told_of_its_own_rows_alone(teamlead, officer):
    kept = projects.register({"name": "原有项目", "officer": officer}, by=teamlead)
    made, gone = imported_project(teamlead, officer=officer)
    notifications.tell([officer], NotificationKind.ASSIGNED, gone, "导入项目交给您", by=teamlead)
    told = Notification.objects.filter(user=officer, object_type="crm.project")
    assert set(told.values_list("object_id", flat=True)) == {kept.pk, gone.pk}
    imports.revert_import(made, by=teamlead)
    assert set(told.values_list("object_id", flat=True)) == {kept.pk}


def test_a_row_tells_what_was_taken_back_of_it_and_of_what_hung_on_it_the_newest_first(
    statistician, park
):
    make.maker()
    other = make.project("别的项目")
    made = batch(statistician)
    with imports.under(made):
        project = make.signed_project(date(2023, 3, 1), park=park)
        make.contact(project)
        make.milestone(project, "filing", date(2023, 4, 1))
        make.review(project, date(2023, 2, 1))
        make.receipt(project, date(2023, 5, 1))
        make.liaison(project, date(2023, 4, 1))
        make.key_listing(project, "city")
        projects.change(other, {"investor": "别的公司"}, by=statistician)
    imports.revert_import(made, by=statistician)
    told = imports.taken_back_from(Project._base_manager.get(pk=project.pk))
    assert {entry.object_type.removeprefix("crm.") for entry in told} >= {
        "project", "stagemove", "agreement", "contact", "milestone", "review", "fundingreceipt",
        "assignment", "keylisting",
    }  # fmt: skip
    assert other.pk not in {e.object_id for e in told if e.object_type == "crm.project"}
    assert [entry.pk for entry in told] == sorted((entry.pk for entry in told), reverse=True)
