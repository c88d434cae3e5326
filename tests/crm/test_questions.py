"""What is entered by hand is asked about when it is there already: a figure counts it twice."""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal
from html import unescape

import pytest

from crm import clock, ledgers
from crm.actions import withdrawals
from crm.actions.pipeline import agreements, assignments, prospects, receipts
from crm.actions.questions import NOTHING_SAID, Anyway
from crm.dates import When
from crm.errors import Refused
from crm.models import (
    Activity,
    Agreement,
    Assignment,
    AuditEntry,
    FundingReceipt,
    Milestone,
    Prospect,
    Recognition,
)
from tests import make

pytestmark = pytest.mark.django_db
DAY = date(2023, 5, 4)


@pytest.fixture
def project(team, officer, park):
    return make.project("佳禧面料项目", team=team, park=park, officer=officer)


def asked(make_it):
    """The question this registration ends with."""
    with pytest.raises(Refused) as caught:
        make_it(NOTHING_SAID)
    assert caught.value.code == "likely_duplicate"
    return caught.value.details[0]


def receiving(project, by, **more):
    facts = {"received": DAY, "amount": Decimal(1_000_000), "evidence": "回单 1 号", **more}
    return lambda anyway: receipts.record_receipt(project, by=by, anyway=anyway, **facts)


def test_the_same_receipt_is_asked_about_and_says_since_when_and_by_whom(project, statistician):
    with clock.playing(date(2023, 5, 6)):
        first = receiving(project, statistician)(NOTHING_SAID)
    likeness = asked(receiving(project, statistician))
    assert likeness.seen == [first]
    assert likeness.sentence.startswith(f"{statistician} 2023-05-06 已登记")
    assert FundingReceipt.objects.count() == 1
    receiving(project, statistician)(Anyway(shown=likeness.token))
    assert FundingReceipt.objects.count() == 2
    assert AuditEntry.objects.filter(verb="register_anyway").count() == 1


@pytest.mark.parametrize(
    ("more", "is_same"),
    [
        ({}, True),
        ({"amount": Decimal(5)}, True),  # one voucher is one payment
        ({"evidence": "", "amount": Decimal(1_000_000)}, True),
        ({"evidence": "", "amount": Decimal(5)}, False),
        ({"evidence": "回单 2 号"}, False),
        ({"received": date(2023, 5, 5)}, False),
        ({"source": "bank"}, False),
    ],
)
def test_one_payment_is_neither_counted_twice_nor_taken_for_another(
    more, is_same, project, statistician
):
    """As the importer tells receipts apart."""
    receiving(project, statistician)(NOTHING_SAID)
    again = receiving(project, statistician, **more)
    if is_same:
        asked(again)
    else:
        again(NOTHING_SAID)
    assert FundingReceipt.objects.count() == (1 if is_same else 2)


def test_a_confirmation_holds_for_what_was_shown(project, statistician):
    receiving(project, statistician)(NOTHING_SAID)
    shown = asked(receiving(project, statistician)).token
    receiving(project, statistician)(Anyway(shown=shown))
    assert asked(receiving(project, statistician)).token != shown
    with pytest.raises(Refused):
        receiving(project, statistician)(Anyway(shown=shown))


def test_a_withdrawn_receipt_is_in_nobodys_way(project, statistician):
    first = receiving(project, statistician)(NOTHING_SAID)
    withdrawals.void(first, by=statistician, reason="登记错了")
    receiving(project, statistician)(NOTHING_SAID)


def test_another_agreement_of_the_same_day_is_asked_about(project, statistician):
    def sign(anyway, **more):
        facts = {"kind": "increase", "signed": DAY, "amount": Decimal(5), **more}
        return agreements.sign_agreement(project, by=statistician, anyway=anyway, **facts)

    sign(NOTHING_SAID, kind="investment")
    sign(NOTHING_SAID)
    likeness = asked(sign)
    sign(NOTHING_SAID, signed=date(2023, 5, 5))
    sign(Anyway(shown=likeness.token))
    assert Agreement.objects.filter(kind="increase").count() == 3
    with pytest.raises(Refused) as caught:
        sign(Anyway(shown=None), kind="investment")
    assert caught.value.code == "already_signed"


def test_an_activity_of_the_same_name_and_day_is_asked_about(statistician, team):
    def register(anyway, **more):
        values = {"name": "泉州推介会", "held_on": DAY, "kind": "fair", "team": team, **more}
        return ledgers.get("activities").register(values, by=statistician, anyway=anyway)

    register(NOTHING_SAID)
    likeness = asked(register)
    register(NOTHING_SAID, held_on=date(2023, 5, 5))
    register(Anyway(shown=likeness.token))
    assert Activity.objects.count() == 3


def test_another_teams_activity_is_not_told_of(officer, other_team):
    """It is out of his sight: a question would tell of it."""
    make.activity(DAY, name="泉州推介会", team=other_team)
    values = {"name": "泉州推介会", "held_on": DAY, "kind": "fair", "team": officer.team}
    ledgers.get("activities").register(values, by=officer)
    assert Activity.objects.count() == 2


def test_a_duty_held_in_those_days_already_is_asked_about(project, statistician):
    def assign(anyway, **more):
        values = {"project": project, "kind": "liaison", "unit": "工作组", "starts_on": DAY, **more}
        return assignments.assign(values, by=statistician, anyway=anyway)

    assign(NOTHING_SAID, ends_on=date(2023, 6, 30))
    asked(lambda anyway: assign(anyway, starts_on=date(2023, 6, 1)))
    assign(NOTHING_SAID, starts_on=date(2023, 7, 1))
    assign(NOTHING_SAID, unit="别的工作组")
    assert Assignment.objects.count() == 3


