"""Stories in a real browser against a real server, at the width of a desk and of a phone.

Pictures go to var/journeys/: open them, a test cannot judge them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests.journeys.product import BASE_DIR, Product, serving
from tests.needs import chromium

PICTURES = BASE_DIR / "var" / "journeys"
WIDTHS = {"desk": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "journeys" in Path(item.fspath).parts:
            item.add_marker(pytest.mark.journey)


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    """A running product; whatever was done to it, its ledger keeps its word at the end."""
    with serving(tmp_path) as running:
        yield running
        running.manage("ledger_verify")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Gone with its file: while it is open an event loop runs, and Django refuses to ask its
    database beside one, in whatever test comes next in this process."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium(), args=list(QUIET))
        yield launched
        launched.close()


@pytest.fixture(params=list(WIDTHS))
def width(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def visit(browser: Browser, product: Product, width: str) -> Iterator[Callable[[], Page]]:
    """Opens a new visitor's window: `visit()` is a page whose addresses are the product's."""
    contexts = []

    def open_window() -> Page:
        size = WIDTHS[width]
        context = browser.new_context(
            viewport=size, base_url=product.url, locale="zh-CN", has_touch=width == "phone"
        )
        context.set_default_timeout(20_000)
        contexts.append(context)
        return context.new_page()

    yield open_window
    for context in contexts:
        context.close()


@pytest.fixture
def look(request: pytest.FixtureRequest, width: str) -> Callable[[Page, str], None]:
    """Takes the picture of a page and holds it to what every page must keep: nothing sticks out
    sideways, and axe finds nothing serious."""
    story = request.node.path.stem.removeprefix("test_")

    def take(page: Page, name: str) -> None:
        PICTURES.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=PICTURES / f"{story}-{name}-{width}.png", full_page=True)
        sticking_out = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert sticking_out <= 0, f"{name} scrolls sideways by {sticking_out} px"
        found = Axe().run(page).response["violations"]
        serious = [
            (one["id"], [node["target"] for node in one["nodes"]])
            for one in found
            if one["impact"] in {"serious", "critical"}
        ]
        assert not serious, f"{name}: {serious}"

    return take


def sign_in(page: Page, username: str) -> None:
    """As a demo user, through the one login."""
    from crm.demo import PASSWORD

    page.goto("/login/")
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/desk/**")
