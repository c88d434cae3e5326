"""Signing counts where an agreement says so."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from crm import clock
from crm.actions.pipeline import agreements
from crm.errors import Refused
from crm.models import Agreement, AuditEntry
from tests import make

pytestmark = pytest.mark.django_db
YEAR = (date(2023, 1, 1), date(2023, 8, 31))


@pytest.fixture
def project(officer, park):
    return make.negotiating_project(officer, park=park)


def test_signing_puts_the_agreement_on_record_with_the_projects_park(project, officer):
    made = agreements.sign_agreement(
        project, by=officer, signed=clock.today(), amount=Decimal("1200000000")
    )
    assert (made.park, made.amount) == (project.park, Decimal("1200000000.00"))
    assert AuditEntry.objects.filter(verb="sign_agreement", object_id=made.pk).exists()


def test_a_second_ceremony_is_refused_and_more_money_is_an_increase(project, officer):
    first = make.agreement(project, clock.today())
    with pytest.raises(Refused, match="增资") as caught:
        agreements.sign_agreement(project, by=officer, signed=clock.today(), amount=Decimal(1))
    assert caught.value.code == "already_signed"
    more = agreements.sign_agreement(
        project, by=officer, signed=clock.today(), kind="increase", amount=Decimal("5000000")
    )
    assert more.increase_of == first
    assert list(Agreement.objects.signings()) == [first]


def test_an_increase_without_an_agreement_is_refused(project, officer):
    with pytest.raises(Refused, match="还没有投资协议"):
        agreements.sign_agreement(project, by=officer, signed=clock.today(), kind="increase")


def test_a_signing_tomorrow_is_refused(project, officer):
    with pytest.raises(Refused, match="今天之后"):
        agreements.sign_agreement(
            project, by=officer, signed=clock.today() + timedelta(days=1), amount=Decimal(1)
        )
    assert not Agreement.objects.exists()


def test_a_negative_amount_is_refused_at_its_field(project, officer):
    with pytest.raises(Refused) as caught:
        agreements.sign_agreement(project, by=officer, signed=clock.today(), amount=Decimal(-1))
    assert "amount" in caught.value.fields


def test_a_correction_replaces_and_the_old_paper_stays_readable(park, teamlead):
    project = make.signed_project(date(2023, 3, 1), park=park, team=teamlead.team)
    old = Agreement.objects.get(project=project)
    new = agreements.correct_agreement(
        old, {"amount": Decimal("250000000")}, by=teamlead, reason="按盖章件"
    )
    assert list(Agreement.objects.standing()) == [new]
    assert Agreement.objects.count() == 2
    with pytest.raises(Refused, match="已被更正"):
        agreements.correct_agreement(old, {"amount": Decimal(1)}, by=teamlead, reason="再改")
    with pytest.raises(Refused, match="原因"):
        agreements.correct_agreement(new, {"amount": Decimal(1)}, by=teamlead, reason="")


def test_an_ended_agreement_no_longer_counts_from_its_last_day_on(park, teamlead):
    project = make.signed_project(date(2023, 3, 1), park=park, team=teamlead.team)
    agreement = Agreement.objects.get(project=project)
    agreements.end_agreement(agreement, on=date(2023, 9, 15), by=teamlead, reason="不履约")
    assert Agreement.objects.signings().signed_in(*YEAR).count() == 1
    assert not Agreement.objects.signings().signed_in(YEAR[0], date(2023, 9, 30)).exists()


def test_agreements_as_known_on_a_day(park, teamlead):
    with clock.playing(date(2023, 3, 2)):
        project = make.signed_project(date(2023, 3, 1), park=park, team=teamlead.team)
        old = Agreement.objects.get(project=project)
    with clock.playing(date(2023, 5, 1)):
        new = agreements.correct_agreement(
            old, {"amount": Decimal(2)}, by=teamlead, reason="按盖章件"
        )
    assert list(Agreement.objects.signings(date(2023, 4, 30))) == [old]
    assert list(Agreement.objects.signings(date(2023, 5, 1))) == [new]
    assert not Agreement.objects.signings(date(2023, 3, 1)).exists()


def test_others_do_not_sign_for_a_project_and_do_not_learn_of_it(project, other_officer, leader):
    with pytest.raises(Refused) as caught:
        agreements.sign_agreement(project, by=other_officer, signed=clock.today())
    assert caught.value.code == "not_found"
    with pytest.raises(Refused) as caught:
        agreements.sign_agreement(project, by=leader, signed=clock.today())
    assert caught.value.code == "not_allowed"
