"""园区概况: zones, their area, and the special parks that the city has recognised."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from crm.models import Park, ParkKind, Recognition, RecognitionLevel, TitleKind, Zone
from crm.models.companies.recognitions import in_force_on
from crm.models.states import number_of, told
from crm.reports.figures.base import Context, figure
from crm.reports.measures import Count, Total
from crm.reports.printing import Printing


def _zones(context: Context) -> QuerySet:
    parks = told(Park, context.known_on)
    industrial = parks.filter(kind=ParkKind.INDUSTRIAL).values(number_of(parks.model))
    zones: QuerySet = told(Zone, context.known_on).filter(park__in=industrial)
    return zones


@figure(
    "parks.zones",
    "片区",
    measure=Count("个"),
    rule="工业园区下辖的片区；特色专业园区和园中园在片区之内，不另计。",
)
def zones(context: Context) -> QuerySet:
    return _zones(context)


@figure(
    "parks.area",
    "规划总面积",
    measure=Total("平方公里", "area_sq_km"),
    rule="工业园区各片区规划面积之和；特色专业园区和园中园在片区之内，不另加。",
    printing=Printing(digits=2),
)
def area(context: Context) -> QuerySet:
    return _zones(context)


@figure(
    "parks.special_parks",
    "市级特色（专业）园区",
    measure=Count("个"),
    rule="类型为特色专业园区、期末持有有效的市级特色（专业）园区认定的园区，一个园区计一次；"
    "已撤销的不计。",
)
def special_parks(context: Context) -> QuerySet:
    parks: Any = told(Park, context.known_on).filter(kind=ParkKind.SPECIAL)
    titles = told(Recognition, context.known_on).filter(
        title_kind=TitleKind.SPECIAL_PARK,
        level=RecognitionLevel.CITY,
        park=OuterRef(number_of(parks.model)),
    )
    found: QuerySet = parks.filter(Exists(in_force_on(titles, context.end)))
    return found
