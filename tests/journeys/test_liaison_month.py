"""A liaison's month: reported from the phone with a photo, sent back by the head of the team,
mended, accepted."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.journeys.conftest import sign_in

PROJECT = "运动休闲服装智能制造基地"
REASON = "照片看不清砌体，请补一张近的"


@pytest.fixture
def width() -> str:
    """On the phone: at a project nobody has another screen."""
    return "phone"


def test_a_liaisons_month(visit, look, tmp_path):
    liaison, head = visit(), visit()
    sign_in(liaison, "liaison")
    _the_missing_month_is_reported_with_a_photo(liaison, look, _photo(tmp_path, "砌体.jpg"))
    sign_in(head, "teamlead")
    _the_head_sends_it_back(head, look)
    _the_liaison_hears_of_it_and_mends_it(liaison, look, _photo(tmp_path, "砌体近景.jpg"))
    _the_head_accepts_it(head, look)
    liaison.reload()
    expect(liaison.locator("header .month-state")).to_have_text("已认可")


def _photo(folder: Path, name: str) -> Path:
    data = BytesIO()
    Image.new("RGB", (1200, 900), "#7a9e87").save(data, "JPEG")
    path = folder / name
    path.write_bytes(data.getvalue())
    return path


def _the_missing_month_is_reported_with_a_photo(page: Page, look, photo: Path) -> None:
    task = page.locator("#months li.task", has_text=PROJECT)
    expect(task).to_contain_text("2023年8月月报逾期 7 天")
    look(page, "01-today")
    task.get_by_role("link", name="填报").click()
    # Last month stands beside the form, with what it promised.
    expect(page.get_by_text("17,160 万元")).to_be_visible()
    expect(page.get_by_text("砌体完成，开始屋面和外墙施工")).to_be_visible()
    look(page, "02-form")
    page.get_by_label("本月完成投资").fill("42000")  # one nought too many
    page.get_by_label("形象进度").fill("1、2 号厂房砌体完成，屋面施工三成")
    page.get_by_label("下月计划").fill("屋面完工")
    page.get_by_role("button", name="报送").click()
    expect(page.get_by_label("核对或修订原因")).to_be_visible()
    expect(page.get_by_text("是上月 4,170万元 的 10 倍").first).to_be_visible()
    look(page, "03-unlikely")
    page.get_by_label("本月完成投资").fill("4200")
    page.locator("input[type=file]").set_input_files(photo)
    page.get_by_role("button", name="报送").click()
    expect(page.locator("header .month-state")).to_have_text("已报送")
    expect(page.get_by_label("1 月至本月累计")).to_have_value("21360")
    expect(page.get_by_role("img", name="砌体.jpg")).to_be_visible()
    look(page, "04-reported")


def _the_head_sends_it_back(page: Page, look) -> None:
    page.goto("/desk/project-months/?state=reported")
    card = page.locator(".month-cards li", has_text=PROJECT)
    expect(card).to_contain_text("本月 4,200")
    look(page, "05-waiting")
    card.get_by_role("link", name=PROJECT, exact=True).click()
    expect(page.get_by_role("img", name="砌体.jpg")).to_be_visible()
    page.get_by_role("link", name="退回", exact=True).click()
    page.get_by_label("退回原因").fill(REASON)
    look(page, "06-return")
    page.get_by_role("button", name="退回").click()
    page.wait_for_url(re.compile(r"/month/"))
    expect(page.locator("header .month-state")).to_have_text("退回")


def _the_liaison_hears_of_it_and_mends_it(page: Page, look, photo: Path) -> None:
    page.goto("/desk/notices/")
    expect(page.get_by_text(REASON)).to_be_visible()
    page.goto("/desk/")
    task = page.locator("#months li.task", has_text=PROJECT)
    expect(task).to_contain_text("2023年8月月报被退回")
    task.get_by_role("link", name="填报").click()
    expect(page.get_by_text(REASON)).to_be_visible()
    look(page, "07-returned")
    page.locator("input[type=file]").set_input_files(photo)
    page.get_by_role("button", name="重新报送").click()
    expect(page.locator("header .month-state")).to_have_text("已报送")
    expect(page.get_by_role("img", name="砌体近景.jpg")).to_be_visible()


def _the_head_accepts_it(page: Page, look) -> None:
    page.reload()
    expect(page.get_by_role("img", name="砌体近景.jpg")).to_be_visible()
    page.get_by_role("button", name="认可").click()
    expect(page.locator("header .month-state")).to_have_text("已认可")
    look(page, "08-accepted")