def test_a_recognition_of_the_same_title_is_asked_about(statistician):
    def register(anyway):
        values = {
            "title": "市级特色园区", "subject": "county", "kind": "plaque", "level": "city",
            "state": "granted",
        }  # fmt: skip
        return ledgers.get("recognitions").register(values, by=statistician, anyway=anyway)

    make.recognition("市级特色园区")
    register(Anyway(shown=asked(register).token))
    assert Recognition.objects.count() == 2


def test_a_target_company_of_ones_own_team_is_asked_about(officer, other_officer):
    def register(anyway, by=officer):
        return prospects.register({"name": "东拓隔膜"}, by=by, anyway=anyway)

    prospects.register({"name": "东拓隔膜有限公司"}, by=officer)
    register(Anyway(shown=asked(register).token))
    register(NOTHING_SAID, by=other_officer)
    assert Prospect.objects.count() == 3


def test_what_the_table_refuses_is_refused_and_not_asked(project, statistician):
    """To say that it is another one would lead nowhere."""
    make.milestone(project, "filing", DAY)
    values = ledgers.get("milestones")
    with pytest.raises(Refused) as caught:
        values.register(
            {"project": project, "kind": "filing", "achieved": When.day(DAY)},
            by=statistician,
        )
    assert caught.value.code == "invalid"
    assert Milestone.objects.count() == 1


def test_a_file_is_not_asked(project, statistician):
    """Its rows are looked for; what it repeats is the row that is there."""
    from crm.spreadsheets.commit import import_file

    make.receipt(project, DAY, "1000000", evidence="回单 1 号")
    data = "项目,到账日期,到位金额（万元）,凭证\n佳禧面料项目,2023-05-04,100,回单 1 号\n".encode()
    plan = import_file(data, "资金.csv", ledgers.get("receipts"), by=statistician)
    assert (plan.counts["same"], plan.counts["refused"]) == (1, 0)


# The doors


def typed(project):
    return {
        "project": project.pk, "received": str(DAY), "amount": "100", "source": "own",
        "currency": "CNY", "evidence": "回单 1 号",
    }  # fmt: skip


def test_the_form_asks_keeps_what_was_typed_and_may_be_confirmed(client, statistician, project):
    client.force_login(statistician, backend="crm.signin.Backend")
    assert client.post("/desk/receipts/new/", typed(project)).status_code == 302
    answer = client.post("/desk/receipts/new/", typed(project))
    page = unescape(answer.content.decode())
    assert answer.status_code == 409
    assert "已登记“到位资金 2023-05-04" in page
    assert f'href="/desk/receipts/{FundingReceipt.objects.get().pk}/"' in page
    assert 'value="回单 1 号"' in page
    confirmed = re.search(r'name="confirmed" value="(\w+)"', page)[1]
    again = client.post("/desk/receipts/new/", typed(project) | {"confirmed": confirmed})
    assert again.status_code == 302
    assert FundingReceipt.objects.count() == 2


def test_the_page_of_an_agreement_asks_too(client, statistician, project):
    client.force_login(statistician, backend="crm.signin.Backend")
    url = f"/desk/projects/{project.pk}/agreement/"
    data = {"kind": "framework", "signed": str(DAY), "amount": "100", "note": "两江"}
    assert client.post(url, data).status_code == 302
    answer = client.post(url, data)
    page = unescape(answer.content.decode())
    assert answer.status_code == 409
    assert 'value="两江"' in page
    confirmed = re.search(r'name="confirmed" value="(\w+)"', page)[1]
    assert client.post(url, data | {"confirmed": confirmed}).status_code == 302
    assert Agreement.objects.count() == 2


def test_a_program_is_asked_and_gives_its_reason(client, statistician, project):
    client.force_login(statistician, backend="crm.signin.Backend")

    def send(**more):
        data = {
            "project": project.pk, "received": str(DAY), "amount": "1000000.00",
            "evidence": "回单 1 号", **more,
        }  # fmt: skip
        return client.post("/api/receipts/", json.dumps(data), content_type="application/json")

    assert send().status_code == 201
    answer = send()
    assert answer.status_code == 409
    assert answer.json()["code"] == "likely_duplicate"
    assert answer.json()["hint"]["seen"][0]["id"] == FundingReceipt.objects.get().pk
    assert send(confirmed_duplicate_reason="同日两笔").status_code == 201
    assert AuditEntry.objects.get(verb="register_anyway").reason == "同日两笔"


def test_accepting_an_enquiry_asks_about_the_project(client, officer, park, team):
    known = make.project("某某纺织项目", team=team)
    enquiry = make.enquiry(park, organisation="某某纺织")
    client.force_login(officer, backend="crm.signin.Backend")
    url = f"/desk/enquiries/{enquiry.pk}/accept/"
    answer = client.post(url, {"name": "某某纺织项目", "note": "按程序受理"})
    page = unescape(answer.content.decode())
    assert answer.status_code == 409
    assert f'href="/desk/projects/{known.pk}/"' in page
    assert 'value="按程序受理"' in page
    confirmed = re.search(r'name="confirmed" value="(\w+)"', page)[1]
    data = {"name": "某某纺织项目", "confirmed": confirmed}
    assert client.post(url, data).status_code == 302
