"""What a search engine may know of a park, as schema.org data."""

from __future__ import annotations

import json

from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe
from wagtail.models import Page

from crm import public

# The same escapes as Django's json_script: the text can never close the script element.
_ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


def place_json(page: Page, card: public.ParkCard | None, request: HttpRequest) -> SafeString:
    """JSON-LD Place for the head of a park page. A data block: script-src does not apply to it."""
    if card is None:
        return mark_safe("")
    english = page.locale.language_code == "en"
    place: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "Place",
        "name": (english and card.name_en) or card.name,
        "url": request.build_absolute_uri(page.get_url(request)),
    }
    if page.search_description:
        place["description"] = page.search_description
    if card.phone:
        place["telephone"] = card.phone
    if card.address:
        place["address"] = {
            "@type": "PostalAddress",
            "streetAddress": card.address,
            "addressCountry": "CN",
        }
    return mark_safe(json.dumps(place, ensure_ascii=False).translate(_ESCAPES))
