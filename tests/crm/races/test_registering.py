"""Two people who register the same at the same moment: one is written, the other is asked."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from crm.access import Role
from crm.actions import claims, companies, contacts, projects
from crm.errors import Refused
from crm.models import Company, Contact, FirstContactClaim, Project
from crm.models.limits import Bucket
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
    meeting(claims, "_looked_up")
    assert codes(at_once(*calls)) == ["Project", "likely_duplicate"]
    assert Project.objects.count() == FirstContactClaim.objects.count() == 1


def test_the_second_is_told_the_unit_of_the_first_and_it_is_counted(at_once, meeting):
    first, second = officers()
    meeting(claims, "_looked_up")
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
    meeting(claims, "_looked_up")
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
    meeting(claims, "_looked_up")
    assert codes(at_once(*calls)) == ["Project", "likely_duplicate"]


def test_different_projects_do_not_wait_for_each_other(at_once, meeting):
    calls = projects_of(officers(), {"name": "甲项目"}, {"name": "乙项目"})
    met = meeting(claims, "_looked_up")
    assert codes(at_once(*calls)) == ["Project", "Project"]
    # SQLite has one writer whatever he writes.
    assert met.is_broken is (connection.vendor == "sqlite")


REGISTERING = {
    "company": (
        Company,
        lambda by: companies.register({"name": "川锦纺织有限公司"}, by=by),
    ),
    "contact": (
        Contact,
        lambda by: contacts.register(
            {"name": "李先生", "phone": "13700001234", "team": by.team}, by=by
        ),
    ),
}


@pytest.mark.parametrize("noun", REGISTERING)
def test_of_two_who_register_one_company_or_contact_the_second_is_asked(at_once, meeting, noun):
    model, register = REGISTERING[noun]
    people = officers()
    meeting(claims, "_looked_up")
    answers = at_once(*(lambda by=by: register(by) for by in people))
    assert codes(answers) == [model.__name__, "likely_duplicate"]
    assert model.objects.count() == 1


@pytest.mark.usefixtures("unlocked")
@pytest.mark.parametrize("noun", REGISTERING)
def test_without_the_lock_both_companies_or_contacts_are_written(at_once, meeting, noun):
    model, register = REGISTERING[noun]
    people = officers()
    meeting(claims, "_looked_up")
    at_once(*(lambda by=by: register(by) for by in people))
    assert model.objects.count() == 2
