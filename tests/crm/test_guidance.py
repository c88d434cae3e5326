"""一对一辅导, 走访 and 园惠贷: who serves a company, what it asked for, what a bank lends it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from crm import access, clock, ledgers
from crm.access import Action
from crm.actions import rows
from crm.actions.companies import loans
from crm.dates import When
from crm.errors import Refused
from crm.models.companies.guidance import Guidance, Visit
from crm.models.companies.loans import Loan, LoanState
from crm.spreadsheets.commit import import_file
from tests import make

pytestmark = pytest.mark.django_db
TODAY = date(2023, 9, 1)
LOANS, VISITS = ledgers.get("loans"), ledgers.get("visits")


@pytest.fixture(autouse=True)
def september(db):
    with clock.playing(TODAY):
        yield


@pytest.fixture
def company(db):
    return make.company("甲山食品有限公司")


def signed_in(user):
    client = Client()
    client.force_login(user, backend="crm.signin.Backend")
    return client


# 一对一辅导


def test_a_company_has_one_team_at_a_time(company, statistician):
    first = make.guidance(company, date(2023, 1, 1))
    with pytest.raises(Refused, match="重叠"):
        make.guidance(company, date(2023, 3, 1))
    rows.change(first, {"ends_on": date(2023, 2, 28)}, by=statistician)
    with pytest.raises(Refused, match="重叠"):
        make.guidance(company, date(2023, 2, 28))
    second = make.guidance(company, date(2023, 3, 1))
    assert [*Guidance.objects.in_force_on(date(2023, 2, 28))] == [first]
    assert [*Guidance.objects.in_force_on(TODAY)] == [second]
    make.guidance(make.company(), date(2023, 1, 1))


# 走访


def visit(company, by, **values):
    facts = {"company": company, "visited_on": date(2023, 8, 1), "visitors": "县经信局"}
    return VISITS.register(facts | values, by=by)


def test_a_visit_of_tomorrow_is_refused_and_one_entered_twice_is_asked_about(company, liaison):
    with pytest.raises(Refused, match="之后"):
        visit(company, liaison, visited_on=TODAY + timedelta(1))
    made = visit(company, liaison, asked="用电增容")
    assert made.by == liaison
    with pytest.raises(Refused) as asked:
        visit(company, liaison)
    assert asked.value.code == "likely_duplicate"


def test_a_liaison_writes_down_visits_and_changes_his_own_alone(
    company, liaison, officer, statistician
):
    mine, theirs = visit(company, liaison), visit(company, officer, visitors="招商一科")
    assert set(Visit.objects.visible_to(liaison)) == {mine, theirs}
    assert access.may(liaison, Action.CHANGE, mine)
    assert not access.may(liaison, Action.CHANGE, theirs)
    with pytest.raises(Refused):
        rows.change(theirs, {"asked": "改"}, by=liaison)


# 园惠贷


def test_a_loan_takes_its_steps_in_order_and_keeps_them(company, statistician):
    loan = make.loan(company)
    assert loan.step is LoanState.APPLIED
    with pytest.raises(Refused, match="不能登记结清"):
        loans.step(loan, "settled", by=statistician, on=TODAY)
    granted = loans.step(loan, "granted", by=statistician, on=date(2023, 4, 3))
    with pytest.raises(Refused, match="更正或作废"):
        loans.step(loan, "granted", by=statistician, on=date(2023, 4, 3))
    with pytest.raises(Refused, match="早于放款时间"):
        loans.step(granted, "overdue", by=statistician, on=date(2023, 3, 3))
    with pytest.raises(Refused, match="之后"):
        loans.step(granted, "overdue", by=statistician, on=TODAY + timedelta(1))
    late = loans.step(granted, "overdue", by=statistician, on=date(2023, 8, 1))
    settled = loans.step(late, "settled", by=statistician, on=TODAY)
    assert [*Loan.objects.standing()] == [settled]
    assert (settled.applied_on, settled.step) == (loan.applied_on, LoanState.SETTLED)


def test_a_loan_is_found_by_its_state(company, statistician):
    applied = make.loan(company)
    told = {"granted": When.day(date(2023, 3, 9))}
    granted = make.loan(company, bank="甲银行", **told)
    late = make.loan(company, bank="乙银行", overdue=When.month(2023, 8), **told)
    settled = make.loan(company, bank="丙银行", settled=When.day(TODAY), **told)
    for loan in (applied, granted, late, settled):
        assert [*LOANS.rows(statistician).filter(state=loan.step)] == [loan]


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"applied": None}, "申请时间或放款时间"),
        ({"settled": When.day(TODAY)}, "请填写放款时间"),
        ({"amount": Decimal(-1)}, "不能为负"),
        ({"term_months": 0}, "大于或等于"),
        ({"bank": ""}, "银行"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(company, told, why):
    with pytest.raises(Refused, match=why):
        make.loan(company, **told)


def test_the_same_loan_twice_is_asked_about(company):
    make.loan(company)
    with pytest.raises(Refused) as asked:
        make.loan(company)
    assert asked.value.code == "likely_duplicate"
    make.loan(company, amount=Decimal(2_000_000))


def test_what_a_bank_lends_is_seen_by_few(
    company, liaison, officer, park_user, teamlead, leader, statistician, auditor
):
    loan = make.loan(company)
    sees = {user: access.may(user, Action.VIEW, loan) for user in (
        liaison, officer, park_user, teamlead, leader, statistician, auditor
    )}  # fmt: skip
    assert [user.role for user, may in sees.items() if may] == [
        "teamlead", "leader", "statistician"
    ]  # fmt: skip
    served = make.guidance(company, date(2023, 1, 1), liaison=liaison)
    assert [*Loan.objects.visible_to(liaison)] == [loan]
    assert not access.may(liaison, Action.CHANGE, loan)
    rows.change(served, {"ends_on": TODAY - timedelta(1)}, by=statistician)
    assert not Loan.objects.visible_to(liaison).exists()


def test_a_company_page_counts_no_loan_for_who_may_not_see_it(company, officer, leader):
    make.loan(company)
    pages = {
        user.role: signed_in(user).get(f"/desk/companies/{company.pk}/")
        for user in (officer, leader)
    }
    tabs = {
        role: {tab.label for tab in page.context["profile"].tabs} for role, page in pages.items()
    }
    assert "园惠贷" in tabs["leader"] - tabs["officer"]
    assert "申请园惠贷" in pages["leader"].content.decode()
    assert "申请园惠贷" not in pages["officer"].content.decode()


def test_a_file_that_tells_the_next_step_takes_it(company, statistician):
    make.loan(company)
    head = "企业名称,贷款银行,贷款金额（万元）,申请时间,放款时间\n"
    row = "甲山食品有限公司,绿溪农商银行,300,2023-03-01,2023-04-03\n"
    assert (
        import_file((head + row).encode(), "a.csv", LOANS, by=statistician).counts["changed"] == 1
    )
    loan = Loan.objects.standing().get()
    assert (loan.step, loan.granted_on) == (LoanState.GRANTED, date(2023, 4, 3))
    assert import_file((head + row).encode(), "b.csv", LOANS, by=statistician).counts["same"] == 1


def test_what_has_not_happened_to_a_loan_is_not_lacking(company, statistician):
    page = signed_in(statistician).get(f"/desk/loans/{make.loan(company).pk}/")
    assert page.context["unknown"] == ["期限", "放款时间"]


def test_the_page_of_a_loan_leads_to_its_next_step(company, statistician, leader):
    loan = make.loan(company)
    client = signed_in(statistician)
    address = f"/desk/loans/{loan.pk}/step/granted/"
    assert address in client.get(f"/desk/loans/{loan.pk}/").content.decode()
    refused = client.post(address, {"on": "2022-01-01"})
    assert refused.status_code == 400
    assert "早于申请时间" in refused.content.decode()
    done = client.post(address, {"on": "2023-04-03"}, follow=True)
    assert "登记结清" in done.content.decode()
    assert client.get(f"/desk/loans/{loan.pk}/step/applied/").status_code == 404
    assert signed_in(leader).post(address, {"on": "2023-04-03"}).status_code == 403
