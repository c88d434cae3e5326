"""The parks a county shows to investors. A park is featured when it has a live page here."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page

from cms.blocks import HighlightsBlock
from cms.drawings import draw_plan, draw_section
from cms.featured import featured_under
from cms.forms import EnquiryForm
from cms.models.base import SitePageForm, SitePageMixin
from cms.structured import place_json
from crm import public


class ParkIndexPage(SitePageMixin, Page):
    """The featured parks side by side, in the editor's order."""

    lead = models.TextField("导语", max_length=240, blank=True)

    parent_page_types: ClassVar = ["cms.HomePage"]
    subpage_types: ClassVar = ["cms.ParkPage"]
    max_count_per_parent = 1
    template = "cms/park_index_page.html"
    content_panels: ClassVar = [*Page.content_panels, FieldPanel("lead")]

    class Meta:
        verbose_name = "园区列表页"

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        parks = featured_under(self)
        names = {park.card.name for park in parks if park.card}
        # The rows must not be added up where one park's card counts another's projects.
        has_inner = any(park.card and park.card.parent_name in names for park in parks)
        context = super().get_context(request, *args, **kwargs)
        return context | {"parks": parks, "has_inner": has_inner}


class ParkPageForm(SitePageForm):
    """The park is picked from the ledger's own list, never typed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "park_slug" not in self.fields:
            return
        choices = public.park_choices()
        kept = self.instance.park_slug
        if kept and kept not in dict(choices):
            choices = [*choices, (kept, f"{kept}（台账里已没有这个园区）")]
        self.fields["park_slug"].widget = forms.Select(choices=[("", "请选择园区"), *choices])


class ParkPage(SitePageMixin, Page):
    """One park: its card comes live from the ledger, the words around it from the editor."""

    park_slug = models.SlugField(
        "台账中的园区", max_length=80, help_text="面积、片区、签约和投产数由台账实时给出。"
    )
    headline = models.CharField("一句话定位", max_length=60, blank=True)
    intro = models.TextField("介绍", max_length=600, blank=True)
    contact_name = models.CharField(
        "联系人", max_length=60, blank=True, help_text="单位或职务，如“园区管委会招商服务科”。"
    )
    body = StreamField(HighlightsBlock(), verbose_name="亮点", blank=True)

    base_form_class = ParkPageForm
    parent_page_types: ClassVar = ["cms.ParkIndexPage"]
    subpage_types: ClassVar = []
    template = "cms/park_page.html"
    content_panels: ClassVar = [
        *Page.content_panels,
        FieldPanel("park_slug"),
        MultiFieldPanel(
            [FieldPanel("headline"), FieldPanel("intro"), FieldPanel("contact_name")], "文字"
        ),
        FieldPanel("body"),
    ]

    class Meta:
        verbose_name = "园区页"

    def clean(self) -> None:
        super().clean()
        twins = ParkPage.objects.filter(park_slug=self.park_slug, locale=self.locale)
        if self.park_slug and twins.exclude(pk=self.pk).exists():
            raise ValidationError({"park_slug": "这个园区已有同一语言的页面，请在那一页上修改。"})

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        card = public.park_card(self.park_slug)
        zones = card.zones if card else ()
        return super().get_context(request, *args, **kwargs) | {
            "card": card,
            "plan": draw_plan(zones),
            "section": draw_section(zones),
            "place_json": place_json(self, card, request),
            "form": EnquiryForm.fresh() if card else None,
        }
