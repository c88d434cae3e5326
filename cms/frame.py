"""What surrounds every page of the site: names, navigation, languages, whom to call."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse, translate_url
from django.utils import translation
from django.utils.translation import gettext as _
from wagtail.models import Page, Site

from cms.models import HomePage, ParkPage, SiteSettings

LANGUAGES = (("zh-hans", "zh-Hans", "中文"), ("en", "en", "English"))


@dataclass(frozen=True)
class Link:
    text: str
    url: str
    current: bool = False


@dataclass(frozen=True)
class Language:
    """One entry of the language switch; not translated: it leads to the nearest page that is."""

    code: str
    name: str
    url: str
    absolute_url: str
    current: bool
    translated: bool


@dataclass(frozen=True)
class Frame:
    name: str
    seal: str
    organiser: str
    phone: str
    records: tuple[str, ...]
    lang: str
    home_url: str
    links: tuple[Link, ...]
    crumbs: tuple[Link, ...]
    languages: tuple[Language, ...]
    canonical_url: str
    # Empty while no park takes enquiries.
    enquiry_url: str

    @property
    def alternates(self) -> list[Language]:
        found = [language for language in self.languages if language.translated]
        return found if len(found) > 1 else []


def frame_for(request: HttpRequest, page: Page | None = None) -> Frame:
    """page: the Wagtail page shown, or None on the form's own pages."""
    english = translation.get_language() == "en"
    settings = SiteSettings.for_request(request)
    home = _home(request, page)
    links, crumbs = _navigation(request, home, page)
    languages = _languages(request, page, home)
    path = page.get_url(request) if page else request.path
    return Frame(
        name=(english and settings.site_name_en) or settings.site_name,
        seal=settings.seal,
        organiser=(english and settings.organiser_en) or settings.organiser,
        phone=settings.phone,
        records=tuple(
            text
            for text in (
                settings.icp,
                settings.police_record,
                settings.site_code and _("网站标识码 %(code)s") % {"code": settings.site_code},
            )
            if text
        ),
        lang="en" if english else "zh-Hans",
        home_url=home.get_url(request) if home else "/",
        links=links,
        crumbs=crumbs,
        languages=languages,
        canonical_url=request.build_absolute_uri(path),
        enquiry_url=reverse("cms:enquiries") if ParkPage.objects.live().exists() else "",
    )


def _home(request: HttpRequest, page: Page | None) -> Page | None:
    if isinstance(page, HomePage):
        return page
    if page is not None:
        return HomePage.objects.ancestor_of(page).first()
    homes = HomePage.objects.live().filter(locale__language_code=translation.get_language())
    site = Site.find_for_request(request)
    return homes.first() or (site.root_page if site else None)


def _navigation(
    request: HttpRequest, home: Page | None, page: Page | None
) -> tuple[tuple[Link, ...], tuple[Link, ...]]:
    if home is None:
        return (), ()
    here = page.path if page else ""
    sections = list(home.get_children().live().public())
    links = [
        Link(section.title, section.get_url(request), here.startswith(section.path))
        for section in sections
    ]
    crumbs = [Link(_("首页"), home.get_url(request))]
    if page is not None and page.pk != home.pk:
        crumbs += [
            Link(section.title, section.get_url(request))
            for section in sections
            if here.startswith(section.path) and section.pk != page.pk
        ]
        crumbs.append(Link(page.title, "", current=True))
    return tuple(links), tuple(crumbs)


def _languages(request: HttpRequest, page: Page | None, home: Page | None) -> tuple[Language, ...]:
    now = translation.get_language()
    others: dict[str, str] = {}
    if page is not None:
        for version in page.get_translations().live().public().select_related("locale"):
            others[version.locale.language_code] = version.get_url(request)
    else:
        others = {code: translate_url(request.path, code) for code, _tag, _name in LANGUAGES}
    languages = []
    for code, tag, name in LANGUAGES:
        if code == now:
            url, translated = (page.get_url(request) if page else request.path), True
        else:
            url, translated = others.get(code, ""), code in others
        url = url or _nearest(request, code, page)
        languages.append(
            Language(tag, name, url, request.build_absolute_uri(url), code == now, translated)
        )
    return tuple(languages)


def _nearest(request: HttpRequest, code: str, page: Page | None) -> str:
    """The translation of the nearest ancestor: better one step up than a dead end."""
    for ancestor in page.get_ancestors().filter(depth__gt=1).reverse() if page else ():
        found = ancestor.get_translations().live().filter(locale__language_code=code).first()
        if found:
            return found.get_url(request)
    return "/" if code == "zh-hans" else f"/{code}/"
