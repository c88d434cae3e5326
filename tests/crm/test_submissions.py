"""A token is used up by the row it made; sent again it answers with that row, to its user alone."""

from __future__ import annotations

import pytest

from crm import access
from crm.actions import submissions
from crm.actions.pipeline import projects
from crm.errors import Refused
from crm.models import Project, Submission
from tests import make

pytestmark = pytest.mark.django_db
TOKEN = "a-token"


def registering(by, name="佳禧面料项目"):
    return lambda: projects.register({"name": name}, by=by)


def refused(code):
    return pytest.raises(Refused, check=lambda error: error.code == code)


def test_what_is_sent_again_is_the_row_that_was_made(officer):
    first = submissions.once(registering(officer), by=officer, token=TOKEN, content="a")
    again = submissions.once(registering(officer), by=officer, token=TOKEN, content="a")
    assert first == again
    assert Project.objects.count() == 1


def test_another_content_under_a_used_token_is_refused(officer):
    submissions.once(registering(officer), by=officer, token=TOKEN, content="a")
    with refused("sent_before"):
        submissions.once(registering(officer, "乙"), by=officer, token=TOKEN, content="b")
    assert not Project.objects.filter(name="乙").exists()


def test_a_refused_form_leaves_its_token_unused(officer):
    with refused("invalid"):
        submissions.once(registering(officer, " "), by=officer, token=TOKEN, content="a")
    submissions.once(registering(officer), by=officer, token=TOKEN, content="b")
    assert Project.objects.count() == 1


def test_a_token_is_its_users(officer, other_officer):
    mine = submissions.once(registering(officer, "甲项目"), by=officer, token=TOKEN, content="a")
    theirs = submissions.once(
        registering(other_officer, "乙项目"), by=other_officer, token=TOKEN, content="a"
    )
    assert mine != theirs
    assert not access.may(other_officer, access.Action.VIEW, mine)


def test_a_row_that_is_gone_is_not_answered_with(officer):
    row = submissions.once(lambda: make.park(), by=officer, token=TOKEN, content="a")
    row.delete()
    with refused("sent_before"):
        submissions.once(lambda: make.park(), by=officer, token=TOKEN, content="a")


def test_a_row_that_was_given_to_others_since_is_not_answered_with(officer, other_team):
    row = submissions.once(registering(officer), by=officer, token=TOKEN, content="a")
    maker = make.maker()
    projects.change(row, {"team": other_team, "officer": None}, by=maker)
    with refused("sent_before"):
        submissions.once(registering(officer), by=officer, token=TOKEN, content="a")
    assert submissions.made_before(by=officer, token=TOKEN, content="a") is None


@pytest.mark.parametrize("token", ["x" * 65, "a\x00b", "a\nb"])
def test_a_strange_token_is_refused(officer, token):
    with refused("invalid"):
        submissions.once(registering(officer), by=officer, token=token, content="a")
    assert submissions.made_before(by=officer, token=token, content="a") is None


def test_nothing_that_was_sent_is_kept(officer):
    submissions.once(registering(officer), by=officer, token=TOKEN, content="电话=13700001234")
    kept = Submission.objects.get()
    assert "1370" not in "".join(str(value) for value in vars(kept).values())
    assert len(kept.content) == 64


def test_without_a_token_each_sending_is_its_own(officer):
    for name in ("甲项目", "乙项目"):
        submissions.once(registering(officer, name), by=officer, token="")
    assert Project.objects.count() == 2
    assert not Submission.objects.exists()
