"""The featured parks below a page, each with its live card from the ledger."""

from __future__ import annotations

from dataclasses import dataclass

from wagtail.models import Page

from crm import public


@dataclass(frozen=True)
class FeaturedPark:
    """A live park page and what the ledger says of the park; no card: it left the ledger."""

    page: Page
    card: public.ParkCard | None


def featured_under(page: Page) -> list[FeaturedPark]:
    """In the order of the page tree, which is the editor's."""
    from cms.models import ParkPage

    pages = ParkPage.objects.descendant_of(page).live().public().order_by("path")
    return [FeaturedPark(found, public.park_card(found.park_slug)) for found in pages]
