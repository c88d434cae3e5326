"""The pictures of the README, taken anew from the demo county: make screenshots."""

import os
import sys
import tempfile
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(BASE_DIR))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

from playwright.sync_api import Browser, sync_playwright  # noqa: E402

from tests.journeys.conftest import QUIET, WIDTHS, sign_in  # noqa: E402
from tests.journeys.product import Product, load, serving  # noqa: E402
from tests.needs import chromium  # noqa: E402

PICTURES = BASE_DIR / "docs" / "screenshots"
# file → who looks, at which width, at what
SHOTS = {
    "site-home": ("", "desk", "/"),
    "site-park-phone": ("", "phone", "/parks/fang-zhi-xie-fu-chan-ye-yuan/"),
    "today": ("officer", "desk", "/desk/"),
    "project": ("officer", "desk", "/desk/projects/{project}/"),
    "project-phone": ("officer", "phone", "/desk/projects/{project}/"),
    "search": ("leader", "desk", "/desk/search/?q=在谈 电池"),
    "report": ("leader", "desk", "/desk/report/?from=2023-01&to=2023-08"),
}


def take(browser: Browser, product: Product, name: str, facts: dict[str, str]) -> None:
    username, width, path = SHOTS[name]
    context = browser.new_context(
        viewport=WIDTHS[width], base_url=product.url, locale="zh-CN", color_scheme="light"
    )
    page = context.new_page()
    if username:
        sign_in(page, username)
    answer = page.goto(path.format(**facts))
    if answer is None or answer.status != 200:
        sys.exit(f"{path} answered {answer.status if answer else 'nothing'}")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=PICTURES / f"{name}.png")
    context.close()
    print(f"docs/screenshots/{name}.png")


def main() -> None:
    if not chromium():
        sys.exit("Chromium is missing. Install it: apt-get install chromium")
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        county = load(Path(folder))
        with (
            serving(county, Path(folder)) as product,
            sync_playwright() as playwright,
            playwright.chromium.launch(executable_path=chromium(), args=list(QUIET)) as browser,
        ):
            code = (
                "from crm.models import Project;"
                "print(Project.objects.get(name='校服学生装智能工厂项目').pk)"
            )
            facts = {"project": product.manage("shell", "-v0", "-c", code).strip()}
            for name in SHOTS:
                take(browser, product, name, facts)


if __name__ == "__main__":
    main()
