"""A statistician's month: asks the companies, chases, sends one back, takes over, pastes what the
bureau published, closes the month and corrects with a reason. A company fills in on the phone,
without an account."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import WIDTHS, sign_in

TITLE = "2023年8月新入库企业产值"
FIRST, SECOND = "绿溪精弧齿轮有限公司", "绿溪同泰阀门有限公司"
MINE = "规上工业总产值"


@pytest.mark.parametrize("width", ["phone"], indirect=True)
def test_a_round_is_asked_answered_chased_sent_back_taken_over_and_closed(visit, look):
    desk, company = visit(), visit()
    desk.set_viewport_size(WIDTHS["desk"])
    sign_in(desk, "statistician")
    links = _she_makes_the_round_and_its_links(desk, look)
    _the_company_fills_in_on_its_phone(company, look, links[FIRST])
    _the_others_answer_is_unlikely(company, look, links[SECOND])
    _she_chases_and_sends_one_back(desk, look)
    _the_company_mends_it(company, look, links[SECOND])
    _she_takes_both_over(desk, look)
    _she_pastes_what_was_published(desk, look)
    _she_closes_the_month_and_corrects_with_a_reason(desk, look)
    company.goto(links[FIRST])
    expect(company.get_by_role("heading", name="已接收，谢谢")).to_be_visible()
    look(company, "10-taken")
    company.goto("/fill/wrong/")
    expect(company.get_by_role("heading", level=1)).to_have_text("链接打不开")
    look(company, "11-closed")


def _she_makes_the_round_and_its_links(page: Page, look: Callable) -> dict[str, str]:
    page.goto("/desk/collections/start/")
    page.get_by_label("标题").fill(TITLE)
    page.get_by_label(MINE).check()
    page.get_by_label("向哪些企业收").fill(f"{FIRST}\n{SECOND}，王会计，13800000001")
    page.get_by_label("发起单位").fill("绿溪县统计局")
    page.get_by_label("截止日期").fill("2023-09-08")
    look(page, "01-round")
    page.get_by_role("button", name="发起", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    page.get_by_label("改为全部没报的").check()
    page.get_by_role("button", name="生成链接").click()
    look(page, "02-links")
    lines = page.get_by_label("全部链接").input_value().strip().splitlines()
    with page.expect_download() as download:
        page.get_by_role("button", name="下载成 Excel").click()
    assert download.value.suggested_filename.endswith(".xlsx")
    return dict(line.split("\t") for line in lines)


def _the_company_fills_in_on_its_phone(page: Page, look: Callable, link: str) -> None:
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    page.get_by_label(MINE).fill("大概三千万")
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("没有提交")
    look(page, "03-refused")
    page.get_by_label(MINE).fill("3050万")
    page.get_by_role("button", name="存草稿").click()
    expect(page.get_by_role("status")).to_contain_text("还没有提交")
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("已提交，谢谢")
    expect(page.locator("main")).to_contain_text("按 0.305亿元 计")
    look(page, "04-submitted")


def _the_others_answer_is_unlikely(page: Page, look: Callable, link: str) -> None:
    page.goto(link)
    page.get_by_label(MINE).fill("-1")
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("不会小于 0")
    page.get_by_label(MINE).fill("2.8")
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("已提交，谢谢")


def _she_chases_and_sends_one_back(page: Page, look: Callable) -> None:
    page.goto("/desk/collection-progress/")
    look(page, "05-progress")
    page.get_by_role("link", name="2023年8月企业产值", exact=True).click()
    page.get_by_label("绿溪谷雨烘焙有限公司").check()
    page.get_by_label("绿溪云锦织造有限公司").uncheck()
    page.get_by_label("绿溪丝路家纺有限公司").uncheck()
    page.get_by_role("button", name="催报").click()
    expect(page.get_by_role("status").first).to_contain_text("请打电话：绿溪谷雨烘焙有限公司")
    look(page, "06-chased")
    page.goto("/desk/collection-progress/")
    page.get_by_role("link", name=TITLE).click()
    page.get_by_role("link", name=SECOND).click()
    page.get_by_label("退回原因").fill("单位是亿元，请核对")
    look(page, "07-answer")
    page.get_by_role("button", name="退回修改").click()
    expect(page.get_by_role("status").first).to_contain_text(f"已退回{SECOND}")


def _the_company_mends_it(page: Page, look: Callable, link: str) -> None:
    page.goto(link)
    expect(page.get_by_role("note")).to_contain_text("单位是亿元，请核对")
    expect(page.get_by_label(MINE)).to_have_value("2.8")
    look(page, "08-sent-back")
    page.get_by_label(MINE).fill("0.28")
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("已提交，谢谢")


def _she_takes_both_over(page: Page, look: Callable) -> None:
    page.reload()
    expect(page.get_by_label(FIRST)).to_be_checked()
    expect(page.get_by_label(SECOND)).to_be_checked()
    page.get_by_role("button", name="接收").click()
    expect(page.get_by_role("status").first).to_contain_text("接收了 2 份，已写入台账")
    look(page, "09-taken-over")


PASTE = """(input, text) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  const told = { clipboardData: data, bubbles: true, cancelable: true };
  input.dispatchEvent(new ClipboardEvent("paste", told));
}"""


def _she_pastes_what_was_published(page: Page, look: Callable) -> None:
    page.goto("/desk/reading-grid/")
    page.get_by_label("规上企业（户） 6月").evaluate(PASTE, "62\t63\t640")
    expect(page.get_by_label("规上企业（户） 8月")).to_have_value("640")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("alert")).to_contain_text("是前面 63 的 10 倍")
    look(page, "12-pasted")
    page.get_by_label("规上企业（户） 8月").fill("64")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("status").first).to_contain_text("已保存 3 个读数")


def _she_closes_the_month_and_corrects_with_a_reason(page: Page, look: Callable) -> None:
    page.goto("/desk/closings/new/")
    page.get_by_label("月份").fill("2023-08")
    page.get_by_role("button", name="登记", exact=True).click()
    page.wait_for_url(re.compile(r"/desk/closings/\d+/"))
    page.goto("/desk/reading-grid/?of=company")
    cell = page.get_by_label(f"{FIRST} 8月")
    expect(cell).to_have_value("0.305")
    cell.fill("0.31")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("alert")).to_contain_text("8月已经封账")
    page.get_by_label("都没有错的").fill("企业更正报表")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("status").first).to_contain_text("已保存 1 个读数")
    expect(page.get_by_label(f"{FIRST} 8月")).to_have_value("0.31")
