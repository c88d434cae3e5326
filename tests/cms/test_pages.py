"""Every page of the site, in both languages, and what it takes from the ledger."""

import dataclasses
import json
import re
from datetime import date
from xml.etree import ElementTree

import pytest
from django.core.exceptions import ValidationError
from wagtail.models import Page

from cms.models import HomePage, ParkIndexPage, ParkPage, SiteSettings
from crm import public
from crm.models import Park, Project

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def text_of(html: str) -> str:
    html = re.sub(r"<(script|style)[^>]*>.*?</\1>", "", html, flags=re.DOTALL)
    return re.sub(r"<[^>]+>", " ", html)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/", ["到绿溪，把厂办起来", "10.66", "截至", "绿溪县纺织鞋服产业园"]),
        ("/parks/", ["园区比较", "面积（平方公里）", "10.66", "0828-0000002", "已包含其内各园"]),
        ("/parks/lv-xi-gong-ye-yuan-qu/", ["五里梁产城新区", "3.36", "意向登记", "五里梁大道"]),
        ("/enquiry/", ["您想咨询哪个园区"]),
        ("/enquiry/lvxi-textile/", ["绿溪县纺织鞋服产业园", "最多保存两年"]),
        ("/en/", ["Build your factory in Lüxi", "10.66", "As of"]),
        ("/en/parks/", ["The parks compared", "Lüxi Textile"]),
        ("/en/parks/lvxi-industrial-park/", ["Wuliliang New Area", "1 Wuliliang Avenue"]),
        ("/en/enquiry/", ["Which park is it about?"]),
        ("/en/enquiry/lvxi-textile/", ["no later than two years"]),
    ],
)
def test_every_page_renders_in_its_language(client, site, path, words):
    page = client.get(path)
    assert page.status_code == 200
    html = page.content.decode()
    for word in words:
        assert word in html
    english = path.startswith("/en/")
    assert f'<html lang="{"en" if english else "zh-Hans"}">' in html
    assert html.count("<h1") == 1
    assert 'href="#main"' in html
    if english:
        left = CHINESE.findall(text_of(html).replace("中文", "").replace("绿溪", ""))
        assert left == []


@pytest.mark.parametrize("path", ["/nothing-here/", "/en/nothing-here/", "/parks/draft/"])
def test_a_page_that_is_not_there_says_so_in_the_language_of_the_address(client, site, path):
    page = client.get(path)
    assert page.status_code == 404
    expected = "There is no such page" if path.startswith("/en/") else "没有这个页面"
    assert expected in page.content.decode()


def test_a_card_has_these_fields_and_no_others():
    assert {field.name for field in dataclasses.fields(public.ParkCard)} == {
        "slug",
        "name",
        "name_en",
        "kind",
        "kind_en",
        "parent_name",
        "parent_name_en",
        "area_sq_km",
        "zones",
        "leading_industries",
        "signed_count",
        "in_operation_count",
        "as_of",
        "address",
        "address_en",
        "phone",
        "updated_on",
    }


def test_nothing_of_a_project_reaches_the_site(client, county_park, site):
    Project.objects.create(
        name="天机工程", summary="天机不可泄露", investor="天机集团", park=county_park
    )
    for path in ("/", "/parks/", "/parks/lv-xi-gong-ye-yuan-qu/", "/en/", "/sitemap.xml"):
        assert "天机" not in client.get(path).content.decode()


def test_figures_follow_the_ledger_at_once(client, county_park, site):
    zone = county_park.zones.first()
    zone.area_sq_km += 1
    zone.save()
    assert "11.66" in client.get("/").content.decode()


def test_a_park_gone_from_the_ledger_keeps_its_words_and_loses_its_figures(client, site):
    assert not Park.objects.filter(slug="lvxi-food").exists()
    page = client.get("/parks/jian-kang-shi-pin-chan-ye-yuan/")
    assert page.status_code == 200
    html = page.content.decode()
    assert "这个园区的数字暂时没有" in html
    assert "省级农产品加工示范园区" in html
    assert 'id="enquiry"' not in html
    assert client.get("/enquiry/lvxi-food/").status_code == 404


def test_a_draft_is_nowhere(client, park_page):
    park_page.unpublish()
    assert client.get(park_page.url).status_code == 404
    for path in ("/", "/parks/", "/enquiry/"):
        assert "lv-xi-gong-ye-yuan-qu" not in client.get(path).content.decode()
    locations = client.get("/sitemap.xml").content.decode()
    assert "lv-xi-gong-ye-yuan-qu" not in locations


