"""The enquiry form: one honest story, and every refusal beside it."""

import re

import pytest
from django.test import Client

from cms import tokens
from cms.forms import CONSENT_VERSION
from crm.models import Enquiry
from tests.cms.visitor import HONEST, token

PARK = "lvxi-industrial-park"


def test_an_investor_sends_an_enquiry_and_follows_its_receipt(visitor, site):
    answer = visitor.sends()
    assert answer.status_code == 302
    enquiry = Enquiry.objects.get()
    assert (enquiry.park.slug, enquiry.name, enquiry.phone) == (PARK, "欧阳明", "13800001234")
    assert enquiry.consent_version == CONSENT_VERSION
    assert enquiry.source == "/parks/lv-xi-gong-ye-yuan-qu/"
    thanks = visitor.client.get(answer.url)
    assert enquiry.code in thanks.content.decode()
    status = visitor.client.get(f"/enquiry/status/{enquiry.code}/")
    assert "待研判" in status.content.decode()
    assert "欧阳" not in status.content.decode()
    for page in (thanks, status):
        assert page["X-Robots-Tag"] == "noindex"
        assert "no-store" in page["Cache-Control"]


def test_the_form_on_the_park_page_posts_to_its_own_address(client, park_page):
    html = client.get(park_page.url).content.decode()
    assert f'action="/enquiry/{PARK}/"' in html
    assert tokens.FORM_SALT not in html
    assert re.search(r'name="token" value="[0-9a-f]{32}:', html)


def test_the_english_form_answers_in_english(visitor, site):
    answer = visitor.sends(prefix="/en")
    assert answer.url.startswith("/en/enquiry/received/")
    assert Enquiry.objects.get().language == "en"
    status = visitor.client.get(f"/en/enquiry/status/{Enquiry.objects.get().code}/")
    assert "Being read" in status.content.decode()
    assert "Lüxi County Industrial Park" in status.content.decode()
    refused = visitor.sends(prefix="/en", phone="12")
    assert "This is not a phone number we can call" in refused.content.decode()


def test_the_form_sent_twice_is_one_enquiry(visitor, site):
    once = token()
    first, second = visitor.sends(token=once), visitor.sends(token=once)
    assert first.url.split(":")[0] == second.url.split(":")[0]
    assert Enquiry.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "", "请填写您的姓名"),
        ("name", "明" * 41, "最多 40 个字，现在是 41 个"),
        ("phone", "", "请填写电话"),
        ("phone", "138000", "电话号码不对"),
        ("phone", "138000012345", "电话号码不对"),
        ("email", "ming", "邮箱的写法不对"),
        ("message", "", "请写一句"),
        ("message", "地" * 2001, "最多 2000 个字"),
        ("consent", None, "请勾选同意"),
    ],
)
def test_a_bad_field_is_refused_at_the_field_and_keeps_the_rest(
    visitor, site, field, value, sentence
):
    answer = visitor.sends(**{field: value})
    html = answer.content.decode()
    assert answer.status_code == 400
    assert Enquiry.objects.count() == 0
    assert re.search(rf'id="enquiry-{field}_error">[^<]*{sentence}', html)
    assert f'aria-describedby="enquiry-{field}' in html or field == "consent"
    for other in set(HONEST) - {field, "consent"}:
        assert HONEST[other] in html


def test_consent_is_never_ticked_beforehand(client, site):
    html = client.get(f"/enquiry/{PARK}/").content.decode()
    assert re.search(r'<input type="checkbox" name="consent"(?![^>]*checked)', html)


def test_every_field_says_what_the_browser_may_fill_in(client, site):
    html = client.get(f"/enquiry/{PARK}/").content.decode()
    for name in ("name", "organization", "tel", "email"):
        assert f'autocomplete="{name}"' in html


def test_a_filled_trap_looks_like_success_and_stores_nothing(visitor, site):
    caught, honest = visitor.sends(website="http://spam.example"), visitor.sends()
    assert caught.status_code == honest.status_code == 302
    assert len(caught.url) == len(honest.url)
    assert "已收到您的登记" in visitor.client.get(caught.url).content.decode()
    assert Enquiry.objects.count() == 1


def test_a_form_sent_in_the_same_second_is_asked_to_wait(visitor, site):
    answer = visitor.sends(token=token(age=0))
    assert answer.status_code == 400
    assert "提交得太快了" in answer.content.decode()
    assert Enquiry.objects.count() == 0


@pytest.mark.parametrize("stale", [None, "", "0" * 32 + ":forged:token", "old"])
def test_a_missing_forged_or_old_token_is_renewed_and_nothing_stored(visitor, site, stale):
    answer = visitor.sends(token=token(age=3 * 24 * 3600) if stale == "old" else stale)
    html = answer.content.decode()
    assert answer.status_code == 400
    assert "请再按一次提交" in html
    assert HONEST["message"] in html
    assert Enquiry.objects.count() == 0
    fresh = re.search(r'name="token" value="([^"]+)"', html)[1]
    with pytest.raises(tokens.TooQuick):
        tokens.token_value(fresh)


def test_the_sixth_enquiry_from_one_phone_is_asked_to_call(visitor, site):
    answers = [visitor.sends(ip=f"203.0.113.{n}").status_code for n in range(6)]
    assert answers == [302] * 5 + [429]
    assert Enquiry.objects.count() == 5


def test_another_visitor_is_not_held_up(visitor, site):
    for number in range(6):
        visitor.sends(ip=f"203.0.113.{number}")
    assert visitor.sends(phone="13900005678", ip="198.51.100.1").status_code == 302


def test_a_post_without_the_csrf_token_is_told_what_to_do(site):
    answer = Client(enforce_csrf_checks=True).post(f"/enquiry/{PARK}/", HONEST)
    assert answer.status_code == 403
    assert "刷新后重新提交" in answer.content.decode()
    assert Enquiry.objects.count() == 0


@pytest.mark.parametrize("path", ["status/AAAAAAAAAAAAAAAAAAAAAA", "received/forged:1:2"])
def test_a_guessed_receipt_opens_nothing(client, site, path):
    assert client.get(f"/enquiry/{path}/").status_code == 404


def test_an_enquiry_cannot_be_deleted_or_changed_from_outside(client, site):
    assert client.put(f"/enquiry/{PARK}/").status_code == 405
    assert client.delete(f"/enquiry/{PARK}/").status_code == 405


def test_one_featured_park_needs_no_choice(client, site):
    from cms.models import ParkPage

    ParkPage.objects.filter(park_slug="lvxi-textile").delete()
    assert client.get("/enquiry/").url == f"/enquiry/{PARK}/"
