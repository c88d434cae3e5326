"""What a new installation shows before an editor has written anything."""

from wagtail.models import Page, Site

from cms.models import HomePage


def test_an_empty_installation_shows_a_home_page_that_says_so(client, db):
    for path, word in (("/", "园区页面正在准备"), ("/en/", "being prepared")):
        page = client.get(path)
        assert page.status_code == 200
        assert word in page.content.decode()
        assert "/enquiry/" not in page.content.decode()


def test_the_first_pages_are_translations_of_each_other(db):
    home = Site.objects.get(is_default_site=True).root_page.specific
    assert isinstance(home, HomePage)
    assert [page.locale.language_code for page in home.get_translations()] == ["en"]
    assert Page.find_problems() == ([], [], [], [], [])
