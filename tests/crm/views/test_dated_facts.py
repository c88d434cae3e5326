"""Milestones and funds on the project page, and their forms."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from html import unescape

import pytest

from crm.dates import When
from crm.models import FundingReceipt, Milestone
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(park, officer):
    return make.signed_project(
        date(2023, 3, 1), park=park, team=officer.team, officer=officer, name="佳禧面料项目"
    )


def page_of(client, project):
    return unescape(client.get(f"/desk/projects/{project.pk}/").content.decode())


def test_the_page_shows_milestones_reviews_and_the_share_in_place(as_user, officer, project):
    make.milestone(project, "filing", When.month(2023, 2), evidence="备案 1 号")
    make.milestone(project, "statistics", When.year(2023), amount=Decimal(86500000))
    make.review(project, date(2023, 2, 10), verdict="conditional", conditions="补交能评批复")
    make.receipt(project, date(2023, 4, 1), "30000000")
    page = page_of(as_user(officer), project)
    for text in ("2023年2月", "备案 1 号", "8,650万元", "有条件通过", "补交能评批复",
                 "3,000万元", "30.0%", "还没有：公司注册、供地、环评、施工许可"):  # fmt: skip
        assert text in page, text


def test_what_is_unknown_is_said_and_not_printed_as_zero(as_user, officer, project):
    client = as_user(officer)
    page = page_of(client, project)
    assert "没有记录不等于没有到账" in page
    assert "0.0%" not in page
    make.receipt(project, date(2023, 4, 1), None, currency="USD", foreign_amount=Decimal(2500000))
    page = page_of(client, project)
    assert "250万美元" in page
    assert "有 1 笔外币缺当月汇率" in page
    assert "算不出" in page
    assert "250万美元" in client.get("/desk/receipts/").content.decode()
    make.rate(2023, 4, "700")
    assert "17.5%" in page_of(client, project)


def test_the_links_to_add_are_for_those_who_may(as_user, officer, leader, project):
    for user, offered in ((officer, True), (leader, False)):
        page = page_of(as_user(user), project)
        for key in ("milestones", "reviews", "receipts"):
            assert (f"/desk/{key}/new/?project={project.pk}" in page) is offered, (user, key)
    form = as_user(officer).get(f"/desk/receipts/new/?project={project.pk}").context["form"]
    assert form.initial["project"] == project.pk


def test_a_receipt_is_typed_in_and_corrected_with_a_reason(as_user, officer, project):
    client = as_user(officer)
    typed = {
        "project": project.pk, "received": "2023-04", "amount": "1200", "source": "bank",
        "evidence": "回单 7", "currency": "CNY", "foreign_amount": "",
    }  # fmt: skip
    assert client.post("/desk/receipts/new/", typed).status_code == 302
    first = FundingReceipt.objects.get()
    assert (first.amount, first.received) == (Decimal(12000000), When.month(2023, 4))
    edit = f"/desk/receipts/{first.pk}/edit/"
    assert client.post(edit, typed | {"amount": "120"}).status_code == 400
    assert client.post(edit, typed | {"amount": "120", "reason": "单位看错"}).status_code == 302
    assert FundingReceipt.objects.standing().get().amount == Decimal(1200000)
    assert "已更正" in client.get(f"/desk/receipts/{first.pk}/").content.decode()


def test_a_list_sums_what_every_row_should_have_and_calls_nothing_else_unknown(
    as_user, officer, project
):
    make.milestone(project, "statistics", When.year(2023), amount=Decimal(86500000))
    make.milestone(project, "land", When.year(2023))
    make.receipt(project, date(2023, 4, 1), "30000000")
    client = as_user(officer)
    assert client.get("/desk/milestones/").context["total"] == ""
    assert client.get("/desk/receipts/").context["total"] == "上报数合计 3,000万元"


def test_a_milestone_ahead_of_its_time_is_refused_at_its_field(as_user, officer, project):
    typed = {"project": project.pk, "kind": "land", "achieved": "2099-01-01", "amount": ""}
    answer = as_user(officer).post("/desk/milestones/new/", typed)
    assert answer.status_code == 400
    assert "achieved" in answer.context["form"].errors
    assert not Milestone.objects.exists()


def test_the_page_asks_as_many_questions_for_ten_facts_as_for_one(
    as_user, officer, project, django_assert_max_num_queries
):
    client = as_user(officer)

    def counted() -> int:
        with django_assert_max_num_queries(60) as asked:
            page_of(client, project)
        return len(asked)

    make.receipt(project, date(2023, 4, 1))
    make.milestone(project, "statistics", When.year(2022))
    make.review(project, date(2023, 2, 1))
    few = counted()
    for day in range(2, 12):
        make.receipt(project, date(2023, 4, day), evidence=f"回单 {day}")
        make.milestone(project, "statistics", When.year(2000 + day))
        make.review(project, date(2023, 2, day))
    assert counted() == few
    assert "全部 11 笔" in page_of(client, project)
