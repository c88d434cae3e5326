"""A visit logged where there is no signal: kept, sent later, written once, never lost."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, Route, expect

from tests.journeys.conftest import sign_in

PROJECT = "预制菜中央厨房项目"
FORM = re.compile(r"/desk/projects/\d+/follow-up/")


def test_a_visit_logged_without_a_signal_arrives_once(visit, look, product, tmp_path):
    page = visit()
    sign_in(page, "officer")
    form = _open_form(page)
    look(page, "01-form")
    # A draft is kept while typing: the page is left and opened again.
    page.get_by_label("谈了什么").fill("看了中央厨房选址")
    _take_photo(page, tmp_path)
    page.wait_for_timeout(800)
    page.goto("/desk/")
    page.goto(form)
    expect(page.get_by_label("谈了什么")).to_have_value("看了中央厨房选址")
    expect(page.locator("[data-shots] img")).to_have_count(1)
    # Without a signal it goes into the queue, and leaves it when the signal is back.
    page.get_by_label("外出拜访").check()
    page.get_by_role("button", name="明天").click()
    page.get_by_label("下一步做什么").fill("寄送选址图")
    page.context.set_offline(True)
    page.get_by_role("button", name="记下").click()
    expect(page.get_by_text("未发送 1 条跟进")).to_be_visible()
    look(page, "02-unsent")
    page.context.set_offline(False)
    page.wait_for_url(re.compile(r"/desk/projects/\d+/$"))
    expect(page.get_by_text("寄送选址图").first).to_be_visible()
    assert _counted(product, "看了中央厨房选址") == "1 1"


def test_a_photo_chosen_before_the_page_is_ready_arrives(visit, product, tmp_path):
    page = visit()
    sign_in(page, "officer")
    form = _open_form(page)
    held: list[Route] = []  # on a slow line the script comes after the form
    page.route("**/offline*.js", lambda route: held.append(route), times=1)
    page.goto(form, wait_until="commit")
    page.locator("input[type=file]").set_input_files(_picture(tmp_path))
    page.get_by_label("谈了什么").fill("等不及的照片")
    held[0].continue_()
    expect(page.locator("[data-shots] img")).to_have_count(1)
    page.get_by_role("button", name="记下").click()
    page.wait_for_url(re.compile(r"/desk/projects/\d+/$"))
    assert _counted(product, "等不及的照片") == "1 1"


def test_an_answer_that_got_lost_does_not_make_a_second_entry(visit, product):
    page = visit()
    sign_in(page, "officer")
    _open_form(page)
    page.route(FORM, _lose_the_answer)
    page.get_by_label("谈了什么").fill("答复丢在路上")
    page.get_by_role("button", name="记下").click()
    expect(page.get_by_text("未发送 1 条跟进")).to_be_visible()
    page.unroute(FORM)
    page.goto("/desk/")
    expect(page.get_by_text("已发送 1 条跟进")).to_be_visible()
    assert _counted(product, "答复丢在路上") == "1 0"


def test_what_the_ledger_refuses_later_comes_back_as_a_filled_form(visit, look, product):
    page = visit()
    sign_in(page, "officer")
    _open_form(page)
    page.get_by_label("谈了什么").fill("日期填错的一次")
    page.get_by_label("哪天").fill(str(date(2023, 9, 20)))
    page.context.set_offline(True)
    page.get_by_role("button", name="记下").click()
    expect(page.get_by_text("未发送 1 条跟进")).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_text("没有被接受").first).to_be_visible()
    page.goto("/desk/follow-up/")
    look(page, "03-refused-later")
    page.get_by_role("link", name="打开").click()
    expect(page.get_by_label("谈了什么")).to_have_value("日期填错的一次")
    page.get_by_label("哪天").fill(str(date(2023, 9, 1)))
    page.get_by_role("button", name="记下").click()
    page.wait_for_url(re.compile(r"/desk/projects/\d+/$"))
    assert _counted(product, "日期填错的一次") == "1 0"
    expect(page.get_by_text("未发送")).to_have_count(0)


def test_nobody_else_sees_it_and_signing_out_takes_it_away(visit, product):
    page = visit()
    sign_in(page, "officer")
    _open_form(page)
    page.get_by_label("谈了什么").fill("只有我看得到")
    page.context.set_offline(True)
    page.get_by_role("button", name="记下").click()
    expect(page.get_by_text("未发送 1 条跟进")).to_be_visible()
    page.route("**/desk/me/", lambda route: route.abort())
    page.context.set_offline(False)
    sign_in(page, "teamlead")  # on the same machine, the officer never signed out
    expect(page.get_by_role("heading", level=1)).to_contain_text("今日")
    expect(page.get_by_text("未发送")).to_have_count(0)
    sign_in(page, "officer")
    expect(page.get_by_text("未发送 1 条跟进")).to_be_visible()
    asked: list[str] = []
    page.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
    _sign_out(page)
    page.wait_for_url(lambda url: "/desk/" not in url)
    assert "1 条未发送的跟进" in asked[0]
    page.unroute("**/desk/me/")
    sign_in(page, "officer")
    expect(page.get_by_text("未发送")).to_have_count(0)
    assert _counted(product, "只有我看得到") == "0 0"


def _open_form(page: Page) -> str:
    """As one does: 记跟进, type a part of the name, tap the project."""
    page.get_by_role("link", name="记跟进").locator("visible=true").first.click()
    page.wait_for_url("**/desk/follow-up/")  # loaded, so that what is typed is looked for
    page.get_by_role("searchbox", name="项目、投资方或企业的名称").fill("中央厨房")
    page.get_by_role("link", name=PROJECT).click()
    page.wait_for_url(FORM)
    return page.url


def _picture(folder: Path) -> Path:
    picture = folder / "现场.jpg"
    Image.new("RGB", (1200, 900), "seagreen").save(picture, "JPEG")
    return picture


def _take_photo(page: Page, folder: Path) -> None:
    picture = _picture(folder)
    with page.expect_file_chooser() as chosen:
        page.get_by_role("button", name="选文件").click()
    chosen.value.set_files(picture)
    expect(page.locator("[data-shots] img")).to_have_count(1)


def _lose_the_answer(route) -> None:
    """The entry arrives, the answer does not come back."""
    if route.request.method != "POST":
        return route.continue_()
    route.fetch()
    return route.abort()


def _sign_out(page: Page) -> None:
    button = page.get_by_role("button", name="退出登录").locator("visible=true")
    if not button.count():
        page.get_by_role("button", name="更多").click()
    button.first.click()


def _counted(product, content: str) -> str:
    """How many follow-ups say this, and how many files came with them."""
    return product.manage(
        "shell", "-v0", "-c",
        "from crm.models import FollowUp;"
        f"rows = FollowUp.objects.filter(content='{content}');"
        "print(rows.count(), sum(row.files.count() for row in rows))",
    ).strip()  # fmt: skip
