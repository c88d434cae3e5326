"""What every page of the site has: a pinyin address and its counterparts in other languages."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.text import slugify
from pypinyin import lazy_pinyin
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.models import Page

# First path segments that belong to the rest of the product; a page there could not be reached.
RESERVED_SLUGS = frozenset(
    {
        "api",
        "cms",
        "desk",
        "documents",
        "en",
        "enquiry",
        "healthz",
        "login",
        "logout",
        "media",
        "static",
    }
)
SLUG_LENGTH = 60


def pinyin_slug(title: str) -> str:
    """A readable ASCII address for a Chinese title: 五里梁片区 becomes wu-li-liang-pian-qu."""
    slug = slugify(" ".join(lazy_pinyin(title)))
    if len(slug) > SLUG_LENGTH:
        slug = slug[: SLUG_LENGTH + 1].rpartition("-")[0] or slug[:SLUG_LENGTH]
    return slug or "page"


def free_slug(title: str, parent: Page | None, page: Page | None = None) -> str:
    """The pinyin slug of a title, numbered when a sibling has it already."""
    wanted = slug = pinyin_slug(title)
    number = 2
    while parent and not Page._slug_is_available(slug, parent, page):
        slug = f"{wanted}-{number}"
        number += 1
    return slug


class SitePageForm(WagtailAdminPageForm):
    """An editor need not think of an address: left empty, it is the title in pinyin."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:
            self.fields["slug"].required = False

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if "slug" in given and not given["slug"] and given.get("title"):
            page = self.instance if self.instance.pk else None
            given["slug"] = free_slug(given["title"], self.parent_page, page)
        return super().clean()


class SitePageMixin:
    """Mixed into each page type before Page."""

    slug: str
    title: str
    base_form_class = SitePageForm

    def _give_slug(self: Any) -> None:
        if self.slug or not self.title:
            return
        self.slug = free_slug(self.title, self.get_parent() if self.path else None, self)

    def full_clean(self, *args: Any, **kwargs: Any) -> None:
        self._give_slug()
        super().full_clean(*args, **kwargs)  # type: ignore[misc]

    def minimal_clean(self) -> None:
        self._give_slug()
        super().minimal_clean()  # type: ignore[misc]

    def clean(self: Any) -> None:
        super().clean()  # type: ignore[misc]
        if self.depth == 3 and self.slug in RESERVED_SLUGS:
            raise ValidationError({"slug": f"“{self.slug}”是系统保留的地址，请换一个。"})

    def live_translations(self: Any) -> list[Page]:
        """The other languages of this page a visitor may open."""
        return list(self.get_translations().live().public().select_related("locale"))

    def get_sitemap_urls(self: Any, request: HttpRequest | None = None) -> list[dict[str, Any]]:
        """Every language of the page, each naming all of them: the site's root is Chinese only."""
        versions = [self, *self.live_translations()]
        alternates = [
            {"lang_code": page.locale.language_code, "location": _absolute(page, request)}
            for page in versions
        ]
        return [
            {
                "location": _absolute(page, request),
                "lastmod": page.last_published_at or page.latest_revision_created_at,
                "alternates": alternates,
            }
            for page in versions
        ]


def _absolute(page: Page, request: HttpRequest | None) -> str:
    if request is None:
        return page.full_url
    return request.build_absolute_uri(page.get_url(request))
