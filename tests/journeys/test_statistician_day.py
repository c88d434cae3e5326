"""A statistician's day: a county office's file as it is, seen before it is written and taken back;
what the report counts."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.journeys.conftest import sign_in

# As an office sends it: GB18030, a title line, amounts in 亿元 that only the title tells, a total.
FILE = """绿溪县在谈项目情况表（单位：亿元）,,,
项目名称,投资方,投资额,阶段
演示甲新材料项目,演示甲公司,3.2,洽谈
演示乙装备项目,演示乙公司,0.85,线索
演示丙食品项目,演示丙公司,一二三,洽谈
合计,,4.05,
"""


def test_a_statisticians_day(visit, look, tmp_path):
    page = visit()
    sign_in(page, "statistician")
    _a_file_is_tried_before_it_is_written(page, look, tmp_path)
    _what_was_written_can_be_taken_back(page, look)
    _the_report_says_what_it_counts(page, look)
    _targets_are_held_against_the_ledger(page, look)


def _a_file_is_tried_before_it_is_written(page: Page, look, folder: Path) -> None:
    path = folder / "在谈项目.csv"
    path.write_bytes(FILE.encode("gb18030"))
    page.goto("/desk/import/?ledger=projects")
    page.get_by_label("表格文件").set_input_files(path)
    look(page, "01-import")
    page.get_by_role("button", name="上传，对表头").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("对表头")
    amount = page.get_by_role("row", name="投资额").get_by_role("combobox")
    expect(amount.first).to_have_value("planned_investment")
    expect(amount.last.locator("option").first).to_contain_text("亿元")
    look(page, "02-headings")
    page.get_by_role("button", name="试算，看结果").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("会发生什么")
    expect(page.locator("#refused")).to_contain_text("一二三")
    expect(page.locator("#new")).to_contain_text("3.2亿元")
    look(page, "03-dry-run")
    # Nothing is written yet.
    page.context.new_page().goto("/desk/projects/?q=演示甲新材料")
    expect(page.context.pages[-1].get_by_text("没有符合条件的项目")).to_be_visible()
    page.context.pages[-1].close()


def _what_was_written_can_be_taken_back(page: Page, look) -> None:
    page.get_by_role("button", name="导入这 2 条").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("导入完成")
    look(page, "04-imported")
    page.goto("/desk/projects/?q=演示甲新材料")
    expect(page.locator("table.rows tbody tr")).to_have_count(1)
    page.goto("/desk/import/")
    page.get_by_role("button", name="整批撤销").first.click()
    page.goto("/desk/projects/?q=演示甲新材料")
    expect(page.get_by_text("没有符合条件的项目")).to_be_visible()


def _the_report_says_what_it_counts(page: Page, look) -> None:
    page.goto("/desk/report/?from=2023-01&to=2023-08")
    look(page, "05-report")
    page.get_by_role("link", name=re.compile("27")).first.click()
    look(page, "06-figure")
    expect(page.locator('main a[href^="/desk/projects/"]').first).to_be_visible()


def _targets_are_held_against_the_ledger(page: Page, look) -> None:
    page.goto("/desk/targets/")
    expect(page.get_by_text("时序进度").first).to_be_visible()
    look(page, "07-targets")
    # The county's signings are the report's.
    page.get_by_role("link", name="27", exact=True).first.click()
    expect(page.locator('main a[href^="/desk/projects/"]')).not_to_have_count(0)
    look(page, "08-rows")
