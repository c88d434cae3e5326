"""The one story: from a public enquiry to a line in the report."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.journeys.conftest import sign_in

NAME = "恒润鞋材生产基地项目"
TOO_QUICK_SECONDS = 2.5


def test_one_lead_from_a_public_enquiry_to_a_line_in_the_report(visit, look, product):
    investor = visit()
    _investor_sends_an_enquiry(investor, look)
    officer = visit()
    project = _officer_makes_it_a_lead(officer, look)
    _officer_brings_it_to_negotiation(officer, project, look)
    _officer_is_refused_and_sees_what_is_missing(officer, project, look)
    _officer_supplies_it_and_signs(officer, project, look)
    number = int(project.rstrip("/").rsplit("/", 1)[1])
    manager = visit()
    _manager_finds_it(manager, number, look)
    _the_report_counts_it(manager, product, number, look)
    _the_investor_sees_that_it_was_accepted(investor, look)


def _investor_sends_an_enquiry(page: Page, look) -> None:
    page.goto("/")
    look(page, "01-home")
    page.get_by_role("link", name="绿溪县纺织鞋服产业园").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("绿溪县纺织鞋服产业园")
    look(page, "02-park")
    # The form is on the page of the park; sent without a phone it says so and keeps what was typed.
    form = page.locator("form.enquiry-form")
    form.locator("[name=name]").fill("演示咨询人")
    form.locator("[name=organisation]").fill("演示恒润鞋材有限公司")
    form.locator("[name=message]").fill("计划建设鞋材生产线，想了解厂房和排污指标。")
    page.wait_for_timeout(TOO_QUICK_SECONDS * 1000)
    form.get_by_role("button").click()
    expect(page.get_by_role("alert")).to_contain_text("电话")
    form = page.locator("form.enquiry-form")
    expect(form.locator("[name=organisation]")).to_have_value("演示恒润鞋材有限公司")
    look(page, "03-refused")
    form.locator("[name=phone]").fill("１３８ ００００ ０９９９")
    form.locator("[name=consent]").check()
    page.wait_for_timeout(TOO_QUICK_SECONDS * 1000)
    form.get_by_role("button").click()
    page.wait_for_url(re.compile("/enquiry/received/"))
    look(page, "04-receipt")


def _officer_makes_it_a_lead(page: Page, look) -> str:
    sign_in(page, "officer")
    look(page, "05-today")
    page.goto("/desk/enquiries/")
    look(page, "06-inbox")
    page.get_by_role("link", name="演示恒润鞋材有限公司").click()
    look(page, "07-enquiry")
    # The phone is masked until it is asked for, on the record.
    expect(page.get_by_text("138****0999")).to_be_visible()
    page.get_by_label("项目名称").fill(NAME)
    page.get_by_role("button", name="受理为线索").click()
    page.wait_for_url(re.compile(r"/desk/projects/\d+/"))
    expect(page.get_by_role("heading", level=1)).to_have_text(NAME)
    expect(page.locator("[aria-current=step]")).to_contain_text("线索")
    expect(page.get_by_role("region", name="人")).to_contain_text("演示·招商专员")
    look(page, "08-lead")
    return page.url


def _officer_brings_it_to_negotiation(page: Page, project: str, look) -> None:
    page.goto(f"{project}follow-up/")
    page.get_by_label("谈了什么").fill("来访，看了两栋标准厂房，对方关心排污指标。")
    page.get_by_label("下次跟进").fill("2023-09-08")
    page.get_by_label("下一步做什么").fill("寄送用地方案")
    look(page, "09-follow-up")
    page.get_by_role("button", name="记下").click()
    page.wait_for_url(project)
    expect(page.get_by_text("寄送用地方案").first).to_be_visible()
    _move(page, project)
    expect(page.locator("[aria-current=step]")).to_contain_text("洽谈")


def _move(page: Page, project: str) -> None:
    page.goto(f"{project}move/")
    page.get_by_role("button", name="办理").click()


def _officer_is_refused_and_sees_what_is_missing(page: Page, project: str, look) -> None:
    _move(page, project)
    missing = page.locator(".missing-box")
    expect(missing).to_contain_text("投资协议")
    expect(missing).to_contain_text("项目评审")
    expect(missing).to_contain_text("计划总投资")
    look(page, "10-refused")
    page.goto(project)
    expect(page.locator("[aria-current=step]")).to_contain_text("洽谈")


def _officer_supplies_it_and_signs(page: Page, project: str, look) -> None:
    page.goto(f"{project}edit/")
    page.get_by_label("计划总投资").fill("1.2亿")
    page.get_by_role("button", name="保存").first.click()
    page.wait_for_url(project)
    # The gate leads to the review's form, and the form back to the move.
    page.goto(f"{project}move/")
    page.locator("#gate li", has_text="项目评审").get_by_role("link", name="去补").click()
    page.get_by_label("评审机构").fill("园区项目评审会")
    page.get_by_label("评审日期").fill("2023-09-01")
    page.get_by_label("结论").select_option(label="有条件通过")
    page.get_by_label("条件和意见").fill("环评批复取得前不供地")
    page.locator("main form.sheet-form").get_by_role("button", name="登记").first.click()
    page.wait_for_url(re.compile("/move/"))
    expect(page.locator("#gate")).to_contain_text("环评批复取得前不供地")
    page.goto(f"{project}agreement/")
    page.get_by_label("协议投资额").fill("12000")
    page.get_by_label("同时把项目推进到签约").check()
    look(page, "11-agreement")
    page.get_by_role("button", name="登记").click()
    page.wait_for_url(project)
    expect(page.locator("[aria-current=step]")).to_contain_text("签约")
    expect(page.get_by_text("1.2亿元").first).to_be_visible()
    look(page, "12-signed")


def _manager_finds_it(page: Page, number: int, look) -> None:
    sign_in(page, "leader")
    for text in ("恒润", "hrxc"):
        page.goto(f"/desk/search/?q={text}")
        expect(page.get_by_role("link", name=NAME)).to_be_visible()
        look(page, f"13-search-{text}")
    answer = page.request.get("/api/projects/", params={"q": "恒润", "stage": "signed"}).json()
    assert [row["id"] for row in answer["results"]] == [number]
    assert answer["results"][0]["planned_investment"] == "120000000.00"


def _the_report_counts_it(page: Page, product, number: int, look) -> None:
    signed = "attraction.signed_projects"
    assert product.report("2023-01", "2023-09")[signed]["value"] == 28
    assert product.report("2023-01", "2023-08")[signed]["value"] == 27
    page.goto("/desk/report/?from=2023-01&to=2023-09")
    look(page, "14-report")
    page.goto(f"/desk/report/figures/{signed}/?from=2023-01&to=2023-09")
    expect(page.locator(f'a[href="/desk/projects/{number}/"]').first).to_be_visible()
    look(page, "15-figure")
    page.goto(f"/desk/report/figures/{signed}/?from=2023-01&to=2023-08")
    expect(page.locator(f'a[href="/desk/projects/{number}/"]')).to_have_count(0)


def _the_investor_sees_that_it_was_accepted(page: Page, look) -> None:
    page.get_by_role("link", name="查看进度").click()
    expect(page.get_by_text("已受理").first).to_be_visible()
    look(page, "16-status")
