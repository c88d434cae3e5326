"""Who is one person: a mobile number is one person's, a landline everybody's in the office."""

from __future__ import annotations

import pytest

from crm import ledgers
from crm.actions import duplicates
from crm.actions.hints import claim_hint
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
        (7, "与第 2 行是同一条，未导入；不同的有：姓名。"),  # by the first of its two numbers
    ]
    # 8.61381E+12 is no number by which anybody is known; of two numbers in a cell one is taken.
    assert [(one.row, one.column) for one in plan.refused] == [(6, "电话")]
    assert [(cell.row, cell.column, cell.text) for cell in plan.to_check] == [(7, "电话", "")]


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
