"""Hostile input at the enquiry form: a clear refusal or safe storage, never a failure."""

from urllib.parse import quote_from_bytes

import pytest

from crm.models import Enquiry
from tests.cms.visitor import HONEST, token

ADDRESS = "/enquiry/lvxi-industrial-park/"


@pytest.mark.parametrize("field", ["name", "organisation", "phone", "email", "industry", "message"])
@pytest.mark.parametrize("bad", ["a\x00b", "\x1b[31mred", "a\x0bb"])
def test_control_characters_are_refused_at_the_field(visitor, site, field, bad):
    answer = visitor.sends(**{field: bad})
    assert answer.status_code == 400
    assert f'id="enquiry-{field}_error"' in answer.content.decode()
    assert Enquiry.objects.count() == 0


@pytest.mark.parametrize("raw", [b"\xed\xa0\x80", "欧阳明".encode("gbk"), b"\xff\xfe"])
def test_bytes_that_are_no_utf8_are_refused(client, site, raw):
    fields = {**HONEST, "token": token()}
    fields.pop("name")
    body = "&".join(f"{k}={quote_from_bytes(v.encode())}" for k, v in fields.items())
    body += f"&name={quote_from_bytes(raw)}"
    answer = client.post(ADDRESS, body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 400
    assert "无法识别的字符" in answer.content.decode()
    assert Enquiry.objects.count() == 0


def test_a_body_beyond_all_honest_size_is_refused_unread(client, site):
    answer = client.post(ADDRESS, {**HONEST, "message": "a" * 100_000})
    assert answer.status_code == 413
    assert "太长" in answer.content.decode()


def test_a_thousand_fields_are_refused(client, site):
    body = "&".join(f"f{n}=" for n in range(1001))
    answer = client.post(ADDRESS, body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "text",
    [
        "<svg onload=alert(1)>",
        "{{7*7}} {% debug %}",
        "=cmd|'/c calc'!A1",
        "＝1＋1",
        "@SUM(A1)",
        "𠮷野家·阿卜杜拉",
        "㐂 龘",
    ],
)
def test_text_is_stored_as_typed_and_shown_escaped(visitor, site, text):
    assert visitor.sends(organisation=text, message=text).status_code == 302
    assert Enquiry.objects.get().message == text
    again = visitor.sends(organisation=text, message=text, phone="12").content.decode()
    assert "<svg onload" not in again
    assert "49" not in again.split('name="message"')[1].split("</textarea>")[0]


def test_leading_blanks_and_line_breaks_do_not_survive_in_a_line(visitor, site):
    visitor.sends(organisation="\t 川南鞋业", message="第一行\r\n第二行")
    enquiry = Enquiry.objects.get()
    assert enquiry.organisation == "川南鞋业"
    assert enquiry.message == "第一行\n第二行"
    assert visitor.sends(organisation="川南\r\n鞋业").status_code == 400


def test_invisible_characters_are_taken_out(visitor, site):
    visitor.sends(name="\ufeff欧\u200b阳\u202e明", organisation="川南\u2066鞋业")
    enquiry = Enquiry.objects.get()
    assert (enquiry.name, enquiry.organisation) == ("欧阳明", "川南鞋业")


@pytest.mark.parametrize("count", [10, 10_000])
def test_piled_up_accents_are_refused(visitor, site, count):
    answer = visitor.sends(message="a" + "\u0301" * count)
    assert answer.status_code == 400
    assert Enquiry.objects.count() == 0


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("１３８００００１２３４", "13800001234"),
        ("+86 138 0000 1234", "13800001234"),
        ("138-0000-1234", "13800001234"),
        ("0828-1234567", "08281234567"),
        ("+49 30 1234567", "+49301234567"),
    ],
)
def test_a_phone_is_kept_in_one_form(visitor, site, typed, kept):
    assert visitor.sends(phone=typed).status_code == 302
    assert Enquiry.objects.get().phone == kept


@pytest.mark.parametrize("mail", ["a@b.cn\r\nBcc: x@y.cn", "a@b.cn\nTo: x@y.cn", "a b@c.cn"])
def test_a_mail_header_cannot_be_smuggled_in(visitor, site, mail):
    assert visitor.sends(email=mail).status_code == 400
    assert Enquiry.objects.count() == 0


def test_a_tick_sent_twice_is_a_tick(visitor, site):
    assert visitor.sends(consent=["on", "on"]).status_code == 302


def test_a_lookalike_park_is_no_park(visitor, site):
    for slug in ("lvxi-industriаl-park", "unknown", "1", "lvxi-food"):
        assert visitor.sends(park=slug).status_code == 404
    assert Enquiry.objects.count() == 0


def test_an_unpublished_park_takes_no_enquiry(visitor, site):
    from cms.models import ParkPage

    for page in ParkPage.objects.filter(park_slug="lvxi-textile"):
        page.unpublish()
    assert visitor.sends(park="lvxi-textile").status_code == 404
    assert Enquiry.objects.count() == 0


def test_forged_forwarding_headers_buy_no_further_tries(client, site):
    answers = []
    for number in range(25):
        form = {**HONEST, "phone": f"1380000{number:04d}", "token": token()}
        headers = {"X-Forwarded-For": ",".join(f"10.0.{number}.{n}" for n in range(20))}
        answers.append(client.post(ADDRESS, form, headers=headers).status_code)
    assert answers.count(302) == 20
    assert set(answers[20:]) == {429}


@pytest.mark.parametrize("length", ["abc", "-5", ""])
def test_a_nonsense_content_length_is_no_failure(client, site, length):
    answer = client.post(ADDRESS, {}, CONTENT_LENGTH=length)
    assert answer.status_code < 500
