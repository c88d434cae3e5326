"""A list to work in: columns, cells changed where they stand, the next row and the way back."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.journeys.conftest import sign_in

LIST = "/desk/projects/?stage=negotiation&ordering=-planned_investment"


def test_a_list_is_worked_through(visit, look, width):
    page = visit()
    sign_in(page, "teamlead")
    page.goto(LIST)
    _columns_are_picked(page, look)
    if width == "desk":
        _a_cell_is_changed_where_it_stands(page, look)
        _two_people_at_one_cell_see_both_values(page, visit, look)
    _the_next_row_and_back(page, look)


def _columns_are_picked(page: Page, look) -> None:
    page.get_by_role("button", name="栏目").click()
    look(page, "01-columns")
    for name in ("产业", "落户园区", "招商专员"):
        page.locator("#columns").get_by_label(name, exact=True).uncheck()
    page.locator("#columns").get_by_label("地点", exact=True).check()
    page.locator("#columns").get_by_role("button", name="地点往前").click()
    page.locator("#columns").get_by_role("button", name="显示").click()
    expect(page).to_have_url(re.compile("cols="))
    expect(page.locator("td[data-name=location]").first).to_be_attached()
    expect(page.locator("td[data-name=industry]")).to_have_count(0)
    look(page, "02-chosen")


def _a_cell_is_changed_where_it_stands(page: Page, look) -> None:
    total = page.locator(".count-line").inner_text()
    cell = page.locator("tbody tr").first.locator("td[data-name=planned_investment]")
    cell.click()
    field = cell.locator("input[name=planned_investment]")
    expect(field).to_be_focused()
    field.fill("约2亿")
    field.press("Enter")
    expect(cell.get_by_role("alert")).to_contain_text("约数")
    expect(field).to_have_value("约2亿")
    look(page, "03-refused")
    field.fill("100亿")
    field.press("Enter")
    expect(cell).to_have_text("1,000,000")
    # The sum above follows, and the keyboard goes on from here.
    expect(page.locator(".count-line")).not_to_have_text(total)
    expect(cell).to_be_focused()
    page.keyboard.press("F2")
    expect(field).to_be_focused()
    page.keyboard.press("Escape")
    expect(cell).to_have_text("1,000,000")


def _two_people_at_one_cell_see_both_values(page: Page, visit, look) -> None:
    mine = page.locator("tbody tr").first.locator("td[data-name=location]")
    mine.click()
    expect(mine.locator("input[name=location]")).to_be_focused()
    other = visit()
    sign_in(other, "statistician")
    other.goto(page.url)
    theirs = other.locator(f"tr:has(a[href*='{_row_of(page)}']) td[data-name=location]")
    theirs.click()
    theirs.locator("input[name=location]").fill("经开区")
    theirs.locator("input[name=location]").press("Enter")
    expect(theirs).to_have_text("经开区")
    mine.locator("input[name=location]").fill("高新区")
    mine.locator("input[name=location]").press("Enter")
    expect(mine.get_by_role("alert")).to_contain_text("经开区")
    look(page, "04-both")
    mine.locator("input[name=location]").press("Enter")
    expect(mine).to_have_text("高新区")


def _row_of(page: Page) -> str:
    """The address of the first row without what it says of the list."""
    link = page.locator("tbody tr").first.locator("th a")
    return str(link.get_attribute("href")).partition("?")[0]


def _the_next_row_and_back(page: Page, look) -> None:
    listed = page.url
    names = page.locator("tbody th a").all_inner_texts()
    page.locator("tbody th a").nth(1).click()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text(names[1])
    look(page, "05-row")
    page.get_by_role("link", name="下一条 ›").click()
    expect(heading).to_have_text(names[2])
    page.get_by_text("看名单和原因").click()
    expect(page.locator(".seers")).to_contain_text("统计员")
    page.get_by_role("link", name="返回项目列表").click()
    expect(page.locator("tbody th a").first).to_have_text(names[0])
    assert page.locator("thead th").all_inner_texts() == _headings(page, listed)


def _headings(page: Page, url: str) -> list[str]:
    page.goto(url)
    return page.locator("thead th").all_inner_texts()
