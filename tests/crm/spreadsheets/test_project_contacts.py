"""A project list brings its people along: each becomes the project's contact, once."""

from __future__ import annotations

import pytest

from crm import access, integrity, ledgers
from crm.actions import imports
from crm.actions.companies import contacts
from crm.models import AuditEntry, Contact, OriginalText, Project
from crm.spreadsheets.columns import lay_out
from crm.spreadsheets.commit import import_file
from crm.spreadsheets.mapping import Mapping
from crm.spreadsheets.reader import read
from tests import make
from tests.crm.spreadsheets.books import xlsx
from tests.needs import in_ci

pytestmark = pytest.mark.django_db
PROJECTS = ledgers.get("projects")
ONE, TWO, DESK = "13811112222", "13911113333", "08386123456"


def listed(by, *rows, headings="项目名称,联系人,联系电话", **more):
    text = "\n".join([headings, *rows]) + "\n"
    plan = import_file(text.encode(), "项目.csv", PROJECTS, by=by, **more)
    assert not plan.refused, plan.refused
    return plan


@pytest.fixture(autouse=True)
def _the_ledger_holds_together(db):
    """Whatever a test brought in, and took back; asked in CI, for it takes as long as the tests."""
    yield
    assert not in_ci() or not integrity.verify()


def told(plan):
    """What is to be checked: (row, heading), and nothing of what the cell says."""
    assert {one.text for one in plan.to_check} <= {""}
    return [(one.row, one.column) for one in plan.to_check]


def people(project="羊绒服饰项目"):
    of_project = Contact.objects.filter(project__name=project)
    return sorted((person.name, *person.phones) for person in of_project)


def test_the_person_of_a_row_becomes_its_projects_contact_once(teamlead, team):
    plan = listed(teamlead, "羊绒服饰项目,张三,138 1111 2222")
    assert (plan.new, told(plan)) == (1, [])
    assert people() == [("张三", ONE)]
    assert Contact.objects.get().team == team
    before = AuditEntry.objects.count()
    again = listed(teamlead, "羊绒服饰项目,张三,+86 138-1111-2222")
    assert (again.same, again.batch) == (1, None)
    assert (people(), AuditEntry.objects.count()) == ([("张三", ONE)], before)


def test_a_dry_run_promises_what_the_import_does_and_enters_nobody(teamlead):
    make.project("羊绒服饰项目", team=teamlead.team)
    rows = ["羊绒服饰项目,张三,13811112222", "新项目,李四,13911113333"]
    plan = listed(teamlead, *rows, dry_run=True)
    assert (plan.new, plan.changed) == (1, 1)
    assert not Contact.objects.exists()
    shown = [fact for one in plan.samples["new"] + plan.samples["changed"] for fact in one.facts]
    assert ("联系人电话", "", "139****3333") in shown
    assert ("联系人", "", "李*") in shown
    assert not any(ONE in str(fact) or TWO in str(fact) for fact in shown)
    plan = listed(teamlead, *rows)
    assert (plan.new, plan.changed, Contact.objects.count()) == (1, 1, 2)


def test_a_known_project_gets_the_person_and_a_known_person_what_was_not_known(teamlead):
    project = make.project("羊绒服饰项目", team=teamlead.team)
    person = make.contact(project, name="张三", phone="")
    plan = listed(teamlead, "羊绒服饰项目,张 三,13811112222/13911113333")
    assert plan.changed == 1
    assert people() == [("张三", ONE, TWO)]
    # By a further number he is the same, and a number that is new to him is kept beside it.
    assert listed(teamlead, "羊绒服饰项目,张三,13911113333").same == 1
    assert listed(teamlead, "羊绒服饰项目,张三,13911113333/0838-6123456").changed == 1
    assert people() == [("张三", ONE, TWO, DESK)]
    assert Contact.objects.get() == person
    # Another mobile is another person's.
    listed(teamlead, "羊绒服饰项目,张三,13711114444")
    assert people() == [("张三", "13711114444"), ("张三", ONE, TWO, DESK)]


def test_on_a_landline_the_name_tells_people_apart(teamlead):
    listed(teamlead, "羊绒服饰项目,张三,0838-6123456")
    plan = listed(teamlead, "羊绒服饰项目,李四,0838-6123456")
    assert plan.changed == 1
    assert people() == [("张三", DESK), ("李四", DESK)]
    assert listed(teamlead, "羊绒服饰项目,,0838-6123456").same == 1


