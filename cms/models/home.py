"""The first page of the site, one a language."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.http import HttpRequest
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page

from cms.blocks import HighlightsBlock
from cms.drawings import draw_plan, draw_section
from cms.featured import featured_under
from cms.models.base import SitePageMixin


class HomePage(SitePageMixin, Page):
    """Editors own the words; the figures are those of the first featured park's card."""

    headline = models.CharField("主标题", max_length=40, help_text="一句话，最好不超过 14 个字。")
    lead = models.TextField(
        "导语", max_length=240, blank=True, help_text="两三句，说清来这里办什么。"
    )
    body = StreamField(HighlightsBlock(), verbose_name="正文", blank=True)

    parent_page_types: ClassVar = ["wagtailcore.Page"]
    subpage_types: ClassVar = ["cms.ParkIndexPage"]
    max_count = 2  # 简体中文 and English
    template = "cms/home_page.html"
    content_panels: ClassVar = [
        *Page.content_panels,
        FieldPanel("headline"),
        FieldPanel("lead"),
        FieldPanel("body"),
    ]

    class Meta:
        verbose_name = "首页"

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        parks = featured_under(self)
        main = next((park for park in parks if park.card), None)
        zones = main.card.zones if main and main.card else ()
        return super().get_context(request, *args, **kwargs) | {
            "parks": parks,
            "main": main,
            "plan": draw_plan(zones),
            "section": draw_section(zones),
        }
