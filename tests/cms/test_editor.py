"""Who may work on the site, and what an editor's admin leaves out."""

import pytest
from django.contrib.auth.models import Group
from wagtail.models import GroupPagePermission

from cms.models import ParkPage
from crm.actions.system.users import add_user
from crm.models import User


@pytest.fixture
def editor(db) -> User:
    return add_user("editor", role="editor", by=None, password="Long-Enough-1")


@pytest.fixture
def officer(db) -> User:
    return add_user("officer", role="officer", by=None, password="Long-Enough-1")


def test_an_editor_enters_the_admin_in_chinese(client, editor, site):
    client.force_login(editor)
    page = client.get("/cms/")
    assert page.status_code == 200
    html = page.content.decode()
    assert 'lang="zh-hans"' in html
    assert "个页面" in html
    assert "用户" not in html
    assert "<title>" in html
    assert "Wagtail</title>" not in html


@pytest.mark.parametrize("path", ["/cms/", "/cms/pages/", "/cms/images/", "/cms/settings/"])
def test_an_officer_does_not(client, officer, site, path):
    client.force_login(officer)
    assert client.get(path).status_code in {302, 403, 404}
    assert client.get("/cms/").status_code in {302, 403}


def test_a_visitor_is_sent_to_the_one_login(client, site):
    assert client.get("/cms/").url.startswith("/login/")


def test_an_editor_changes_words_and_publishes_them(client, editor, park_page):
    client.force_login(editor)
    address = f"/cms/pages/{park_page.pk}/edit/"
    form = client.get(address).context["form"]
    data = {name: form[name].value() or "" for name in form.fields if name != "body"}
    data |= {"body-count": "0", "headline": "新的一句话", "action-publish": "1"}
    data |= {"comments-TOTAL_FORMS": "0", "comments-INITIAL_FORMS": "0"}
    answer = client.post(address, data)
    assert answer.status_code == 302, answer.context["form"].errors
    client.logout()
    assert "新的一句话" in client.get(park_page.url).content.decode()


def test_the_park_is_picked_from_the_ledger(client, editor, park_page, county_park):
    client.force_login(editor)
    html = client.get(f"/cms/pages/{park_page.pk}/edit/").content.decode()
    assert f'<option value="{county_park.slug}" selected>{county_park.name}</option>' in html
    gone = ParkPage.objects.get(park_slug="lvxi-food", locale=park_page.locale)
    assert "台账里已没有这个园区" in client.get(f"/cms/pages/{gone.pk}/edit/").content.decode()


@pytest.mark.parametrize("path", ["users/", "users/add/", "users/1/", "groups/", "groups/new/"])
def test_nobody_manages_people_in_the_page_admin(client, db, path):
    root = User.objects.create_superuser("root", password="x")
    client.force_login(root)
    assert client.get(f"/cms/{path}").status_code == 404


def test_the_editor_has_the_rights_of_a_page_editor_and_no_more(editor):
    group = Group.objects.get(name="editor")
    assert list(editor.groups.all()) == [group]
    pages = GroupPagePermission.objects.filter(group=group)
    assert {right.permission.codename for right in pages} == {
        "add_page",
        "change_page",
        "publish_page",
    }
    assert {right.page.depth for right in pages} == {1}
    assert editor.has_perm("cms.change_sitesettings")
    for right in ("crm.change_user", "crm.view_project", "auth.change_group"):
        assert not editor.has_perm(right)


def test_an_editor_names_the_publisher_of_the_site(client, editor, park_page):
    client.force_login(editor)
    site = park_page.get_site()
    address = f"/cms/settings/cms/sitesettings/{site.pk}/"
    assert client.get(address).status_code == 200
    data = {"site_name": "绿溪", "site_name_en": "Lüxi", "seal": "绿溪", "organiser": "新单位"}
    assert client.post(address, data).status_code == 302
    assert "新单位" in client.get("/").content.decode()


def test_every_block_shows_the_editor_what_it_is(client, editor, park_page):
    client.force_login(editor)
    for name, block in ParkPage._meta.get_field("body").stream_block.child_blocks.items():
        assert block.meta.description, name
        assert block.meta.icon, name
        assert block.label, name


def test_an_editor_types_a_chinese_title_and_no_address(client, editor, park_page):
    client.force_login(editor)
    index = park_page.get_parent()
    ParkPage.objects.filter(park_slug="lvxi-textile").delete()
    data = {"title": "绿溪县工业园区", "slug": "", "park_slug": "lvxi-textile", "body-count": "0"}
    data |= {"comments-TOTAL_FORMS": "0", "comments-INITIAL_FORMS": "0"}
    answer = client.post(f"/cms/pages/add/cms/parkpage/{index.pk}/", data)
    assert answer.status_code == 302, answer.context["form"].errors
    assert ParkPage.objects.filter(slug="lv-xi-xian-gong-ye-yuan-qu").exists()


def test_an_editor_translates_a_page(client, editor, park_page):
    client.force_login(editor)
    assert client.get(f"/cms/translation/submit/page/{park_page.pk}/").status_code == 200
