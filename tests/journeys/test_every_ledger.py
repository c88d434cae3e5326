"""Every declared ledger at both widths: its list, form and a row of it keep within the window."""

from __future__ import annotations

from playwright.sync_api import Page

from crm import ledgers
from crm.access import Action, can
from crm.models import User
from tests.journeys.conftest import sign_in

STICKING_OUT = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def test_no_ledger_sticks_out_of_the_window(visit):
    wrong = {}
    for role in ("statistician", "auditor"):
        page = visit()
        sign_in(page, role)
        for ledger in ledgers.every():
            if not can(User(role=role), Action.VIEW, ledger.noun):
                continue
            wrong |= measured(page, f"/desk/{ledger.key}/")
            if can(User(role=role), Action.REGISTER, ledger.noun) and not ledger.is_read_only:
                wrong |= measured(page, f"/desk/{ledger.key}/new/")
            page.goto(f"/desk/{ledger.key}/")
            row = page.locator("tbody a").first
            if row.count():
                wrong |= measured(page, str(row.get_attribute("href")))
    assert wrong == {}


def measured(page: Page, address: str) -> dict[str, int]:
    """How far a page sticks out, in pixels; nothing where it keeps within the window."""
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 200, address
    pixels = page.evaluate(STICKING_OUT)
    return {address: pixels} if pixels > 0 else {}
