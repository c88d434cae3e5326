"""What was entered by mistake is withdrawn with a reason, counts no more, and can still be read."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.journeys.conftest import sign_in

PROJECT = "智能传感器及控制模组项目"
WHY = "登记时看错了项目"


def test_an_agreement_and_a_move_entered_by_mistake_are_withdrawn(visit, look, product):
    page = visit()
    sign_in(page, "statistician")
    counted, known = _signed(product), _signed(product, "--as-known-on", "2023-08-31")
    _an_agreement_is_corrected_and_its_old_address_says_so(page, look)
    _it_is_withdrawn_from_its_page(page, look)
    assert _signed(product) == counted - 1
    assert _signed(product, "--as-known-on", "2023-08-31") == known
    _a_move_is_withdrawn_from_the_projects_past(page, look)
    _an_undone_import_can_still_be_read(page, look)


def _signed(product, *known: str) -> int:
    figures = product.report("2023-01", "2023-08", *known)
    return int(figures["attraction.signed_projects"]["value"])


def _an_agreement_is_corrected_and_its_old_address_says_so(page: Page, look) -> None:
    page.goto(f"/desk/agreements/?q={PROJECT}")
    page.locator("table.rows tbody th a").first.click()
    page.wait_for_url(re.compile(r"/desk/agreements/\d+/"))
    address = page.url
    page.get_by_role("link", name="修改", exact=True).click()
    page.get_by_label("协议投资额").fill("123450")
    page.get_by_label("更正原因").fill("按盖章件更正金额")
    page.get_by_role("button", name="保存").click()
    page.wait_for_url(re.compile(r"/desk/agreements/\d+/($|\?)"))
    page.goto(address)
    state = page.get_by_role("note")
    expect(state).to_contain_text("已更正")
    expect(page.get_by_role("link", name="作废", exact=True)).to_have_count(0)
    look(page, "01-corrected")
    state.get_by_role("link").click()
    expect(
        page.get_by_role("region", name="登记经过").get_by_role("listitem").first
    ).to_be_visible()
    look(page, "02-chain")


def _it_is_withdrawn_from_its_page(page: Page, look) -> None:
    page.get_by_role("link", name="作废", exact=True).click()
    follows = page.get_by_role("region", name="作废以后")
    expect(follows).to_contain_text("不再计入招引入驻项目和协议总投资")
    expect(follows).to_contain_text("它更正过 1 次")
    look(page, "03-what-follows")
    # Nothing but the keyboard: to the reason, typed, and on to the button.
    reason = page.get_by_label("作废原因")
    reason.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("没有办理")
    look(page, "04-refused")
    reason.focus()
    page.keyboard.type(WHY)
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="作废")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("note")).to_contain_text(WHY)
    expect(page.get_by_role("link", name="作废", exact=True)).to_have_count(0)
    look(page, "05-withdrawn")


def _a_move_is_withdrawn_from_the_projects_past(page: Page, look) -> None:
    page.locator("dl.facts").get_by_role("link", name=PROJECT).click()
    past = page.get_by_role("region", name="经过")
    expect(past.locator("li.is-void")).to_contain_text(WHY)
    past.get_by_role("link", name="作废：洽谈 → 签约").click()
    expect(page.get_by_role("region", name="作废以后")).to_contain_text("项目回到洽谈、推进中")
    look(page, "06-a-move")
    page.get_by_label("作废原因").fill("还没有签约")
    page.get_by_role("button", name="作废").click()
    page.wait_for_url(re.compile(r"/desk/projects/\d+/$"))
    expect(page.locator("ol.strip li.here")).to_contain_text("洽谈")
    expect(past.locator("li.is-void")).to_have_count(2)
    look(page, "07-project")


def _an_undone_import_can_still_be_read(page: Page, look) -> None:
    page.goto("/desk/import/")
    table = f"项目,里程碑,完成日期,凭证\n{PROJECT},立项备案,2023-08-02,备案 12 号\n"
    page.get_by_label("表格文件").set_input_files(
        files=[{"name": "里程碑.csv", "mimeType": "text/csv", "buffer": table.encode()}]
    )
    page.get_by_label("导入到").select_option("milestones")
    page.get_by_role("button", name="上传，对表头").click()
    page.get_by_role("button", name="试算，看结果").click()
    page.get_by_role("button", name="导入这 1 条").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("导入完成")
    look(page, "08-imported")
    page.get_by_role("button", name="整批撤销").click()
    expect(page.get_by_role("status").first).to_contain_text("新增的 1 条作废")
    look(page, "09-undone")
    page.goto(f"/desk/projects/?q={PROJECT}")
    page.locator("table.rows tbody th a").first.click()
    undone = page.locator("li.is-undo")
    expect(undone).to_contain_text("撤销导入“里程碑.csv”")
    undone.get_by_role("link").first.click()
    expect(page.get_by_role("note")).to_contain_text("这一条随之作废")
    look(page, "10-withdrawn-row")
