"""作废 on the desk: who may, what is said before, what the page of a fact says afterwards."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from crm import access, clock, ledgers
from crm.access import Action, Role
from crm.actions import merges, withdrawals
from crm.actions.companies import evaluation_inputs
from crm.actions.indicators import forecasts, readings
from crm.actions.pipeline import agreements, confirmations, first_contacts, projects, receipts
from crm.actions.questions import Anyway
from crm.dates import When
from crm.models import Agreement, Confirmation, FundingReceipt, Notification, StageMove
from crm.stages import Stage, Status
from tests import make
from tests.needs import some

pytestmark = pytest.mark.django_db
DAY = date(2023, 6, 1)
LATER = DAY + timedelta(10)
WHY = "登记时看错了项目"


@pytest.fixture(autouse=True)
def _june():
    with clock.playing(DAY):
        yield


@pytest.fixture
def project(park, team, officer):
    return make.signed_project(date(2023, 3, 1), park=park, team=team, officer=officer)


@pytest.fixture
def facts(project, team, park, statistician) -> dict[str, Any]:
    """One standing fact of every insert-only ledger that can be withdrawn."""
    make.receipt(project, date(2023, 4, 1))
    signing = project.moves.into(Stage.SIGNED)
    return {
        "agreements": project.agreements.get(),
        "receipts": project.receipts.get(),
        "moves": projects.shelve(project, on=DAY, by=statistician, reason="资金未到"),
        "credits": make.divided(make.project(team=team, park=park)),
        "rulings": make.ruling(make.project(team=team, park=park)),
        "confirmations": confirmations.confirm(signing, by=statistician)[0],
        "above-scale": make.spell(make.company(), date(2020, 5, 1)),
        "industry-changes": make.industry_change(
            make.company(industry=make.industry()), make.industry("健康食品"), date(2023, 4, 1)
        ),
        "readings": make.reading(make.indicator(), When.month(2023, 4), 120),
        "reserved-readings": make.reading(
            make.indicator("单户税收", "paid", is_confidential=True),
            When.month(2023, 4),
            1,
            company=make.company("甲有限公司"),
        ),
        "forecasts": forecasts.record_forecast(
            make.indicator("入库税收", "tax"),
            by=statistician,
            year=2023,
            made=DAY,
            value=Decimal(2),
        ),
        "loans": make.loan(make.company()),
        "relocations": make.relocation(make.company(), date(2023, 4, 1), park),
        "closings": readings.close_month(When.month(2023, 5), by=statistician),
        "investment-plans": make.investment_plan(project, 2023),
        "monthly-reports": make.month_report(project, When.month(2023, 4)),
        "report-sendings": make.sending(make.due_report(), When.month(2023, 3)),
        "evaluation-inputs": make.evaluation_input(make.company("佳联印染")),
        "evaluation-marks": evaluation_inputs.record_mark(
            make.company("佳联印染"), 2022, by=statistician, ground="safety", effect="one_lower"
        ),
        "evaluations": make.evaluation(make.company("佳利德"), 2021),
    }


def text_of(answer) -> str:
    return answer.content.decode()


def void_url(key: str, fact: Any) -> str:
    return f"/desk/{key}/{fact.pk}/void/"


def page_url(key: str, fact: Any) -> str:
    return f"/desk/{key}/{fact.pk}/"


def test_every_ledger_of_facts_can_be_withdrawn_from(facts):
    assert set(facts) == {one.key for one in ledgers.every() if one.is_of_facts}


FOLLOWS = {
    "agreements": ("不再计入招引入驻项目和协议总投资", "进入签约的那一步也登记错了的，请另行作废"),
    "receipts": ("累计到位资金减少1,000万元",),
    "moves": ("项目回到签约、推进中（2023-03-01 起）",),
    "credits": ("同一次划分的份额一起作废", "业绩按上一次划分计"),
    "rulings": ("首谈回到有争议",),
    "confirmations": ("这个意见不算数", "回到待认定，照样计入报告"),
    "above-scale": ("企业在这段时间不再算规上",),
    "industry-changes": ("企业回到纺织鞋服",),
    "readings": ("全县2023年4月的规上工业总产值回到未知",),
    "reserved-readings": ("甲有限公司2023年4月的单户税收回到未知",),
    "forecasts": ("2023年入库税收的全年预计回到更早的一条",),
    "closings": ("2023年5月重新开放",),
    "report-sendings": ("2023年3月的“工业经济月报”回到没有报出",),
    "evaluation-inputs": ("2022年的亩均数据回到未知，公布了的结果不变",),
    "evaluation-marks": ("照数据评，公布了的结果不变",),
    "evaluations": ("这户企业没有2021年的结果",),
}


@pytest.mark.parametrize("key", some(FOLLOWS, 2))
def test_what_follows_is_said_before_and_the_fact_says_afterwards_that_it_is_withdrawn(
    key, facts, as_user, statistician
):
    fact, client = facts[key], as_user(statistician)
    assert void_url(key, fact) in text_of(client.get(page_url(key, fact)))
    page = text_of(client.get(void_url(key, fact)))
    for said in (*FOLLOWS[key], "重印的报告不变", "可以查到"):
        assert said in page
    done = client.post(void_url(key, fact), {"reason": WHY}, follow=True)
    page = text_of(done)
    assert done.redirect_chain == [(page_url(key, fact), 302)]
    assert "已作废" in page
    assert f"作废：{WHY}。从那天起不再计入" in page
    assert not fact.stands
    assert void_url(key, fact) not in page
    assert fact not in client.get(f"/desk/{key}/").context["page"].object_list


def test_whoever_came_from_a_page_goes_back_there(facts, project, as_user, statistician):
    back = f"/desk/projects/{project.pk}/"
    done = as_user(statistician).post(
        f"{void_url('agreements', facts['agreements'])}?next={back}", {"reason": WHY}
    )
    assert done.url == back
    done = as_user(statistician).post(
        f"{void_url('receipts', facts['receipts'])}?next=https://evil.example/", {"reason": WHY}
    )
    assert done.url == page_url("receipts", facts["receipts"])


@pytest.mark.parametrize(("reason", "said"), [("  ", "必填"), ("错" * 301, "300")])
def test_without_a_readable_reason_nothing_happens_and_what_was_typed_stays(
    reason, said, facts, as_user, statistician
):
    for key, fact in facts.items():
        answer = as_user(statistician).post(void_url(key, fact), {"reason": reason})
        assert answer.status_code == 400
        assert said in text_of(answer)
        assert reason.strip() in text_of(answer)
        assert fact.stands


def test_every_role_gets_the_button_exactly_where_it_may(anyone, facts, as_user):
    client = as_user(anyone)
    for key, fact in some(facts.items(), Role(anyone.role)):
        seen = access.may(anyone, Action.VIEW, fact)
        may = seen and withdrawals.can_void(fact, anyone)
        page = client.get(page_url(key, fact))
        in_business = ledgers.get(key).can(anyone, Action.VIEW)
        missing = 404 if in_business else 403
        assert page.status_code == (200 if seen else missing), key
        if seen:
            assert (void_url(key, fact) in text_of(page)) == may, key
        awaited = 200 if may else 403 if seen or not in_business else 404
        if seen and not may and access.may(anyone, access.rights_of(fact).void, fact):
            awaited = 409 if key == "rulings" else 403  # his own team's case; another's word
        assert client.get(void_url(key, fact)).status_code == awaited, key
        sent = client.post(void_url(key, fact), {"reason": WHY})
        assert sent.status_code == (302 if may else awaited), key
        assert fact.stands is not may, key


def test_a_stranger_is_sent_to_the_login(client, facts):
    for key, fact in facts.items():
        assert client.get(void_url(key, fact)).url.startswith("/login/")


def test_what_is_no_fact_has_no_such_page(project, as_user, statistician):
    client = as_user(statistician)
    for address in (f"/desk/projects/{project.pk}/void/", "/desk/agreements/999999/void/"):
        assert client.get(address).status_code == 404


def test_of_moves_only_the_last_has_the_button_and_the_others_say_why(
    project, as_user, statistician
):
    client = as_user(statistician)
    first = project.moves.get()
    page = text_of(client.get(page_url("moves", first)))
    assert void_url("moves", first) not in page
    assert "进入台账的一步，不能作废" in page
    projects.shelve(project, on=DAY, by=statistician, reason="资金未到")
    assert "只能作废最后一步" in text_of(client.get(page_url("moves", first)))
    answer = client.post(void_url("moves", first), {"reason": WHY})
    assert answer.status_code == 409
    assert "只能作废最后一步" in text_of(answer)
    assert StageMove.objects.standing().filter(project=project).count() == 2


def test_an_agreement_with_an_increase_says_what_comes_first(project, as_user, statistician):
    make.agreement(project, date(2023, 4, 1), kind="increase")
    fact = Agreement.objects.standing().get(kind="investment")
    page = text_of(as_user(statistician).get(page_url("agreements", fact)))
    assert "请先作废增资协议" in page
    assert as_user(statistician).get(void_url("agreements", fact)).status_code == 409


def test_withdrawn_twice_at_once_the_second_is_told(facts, as_user, statistician):
    for key, fact in facts.items():
        client = as_user(statistician)
        client.post(void_url(key, fact), {"reason": WHY})
        again = client.post(void_url(key, fact), {"reason": "再来"}, follow=True)
        assert again.redirect_chain == [(page_url(key, fact), 302)]
        assert "已被更正或作废" in text_of(again)


def test_a_form_sent_twice_withdraws_once_and_says_so_once(project, as_user, statistician):
    fact, client = project.agreements.get(), as_user(statistician)
    sent = {"reason": WHY, "form_token": "one-form"}
    answers = [client.post(void_url("agreements", fact), sent) for _ in range(2)]
    assert [one.url for one in answers] == [page_url("agreements", fact)] * 2
    page = text_of(client.get(page_url("agreements", fact)))
    assert page.count("已作废协议") == 1
    assert "已被更正或作废" not in page
    assert Agreement.objects.count() == 2


def test_an_allowed_receipt_is_withdrawn_by_who_may_allow_it(project, as_user, officer, teamlead):
    receipt = make.receipt(project, date(2023, 4, 1))
    allowed = receipts.allow_receipt(
        receipt, Decimal("6000000"), by=teamlead, reason="发票不全", document="核定表 3 号"
    )
    page = text_of(as_user(officer).get(page_url("receipts", allowed)))
    assert void_url("receipts", allowed) not in page
    sent = as_user(officer).post(void_url("receipts", allowed), {"reason": WHY})
    assert sent.status_code == 403
    page = text_of(as_user(teamlead).get(void_url("receipts", allowed)))
    assert "累计到位资金减少600万元" in page
    as_user(teamlead).post(void_url("receipts", allowed), {"reason": WHY})
    assert not FundingReceipt.objects.standing().exists()
    assert as_user(teamlead).get(f"/desk/receipts/{allowed.pk}/allow/").status_code == 302


def test_the_past_offers_an_allowed_receipt_to_who_may_allow_it(
    project, as_user, officer, teamlead
):
    receipt = make.receipt(project, date(2023, 4, 1))
    allowed = receipts.allow_receipt(receipt, Decimal("10000000"), by=teamlead)
    url, address = void_url("receipts", allowed), f"/desk/projects/{project.pk}/"
    assert url in text_of(as_user(teamlead).get(address))
    assert url not in text_of(as_user(officer).get(address))


def test_whoever_is_told_of_it_comes_to_the_project_whose_past_says_so(
    project, as_user, officer, teamlead
):
    receipt = receipts.record_receipt(
        project, by=officer, received=date(2023, 5, 1), amount=Decimal(1000000)
    )
    withdrawals.void(receipt, by=teamlead, reason=WHY)
    notice = Notification.objects.get(user=officer)
    answer = as_user(officer).get(f"/desk/notices/{notice.pk}/", follow=True)
    assert answer.redirect_chain[-1][0] == f"/desk/projects/{project.pk}/"
    assert "<del>到位资金 100万元</del>" in text_of(answer)


# The chain


def test_a_facts_page_shows_its_whole_chain_with_links(project, as_user, statistician, teamlead):
    first = project.agreements.get()
    with clock.playing(LATER):
        second = agreements.correct_agreement(
            first, {"amount": Decimal("200000000")}, by=statistician, reason="少写一个零"
        )
    client = as_user(teamlead)
    page = text_of(client.get(page_url("agreements", first)))
    assert "已更正" in page
    assert "2023-06-11 测试统计员更正协议：少写一个零。" in page
    assert f'href="{page_url("agreements", second)}"' in page
    assert "本页" in page
    assert "1亿元</del>" in page
    assert "2亿元</ins>" in page
    for address in (void_url("agreements", first), "edit/", "end/"):
        assert f"{page_url('agreements', first)}{address.removeprefix('/')}" not in page
    page = text_of(client.get(page_url("agreements", second)))
    assert f'href="{page_url("agreements", first)}"' in page
    assert void_url("agreements", second) in page
    with clock.playing(LATER + timedelta(1)):
        client.post(void_url("agreements", second), {"reason": WHY})
    for fact in (first, second):
        page = text_of(client.get(page_url("agreements", fact)))
        assert f"2023-06-12 测试科长作废：{WHY}。" in page
        (other,) = {first, second} - {fact}
        assert f'href="{page_url("agreements", other)}"' in page
        for verb in ("edit", "end", "void"):
            assert f"/desk/agreements/{fact.pk}/{verb}/" not in page
    # The row that withdraws says nothing else.
    third = Agreement.objects.get(withdraws=True)
    assert client.get(page_url("agreements", third)).url == page_url("agreements", second)


def test_a_corrected_fact_is_not_corrected_again_at_its_old_address(project, as_user, statistician):
    first = project.agreements.get()
    agreements.correct_agreement(
        first, {"amount": Decimal("200000000")}, by=statistician, reason="少写一个零"
    )
    client = as_user(statistician)
    edit = f"{page_url('agreements', first)}edit/"
    assert client.get(edit).url == page_url("agreements", first)
    sent = {
        "project": f"{project} #{project.pk}", "kind": "investment", "signed": "2023-03-02",
        "amount": "30000", "reason": "日期不对",
    }  # fmt: skip
    answer = client.post(edit, sent)
    assert answer.status_code == 400
    assert "已被更正" in text_of(answer)
    assert "日期不对" in text_of(answer)
    assert client.get(f"{page_url('agreements', first)}end/").status_code == 302
    assert Agreement.objects.standing().get().amount == 200000000


def test_nothing_is_done_at_the_address_of_a_withdrawing_row(project, as_user, statistician):
    fact = project.agreements.get()
    withdrawals.void(fact, by=statistician, reason=WHY)
    last = Agreement.objects.get(withdraws=True)
    client = as_user(statistician)
    for verb in ("", "edit/", "void/"):
        answer = client.get(f"{page_url('agreements', last)}{verb}", follow=True)
        assert answer.redirect_chain[-1] == (page_url("agreements", fact), 302)
    assert client.get(f"{page_url('agreements', last)}end/").status_code == 302
    assert Agreement.objects.count() == 2


def test_who_may_not_see_the_project_sees_no_step_of_the_chain(
    project, as_user, statistician, other_officer
):
    first = project.agreements.get()
    withdrawals.void(first, by=statistician, reason=WHY)
    for fact in Agreement.objects.all():
        assert as_user(other_officer).get(page_url("agreements", fact)).status_code == 404


def test_a_division_of_credit_that_a_later_one_replaced_says_so(team, park, as_user, statistician):
    project = make.project(team=team, park=park)
    first = make.divided(project)
    make.divided(project, to_team=make.team())
    page = text_of(as_user(statistician).get(page_url("credits", first)))
    assert "不再计入" in page
    assert "后来重新分过业绩" in page


def test_a_fact_that_a_merge_copied_leads_to_the_one_that_stayed(
    project, as_user, statistician, team
):
    other = make.project("佳禧面料", team=team)
    original = make.receipt(other, date(2023, 4, 1))
    merges.merge(other, project, by=statistician)
    (copy,) = FundingReceipt.objects.standing()
    client = as_user(statistician)
    page = text_of(client.get(page_url("receipts", copy)))
    assert f'<a href="{page_url("receipts", original)}">合并前的那一条</a>' in page
    page = text_of(client.get(page_url("receipts", original)))
    assert "不再计入" in page
    assert "已并入另一个项目" in page
    assert void_url("receipts", original) not in page


def test_a_ruling_replaced_by_one_out_of_sight_says_so_without_a_link(
    team, park, teamlead, as_user, statistician, other_officer
):
    ours = projects.register({"name": "佳禧面料项目", "park": park}, by=teamlead)
    another = Anyway(shown=None, reason="4 月已面谈")
    theirs = projects.register({"name": "佳禧面料项目"}, by=other_officer, anyway=another)
    said = {"by": statistician, "decided_by": "会议纪要", "reason": "有来访登记"}
    first = first_contacts.rule(ours.claims.get(), **said)
    first_contacts.rule(theirs.claims.get(), **said)
    page = text_of(as_user(teamlead).get(page_url("rulings", first)))
    assert "更正后的那一条不在您能看到的范围里" in page


def test_a_long_chain_costs_no_more_questions(
    project, as_user, statistician, django_assert_max_num_queries
):
    client = as_user(statistician)
    receipt = make.receipt(project, date(2023, 4, 1))

    def counted() -> int:
        latest = FundingReceipt.objects.standing().get()
        with django_assert_max_num_queries(50) as asked:
            client.get(page_url("receipts", latest))
        return len(asked)

    def corrected(times: int) -> None:
        nonlocal receipt
        for number in range(times):
            receipt = receipts.correct_receipt(
                receipt, {"evidence": f"进账单 {number}"}, by=statistician, reason="凭证"
            )

    corrected(1)
    few = counted()
    corrected(8)
    assert counted() == few


# Words of second persons


def test_a_word_is_withdrawn_by_its_speaker_from_where_it_is_shown(
    project, as_user, teamlead, statistician
):
    move = project.moves.get()
    (word,) = confirmations.send_back([move], by=teamlead, reason="日期与协议不符")
    url = void_url("confirmations", word)
    for address in (page_url("moves", move), f"/desk/projects/{project.pk}/", "/desk/confirm/"):
        assert url in text_of(as_user(teamlead).get(address)), address
        assert url not in text_of(as_user(statistician).get(address)), address
    assert as_user(statistician).get(url).status_code == 403
    done = as_user(teamlead).post(f"{url}?next=/desk/confirm/", {"reason": "看错了一行"})
    assert done.url == "/desk/confirm/"
    assert StageMove.objects.unconfirmed().get() == move
    page = text_of(as_user(teamlead).get(page_url("moves", move)))
    assert "<del>测试科长 退回</del>" in page
    assert "被退回" not in text_of(as_user(teamlead).get(f"/desk/projects/{project.pk}/"))
    assert Confirmation.objects.standing().count() == 0


def test_before_another_word_the_earlier_one_counts_again(project, as_user, teamlead, statistician):
    move = project.moves.get()
    confirmations.confirm([move], by=statistician)
    (word,) = confirmations.send_back([move], by=teamlead, reason="日期与协议不符")
    page = text_of(as_user(teamlead).get(void_url("confirmations", word)))
    assert "回到测试统计员的意见：认定" in page


# The project's past


def test_the_timeline_strikes_what_was_withdrawn_and_says_why(
    project, as_user, statistician, officer
):
    move = projects.shelve(project, on=DAY, by=statistician, reason="资金未到")
    receipt = make.receipt(project, date(2023, 4, 1))
    agreement = project.agreements.get()
    client, address = as_user(officer), f"/desk/projects/{project.pk}/"
    page = text_of(client.get(address))
    for key, fact in (("moves", move), ("receipts", receipt), ("agreements", agreement)):
        assert f"{void_url(key, fact)}?next=" in page
    assert void_url("moves", project.moves.order_by("pk").first()) not in page
    with clock.playing(LATER):
        for fact in (move, receipt, agreement):
            withdrawals.void(fact, by=officer, reason=WHY)
    page = text_of(client.get(address))
    for title in ("推进中 → 停滞", "到位资金 1,000万元", "投资协议 1亿元"):
        assert f"<del>{title}</del>" in page
    assert page.count(f"2023-06-11 {officer}作废：{WHY}") == 3
    project.refresh_from_db()
    assert (project.stage, project.status) == (Stage.SIGNED, Status.ACTIVE)


def test_who_only_reads_has_no_verbs_in_the_timeline(project, as_user, leader):
    page = text_of(as_user(leader).get(f"/desk/projects/{project.pk}/"))
    assert "/void/" not in page
    assert "/correct/" not in page


def test_a_day_of_the_team_counts_a_withdrawal_as_one(project, as_user, teamlead):
    move = projects.shelve(project, on=DAY, by=teamlead, reason="资金未到")
    withdrawals.void(move, by=teamlead, reason=WHY)
    (person,) = [
        one for one in as_user(teamlead).get("/desk/").context["log"].people
        if one.name == str(teamlead)
    ]  # fmt: skip
    assert [person.counts[what] for what in ("推进", "更正", "作废")] == [1, 0, 1]
