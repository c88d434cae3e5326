"""A county park with three zones, a themed park inside it, and their live pages."""

from decimal import Decimal

import pytest
from django.test import Client

from cms import demo
from cms.models import ParkPage
from crm.models import Industry, Park, Team, Zone
from tests.cms.visitor import Visitor


@pytest.fixture
def county_park(db) -> Park:
    team = Team.objects.create(name="招商一科")
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
    return park


@pytest.fixture
def textile_park(county_park: Park) -> Park:
    return Park.objects.create(
        slug="lvxi-textile",
        name="绿溪县纺织鞋服产业园",
        name_en="Lüxi Textile Park",
        kind="special",
        parent=county_park,
        team=county_park.team,
        phone="0828-0000002",
    )


@pytest.fixture
def site(county_park: Park, textile_park: Park) -> None:
    """The demo's pages in both languages; the food park has pages, but no row in the ledger."""
    demo.load()


@pytest.fixture
def park_page(site: None) -> ParkPage:
    return ParkPage.objects.get(park_slug="lvxi-industrial-park", locale__language_code="zh-hans")


@pytest.fixture
def visitor(client: Client) -> Visitor:
    return Visitor(client)