def test_each_language_names_the_other(client, site):
    html = client.get("/parks/lv-xi-gong-ye-yuan-qu/").content.decode()
    base = "http://testserver"
    assert f'hreflang="en" href="{base}/en/parks/lvxi-industrial-park/"' in html
    assert f'rel="canonical" href="{base}/parks/lv-xi-gong-ye-yuan-qu/"' in html
    english = client.get("/en/parks/lvxi-industrial-park/").content.decode()
    assert f'hreflang="zh-Hans" href="{base}/parks/lv-xi-gong-ye-yuan-qu/"' in english


def test_without_a_translation_the_switch_leads_one_step_up(client, site):
    ParkPage.objects.get(slug="lvxi-textile").unpublish()
    html = client.get("/parks/fang-zhi-xie-fu-chan-ye-yuan/").content.decode()
    assert 'href="/en/parks/" lang="en"' in html
    assert "本页没有这一语言的版本" in html
    assert 'rel="alternate"' not in html


def test_the_sitemap_lists_both_languages(client, site):
    tree = ElementTree.fromstring(client.get("/sitemap.xml").content)
    found = {node.text for node in tree.iter() if node.tag.endswith("loc")}
    assert "http://testserver/" in found
    assert "http://testserver/en/parks/lvxi-food/" in found
    assert len(found) == 10


def test_robots_keeps_the_desk_out_and_names_the_sitemap(client, db):
    text = client.get("/robots.txt").content.decode()
    assert "Disallow: /desk/" in text
    assert "Sitemap: http://testserver/sitemap.xml" in text


def test_the_structured_data_cannot_leave_its_element(client, county_park, park_page):
    county_park.name = "绿溪</script><script>alert(1)</script>"
    county_park.save()
    html = client.get(park_page.url).content.decode()
    assert "<script>alert" not in html
    data = re.search(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    assert json.loads(data[1])["name"] == county_park.name


def test_a_chinese_title_gets_a_pinyin_address(park_page):
    index = park_page.get_parent()
    first = ParkPage(title="五里梁片区", park_slug="wuliliang")
    index.add_child(instance=first)
    assert first.slug == "wu-li-liang-pian-qu"
    second = ParkPage(title="五里梁片区", park_slug="wuliliang-2")
    index.add_child(instance=second)
    assert second.slug == "wu-li-liang-pian-qu-2"


def test_an_address_of_the_product_is_no_page(site):
    home = HomePage.objects.get(locale__language_code="zh-hans")
    with pytest.raises(ValidationError, match="系统保留"):
        home.add_child(instance=ParkIndexPage(title="桌面", slug="desk"))


def test_a_park_has_one_page_a_language(park_page):
    twin = ParkPage(title="又一页", park_slug=park_page.park_slug, locale=park_page.locale)
    with pytest.raises(ValidationError, match="已有同一语言的页面"):
        park_page.get_parent().add_child(instance=twin)


def test_pages_stand_only_where_they_belong():
    assert HomePage.allowed_subpage_models() == [ParkIndexPage]
    assert ParkIndexPage.allowed_subpage_models() == [ParkPage]
    assert ParkPage.allowed_subpage_models() == []
    assert HomePage.allowed_parent_page_models() == [Page]


def test_the_footer_names_who_publishes(client, park_page):
    settings = SiteSettings.for_site(park_page.get_site())
    settings.icp, settings.site_code, settings.phone = (
        "川ICP备00000000号",
        "5119000000",
        "0828-12345",
    )
    settings.save()
    html = client.get("/").content.decode()
    for word in ("绿溪县工业园区管理委员会", "川ICP备00000000号", "网站标识码 5119000000"):
        assert word in html
    assert 'href="tel:082812345"' in html


def test_a_park_page_asks_the_database_a_bounded_number_of_times(
    client, park_page, django_assert_max_num_queries
):
    client.get(park_page.url)
    with django_assert_max_num_queries(24):
        client.get(park_page.url)


def test_the_date_of_the_figures_is_the_day_of_the_ledger(client, park_page):
    as_of = public.park_card("lvxi-industrial-park").as_of
    assert isinstance(as_of, date)
    assert f"截至 {as_of:%Y-%m-%d}" in client.get(park_page.url).content.decode()
