"""Where a company is: its place of business (经营地) and of registration (注册地), which of the two
makes it a park's, and when it moved."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, When

from crm import access, dates
from crm.models.base import Corrected, RecordedRows, Row, Rows, Standing, once
from crm.models.companies.companies import Company
from crm.models.companies.scale_thresholds import YEARS
from crm.models.states import State, number_of, told


class PlaceKind(models.TextChoices):
    BUSINESS = "business", "经营地"
    REGISTERED = "registered", "注册地"


# The company's columns for each of its places: park, zone, address.
COLUMNS = {
    PlaceKind.BUSINESS: ("park", "zone", "address"),
    PlaceKind.REGISTERED: ("registered_park", "registered_zone", "registered_address"),
}


class ParkBases(Rows):
    def of_year(self, year: int, known_on: date | None = None) -> PlaceKind:
        """By which place companies were counted for parks in that year: the last set by then, the
        place of business before any, as territorial statistics (在地统计) have it."""
        rows: Any = told(ParkBasis, known_on)
        bases = rows.filter(since_year__lte=year).order_by("-since_year")
        return PlaceKind(bases.values_list("basis", flat=True).first() or PlaceKind.BUSINESS)


class ParkBasis(Row):
    """The county counts a company for the park of this place of it, from that year on."""

    rights = access.Rights(access.REGISTERS)

    since_year = models.PositiveSmallIntegerField("起始年度", validators=YEARS)
    basis = models.CharField("归属口径", max_length=12, choices=PlaceKind)
    document = models.CharField("依据文件", max_length=200, blank=True)

    objects = Standing.from_queryset(ParkBases)()

    class Meta:
        verbose_name = verbose_name_plural = "园区归属口径"
        ordering = ["-since_year"]
        constraints = [
            once(
                "since_year",
                name="park_basis_once_a_year",
                message="这一年度起的口径已登记，请修改原来的一条。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.since_year} 年起按{self.get_basis_display()}"


class ParkBasisState(State):
    rights = ParkBasis.rights

    row = models.ForeignKey(ParkBasis, models.CASCADE, related_name="states")
    since_year = models.PositiveSmallIntegerField()
    basis = models.CharField(max_length=12)

    class Meta(State.Meta):
        verbose_name = verbose_name_plural = "园区归属口径旧值"


class Relocation(Corrected):
    """A place of a company moved: from `moved` on it lies in another park, or in none. The columns
    of the company say where it is at present; editing them alone corrects where it always was."""

    rights = access.Rights(access.REGISTERS)

    days: ClassVar = ("moved_on", "moved_until")
    hangs_on: ClassVar = "company"
    chain_keeps: ClassVar = ("company",)
    told_twice_by: ClassVar = ("place", "moved_on", "moved_until", "from_park_id", "to_park_id")

    company = models.ForeignKey(
        "crm.Company", models.PROTECT, verbose_name="企业", related_name="relocations"
    )
    place = models.CharField(
        "迁移的是", max_length=12, choices=PlaceKind, default=PlaceKind.BUSINESS
    )
    moved_on = models.DateField("迁移时间")
    moved_until = models.DateField("最晚迁移", editable=False)
    from_park = models.ForeignKey(
        "crm.Park", models.PROTECT, verbose_name="原园区", null=True, blank=True, related_name="+"
    )
    from_zone = models.ForeignKey(
        "crm.Zone", models.PROTECT, verbose_name="原片区", null=True, blank=True, related_name="+"
    )
    from_address = models.CharField("原地址", max_length=200, blank=True)
    to_park = models.ForeignKey(
        "crm.Park", models.PROTECT, verbose_name="新园区", null=True, blank=True, related_name="+"
    )
    to_zone = models.ForeignKey(
        "crm.Zone", models.PROTECT, verbose_name="新片区", null=True, blank=True, related_name="+"
    )
    to_address = models.CharField("新地址", max_length=200, blank=True)
    document = models.CharField("依据", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "企业迁移"
        ordering = ["-moved_until", "-pk"]
        indexes = [
            models.Index(fields=["company", "place", "effective_on"], name="relocation_of_company")
        ]

    objects = RecordedRows.as_manager()

    def __str__(self) -> str:
        return f"{self.company} {self.moved or ''} {self.get_place_display()}迁往{self.to_text}"

    def clean(self) -> None:
        if self._end("from") == self._end("to"):
            said = "新的地方和原来的相同；没有迁移，只是写错了的，请直接修改企业。"
            raise ValidationError({"to_park": said})
        if self.to_zone is not None and not self._has(self.to_zone):
            raise ValidationError({"to_zone": "这个片区不在新园区里。"})

    def _has(self, zone: Any) -> bool:
        """A themed park lies in the zones of its county park."""
        park = self.to_park
        return park is not None and zone.park_id in (park.pk, park.parent_id)

    def _end(self, end: str) -> tuple[Any, ...]:
        return tuple(getattr(self, f"{end}_{name}") for name in ("park_id", "zone_id", "address"))

    @property
    def moved(self) -> dates.When | None:
        return self.happened

    @property
    def from_text(self) -> str:
        return str(self.from_park or "园区外")

    @property
    def to_text(self) -> str:
        return str(self.to_park or "园区外")

    def contradicts(self, others: Iterable[Self]) -> Self | None:
        """Moves of one place follow each other; those of two companies cannot be threaded by a
        merge."""
        return next((one for one in others if one.place == self.place), None)


def companies_of(parks: Collection[int], day: date, known_on: date | None) -> QuerySet:
    """The numbers of the companies that counted for these parks on a day: by the place that the
    county counted by in that year, and by where that place then was. A later move does not change
    where it had been before."""
    basis = ParkBasis.objects.of_year(day.year, known_on)
    companies: Any = told(Company, known_on)
    number = number_of(companies.model)
    later = (
        Relocation.objects.standing(known_on)
        .filter(company=OuterRef(number), place=basis, effective_on__gt=day)
        .order_by("effective_on", "pk")
    )
    then = Case(
        When(Exists(later), then=Subquery(later.values("from_park")[:1])),
        default=F(COLUMNS[basis][0]),
        output_field=models.BigIntegerField(),
    )
    found = companies.annotate(park_then=then).filter(park_then__in=list(parks))
    numbers: QuerySet = found.values(number)
    return numbers


def in_two_parks(known_on: date | None) -> Any:
    """The companies registered in one park and doing business in another; a park within a park is
    the same."""
    rows: Any = told(Company, known_on)
    apart = rows.filter(park__isnull=False, registered_park__isnull=False)
    return apart.exclude(
        Q(park=F("registered_park"))
        | Q(park__parent=F("registered_park"))
        | Q(registered_park__parent=F("park"))
    )
