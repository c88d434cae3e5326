"""Two people who register the same at the same moment: one is written, the other is asked."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from crm import ledgers
from crm.access import Role
from crm.actions import duplicates, hints, questions
from crm.actions.companies import companies, contacts
from crm.actions.pipeline import first_contacts, projects, receipts
from crm.actions.questions import Anyway
from crm.errors import Refused
from crm.models import (
    Activity,
    ClaimRuling,
    ClaimState,
    Company,
    Contact,
    FirstContactClaim,
    FundingReceipt,
    Project,
)
from crm.models.system.limits import Bucket
from tests import make

pytestmark = pytest.mark.django_db
NAME = "佳禧面料项目"


def officers(count=2):
    return [make.user(Role.OFFICER, team=make.team()) for _ in range(count)]


def codes(answers: list[Any]) -> list[str]:
    """What each got: the code of his refusal, or what was made."""
    return sorted(
        answer.code if isinstance(answer, Refused) else type(answer).__name__ for answer in answers
    )


def projects_of(people, *more):
    return [
        lambda by=by, facts=facts: projects.register({"name": NAME, **facts}, by=by)
        for by, facts in zip(people, more or ({}, {}), strict=True)
    ]


def test_of_two_who_register_one_project_the_second_is_asked(at_once, meeting):
    calls = projects_of(officers())
    meeting(hints, "_looked_up")
    assert codes(at_once(*calls)) == ["Project", "likely_duplicate"]
    assert Project.objects.count() == FirstContactClaim.objects.count() == 1


def test_the_second_is_told_the_unit_of_the_first_and_it_is_counted(at_once, meeting):
    first, second = officers()
    meeting(hints, "_looked_up")
    answers = at_once(*projects_of([first, second]))
    refused = next(answer for answer in answers if isinstance(answer, Refused))
    (likeness,) = refused.details
    made = Project.objects.get()
    loser = second if made.officer == first else first
    assert (likeness.claim.unit, likeness.seen) == (made.team.name, [])
    assert Bucket.objects.get(key=f"claim-asked:{loser.pk}").count == 1


@pytest.mark.usefixtures("unlocked")
def test_without_the_lock_both_are_written(at_once, meeting):
    calls = projects_of(officers())
    meeting(hints, "_looked_up")
    assert codes(at_once(*calls)) == ["Project", "Project"]
    assert FirstContactClaim.objects.running().count() == 2


@pytest.mark.parametrize(
    "facts",
    [
        [{}, {}],
        [{"name": "甲项目", "investor": "佳禧集团"}, {"name": "乙项目", "investor": "佳禧集团"}],
        [{"name": "佳禧集团"}, {"name": "乙项目", "investor": "佳禧集团"}],
    ],
    ids=["name", "investor", "name as investor"],
)
def test_whatever_is_asked_about_is_asked_one_after_the_other(at_once, meeting, facts):
    """The keys of the lock cover what 查重 compares."""
    calls = projects_of(officers(), *facts)
    meeting(hints, "_looked_up")
    assert codes(at_once(*calls)) == ["Project", "likely_duplicate"]


def test_different_projects_do_not_wait_for_each_other(at_once, meeting):
    calls = projects_of(officers(), {"name": "甲项目"}, {"name": "乙项目"})
    met = meeting(hints, "_looked_up")
    assert codes(at_once(*calls)) == ["Project", "Project"]
    # SQLite has one writer whatever he writes.
    assert met.is_broken is (connection.vendor == "sqlite")


def company(by):
    return companies.register({"name": "川锦纺织有限公司"}, by=by)


def contact(by):
    return contacts.register({"name": "李先生", "phone": "13700001234", "team": by.team}, by=by)


def receipt(by):
    project = Project.objects.get(name="有资金的项目")
    return receipts.record_receipt(
        project, by=make.maker(), received=date(2023, 5, 4), amount=Decimal(5)
    )


def activity(by):
    values = {"name": "泉州推介会", "kind": "fair", "held_on": date(2023, 5, 4)}
    return ledgers.get("activities").register(values, by=make.maker())


# What is registered, and where it is asked whether the ledger has it.
REGISTERING = {
    Company: (company, hints, "_looked_up"),
    Contact: (contact, hints, "_looked_up"),
    FundingReceipt: (receipt, receipts, "same_receipts"),
    Activity: (activity, questions, "_seen"),
}


@pytest.fixture(params=REGISTERING, ids=lambda model: model.__name__)
def two(request, meeting):
    """A table, and two calls that register the same row of it at the same moment."""
    make.project("有资金的项目")
    register, module, name = REGISTERING[request.param]
    people = officers()
    meeting(module, name)
    return request.param, [lambda by=by: register(by) for by in people]


def test_of_two_who_register_one_row_the_second_is_asked(at_once, two):
    model, calls = two
    assert codes(at_once(*calls)) == [model.__name__, "likely_duplicate"]
    assert model.objects.count() == 1


@pytest.mark.usefixtures("unlocked")
def test_without_the_lock_both_rows_are_written(at_once, two):
    model, calls = two
    at_once(*calls)
    assert model.objects.count() == 2


def test_of_two_who_claim_a_project_nobody_has_the_second_contests(at_once, meeting):
    """Where no claim runs there is none to lock: the project is."""
    project = make.project(team=make.team())
    sides = [make.user(Role.STATISTICIAN), make.user(Role.TEAMLEAD, team=project.team)]
    meeting(FirstContactClaim, "is_of_same_unit")
    answers = at_once(*(lambda by=by: first_contacts.claim(project, by=by) for by in sides))
    assert codes(answers) == ["FirstContactClaim", "duplicate"]
    assert FirstContactClaim.objects.running().count() == 1


def test_two_who_rule_on_one_dispute_do_so_one_after_the_other(at_once, meeting):
    first, second = officers()
    mine = projects.register({"name": NAME}, by=first).claims.get()
    anyway = Anyway(shown=None, reason="也谈过")
    theirs = projects.register({"name": NAME}, by=second, anyway=anyway).claims.get()
    leaders = [make.user(Role.LEADER), make.user(Role.LEADER)]
    meeting(first_contacts, "case_of")
    answers = at_once(
        lambda: first_contacts.rule(mine, by=leaders[0], reason="先接洽"),
        lambda: first_contacts.rule(theirs, by=leaders[1], reason="有来访登记"),
    )
    assert codes(answers) == ["ClaimRuling", "ClaimRuling"]  # the later one replaces the other
    upheld = FirstContactClaim.objects.filter(is_upheld=True)
    assert upheld.count() == ClaimRuling.objects.standing().count() == 1
    assert not FirstContactClaim.objects.filter(held=ClaimState.CONTESTED).exists()


def test_two_who_find_two_rows_not_the_same_say_so_once(at_once):
    lead = make.user(Role.TEAMLEAD, team=make.team())
    one, other = (make.project(name, team=lead.team) for name in ("佳禧项目", "佳禧 项目"))
    answers = at_once(*[lambda: duplicates.not_same(one, other, by=lead)] * 2)
    assert codes(answers) == ["NotSame", "NotSame"]
    assert answers[0] == answers[1]
