"""The demo county's part of the site. Loading twice changes nothing; clearing leaves no trace.

Pages and words an editor has changed since are the editor's: neither load nor clear touches them.
"""

from __future__ import annotations

import json

from django.db import transaction
from wagtail.models import Locale, Page, Site

from cms.demo_texts import HOME, PARKS, SITE, ParkText
from cms.models import HomePage, ParkIndexPage, ParkPage, SiteSettings

# What a cleared home page says: the words a new installation starts with.
NEUTRAL = {
    "zh-hans": (
        "到园区，把厂办起来",
        "这里公布园区的位置、产业和进展，数字直接来自园区台账。"
        "看中了哪个园区，留下联系方式，园区的人会给您回电话。",
    ),
    "en": (
        "Build your factory here",
        "Where our parks are, what they make and how they are doing, with figures taken straight "
        "from the parks’ own ledger. Leave your contact details and the park will call you back.",
    ),
}


@transaction.atomic
def load() -> None:
    _name_site(SITE)
    for code in HOME:
        _write_home(code, NEUTRAL[code][0], HOME[code].headline, HOME[code].lead, HOME[code].body)
    for park_slug, texts in PARKS.items():
        chinese = _park_page("zh-hans", park_slug, texts["zh-hans"])
        _park_page("en", park_slug, texts["en"], of=chinese)


@transaction.atomic
def clear() -> None:
    for page in ParkPage.objects.filter(park_slug__in=PARKS):
        page.delete()
    for code in HOME:
        _write_home(code, HOME[code].headline, *NEUTRAL[code], [])
    fields = SiteSettings._meta
    _name_site({name: fields.get_field(name).get_default() for name in SITE})


def _name_site(names: dict[str, str]) -> None:
    settings = SiteSettings.for_site(Site.objects.get(is_default_site=True))
    for name, value in names.items():
        setattr(settings, name, value)
    settings.save()


def _write_home(code: str, before: str, headline: str, lead: str, body: list) -> None:
    home = HomePage.objects.filter(locale__language_code=code, headline=before).first()
    if home is not None:
        home.headline, home.lead, home.body = headline, lead, json.dumps(body)
        home.save_revision().publish()


def _park_page(
    code: str, park_slug: str, text: ParkText, of: ParkPage | None = None
) -> ParkPage | None:
    """The park's page in one language; `of` is the page it translates."""
    locale = Locale.objects.get(language_code=code)
    found = ParkPage.objects.filter(park_slug=park_slug, locale=locale).first()
    parent: Page | None = ParkIndexPage.objects.filter(locale=locale).first()
    if found or parent is None:
        return found
    page = ParkPage(
        park_slug=park_slug,
        locale=locale,
        title=text.title,
        slug=text.slug,
        headline=text.headline,
        intro=text.intro,
        contact_name=text.contact_name,
        search_description=text.search_description,
        body=json.dumps(text.body),
        live=False,
    )
    if of is not None:
        page.translation_key = of.translation_key
    parent.add_child(instance=page)
    page.save_revision().publish()
    return page