def test_a_mobile_under_another_name_is_left_as_it_is_and_to_be_checked(teamlead):
    listed(teamlead, "羊绒服饰项目,张三,13811112222")
    for _ in range(2):
        plan = listed(teamlead, "羊绒服饰项目,李四,13811112222/13911113333")
        assert (plan.same, told(plan)) == (1, [(2, "联系人"), (2, "联系电话")])
        assert people() == [("张三", ONE)]


def test_a_person_of_no_project_is_linked_and_one_of_another_project_stays_with_it(
    teamlead, other_team
):
    free = make.contact(None, name="张三", phone=ONE, team=teamlead.team, company=make.company())
    theirs = make.contact(None, name="李四", phone=TWO, team=other_team)
    listed(teamlead, "羊绒服饰项目,张三,13811112222", "毛纺项目,李四,13911113333")
    free.refresh_from_db()
    assert free.project.name == "羊绒服饰项目"
    theirs.refresh_from_db()
    assert theirs.project is None  # not his to change, nor to know of
    assert people("毛纺项目") == [("李四", TWO)]
    listed(teamlead, "印染项目,张三,13811112222")
    assert (people(), people("印染项目")) == ([("张三", ONE)], [("张三", ONE)])


def test_a_name_alone_is_a_contact_and_so_is_a_phone_until_its_name_is_known(teamlead):
    listed(teamlead, "羊绒服饰项目,张三,", "毛纺项目,,0838-6123456")
    assert (people(), people("毛纺项目")) == ([("张三",)], [("", DESK)])
    assert listed(teamlead, "羊绒服饰项目,张三,", "毛纺项目,,0838-6123456").same == 2
    person = Contact.objects.get(project__name="毛纺项目")
    assert person.called == "未填姓名"
    assert listed(teamlead, "毛纺项目,李四,0838-6123456").changed == 1
    assert people("毛纺项目") == [("李四", DESK)]


@pytest.mark.parametrize("phone", ["8.61381E+12", "见名片", "13811112222/8001", "138****2222"])
def test_a_phone_that_cannot_be_read_costs_neither_the_row_nor_the_name(teamlead, phone):
    plan = listed(teamlead, f"羊绒服饰项目,张三,{phone}")
    assert (plan.new, told(plan)) == (1, [(2, "联系电话")])
    assert people() == [("张三",)]
    assert not OriginalText.objects.exists()
    assert listed(teamlead, "羊绒服饰项目,张三,13811112222").changed == 1
    assert people() == [("张三", ONE)]


def test_without_a_name_a_phone_that_cannot_be_read_enters_nobody(teamlead):
    plan = listed(teamlead, "羊绒服饰项目,,8.61381E+12")
    assert (plan.new, told(plan), people()) == (1, [(2, "联系电话")], [])


@pytest.mark.parametrize("nobody", ["", "无", "-", "待定"])
def test_who_is_not_known_is_nobody(teamlead, nobody):
    plan = listed(teamlead, f"羊绒服饰项目,{nobody},{nobody}")
    assert (plan.new, told(plan), people()) == (1, [], [])


def test_a_phone_that_a_workbook_keeps_as_a_number_is_read(teamlead):
    book = xlsx([["项目名称", "联系人", "手机"], ["羊绒服饰项目", "张三\n李四", 13811112222]])
    plan = import_file(book, "项目.xlsx", PROJECTS, by=teamlead)
    assert (told(plan), people()) == ([(2, "手机")], [("张三",), ("李四",)])
    book = xlsx([["项目名称", "联系人", "手机"], ["毛纺项目", "张三", 13811112222]])
    import_file(book, "项目.xlsx", PROJECTS, by=teamlead)
    assert people("毛纺项目") == [("张三", ONE)]


def test_several_people_in_a_cell_have_the_numbers_in_their_places(teamlead):
    plan = listed(teamlead, "羊绒服饰项目,张三、李四,13811112222/13911113333")
    assert people() == [("张三", ONE), ("李四", TWO)]
    assert told(plan) == []
    # Three numbers of two people are nobody's for sure.
    plan = listed(teamlead, "毛纺项目,张三、李四,13811112222/13911113333/0838-6123456")
    assert people("毛纺项目") == [("张三",), ("李四",)]
    assert told(plan) == [(2, "联系电话")]


@pytest.mark.parametrize(
    "cell", ["张三 13811112222", "张三（13811112222）", "联系人：张三 13811112222"]
)
def test_name_and_number_may_stand_in_one_cell(teamlead, cell):
    listed(teamlead, f"羊绒服饰项目,{cell}", headings="项目名称,联系人及联系方式")
    assert people() == [("张三", ONE)]


