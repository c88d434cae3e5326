"""Template tags of the public site."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import template
from django.http import HttpRequest
from django.template.context import Context
from django.utils import translation

from cms.frame import Frame, frame_for

register = template.Library()


@register.simple_tag(takes_context=True)
def site_frame(context: Context) -> Frame | None:
    """Header, footer and languages of the page shown; None where there is no request."""
    request: HttpRequest | None = context.get("request")
    if request is None:
        return None
    # Several blocks of one page ask; the frame is the same for all of them.
    if not hasattr(request, "_site_frame"):
        request._site_frame = frame_for(request, context.get("page"))
    return request._site_frame


@register.filter
def named(card: Any, field: str = "name") -> str:
    """A card's text in the visitor's language: the English one where there is one."""
    english = getattr(card, f"{field}_en", "") if translation.get_language() == "en" else ""
    return english or getattr(card, field, "")


@register.filter
def area(value: Decimal | None) -> str:
    """Square kilometres as the ledger has them, without trailing zeros."""
    return "" if value is None else f"{value.normalize():f}"


@register.filter
def tel(phone: str) -> str:
    """The number as a tel: link wants it."""
    return "".join(character for character in phone if character in "+0123456789")
