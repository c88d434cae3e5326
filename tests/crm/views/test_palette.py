"""Ctrl+K: pages, new rows and records by a few letters, within what the user may do and see."""

import pytest
from django.urls import reverse

from crm import ledgers
from crm.access import Action
from tests import make


@pytest.fixture
def asked(client):
    def ask(user, text=""):
        client.force_login(user)
        return client.get(reverse("desk-palette"), {"q": text}).content.decode()

    return ask


def test_initials_lead_to_a_page(asked, officer):
    assert reverse("desk-board") in asked(officer, "kb")
    assert reverse("desk-board") not in asked(officer, "xm")


def test_a_record_is_found_by_its_initials(asked, officer):
    project = make.project("恒润新材料项目", officer=officer)
    assert reverse("desk-row", args=["projects", project.pk]) in asked(officer, "hrxcl")


def test_the_record_of_another_team_is_not_offered(asked, other_officer, officer):
    make.project("恒润新材料项目", officer=officer)
    assert "恒润" not in asked(other_officer, "恒润").replace("“恒润”", "")


def test_only_what_one_may_begin_is_offered(asked, anyone):
    page = asked(anyone)
    for ledger in ledgers.every():
        offered = f'href="{reverse("desk-new", args=[ledger.key])}"' in page
        assert offered is ledger.can(anyone, Action.REGISTER), ledger.key


def test_nothing_found_says_what_to_do(asked, officer):
    assert "换几个字" in asked(officer, "没有这个东西")
