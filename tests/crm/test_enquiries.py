"""From the public form to a lead."""

import pytest

from crm import public
from crm.access import Role
from crm.actions.pipeline import enquiries
from crm.errors import Refused
from crm.models import Contact, Enquiry, Project
from crm.stages import Stage
from tests import make

pytestmark = pytest.mark.django_db


def data(park, **values) -> public.EnquiryData:
    given = {
        "name": "王某某",
        "phone": "13800138000",
        "message": "想租 8000 平方米厂房",
        "organisation": "测试纺织公司",
        "park_slug": park.slug,
        "consent": True,
        "consent_version": "2023-01",
        "token": "a-token",
    }
    return public.EnquiryData(**given | values)


def test_an_enquiry_arrives_with_the_parks_team_and_a_receipt(park, officer, other_officer):
    receipt = public.receive_enquiry(data(park), ip="192.0.2.1")
    enquiry = Enquiry.objects.get()
    assert (enquiry.team, enquiry.phone) == (park.team, "13800138000")
    assert Enquiry.objects.visible_to(officer).exists()
    assert not Enquiry.objects.visible_to(other_officer).exists()
    assert public.enquiry_status(receipt.code).state == "待研判"
    assert public.enquiry_status("guess") is None


def test_the_same_form_sent_twice_is_one_enquiry(park):
    first = public.receive_enquiry(data(park), ip="192.0.2.1")
    assert public.receive_enquiry(data(park), ip="192.0.2.1").code == first.code
    assert Enquiry.objects.count() == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"consent": False}, "consent"),
        ({"phone": "12345"}, "phone"),
        ({"phone": ""}, "phone"),
        ({"name": " "}, "name"),
        ({"message": ""}, "message"),
        ({"message": "字" * 2001}, "message"),
        ({"email": "a@b\r\nBcc: c@d.example"}, "email"),
        ({"email": "nobody"}, "email"),
        ({"name": "王\x00某"}, "name"),
        ({"name": "\udce5"}, "name"),
        ({"organisation": "公司\u202e寸尺"}, "organisation"),
        ({"message": "a" + "\u0301" * 1000}, "message"),
        ({"park_slug": "nowhere"}, "park_slug"),
    ],
)
def test_a_wrong_form_is_refused_at_its_field_and_nothing_is_kept(park, values, field):
    with pytest.raises(Refused) as caught:
        public.receive_enquiry(data(park, **values), ip="192.0.2.1")
    assert field in caught.value.fields
    assert not Enquiry.objects.exists()


@pytest.mark.parametrize("name", ["𠮷野", "李·买买提", "Ångström Müller", "王㛃"])
def test_rare_characters_in_a_name_are_kept(park, name):
    public.receive_enquiry(data(park, name=name), ip="192.0.2.1")
    assert Enquiry.objects.get().name == name


def test_a_phone_that_asks_too_often_is_put_off_and_another_is_not(park):
    for number in range(public.PER_PHONE[0]):
        public.receive_enquiry(data(park, token=f"t{number}"), ip=f"192.0.2.{number}")
    with pytest.raises(Refused) as caught:
        public.receive_enquiry(data(park, token="t-more"), ip="192.0.2.99")
    assert caught.value.code == "too_many"
    public.receive_enquiry(data(park, token="t-other", phone="13800138001"), ip="192.0.2.99")
    assert Enquiry.objects.count() == public.PER_PHONE[0] + 1


def test_an_address_that_asks_too_often_is_put_off_even_as_ipv6_neighbours(park):
    for number in range(public.PER_ADDRESS[0]):
        public.receive_enquiry(
            data(park, token=f"t{number}", phone=f"138001380{number:02d}"),
            ip=f"2001:db8:0:1::{number:x}",
        )
    with pytest.raises(Refused, match="太频繁"):
        public.receive_enquiry(
            data(park, token="t-more", phone="13900139000"), ip="2001:db8:0:1::ffff"
        )


