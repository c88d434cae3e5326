"""What the demo county shows of 首谈, 流转 and targets, its printed figures as they were."""

from __future__ import annotations

from decimal import Decimal

import pytest

from crm.models import (
    ClaimState,
    CreditShare,
    FirstContactClaim,
    Project,
    Target,
    TargetIndicator,
    TargetLevel,
    User,
)
from crm.reports.targets import Board

pytestmark = pytest.mark.django_db


def test_one_first_contact_is_contested_and_most_have_run_out(demo_county):
    states = FirstContactClaim.objects.with_state().order_by().values_list("state", flat=True)
    assert list(states).count(ClaimState.CONTESTED) == 2
    assert set(states) == {ClaimState.CONTESTED, ClaimState.VALID, ClaimState.EXPIRED}
    sides = FirstContactClaim.objects.filter(held=ClaimState.CONTESTED)
    assert {side.unit for side in sides} == {"招商一科", "园区招商服务科"}


def test_a_claim_is_dated_from_its_lead_and_never_from_today(demo_county):
    for claim in FirstContactClaim.objects.select_related("project"):
        assert claim.claimed_on <= claim.project.moves.latest("effective_on").effective_on or (
            claim.held == ClaimState.CONTESTED
        )


def test_one_project_has_changed_hands_at_forty_to_sixty(demo_county):
    project = Project.objects.get(name="动力电池回收与梯次利用项目")
    assert (str(project.team), str(project.officer)) == ("园区招商服务科", "演示·园区管委会")
    shares = {row.unit: row.share for row in CreditShare.objects.standing()}
    assert shares == {
        "招商一科": Decimal("0.4"),
        "园区招商服务科": Decimal("0.6"),
        "绿溪县工业园区": Decimal("0.4"),
        "武侯（绿溪）智谷智能制造产业园": Decimal("0.6"),
    }


def test_the_county_counts_what_its_report_prints_and_its_teams_add_up_to_it(demo_county):
    found = Board(2023, 8, User.objects.get(username="leader")).progress()
    county = {
        indicator: some[0].done_shown for indicator, some in found[TargetLevel.COUNTY].items()
    }
    assert county[TargetIndicator.SIGNED_PROJECTS] == 27
    assert county[TargetIndicator.AGREED_INVESTMENT] == Decimal("284.5")
    assert county[TargetIndicator.IN_OPERATION] == 10
    for indicator in (TargetIndicator.SIGNED_PROJECTS, TargetIndicator.AGREED_INVESTMENT):
        teams = found[TargetLevel.TEAM][indicator]
        assert sum(one.done_shown for one in teams) == county[indicator]
    (town,) = found[TargetLevel.TOWNSHIP][TargetIndicator.SIGNED_PROJECTS]
    assert town.done is None
    assert Target.objects.count() == 28