def test_a_number_that_cannot_be_parted_from_the_name_is_kept_nowhere(teamlead):
    plan = listed(teamlead, "羊绒服饰项目,张三2 13811112222", headings="项目名称,联系人")
    assert (plan.new, told(plan), people()) == (1, [(2, "联系人")], [])
    assert not OriginalText.objects.exists()


def test_a_phone_beside_somebody_else_is_not_the_contacts(teamlead):
    def fields(headings):
        sheets = read(f"{headings}\n羊绒服饰项目,甲,乙,丙,丁\n".encode(), "a.csv")
        return [c.field for c in lay_out(sheets, PROJECTS, Mapping(), None).columns]

    assert fields("项目名称,责任人,联系电话,联系人,联系电话") == [
        "name", "officer", None, "contact_name", "contact_phone"
    ]  # fmt: skip
    assert fields("项目名称,包联领导,联系电话,企业联系人,职务")[2:4] == [None, "contact_name"]
    assert fields("项目名称,联系人,职务,手机,负责人")[1:] == [
        "contact_name", None, "contact_phone", None
    ]  # fmt: skip
    assert fields("项目名称,企业联系电话,联系人,其他电话,备注")[1:4] == [
        "contact_phone", "contact_name", "contact_other_phones"
    ]  # fmt: skip


def test_who_may_register_no_contacts_gets_the_project_and_the_cells_to_check(
    teamlead, monkeypatch
):
    monkeypatch.setattr(Contact, "rights", access.NOBODY)
    plan = listed(teamlead, "羊绒服饰项目,张三,13811112222")
    assert (plan.new, told(plan)) == (1, [(2, "联系人"), (2, "联系电话")])
    assert not Contact.objects.exists()


def test_undoing_the_import_takes_the_people_back(teamlead):
    known = make.project("毛纺项目", team=teamlead.team)
    free = make.contact(None, name="王五", phone="13711114444", team=teamlead.team)
    old = make.contact(known, name="赵六", phone="")
    plan = listed(
        teamlead,
        "羊绒服饰项目,张三,13811112222/13911113333",
        "印染项目,王五,13711114444",  # linked to a project that the file itself enters
        "毛纺项目,赵六,0838-6123456",
    )
    imports.revert_import(plan.batch, by=teamlead)
    assert not integrity.verify()
    assert [row.name for row in Project.objects.all()] == ["毛纺项目"]
    gone = Contact.objects.ever().get(withdrawn_at__isnull=False)
    assert (gone.is_erased, gone.name, gone.phones) == (True, "", [])
    free.refresh_from_db()
    assert (free.project, free.phones) == (None, ["13711114444"])
    old = Contact.objects.get(pk=old.pk)
    assert (old.project, old.name, old.phones) == (known, "赵六", [])
    # The mended file goes in afterwards.
    assert listed(teamlead, "羊绒服饰项目,张三,13811112222").new == 1
    assert people() == [("张三", ONE)]


def test_a_contact_somebody_worked_on_since_is_not_taken_back(teamlead, team):
    plan = listed(teamlead, "羊绒服饰项目,张三,13811112222")
    ledgers.get("contacts").change(Contact.objects.get(), {"position": "经理"}, by=teamlead)
    with pytest.raises(Exception, match="不能整批撤销"):
        imports.revert_import(plan.batch, by=teamlead)
    assert people() == [("张三", ONE)]


def test_a_forgotten_person_is_forgotten_whole(teamlead):
    listed(teamlead, "羊绒服饰项目,张三,13811112222/13911113333")
    contacts.erase(Contact.objects.get(), by=teamlead, reason="本人要求")
    again = Contact.objects.get()
    assert (again.name, again.phones, again.other_phones_sealed) == ("", [], None)
    assert not [e for e in AuditEntry.objects.all() if ONE in str((e.changes, e.sealed))]


def test_a_row_that_repeats_a_project_with_the_same_person_says_nothing_else(teamlead):
    row = "羊绒服饰项目,张三,13811112222"
    plan = listed(teamlead, row, row)
    assert (plan.new, plan.duplicate, plan.conflicts) == (1, 1, [])
    plan = listed(teamlead, row, "羊绒服饰项目,李四,13911113333")
    assert (plan.same, plan.duplicate) == (1, 1)
    assert "联系人" in plan.conflicts[0].reason  # comes back in the error file, not lost
