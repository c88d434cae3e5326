"""A county park with three zones, a themed park inside it, and their live pages."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from cms import demo
from cms.models import ParkPage
from crm.models import Industry, Park, Team, Zone
from tests.cms.visitor import Visitor


def _write_site() -> None:
    """The demo's pages in both languages; the food park has pages, but no row in the ledger."""
    team = Team.objects.create(name="公开网站的招商科")
    park = Park.objects.create(
        slug="lvxi-industrial-park",
        name="绿溪县工业园区",
        name_en="Lüxi County Industrial Park",
        team=team,
        address="五里梁大道 1 号",
        address_en="1 Wuliliang Avenue",
        phone="0828-0000001",
    )
    for name, name_en, area in (
        ("五里梁产城新区", "Wuliliang New Area", "4.80"),
        ("两江工业区", "Liangjiang Zone", "3.36"),
        ("南寺工业区", "Nansi Zone", "2.50"),
    ):
        Zone.objects.create(park=park, name=name, name_en=name_en, area_sq_km=Decimal(area))
    park.industries.add(Industry.objects.create(name="纺织鞋服", name_en="Textiles", code="tex"))
    Park.objects.create(
        slug="lvxi-textile",
        name="绿溪县纺织鞋服产业园",
        name_en="Lüxi Textile Park",
        kind="special",
        parent=park,
        team=team,
        phone="0828-0000002",
    )
    demo.load()


@pytest.fixture(scope="module")
def written_site(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Written once a module and rolled back after it: publishing six pages takes half a second."""
    whole = transaction.atomic()
    with django_db_blocker.unblock():
        whole.__enter__()
        _write_site()
    yield
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        whole.__exit__(None, None, None)


@pytest.fixture
def site(written_site: None, db: None) -> None:
    """Two parks in the ledger and the demo's pages of three."""


@pytest.fixture
def county_park(site: None) -> Park:
    return Park.objects.get(slug="lvxi-industrial-park")


@pytest.fixture
def park_page(site: None) -> ParkPage:
    return ParkPage.objects.get(park_slug="lvxi-industrial-park", locale__language_code="zh-hans")


@pytest.fixture
def visitor(client: Client) -> Visitor:
    return Visitor(client)
