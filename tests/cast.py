"""The named cast, one user a role: officer and teamlead share a team, other_officer has another."""

from __future__ import annotations

import pytest

from crm.access import Role
from crm.models import Park, Team, User
from tests import make


@pytest.fixture
def team(db: None) -> Team:
    return make.team("招商一科")


@pytest.fixture
def other_team(db: None) -> Team:
    return make.team("招商二科")


@pytest.fixture
def park(team: Team) -> Park:
    """The county park, whose enquiries go to the officer's team."""
    return make.park("绿溪工业园区", team=team)


@pytest.fixture
def officer(team: Team) -> User:
    return make.user(Role.OFFICER, username="officer", team=team)


@pytest.fixture
def other_officer(other_team: Team) -> User:
    return make.user(Role.OFFICER, username="other_officer", team=other_team)


@pytest.fixture
def teamlead(team: Team) -> User:
    return make.user(Role.TEAMLEAD, username="teamlead", team=team)


@pytest.fixture
def liaison(team: Team) -> User:
    return make.user(Role.LIAISON, username="liaison", team=team)


@pytest.fixture
def park_user(park: Park) -> User:
    return make.user(Role.PARK, username="park", parks=[park])


@pytest.fixture
def leader(db: None) -> User:
    return make.user(Role.LEADER, username="leader")


@pytest.fixture
def statistician(db: None) -> User:
    return make.user(Role.STATISTICIAN, username="statistician")


@pytest.fixture
def editor(db: None) -> User:
    return make.user(Role.EDITOR, username="editor")


@pytest.fixture
def sysadmin(db: None) -> User:
    return make.user(Role.SYSADMIN, username="sysadmin")


@pytest.fixture
def secadmin(db: None) -> User:
    return make.user(Role.SECADMIN, username="secadmin")


@pytest.fixture
def auditor(db: None) -> User:
    return make.user(Role.AUDITOR, username="auditor")


@pytest.fixture(params=list(Role))
def anyone(request: pytest.FixtureRequest, team: Team, park: Park) -> User:
    """Each role in turn."""
    parks = [park] if request.param is Role.PARK else []
    return make.user(request.param, username=f"any_{request.param.value}", team=team, parks=parks)
