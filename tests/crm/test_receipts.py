"""Funds in place are counted receipt by receipt, exactly, or said to be unknown."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from crm import clock, ledgers
from crm.actions import imports, withdrawals
from crm.actions.pipeline import projects, receipts
from crm.dates import When
from crm.errors import Refused
from crm.models import AuditEntry, ExchangeRate, FundingReceipt, FundSource, Project, funds_of
from crm.spreadsheets.commit import import_file
from tests import make

pytestmark = pytest.mark.django_db
MARCH = date(2023, 3, 1)


@pytest.fixture
def project(park, team):
    return make.signed_project(MARCH, park=park, team=team, name="佳禧面料项目")


def test_receipts_add_up_to_the_fen(project):
    for amount in ("12345678901234.56", "0.01", "0.10", "0.20"):
        make.receipt(project, MARCH, amount)
    assert funds_of(project).total == Decimal("12345678901234.87")


def test_the_share_is_receipts_over_the_agreement_and_its_increases(project):
    make.receipt(project, MARCH, "30000000", source=FundSource.OWN)
    make.receipt(project, date(2023, 4, 1), "15000000", source=FundSource.BANK)
    assert funds_of(project).percent == Decimal(45)
    make.agreement(project, date(2023, 5, 1), "50000000", kind="increase")
    make.agreement(project, date(2023, 5, 1), "999", kind="supplement")
    make.agreement(project, date(2023, 5, 1), "999", kind="framework")
    funds = funds_of(project)
    assert (funds.agreed, funds.percent) == (Decimal("150000000"), Decimal(30))


def test_another_projects_receipts_do_not_count(project, park, team):
    make.receipt(make.signed_project(MARCH, park=park, team=team), MARCH)
    assert (funds_of(project).count, funds_of(project).total) == (0, 0)


def test_the_share_is_unknown_without_receipts_agreement_or_agreed_amount(project, park):
    assert funds_of(project).percent is None
    unsigned = make.project(park=park)
    make.receipt(unsigned, MARCH)
    assert (funds_of(unsigned).agreed, funds_of(unsigned).percent) == (None, None)
    vague = make.signed_project(MARCH, park=park, amount=None)
    make.receipt(vague, MARCH)
    assert (funds_of(vague).agreed, funds_of(vague).percent) == (None, None)


def test_one_unknown_increase_makes_the_agreed_sum_unknown(project):
    make.receipt(project, MARCH)
    make.agreement(project, date(2023, 5, 1), None, kind="increase")
    assert (funds_of(project).agreed, funds_of(project).percent) == (None, None)


def test_foreign_money_is_worth_the_rate_of_its_month_and_unknown_without_one(project):
    make.rate(2023, 4, "717.3455")
    make.receipt(project, MARCH, "20000000")
    known = make.receipt(
        project, date(2023, 4, 9), None, currency="USD", foreign_amount=Decimal("1000000.01")
    )
    assert known.yuan == Decimal("7173455.07")  # 7173455.071734…
    assert funds_of(project).percent == Decimal("27.17345507")
    late = make.receipt(
        project, date(2023, 5, 9), None, currency="USD", foreign_amount=Decimal(100)
    )
    year = make.receipt(project, When.year(2023), None, currency="USD", foreign_amount=Decimal(100))
    assert (late.yuan, year.yuan) == (None, None)
    funds = funds_of(project)
    assert (funds.total, funds.unknown_count, funds.percent) == (
        Decimal("27173455.07"), 2, None,
    )  # fmt: skip


def test_the_settled_yuan_amount_wins_over_the_rate(project):
    make.rate(2023, 4)
    settled = make.receipt(
        project, date(2023, 4, 9), "7000000", currency="USD", foreign_amount=Decimal(1000000)
    )
    assert settled.yuan == Decimal(7000000)


def test_a_replaced_receipt_no_longer_counts_and_stays_readable(project, teamlead):
    wrong = make.receipt(project, MARCH, "30000000", evidence="回单 1")
    right = receipts.correct_receipt(
        wrong, {"amount": Decimal(3000000)}, by=teamlead, reason="多写一个零"
    )
    assert (funds_of(project).total, funds_of(project).count) == (Decimal(3000000), 1)
    assert (right.evidence, right.received, right.replaces) == ("回单 1", When.day(MARCH), wrong)
    assert FundingReceipt.objects.get(pk=wrong.pk).amount == Decimal(30000000)
    assert AuditEntry.objects.get(verb="correct_receipt").reason == "多写一个零"
    with pytest.raises(Refused, match="已被更正"):
        receipts.correct_receipt(wrong, {"amount": Decimal(1)}, by=teamlead, reason="再改")


def test_a_correction_to_zero_cancels_and_a_new_zero_is_refused(project, teamlead):
    wrong = make.receipt(project, MARCH)
    make.receipt(project, MARCH, "5", evidence="另一笔")
    receipts.correct_receipt(wrong, {"amount": Decimal(0)}, by=teamlead, reason="记错项目")
    assert funds_of(project).total == 5
    with pytest.raises(Refused, match="大于 0"):
        make.receipt(project, MARCH, "0")


def test_a_correction_without_reason_is_refused(project, teamlead):
    receipt = make.receipt(project, MARCH)
    with pytest.raises(Refused) as caught:
        receipts.correct_receipt(receipt, {"amount": Decimal(1)}, by=teamlead, reason=" ")
    assert caught.value.code == "reason_needed"
    assert FundingReceipt.objects.count() == 1


def test_receipts_as_known_on_a_day(project, teamlead):
    with clock.playing(date(2023, 4, 1)):
        wrong = make.receipt(project, MARCH, "100")
    with clock.playing(date(2023, 6, 1)):
        right = receipts.correct_receipt(
            wrong, {"amount": Decimal(7)}, by=teamlead, reason="核对回单"
        )
    standing = FundingReceipt.objects.standing
    assert list(standing(date(2023, 3, 31))) == []
    assert list(standing(date(2023, 5, 31))) == [wrong]
    assert list(standing(date(2023, 6, 1))) == [right]
    assert funds_of(project, known_on=date(2023, 3, 31)).count == 0


def test_a_year_alone_is_received_in_the_year_and_in_no_month(project):
    receipt = make.receipt(project, When.year(2022))
    received_in = FundingReceipt.objects.received_in
    assert list(received_in(date(2022, 1, 1), date(2022, 12, 31))) == [receipt]
    assert not received_in(date(2022, 1, 1), date(2022, 8, 31)).exists()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"amount": None}, "amount"),
        ({"amount": "-1"}, "amount"),
        ({"currency": "USD"}, "foreign_amount"),
        ({"foreign_amount": Decimal(5)}, "currency"),
        ({"amount": None, "currency": "USD", "foreign_amount": Decimal(-5)}, "foreign_amount"),
        ({"source": "lottery"}, "source"),
    ],
)
def test_what_is_no_receipt_is_refused_at_its_field(project, values, field):
    with pytest.raises(Refused) as caught:
        make.receipt(project, MARCH, **values)
    assert field in caught.value.fields
    assert not FundingReceipt.objects.exists()


def test_money_of_tomorrow_is_refused(project):
    with pytest.raises(Refused, match="到账后再登记"):
        make.receipt(project, clock.today() + timedelta(days=1))
    assert make.receipt(project, clock.today()).pk


def test_nobody_records_for_a_project_he_may_not_work_on(project, other_officer, leader, officer):
    for user, code in ((other_officer, "not_allowed"), (leader, "not_allowed")):
        with pytest.raises(Refused) as caught:
            receipts.record_receipt(project, by=user, received=MARCH, amount=Decimal(1))
        assert caught.value.code == code
    receipt = make.receipt(project, MARCH)
    with pytest.raises(Refused) as caught:
        receipts.correct_receipt(receipt, {"amount": Decimal(1)}, by=other_officer, reason="改")
    assert caught.value.code == "not_found"
    assert receipts.record_receipt(project, by=officer, received=MARCH, amount=Decimal(1)).pk


def imported(text, by):
    ledger = ledgers.get("receipts")
    return import_file(text.encode(), "到位资金.csv", ledger, by=by)


def test_a_file_read_twice_counts_once_and_a_changed_amount_is_a_correction(project, statistician):
    head = "项目,到账日期,到位金额（万元）,资金来源,凭证\n"
    lines = "佳禧面料项目,2023-03-05,1000,自有资金,A1\n佳禧面料项目,2023-03-05,500,自有资金,A2\n"
    assert imported(head + lines, statistician).counts["new"] == 2
    assert imported(head + lines, statistician).counts["same"] == 2
    assert imported(head + lines.replace(",500,", ",600,"), statistician).counts["changed"] == 1
    assert funds_of(project).total == Decimal(16000000)


def test_without_a_voucher_another_amount_is_another_receipt(project, statistician):
    head = "项目,到账日期,到位金额（万元）\n"
    first = imported(head + "佳禧面料项目,2023-03,1000\n佳禧面料项目,2023-03,500\n", statistician)
    assert first.counts["new"] == 2
    assert imported(head + "佳禧面料项目,2023-03,500\n", statistician).counts["same"] == 1


def test_foreign_money_of_a_file_keeps_its_currency(project, statistician):
    text = "项目,到账日期,到位金额\n佳禧面料项目,2023-03-05,300万美元\n"
    assert imported(text, statistician).counts["new"] == 1
    assert imported(text, statistician).counts["same"] == 1
    receipt = FundingReceipt.objects.get()
    assert (receipt.currency, receipt.foreign_amount) == ("USD", Decimal(3000000))
    assert receipt.yuan is None
    make.rate(2023, 3, "686.7600")
    assert receipt.yuan == Decimal(20602800)


def test_undoing_an_import_takes_its_receipts_and_corrections_back(project, statistician):
    kept = make.receipt(project, MARCH, "10000000", evidence="A1")
    text = (
        "项目,到账日期,到位金额（万元）,凭证\n"
        "佳禧面料项目,2023-03-01,2000,A1\n佳禧面料项目,2023-04-01,5,A2\n"
    )
    plan = imported(text, statistician)
    assert (plan.counts["new"], plan.counts["changed"]) == (1, 1)
    imports.revert_import(plan.batch, by=statistician)
    standing = FundingReceipt.objects.standing().get()
    assert (standing.amount, standing.evidence) == (kept.amount, "A1")


def test_an_import_whose_receipt_somebody_corrected_is_not_undone(project, statistician, teamlead):
    plan = imported("项目,到账日期,到位金额（万元）\n佳禧面料项目,2023-03-01,2000\n", statistician)
    wrong = FundingReceipt.objects.get()
    receipts.correct_receipt(wrong, {"amount": Decimal(1)}, by=teamlead, reason="看错单位")
    with pytest.raises(Refused, match="佳禧面料项目") as refused:
        imports.revert_import(plan.batch, by=statistician)
    assert refused.value.code == "touched_since"
    assert FundingReceipt.objects.count() == 2


def test_a_project_of_an_import_somebody_paid_into_is_not_taken_away(statistician, park, teamlead):
    batch = imports.open_batch("projects", by=statistician, file_name="台账.xlsx")
    with imports.under(batch):
        made = projects.register(
            {"name": "导入项目", "park": park, "team": teamlead.team}, by=statistician
        )
    receipt = make.receipt(made, MARCH)
    with pytest.raises(Refused, match="导入项目"):
        imports.revert_import(batch, by=statistician)
    withdrawals.void(receipt, by=statistician, reason="记错了项目")
    imports.revert_import(batch, by=statistician)
    assert not Project.objects.exists()


def test_a_rate_is_of_one_foreign_currency_in_one_month(statistician):
    make.rate(2023, 4)
    for wrong, message in (
        ({"month": 4}, "已登记"),
        ({"month": 5, "currency": "CNY"}, "人民币不用折算"),
        ({"month": 5, "yuan_per_100": "0"}, "大于 0"),
    ):
        with pytest.raises(Refused, match=message):
            make.rate(2023, **wrong)
    plan = import_file(
        "币种,月份,汇率\n美元,2023,700\n美元,2023年6月,712.5\n".encode(),
        "汇率.csv",
        ledgers.get("rates"),
        by=statistician,
    )
    assert [refusal.reason for refusal in plan.refused] == ["请写到月，例如 2023-08。"]
    assert ExchangeRate.objects.filter(month_on=date(2023, 6, 1)).exists()
