"""上报 and 核定: what was reported, what the deciding level allowed of it, and which counts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from crm import clock, ledgers
from crm.access import Role
from crm.actions.pipeline import confirmations, receipts
from crm.errors import Refused
from crm.models import (
    AuditEntry,
    Currency,
    FundArea,
    FundForm,
    FundingReceipt,
    Notification,
    funds_of,
)
from crm.reports.figures.base import Context
from crm.reports.figures.targeted import FUNDS_IN_PLACE
from crm.reports.period import Period
from crm.reports.targets import Board
from crm.spreadsheets.commit import import_file
from tests import make

pytestmark = pytest.mark.django_db
MARCH = date(2023, 3, 1)
MILLION = Decimal(1_000_000)
WHY = {"reason": "设备发票未提供", "document": "市招商办〔2023〕12号"}


@pytest.fixture(autouse=True)
def september():
    with clock.playing(date(2023, 9, 1)):
        yield


@pytest.fixture
def project(park, team):
    return make.signed_project(MARCH, park=park, team=team, name="佳禧面料项目")


@pytest.fixture
def receipt(project, officer):
    return receipts.record_receipt(
        project, by=officer, received=MARCH, amount=10 * MILLION, evidence="回单 1"
    )


def refused(verb, *args, **kwargs) -> Refused:
    with pytest.raises(Refused) as caught:
        verb(*args, **kwargs)
    return caught.value


# The verb


def test_what_was_allowed_is_a_new_row_beside_what_was_reported(receipt, teamlead):
    allowed = receipts.allow_receipt(receipt, 8 * MILLION, by=teamlead, **WHY)
    assert (allowed.replaces, allowed.amount, allowed.evidence) == (
        receipt, 10 * MILLION, "回单 1",
    )  # fmt: skip
    assert (allowed.allowed_amount, allowed.disallowed) == (8 * MILLION, 2 * MILLION)
    assert (allowed.allowance_reason, allowed.allowance_document) == tuple(WHY.values())
    assert list(FundingReceipt.objects.standing()) == [allowed]
    entry = AuditEntry.objects.get(verb="allow_receipt")
    assert (entry.actor, entry.reason) == (teamlead, WHY["reason"])


def test_the_recorder_is_told_of_a_cut_and_of_nothing_else(receipt, officer, teamlead):
    told = Notification.objects.filter(user=officer, kind="confirm")
    whole = receipts.allow_receipt(receipt, 10 * MILLION, by=teamlead)
    assert not told.exists()
    receipts.allow_receipt(whole, 8 * MILLION, by=make.maker(), **WHY)
    assert "核减 200万元：设备发票未提供" in Notification.objects.latest("pk").text


def test_a_later_word_replaces_an_earlier_one_and_nothing_at_all_may_be_allowed(receipt, teamlead):
    first = receipts.allow_receipt(receipt, 8 * MILLION, by=teamlead, **WHY)
    second = receipts.allow_receipt(first, Decimal(0), by=teamlead, **WHY)
    assert (second.allowed_amount, second.disallowed) == (0, 10 * MILLION)
    assert refused(receipts.allow_receipt, first, MILLION, by=teamlead, **WHY).code == "stale"


@pytest.mark.parametrize(
    ("told", "fields"),
    [
        ({}, ["allowance_reason", "allowance_document"]),
        ({"reason": "发票未提供"}, ["allowance_document"]),
        ({"document": "12号"}, ["allowance_reason"]),
        ({"reason": " ", "document": "12号"}, ["allowance_reason"]),
    ],
)
def test_a_cut_names_its_reason_and_its_document(receipt, teamlead, told, fields):
    error = refused(receipts.allow_receipt, receipt, 8 * MILLION, by=teamlead, **told)
    assert list(error.fields) == fields
    assert receipts.allow_receipt(receipt, 10 * MILLION, by=teamlead).disallowed == 0


@pytest.mark.parametrize("amount", [10 * MILLION + Decimal("0.01"), Decimal(-1)])
def test_no_more_is_allowed_than_was_reported_and_no_less_than_nothing(receipt, teamlead, amount):
    error = refused(receipts.allow_receipt, receipt, amount, by=teamlead, **WHY)
    assert list(error.fields) == ["allowed_amount"]


def test_foreign_money_is_allowed_in_yuan_and_cut_from_what_the_rate_makes_it(project, teamlead):
    dollars = {"currency": Currency.USD, "foreign_amount": 3 * MILLION}
    foreign = make.receipt(project, MARCH, None, **dollars)
    assert foreign.source_area == FundArea.ABROAD
    unknown = receipts.allow_receipt(foreign, 20 * MILLION, by=teamlead)
    assert (unknown.yuan, unknown.disallowed) == (None, None)
    make.rate(2023, 3)
    assert unknown.disallowed == Decimal("1520200.00")
    error = refused(receipts.allow_receipt, unknown, 20 * MILLION, by=teamlead)
    assert set(error.fields) == {"allowance_reason", "allowance_document"}


def test_the_role_that_confirms_allows_and_nobody_else(receipt, officer, leader, park_user):
    for user in (officer, leader, park_user):
        error = refused(receipts.allow_receipt, receipt, MILLION, by=user, **WHY)
        assert error.code == "not_allowed"
    stranger = make.user(Role.TEAMLEAD, team=make.team())
    error = refused(receipts.allow_receipt, receipt, MILLION, by=stranger, **WHY)
    assert error.code == "not_found"


def test_what_was_allowed_waits_for_no_second_word(receipt, teamlead):
    assert FundingReceipt.objects.unconfirmed().filter(pk=receipt.pk).exists()
    allowed = receipts.allow_receipt(receipt, 10 * MILLION, by=teamlead)
    assert not FundingReceipt.objects.standing().unconfirmed().exists()
    assert not allowed.needs_confirmation
    assert "已经核定" in refused(confirmations.confirm, [allowed], by=make.maker()).reason


def test_what_was_decided_on_is_corrected_by_who_decides(receipt, park_user, teamlead):
    allowed = receipts.allow_receipt(receipt, 8 * MILLION, by=teamlead, **WHY)
    more = {"amount": 12 * MILLION}
    correct = receipts.correct_receipt
    assert refused(correct, allowed, more, by=park_user, reason="x").code == "not_allowed"
    voucher = correct(allowed, {"evidence": "回单 2"}, by=park_user, reason="补回单号")
    assert (voucher.allowed_amount, voucher.allowance_document) == (
        8 * MILLION, WHY["document"],
    )  # fmt: skip
    less = {"amount": 7 * MILLION}
    assert list(refused(correct, voucher, less, by=teamlead, reason="x").fields) == [
        "allowed_amount"
    ]
    again = correct(voucher, more, by=teamlead, reason="漏报")
    assert (again.disallowed, again.allowed_amount) == (4 * MILLION, 8 * MILLION)


# Form and area


def test_plant_and_land_are_brought_too_and_money_says_where_it_comes_from(project):
    plant = make.receipt(project, MARCH, form=FundForm.EQUIPMENT, source_area=FundArea.NATION)
    assert (plant.get_form_display(), plant.get_source_area_display()) == ("设备实物", "国内省外")
    plain = make.receipt(project, MARCH)
    assert (plain.form, plain.source_area) == (FundForm.MONEY, "")
    dollars = {"currency": Currency.USD, "foreign_amount": MILLION, "source_area": FundArea.CITY}
    assert make.receipt(project, MARCH, None, **dollars).source_area == FundArea.CITY


# What counts


def test_what_was_allowed_counts_before_what_was_reported(project, receipt, teamlead):
    make.receipt(project, MARCH, "5000000")
    receipts.allow_receipt(receipt, 8 * MILLION, by=teamlead, **WHY)
    funds = funds_of(project)
    assert (funds.arrived.reported.total, funds.arrived.allowed.total) == (
        15 * MILLION, 8 * MILLION,
    )  # fmt: skip
    assert (funds.total, funds.percent) == (13 * MILLION, 13)
    context = Context(Period.parse("2023-01", "2023-08"))
    result = FUNDS_IN_PLACE.result(context)
    assert (result.value, result.rows) == (Decimal("0.13"), 2)
    worths = FUNDS_IN_PLACE.measure.of(list(FUNDS_IN_PLACE.rows(context)))
    assert sum(one.value for one in worths) == 13 * MILLION


def test_a_target_shows_both_and_counts_by_shares(project, receipt, team, teamlead):
    receipts.allow_receipt(receipt, 8 * MILLION, by=teamlead, **WHY)
    make.receipt(project, MARCH, "5000000")
    target = make.target(2023, "funds_in_place", "2", team=team)
    other = make.team()
    make.divided(project, to_team=other)
    one = Board(2023, 8, make.maker()).of(target)
    assert one.done == Decimal("0.4") * 13 * MILLION
    assert (one.funds.reported, one.funds.allowed) == (
        Decimal("0.4") * 15 * MILLION, Decimal("0.4") * 8 * MILLION,
    )  # fmt: skip
    assert (one.funds.count, one.funds.allowed_count) == (2, 1)
    signed = make.target(2023, "signed_projects", "2", team=team)
    assert Board(2023, 8, make.maker()).of(signed).funds is None


def test_as_known_before_it_was_decided_what_was_reported_counts(project, teamlead):
    with clock.playing(date(2023, 4, 1)):
        receipt = make.receipt(project, MARCH, "10000000")
    with clock.playing(date(2023, 6, 1)):
        receipts.allow_receipt(receipt, 8 * MILLION, by=teamlead, **WHY)
    assert funds_of(project, known_on=date(2023, 5, 1)).total == 10 * MILLION
    assert funds_of(project).total == 8 * MILLION


# Files


def imported(text, by):
    return import_file(text.encode(), "到位资金.csv", ledgers.get("receipts"), by=by)


HEAD = "项目,到账日期,上报数（万元）,核定数（万元）,核减原因,核定文件,形式,来源区域,凭证\n"


def test_a_file_brings_both_and_read_twice_changes_nothing(project, statistician):
    text = (
        HEAD
        + "佳禧面料项目,2023-03-05,1000,800,发票未提供,市〔2023〕12号,设备实物,国内省外,A1\n"
        + "佳禧面料项目,2023-03-06,500,,,,土地,市内,A2\n"
    )
    assert imported(text, statistician).counts["new"] == 2
    assert imported(text, statistician).counts["same"] == 2
    one = FundingReceipt.objects.standing().get(evidence="A1")
    assert (one.amount, one.allowed_amount, one.disallowed) == (
        10 * MILLION, 8 * MILLION, 2 * MILLION,
    )  # fmt: skip
    assert (one.form, one.source_area) == (FundForm.EQUIPMENT, FundArea.NATION)
    assert AuditEntry.objects.filter(verb="allow_receipt").count() == 1
    later = text.replace(",500,,,", ",500,500,,")
    assert imported(later, statistician).counts["changed"] == 1
    assert imported(later, statistician).counts["same"] == 2
    assert funds_of(project).arrived.allowed.total == 13 * MILLION


@pytest.mark.parametrize(
    ("cells", "heading"),
    [
        ("1000,1200,,,,,A1", "核定数（万元）"),
        ("1000,800,,,,,A1", "核减原因"),
        ("1000,,发票未提供,,,,A1", "核定数（万元）"),
    ],
)
def test_a_row_that_does_not_add_up_is_refused_at_its_column(project, statistician, cells, heading):
    plan = imported(HEAD + f"佳禧面料项目,2023-03-05,{cells}\n", statistician)
    assert [refusal.column for refusal in plan.refused] == [heading]
    assert not FundingReceipt.objects.exists()


@pytest.mark.parametrize("heading", ["到位金额（万元）", "到位资金（万元）", "上报金额（万元）"])
def test_what_files_called_the_amount_before_is_what_was_reported(project, statistician, heading):
    text = f"项目,到账日期,{heading},核定金额（万元）\n佳禧面料项目,2023-03-05,1000,1000\n"
    assert imported(text, statistician).counts["new"] == 1
    standing = FundingReceipt.objects.standing().get()
    assert (standing.amount, standing.allowed_amount) == (10 * MILLION, 10 * MILLION)


# Pages and programs


@pytest.fixture
def page(client):
    def shown(user, address, **data):
        client.force_login(user, backend="crm.signin.Backend")
        answer = client.post(address, data) if data else client.get(address)
        return answer.status_code, answer.content.decode()

    return shown


def test_the_page_of_a_receipt_offers_it_to_who_may(page, receipt, officer, teamlead):
    button = f"/desk/receipts/{receipt.pk}/allow/"
    assert button in page(teamlead, f"/desk/receipts/{receipt.pk}/")[1]
    assert button not in page(officer, f"/desk/receipts/{receipt.pk}/")[1]
    assert page(officer, button)[0] == 403
    assert "上报 1,000万元" in page(teamlead, button)[1]


def test_the_form_asks_why_and_what_it_did_is_on_every_page(
    page, receipt, project, teamlead, leader, team
):
    form = f"/desk/receipts/{receipt.pk}/allow/"
    status, shown = page(teamlead, form, amount="800")
    assert status == 400
    assert "有核减，请填写核减原因" in shown
    assert page(teamlead, form, amount="800", **WHY)[0] == 302
    standing = FundingReceipt.objects.standing().get()
    detail = page(leader, f"/desk/receipts/{standing.pk}/")[1]
    for word in ("上报数", "1,000万元", "核定数", "800万元", "核减", "200万元", WHY["document"]):
        assert word in detail
    assert "核定到位资金" in detail
    make.receipt(project, MARCH, "5000000")
    listed = page(leader, "/desk/receipts/")[1]
    assert "上报数合计 1,500万元；核定数合计 800万元（1 条未核定）" in listed
    shown = page(leader, f"/desk/projects/{project.pk}/")[1]
    assert "累计上报" in shown
    assert "1 / 2 笔" in shown
    assert "到位率按核定数计，未核定的按上报数" in shown
    target = make.target(2023, "funds_in_place", "2", team=team)
    board = page(leader, "/desk/targets/?year=2023&month=8")[1]
    assert "上报 0.15，核定 0.08 亿元（1 / 2 笔）" in board
    assert "已核定的按核定数计，未核定的按上报数计" in board
    rows = page(leader, f"/desk/targets/{target.pk}/rows/?month=8")[1]
    assert "已核定的按核定数，未核定的按上报数" in rows
    for word in ("上报（万元）", ">1,000<", "核定（万元）", ">800<", ">未核定<"):
        assert word in rows


def test_a_program_allows_too(client, receipt, officer, teamlead):
    address = f"/api/receipts/{receipt.pk}/allowance/"

    def posted(user, **data):
        client.force_login(user, backend="crm.signin.Backend")
        return client.post(address, data, content_type="application/json")

    cut = {"allowed_amount": "8000000", "allowance_reason": "x", "allowance_document": "12号"}
    assert posted(officer, **cut).status_code == 403
    answer = posted(teamlead, allowed_amount="8000000")
    assert answer.status_code == 400
    assert set(answer.json()["fields"]) == {"allowance_reason", "allowance_document"}
    answer = posted(teamlead, **cut)
    assert answer.status_code == 200
    told = answer.json()
    assert (told["amount"], told["allowed_amount"], told["disallowed"]) == (
        "10000000.00", "8000000.00", "2000000.00",
    )  # fmt: skip
    assert told["form"] == "money"
    assert posted(teamlead, **cut).status_code == 404  # the row of this address was replaced
