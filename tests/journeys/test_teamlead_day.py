"""A team lead's morning: what is late, who should do it, where the pipeline stands, a list taken
along to the meeting."""

from __future__ import annotations

import re
from pathlib import Path

from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from tests.journeys.conftest import sign_in


def test_a_team_leads_morning(visit, look, tmp_path):
    page = visit()
    sign_in(page, "teamlead")
    _one_look_says_what_is_late(page, look)
    _an_overdue_project_changes_hands_and_back(page, look)
    _what_a_colleague_recorded_is_confirmed(page, look)
    _board_and_list_count_the_same(page, look)
    _the_list_is_taken_along_as_it_is_seen(page, look, tmp_path)
    _a_project_says_who_can_see_it(page, look)
    _a_kind_of_notice_is_turned_off(page, look)


def _one_look_says_what_is_late(page: Page, look) -> None:
    for label in ("已逾期", "久未推进", "待指派", "没有下一步"):
        shown = page.locator("dl.tally > div", has=page.get_by_text(label, exact=True))
        assert int(shown.locator("dd").inner_text()) > 0, label
    look(page, "01-today")


def _an_overdue_project_changes_hands_and_back(page: Page, look) -> None:
    task = page.locator("#overdue li.task", has=page.get_by_text("演示·招商专员")).first
    name = task.locator(".task-name a").inner_text()
    task.get_by_role("link", name=f"改派{name}").click()
    offered = task.get_by_role("group", name=f"{name}交给谁")
    expect(offered.get_by_role("button", name=re.compile("演示·招商专员"))).to_be_disabled()
    look(page, "02-reassign")
    offered.get_by_role("button", name=re.compile("演示·科长")).click()
    expect(task.get_by_role("status")).to_contain_text("演示·科长")
    look(page, "03-reassigned")
    task.get_by_role("button", name="撤销").click()
    expect(task.get_by_role("status")).to_contain_text("演示·招商专员")


def _what_a_colleague_recorded_is_confirmed(page: Page, look) -> None:
    page.goto("/desk/confirm/")
    everything = page.locator("nav.tabs a").first.locator("b")
    waiting = int(everything.inner_text())
    assert waiting > 0
    look(page, "04-confirm")
    # What he recorded himself is left to somebody else.
    expect(page.get_by_text("本人登记，待他人认定").first).to_be_visible()
    page.get_by_role("button", name=re.compile("^认定“")).last.click()
    expect(everything).to_have_text(str(waiting - 1))


def _board_and_list_count_the_same(page: Page, look) -> None:
    page.goto("/desk/board/")
    heads = page.locator("header.column-head h2 b")
    on_board = [int(text) for text in heads.all_text_contents()]
    look(page, "05-board")
    page.get_by_role("link", name="切到列表").click()
    page.wait_for_url("**/desk/projects/?status=active")
    tabs = page.locator("#results nav.tabs b")
    everything, *by_stage = [int(text) for text in tabs.all_text_contents()]
    assert by_stage == on_board
    assert everything == sum(on_board)


def _the_list_is_taken_along_as_it_is_seen(page: Page, look, folder: Path) -> None:
    page.goto("/desk/projects/?status=active&stage=signed&ordering=-planned_investment")
    names = page.locator("table.rows tbody th").all_inner_texts()
    look(page, "06-list")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="导出", exact=True).click()
    waiting.value.save_as(folder / "list.xlsx")
    rows = list(load_workbook(folder / "list.xlsx").worksheets[0].iter_rows(values_only=True))
    assert [row[0] for row in rows[1 : len(names) + 1]] == names


def _a_project_says_who_can_see_it(page: Page, look) -> None:
    page.locator("table.rows tbody th a").first.click()
    page.wait_for_url(re.compile(r"/desk/projects/\d+/"))
    look(page, "07-project")
    seers = page.get_by_role("region", name="谁能看到")
    seers.get_by_text("看名单和原因").click()
    expect(seers).to_contain_text("县领导")


def _a_kind_of_notice_is_turned_off(page: Page, look) -> None:
    page.goto("/desk/notices/settings/")
    box = page.get_by_role("checkbox").first
    was = box.is_checked()
    box.set_checked(not was)
    look(page, "08-notices")
    page.get_by_role("button", name="保存").click()
    page.goto("/desk/notices/settings/")
    assert page.get_by_role("checkbox").first.is_checked() is not was
