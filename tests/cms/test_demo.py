"""The demo county's pages: loaded once however often, cleared without a trace."""

from cms import demo
from cms.models import HomePage, ParkPage, SiteSettings
from crm import public


def test_loading_twice_changes_nothing(site):
    before = list(ParkPage.objects.order_by("pk").values_list("pk", "latest_revision_id"))
    demo.load()
    after = list(ParkPage.objects.order_by("pk").values_list("pk", "latest_revision_id"))
    assert len(before) == 6
    assert before == after


def test_clearing_brings_the_first_words_back(client, site, db):
    demo.clear()
    assert not ParkPage.objects.exists()
    html = client.get("/").content.decode()
    assert "绿溪" not in html
    assert "到园区，把厂办起来" in html
    assert SiteSettings.objects.get().seal == "园账"


def test_an_editors_own_words_stay(site):
    home = HomePage.objects.get(locale__language_code="zh-hans")
    home.headline = "我们自己的话"
    home.save()
    demo.load()
    demo.clear()
    home.refresh_from_db()
    assert home.headline == "我们自己的话"


def test_every_demo_page_says_that_it_is_one(client, site):
    for page in ParkPage.objects.live():
        mark = "demonstration county" if page.locale.language_code == "en" else "演示用的县"
        assert mark in client.get(page.url).content.decode()


def test_the_demo_is_known_to_the_ledger():
    assert [part.load for part in public.demo_parts if part.name == "公开网站"] == [demo.load]