def test_accepting_makes_a_lead_of_the_officer_with_its_contact(park, officer):
    enquiry = make.enquiry(park, organisation="某某纺织公司", phone="13800138009")
    project = enquiries.accept_enquiry(enquiry, by=officer, name="运动鞋生产基地")
    assert (project.name, project.stage, project.officer) == (
        "运动鞋生产基地",
        Stage.LEAD,
        officer,
    )
    assert (project.park, project.source, project.investor) == (park, "website", "某某纺织公司")
    assert Contact.objects.get(project=project).phone == "13800138009"
    assert Enquiry.objects.get().project == project
    with pytest.raises(Refused, match="已由"):
        enquiries.accept_enquiry(enquiry, by=officer)
    assert Project.objects.count() == 1


def test_declining_needs_a_reason(park, teamlead):
    enquiry = make.enquiry(park)
    with pytest.raises(Refused, match="原因"):
        enquiries.decline_enquiry(enquiry, by=teamlead, note=" ")
    enquiries.decline_enquiry(enquiry, by=teamlead, note="不在招商范围")
    assert Enquiry.objects.get().decision_note == "不在招商范围"


def test_nobody_else_accepts_it(park, other_officer, leader):
    enquiry = make.enquiry(park)
    for stranger, code in ((other_officer, "not_found"), (leader, "not_allowed")):
        with pytest.raises(Refused) as caught:
            enquiries.accept_enquiry(enquiry, by=stranger)
        assert caught.value.code == code


def test_an_enquiry_for_a_park_without_a_team_is_every_team_leads(teamlead, officer):
    enquiry = make.enquiry(make.park(team=None))
    assert enquiry in Enquiry.objects.visible_to(teamlead)
    assert enquiry not in Enquiry.objects.visible_to(officer)
    project = enquiries.accept_enquiry(enquiry, by=teamlead)
    assert project.team == teamlead.team


def test_the_card_counts_this_years_signings_and_names_nothing_confidential(park):
    from dataclasses import fields

    from crm import clock

    zone = make.zone(park, area_sq_km="3.06")
    make.signed_project(clock.today(), park=park, name="保密项目", investor="保密投资方")
    make.project(stage=Stage.OPERATION, park=park)
    card = public.park_card(park.slug)
    assert (card.signed_count, card.in_operation_count) == (1, 1)
    assert card.area_sq_km == zone.area_sq_km
    assert "保密" not in repr(card)
    assert {f.name for f in fields(card)}.isdisjoint({"team", "officer", "projects"})
    assert public.park_card("nowhere") is None


def test_a_park_user_reads_its_parks_enquiries_and_does_not_accept_them(park, park_user):
    enquiry = make.enquiry(park)
    elsewhere = make.enquiry(make.park())
    assert set(Enquiry.objects.visible_to(park_user)) == {enquiry}
    assert elsewhere not in Enquiry.objects.visible_to(park_user)
    with pytest.raises(Refused):
        enquiries.accept_enquiry(enquiry, by=park_user)
    assert not Enquiry.objects.visible_to(make.user(Role.EDITOR)).exists()


def test_an_enquirer_is_forgotten_two_years_after_the_answer_and_not_before(park, teamlead):
    from datetime import date, timedelta

    from crm import clock

    answered = date(2023, 9, 1)
    with clock.playing(answered):
        closed, waiting = make.enquiry(park), make.enquiry(park)
        enquiries.decline_enquiry(closed, by=teamlead, note="不在招商范围")
    with clock.playing(answered + enquiries.KEPT - timedelta(days=1)):
        assert enquiries.erase_expired() == 0
    with clock.playing(answered + enquiries.KEPT + timedelta(days=1)):
        assert enquiries.erase_expired() == 1
        assert enquiries.erase_expired() == 0
    closed, waiting = Enquiry.objects.get(pk=closed.pk), Enquiry.objects.get(pk=waiting.pk)
    assert (closed.name, closed.phone, closed.message) == ("", "", enquiries.ERASED)
    assert (closed.state, closed.decision_note) == ("declined", "不在招商范围")
    assert waiting.phone == "13800000002"
