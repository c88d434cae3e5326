"""An officer's day: what is due, a visit logged with a photo, a new lead, a card moved."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import sign_in

LEAD = "高性能隔膜涂覆生产线项目"


def test_an_officers_day(visit, look, tmp_path):
    page = visit()
    sign_in(page, "officer")
    _what_is_overdue_is_followed_up_with_a_photo(page, look, _photo(tmp_path))
    lead = _a_lead_is_registered_once(page, look)
    _its_card_is_refused_until_somebody_has_talked(page, lead, look)
    _a_filtered_list_is_kept_as_a_view(page, look)
    _ends_with_nothing_unread(page, look)


def _photo(folder: Path) -> Path:
    data = BytesIO()
    Image.new("RGB", (1200, 900), "#7a9e87").save(data, "JPEG")
    path = folder / "现场.jpg"
    path.write_bytes(data.getvalue())
    return path


def _count(page: Page, label: str) -> int:
    """The number of a heading of 今日."""
    shown = page.locator("dl.tally > div", has=page.get_by_text(label, exact=True))
    return int(shown.locator("dd").inner_text())


def _what_is_overdue_is_followed_up_with_a_photo(page: Page, look, photo: Path) -> None:
    overdue = _count(page, "已逾期")
    assert overdue > 0
    look(page, "01-today")
    task = page.locator("#overdue li.task").first
    name = task.locator(".task-name a").inner_text()
    task.get_by_role("link", name=f"跟进{name}").click()
    page.get_by_label("谈了什么").fill("到厂里看了样线，对方要两栋厂房。")
    page.locator("input[type=file]").set_input_files(photo)
    page.get_by_role("button", name="下周一").click()
    page.get_by_label("下一步做什么").fill("带规划图再去一次")
    look(page, "02-follow-up")
    page.get_by_role("button", name="记下").click()
    page.wait_for_url(re.compile(r"/desk/projects/\d+/$"))
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    expect(page.get_by_text("带规划图再去一次").first).to_be_visible()
    expect(page.get_by_text("2023-09-04").first).to_be_visible()  # the Monday after the demo date
    expect(page.get_by_text("现场.jpg").first).to_be_visible()
    look(page, "03-project")
    page.goto("/desk/")
    assert _count(page, "已逾期") == overdue - 1
    expect(page.locator("section", has_text="今天记录").last).to_contain_text(name)


def _a_lead_is_registered_once(page: Page, look) -> str:
    known = page.locator("#overdue .task-name a, #today .task-name a").first.inner_text()
    page.goto("/desk/projects/new/")
    # The name of a project the ledger has is noticed while it is typed.
    page.get_by_label("项目名称").press_sequentially(known)
    expect(page.get_by_text("台账里已有").first).to_be_visible()
    look(page, "04-known")
    page.get_by_label("项目名称").fill(LEAD)
    expect(page.get_by_text("台账里已有")).to_have_count(0)
    page.get_by_label("计划总投资").fill("8000")
    page.get_by_role("button", name="登记").click()
    page.wait_for_url(re.compile(r"/desk/projects/\d+/$"))
    expect(page.locator("[aria-current=step]")).to_contain_text("线索")
    expect(page.get_by_text("8,000万元").first).to_be_visible()
    return page.url


def _its_card_is_refused_until_somebody_has_talked(page: Page, lead: str, look) -> None:
    card = _card(page)
    look(page, "05-board")
    card.locator("summary").click()
    card.get_by_role("button", name="推进到洽谈").click()
    expect(page.get_by_role("alert")).to_contain_text("跟进记录")
    expect(page.locator('section[data-stage="lead"] li.card')).to_contain_text(LEAD)
    look(page, "06-refused")
    page.goto(f"{lead}follow-up/")
    page.get_by_label("谈了什么").fill("电话里介绍了园区的电价和厂房。")
    page.get_by_role("button", name="明天").click()
    page.get_by_role("button", name="记下").click()
    page.wait_for_url(lead)
    _card(page).locator("summary").click()
    card.get_by_role("button", name="推进到洽谈").click()
    expect(page.locator('section[data-stage="negotiation"] li.card')).to_have_count(1)
    expect(page.locator("#moved, .message.success").first).to_contain_text(LEAD)
    look(page, "07-moved")


def _card(page: Page) -> Locator:
    """Its card on the board. Elasticsearch shows what was just written about a second later."""
    card = page.locator("li.card", has_text=LEAD)
    for _ in range(10):
        page.goto(f"/desk/board/?q={LEAD}")
        if card.count():
            break
        page.wait_for_timeout(500)
    return card


def _a_filtered_list_is_kept_as_a_view(page: Page, look) -> None:
    page.goto("/desk/projects/?stage=negotiation&ordering=-planned_investment")
    listed = page.locator("table.rows tbody tr").count()
    page.get_by_role("button", name=re.compile("^视图")).click()
    panel = page.locator("#views")
    panel.get_by_label("名称").fill("正在谈的")
    look(page, "08-view")
    panel.get_by_role("button", name="保存视图").click()
    page.goto("/desk/projects/")
    page.get_by_role("button", name=re.compile("^视图")).click()
    page.locator("#views").get_by_role("link", name="正在谈的").click()
    expect(page.locator("table.rows tbody tr")).to_have_count(listed)
    look(page, "09-list")


def _ends_with_nothing_unread(page: Page, look) -> None:
    page.goto("/desk/notices/")
    look(page, "10-notices")
    if page.get_by_role("button", name="全部标为已读").count():
        page.get_by_role("button", name="全部标为已读").click()
    expect(page.get_by_text("都看过了")).to_be_visible()
