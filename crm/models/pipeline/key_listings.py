"""Key-project lists (重点项目名单): which project stands on which level's list in which year."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from crm import access, clock
from crm.models.base import Row, Rows, Standing, once


class KeyLevel(models.TextChoices):
    """The highest first."""

    PROVINCE = "province", "省重点"
    CITY = "city", "市重点"
    COUNTY = "county", "县重点"


class KeyListings(Rows):
    def of_year(self, year: int) -> Self:
        return self.filter(year=year)


class KeyListing(Row):
    """A project on one year's list of one level; a new year is a new listing."""

    rights = access.Rights(access.PIPELINE, parent="project")

    project = models.ForeignKey(
        "crm.Project", models.PROTECT, verbose_name="项目", related_name="key_listings"
    )
    level = models.CharField("级别", max_length=10, choices=KeyLevel)
    year = models.PositiveSmallIntegerField(
        "年度", validators=[MinValueValidator(2000), MaxValueValidator(2100)]
    )
    batch = models.CharField("批次", max_length=30, blank=True)
    document = models.CharField("文号", max_length=100, blank=True)
    note = models.CharField("备注", max_length=200, blank=True)

    objects = Standing.from_queryset(KeyListings)()

    class Meta:
        verbose_name = verbose_name_plural = "重点项目"
        ordering = ["-year", "pk"]
        constraints = [
            once(
                "project",
                "level",
                "year",
                name="key_listing_once_a_year",
                message="本项目已列入这一级这一年的名单，请修改原来的一条。",
            )
        ]
        indexes = [models.Index(fields=["year", "level"], name="key_listing_year")]

    def __str__(self) -> str:
        return f"{self.year}年{self.get_level_display()} · {self.project}"


def _highest(listings: Iterable[KeyListing]) -> str:
    levels = {listing.level for listing in listings}
    return next((level.value for level in KeyLevel if level.value in levels), "")


def level_of(project: Any) -> str:
    """The highest list of this year on which the project stands."""
    return _highest(project.key_listings.of_year(clock.today().year))


def levels_of(projects: Sequence[Any]) -> Mapping[int, str]:
    found = defaultdict(list)
    ids = [project.pk for project in projects]
    for listing in KeyListing.objects.of_year(clock.today().year).filter(project__in=ids):
        found[listing.project_id].append(listing)
    return {pk: _highest(listings) for pk, listings in found.items()}


def on_lists(projects: models.QuerySet, levels: Sequence[str]) -> models.QuerySet:
    """The projects that stand on one of these levels' lists of this year."""
    listed = KeyListing.objects.of_year(clock.today().year).filter(level__in=levels)
    return projects.filter(pk__in=listed.values("project"))
