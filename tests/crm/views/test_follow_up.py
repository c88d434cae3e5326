"""记跟进: six fields, photos without their whereabouts, and once however often it is sent."""

from __future__ import annotations

import io
import uuid
from datetime import timedelta
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from crm import clock
from crm.models import FollowUp, StoredFile
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(team, officer):
    return make.project("佳禧面料项目", team=team, officer=officer)


def photo(name="现场.jpg"):
    """A picture that says where it was taken."""
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    data = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(data, "JPEG", exif=exif)
    return SimpleUploadedFile(name, data.getvalue(), content_type="image/jpeg")


def data(**more):
    today = clock.today()
    return {
        "content": "看了厂房", "kind": "visit", "held_on": str(today),
        "next_on": str(today + timedelta(3)), "next_step": "寄方案",
        "form_token": str(uuid.uuid4()), **more,
    }  # fmt: skip


def send(client, lead, sent, **headers):
    return client.post(f"/desk/projects/{lead.pk}/follow-up/", sent, **headers)


JSON = {"HTTP_ACCEPT": "application/json"}


def test_two_photos_are_kept_with_the_follow_up_without_their_whereabouts(as_user, officer, lead):
    answer = send(as_user(officer), lead, data(attachment=[photo(), photo("二.jpg")]))
    assert answer.status_code == 302
    files = list(FollowUp.objects.get().files.order_by("pk"))
    assert [file.name for file in files] == ["现场.jpg", "二.jpg"]
    for file in files:
        assert b"SecretCamera" not in file.file.read()
    lead.refresh_from_db()
    assert lead.next_step == "寄方案"


def test_one_bad_file_among_two_keeps_neither_and_no_follow_up(as_user, officer, lead):
    fake = SimpleUploadedFile("fake.jpg", b"MZ")
    answer = send(as_user(officer), lead, data(attachment=[photo(), fake]))
    assert answer.status_code == 400
    assert "看了厂房" in unescape(answer.content.decode())
    assert not FollowUp.objects.exists()
    assert not StoredFile.objects.exists()


def test_seven_files_are_too_many(as_user, officer, lead):
    answer = send(as_user(officer), lead, data(attachment=[photo() for _ in range(7)]))
    assert list(answer.context["form"].errors) == ["attachment"]


def test_what_is_sent_twice_is_written_once_with_its_photos(as_user, officer, lead):
    sent = data()
    client = as_user(officer)
    first = send(client, lead, sent | {"attachment": [photo()]}, **JSON)
    again = send(client, lead, sent | {"attachment": [photo()]}, **JSON)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json()["url"] == f"/desk/projects/{lead.pk}/"
    assert FollowUp.objects.count() == StoredFile.objects.count() == 1


def test_another_text_under_the_same_key_is_refused_and_nothing_is_lost(as_user, officer, lead):
    sent = data()
    client = as_user(officer)
    send(client, lead, sent)
    answer = send(client, lead, sent | {"content": "还谈了用工"})
    page = unescape(answer.content.decode())
    assert answer.status_code == 400
    assert "内容与这次填的不同" in page
    assert "还谈了用工" in page
    assert sent["form_token"] not in page  # the next 记下 is another one
    assert FollowUp.objects.count() == 1


def test_somebody_elses_token_does_not_answer_for_me(as_user, officer, teamlead, lead):
    sent = data()
    send(as_user(officer), lead, sent)
    answer = send(as_user(teamlead), lead, sent)
    assert answer.status_code == 302
    assert set(FollowUp.objects.values_list("by", flat=True)) == {officer.pk, teamlead.pk}


def test_a_program_hears_the_reason_at_each_field(as_user, officer, lead):
    answer = send(as_user(officer), lead, data(content=""), **JSON)
    assert answer.status_code == 400
    assert set(answer.json()["fields"]) == {"content"}
    tomorrow = clock.today() + timedelta(1)
    answer = send(as_user(officer), lead, data(held_on=str(tomorrow)), **JSON)
    assert "今天之后" in answer.json()["fields"]["held_on"]


def test_a_form_without_a_token_is_written_each_time(as_user, officer, lead):
    sent = data()
    del sent["form_token"]
    send(as_user(officer), lead, sent)
    send(as_user(officer), lead, sent)
    assert FollowUp.objects.count() == 2


def test_the_picker_finds_by_part_of_a_name_only_what_one_may_follow_up(
    as_user, officer, other_team, lead
):
    make.project("佳禧电池项目", team=other_team)
    page = unescape(as_user(officer).get("/desk/follow-up/", {"q": "佳禧"}).content.decode())
    assert f"/desk/projects/{lead.pk}/follow-up/" in page
    assert "佳禧电池" not in page
    page = unescape(as_user(officer).get("/desk/follow-up/", {"q": "没有的"}).content.decode())
    assert "没有叫“没有的”的项目" in page


def test_the_picker_begins_with_what_one_wrote_about_last(as_user, officer, team, lead):
    last = make.project("昨天谈的项目", team=team)
    make.follow_up(last, by=officer)
    shown = as_user(officer).get("/desk/follow-up/").context["projects"]
    assert shown[:2] == [last, lead]


def test_the_picker_is_for_those_who_follow_up(as_user, leader, auditor, client):
    assert as_user(leader).get("/desk/follow-up/").status_code == 403
    assert as_user(auditor).get("/desk/follow-up/").status_code == 403
    assert client.get("/desk/follow-up/").status_code == 302


def test_a_hostile_search_is_answered(as_user, officer):
    for text in ("\x00", "面" * 5000, "%_'\"", " ", "()"):
        assert as_user(officer).get("/desk/follow-up/", {"q": text}).status_code == 200


def test_who_is_signed_in_is_told_before_anything_is_sent_later(as_user, officer, client):
    assert client.get("/desk/me/").status_code == 401
    answer = as_user(officer).get("/desk/me/").json()
    assert answer["user"] == officer.pk
    assert answer["token"]
