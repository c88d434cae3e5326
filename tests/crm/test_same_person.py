"""Who is one person: a mobile number is one person's, a landline everybody's in the office."""

from __future__ import annotations

import pytest

from crm import ledgers
from crm.actions import duplicates
from crm.actions.hints import claim_hint
from crm.errors import Refused
from crm.models import Contact
from crm.spreadsheets.commit import import_file
from tests import make
from tests.house import ROOT

pytestmark = pytest.mark.django_db
CONTACTS = ledgers.get("contacts")
CASES = ROOT / "tests" / "data" / "cases"
LANDLINE = "08386123456"


@pytest.fixture
def project(team):
    return make.project("羊绒服饰项目", team=team)


def taken(name, by):
    return import_file(CASES / name, name, CONTACTS, by=by)


def test_two_people_on_one_landline_are_two(project, statistician):
    plan = taken("contacts_shared_landline.csv", statistician)
    assert plan.counts == {"new": 3, "changed": 0, "same": 0, "duplicate": 1, "refused": 0}
    assert plan.conflicts == []
    names = {(row.name, row.phone) for row in Contact.objects.all()}
    assert names == {("试甲", "08386123456"), ("试乙", "08386123456"), ("试丙", "")}
    again = taken("contacts_shared_landline.csv", statistician)
    assert (again.new, again.same, again.duplicate) == (0, 3, 1)


def test_one_mobile_is_one_person_however_it_is_typed_and_whatever_the_name(project, statistician):
    plan = taken("contacts_phone_formats.csv", statistician)
    assert plan.counts == {"new": 4, "changed": 0, "same": 0, "duplicate": 3, "refused": 1}
    assert [(one.row, one.reason) for one in plan.conflicts] == [
        (3, "与第 2 行是同一条，未导入；不同的有：姓名。"),
        (4, "与第 2 行是同一条，未导入；不同的有：姓名。"),
        # By the first of its two numbers; the second one is his too.
        (7, "与第 2 行是同一条，未导入；不同的有：姓名、其他电话。"),
    ]
    # 8.61381E+12 is no number by which anybody is known.
    assert [(one.row, one.column) for one in plan.refused] == [(6, "电话")]
    assert plan.to_check == []


def listed(text, by):
    return import_file(text.encode(), "联系人.csv", CONTACTS, by=by)


def test_of_two_numbers_in_a_cell_the_first_is_the_phone_and_the_rest_further_ones(
    project, statistician
):
    text = "姓名,电话,项目\n试甲,0838-6123456/138 1111 2222；13911113333,羊绒服饰项目\n"
    plan = listed(text, statistician)
    assert (plan.new, plan.refused, plan.to_check) == (1, [], [])
    person = Contact.objects.get()
    assert person.phones == [LANDLINE, "13811112222", "13911113333"]
    assert listed(text, statistician).same == 1
    # Known by a further number: nobody new, and the first one stays the first.
    again = listed("姓名,电话,项目\n试甲,13911113333,羊绒服饰项目\n", statistician)
    assert (again.new, again.same) == (0, 1)
    # What is among the numbers and is none costs the row, as one number that is none.
    for wrong in ("13811112222/8001", "13811112222 传真 0838-6123456", "13811112222a"):
        plan = listed(f"姓名,电话,项目\n试乙,{wrong},羊绒服饰项目\n", statistician)
        assert (plan.new, [one.column for one in plan.refused]) == (0, ["电话"])
    other = listed(f"姓名,电话,项目\n试乙,{LANDLINE},羊绒服饰项目\n", statistician)
    assert other.new == 1  # at the same landline sits somebody else


def test_a_number_written_into_the_name_leaves_it(project, statistician):
    plan = listed("姓名,项目\n试甲 13811112222/13911113333,羊绒服饰项目\n", statistician)
    assert plan.new == 1
    person = Contact.objects.get()
    assert (person.name, person.phones) == ("试甲", ["13811112222", "13911113333"])
    plan = listed("姓名,项目\n13811114444,羊绒服饰项目\n", statistician)
    assert (plan.new, plan.refused[0].reason) == (0, "缺少姓名，请填写。")


def test_a_number_nobody_knows_is_none(project, statistician):
    plan = listed("姓名,电话,其他电话,邮箱,项目\n试甲,无,-,待定,羊绒服饰项目\n", statistician)
    assert (plan.new, plan.refused, plan.to_check) == (1, [], [])
    person = Contact.objects.get()
    assert (person.phones, person.email) == ([], "")


def test_further_numbers_that_cannot_be_read_do_not_cost_the_row(project, statistician):
    text = "姓名,电话,其他电话,项目\n试甲,13811112222,见名片 8001,羊绒服饰项目\n"
    plan = listed(text, statistician)
    assert plan.new == 1
    assert [(one.column, one.text) for one in plan.to_check] == [("其他电话", "")]
    assert Contact.objects.get().phones == ["13811112222"]


def test_a_further_number_that_becomes_the_first_loses_none(project, teamlead, statistician):
    person = make.contact(project, phone="13811112222", other_phones="13911113333、08386123456")
    CONTACTS.change(person, {"phone": "13911113333"}, by=teamlead)
    assert person.phones == ["13911113333", "13811112222", LANDLINE]
    with pytest.raises(Refused, match="其余的填在其他电话"):
        CONTACTS.change(person, {"phone": "13811112222/13911113333"}, by=teamlead)
    with pytest.raises(Refused, match="其他电话打了码"):
        CONTACTS.change(person, {"other_phones": "138****2222"}, by=teamlead)


def test_an_address_in_capitals_is_no_other_address(project, statistician):
    plan = taken("contacts_mail_case.csv", statistician)
    assert (plan.new, plan.duplicate, plan.conflicts) == (1, 1, [])


def test_a_list_of_duplicates_holds_no_two_people_of_one_office(project, teamlead):
    make.contact(project, phone=LANDLINE, name="试甲")
    make.contact(project, phone=LANDLINE, name="试乙")
    assert duplicates.pairs("contact", by=teamlead) == []
    make.contact(project, phone=LANDLINE, name="试 甲")
    (pair,) = duplicates.pairs("contact", by=teamlead)
    assert {pair.loser.name, pair.survivor.name} == {"试甲", "试 甲"}
    make.contact(project, phone="13811112222", name="试丙")
    make.contact(project, phone="13811112222", name="试丁")
    assert len(duplicates.pairs("contact", by=teamlead)) == 2


def test_of_a_hidden_person_only_the_person_is_told(project, other_officer):
    make.contact(project, phone=LANDLINE, name="试甲")
    assert claim_hint(by=other_officer, phone="0838-6123456", person="试甲").claim
    assert not claim_hint(by=other_officer, phone=LANDLINE, person="试乙").exists
    make.contact(project, phone="13811112222", name="试丙")
    assert claim_hint(by=other_officer, phone="+86 138-1111-2222", person="试丁").claim


def test_the_search_by_number_alone_still_finds_whose_office_it_is(project, other_officer):
    make.contact(project, phone=LANDLINE, name="试甲")
    assert claim_hint(by=other_officer, phone="+86 838 6123456").claim
