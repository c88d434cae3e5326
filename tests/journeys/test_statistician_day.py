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
# A park's own list: twenty words of its own, three stages among them.
TRADES = [
    *("新能源电池产业", "通用设备", "泵阀", "灯具照明", "汽配", "五金", "模具", "家具", "塑料制品"),
    *("包装", "印刷", "纸品", "玩具", "珠宝", "陶瓷", "乐器", "钟表"),
]
STAGES = ("竣工", "前期", "加快推进")
OWN_WORDS = "项目名称,行业,阶段\n" + "".join(
    f"演示词语{n}项目,{trade},{STAGES[n] if n < 3 else '在建'}\n" for n, trade in enumerate(TRADES)
)


def test_a_statisticians_day(visit, look, tmp_path):
    page = visit()
    sign_in(page, "statistician")
    _a_file_is_tried_before_it_is_written(page, look, tmp_path)
    _what_was_written_can_be_taken_back(page, look)
    _twenty_words_of_an_office_are_asked_once(page, look, tmp_path)
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
    expect(page.locator("#to-check")).to_contain_text("一二三")
    expect(page.locator("#new")).to_contain_text("3.2亿元")
    look(page, "03-dry-run")
    # Nothing is written yet.
    page.context.new_page().goto("/desk/projects/?q=演示甲新材料")
    expect(page.context.pages[-1].get_by_text("没有符合条件的项目")).to_be_visible()
    page.context.pages[-1].close()


def _what_was_written_can_be_taken_back(page: Page, look) -> None:
    page.get_by_role("button", name="导入这 3 条").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("导入完成")
    look(page, "04-imported")
    _find(page, "演示甲新材料")
    page.goto("/desk/import/")
    page.get_by_role("button", name="整批撤销").first.click()
    page.goto("/desk/projects/?q=演示甲新材料")
    expect(page.get_by_text("没有符合条件的项目")).to_be_visible()


def _find(page: Page, text: str) -> None:
    """The index shows a row a moment after it was written."""
    for _ in range(20):
        page.goto(f"/desk/projects/?q={text}")
        if page.locator("table.rows tbody tr").count():
            break
        page.wait_for_timeout(500)
    expect(page.locator("table.rows tbody tr")).to_have_count(1)


def _twenty_words_of_an_office_are_asked_once(page: Page, look, folder: Path) -> None:
    def try_file(name: str) -> None:
        page.goto("/desk/import/?ledger=projects")
        page.get_by_label("表格文件").set_input_files(folder / name)
        page.get_by_role("button", name="上传，对表头").click()
        page.get_by_role("button", name="试算，看结果").click()

    (folder / "自己的词.csv").write_text(OWN_WORDS, encoding="utf-8")
    try_file("自己的词.csv")
    expect(page.get_by_role("heading", level=1)).to_have_text("对词")
    words = page.locator("ul.words > li")
    expect(words).to_have_count(len(TRADES) + len(STAGES))
    # What is sure is chosen already; the rest is answered, or left for later.
    expect(page.get_by_label("新能源电池产业")).to_have_value("is:新能源电池")
    look(page, "09-words")
    page.get_by_label("竣工").select_option("is:投产")
    page.get_by_label("前期").select_option("refuse")
    page.get_by_label("加快推进").select_option("is:签约")
    page.get_by_label("泵阀").select_option("new")
    page.get_by_label("灯具照明").select_option("empty")
    page.get_by_role("button", name="试算，看结果").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("会发生什么")
    expect(page.locator("#refused tbody tr")).to_have_count(1)
    look(page, "10-words-tried")
    page.get_by_role("button", name=f"导入这 {len(TRADES) - 1} 条").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("导入完成")
    # The rows are there, what was not answered is to be checked, and nothing is asked again.
    page.goto("/desk/projects/?to_check=true")
    expect(page.locator("table.rows tbody tr").first).to_contain_text("演示词语")
    expect(page.locator("table.rows tbody tr").first).to_contain_text("待核")
    look(page, "11-to-check")
    page.locator("table.rows tbody th a").first.click()
    page.get_by_role("button", name="核过了").first.click()
    expect(page.get_by_text("已核：行业")).to_be_visible()
    try_file("自己的词.csv")
    expect(page.locator("ul.words > li")).to_have_count(len(TRADES) - 4)


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
