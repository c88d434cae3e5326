"""Parks and their zones."""

from __future__ import annotations

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import models

from crm import access
from crm.exact import ExactField, refuse_negative
from crm.models.base import Row, once
from crm.models.states import State


class ParkKind(models.TextChoices):
    INDUSTRIAL = "industrial", "工业园区"
    SPECIAL = "special", "特色专业园区"
    INNER = "inner", "园中园"


class Park(Row):
    """An industrial park, a themed (特色专业) park inside one, or a park within a park."""

    rights = access.Rights(access.REGISTERS)

    slug = models.SlugField("代码", max_length=60)
    name = models.CharField("名称", max_length=100)
    name_en = models.CharField("英文名称", max_length=150, blank=True)
    kind = models.CharField("类型", max_length=20, choices=ParkKind, default=ParkKind.INDUSTRIAL)
    parent = models.ForeignKey(
        "self", models.PROTECT, verbose_name="上级园区", null=True, blank=True, related_name="inner"
    )
    team = models.ForeignKey(
        "crm.Team", models.PROTECT, verbose_name="招商科室", null=True, blank=True
    )
    industries = models.ManyToManyField("crm.Industry", verbose_name="主导产业", blank=True)
    address = models.CharField("地址", max_length=200, blank=True)
    address_en = models.CharField("英文地址", max_length=200, blank=True)
    phone = models.CharField("招商电话", max_length=30, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "园区"
        ordering = ["kind", "name"]
        constraints = [
            once("slug", name="park_slug_once", message="这个代码已有园区使用。"),
            once("name", name="park_once", message="已有同名的园区。"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def area_sq_km(self) -> Decimal | None:
        """Planned area, 平方公里: the sum of its zones; unknown while no zone states one.

        Themed parks lie inside the zones of their county park and add nothing to it.
        """
        stated = [zone.area_sq_km for zone in self.zones.all() if zone.area_sq_km is not None]
        return sum(stated, Decimal()) if stated else None


class CoordinateSystem(models.TextChoices):
    """What a pair of degrees is measured in: maps of Chinese web services are GCJ-02, off by some
    hundred metres from WGS-84; the state's own surveys are CGCS2000."""

    GCJ02 = "gcj02", "GCJ-02（高德、腾讯地图）"
    WGS84 = "wgs84", "WGS-84（GPS）"
    CGCS2000 = "cgcs2000", "CGCS2000（国家大地坐标）"


# The mainland's and islands' outermost degrees, north and east.
LATITUDES = (Decimal(3), Decimal(54))
LONGITUDES = (Decimal(73), Decimal(136))


class Zone(Row):
    """A zone (片区) of a park: “一园三区” is one park with three of these."""

    rights = access.Rights(access.REGISTERS)

    park = models.ForeignKey(Park, models.PROTECT, verbose_name="园区", related_name="zones")
    name = models.CharField("名称", max_length=100)
    name_en = models.CharField("英文名称", max_length=150, blank=True)
    area_sq_km = ExactField(verbose_name="规划面积", scale=4, null=True, blank=True)

    # The centre point, in degrees.
    latitude = ExactField(verbose_name="中心纬度", scale=6, null=True, blank=True)
    longitude = ExactField(verbose_name="中心经度", scale=6, null=True, blank=True)
    coordinate_system = models.CharField(
        "坐标系", max_length=10, choices=CoordinateSystem, blank=True
    )

    class Meta:
        verbose_name = verbose_name_plural = "片区"
        ordering = ["park", "name"]
        constraints = [
            once("park", "name", name="zone_once_a_park", message="这个园区已有同名的片区。")
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        refuse_negative(self, "area_sq_km")
        if wrong := self._point_faults():
            raise ValidationError(wrong)

    def _point_faults(self) -> dict[str, str]:
        """A point is two numbers and what they are measured in; swapped ones are noticed."""
        lat, lng = self.latitude, self.longitude
        if lat is None and lng is None:
            return (
                {"coordinate_system": "没有填坐标，坐标系请留空。"}
                if self.coordinate_system
                else {}
            )
        wrong = {}
        if lat is None or lng is None:
            wrong["latitude" if lat is None else "longitude"] = "经度和纬度要一起填写。"
        if lat is not None and not LATITUDES[0] <= lat <= LATITUDES[1]:
            wrong["latitude"] = "纬度应在 3 到 54 度之间，请核对是否与经度填反。"
        if lng is not None and not LONGITUDES[0] <= lng <= LONGITUDES[1]:
            wrong["longitude"] = "经度应在 73 到 136 度之间，请核对是否与纬度填反。"
        if not self.coordinate_system and not wrong:
            wrong["coordinate_system"] = "请选择坐标系；不同坐标系相差几百米。"
        return wrong


class ZoneState(State):
    rights = Zone.rights

    row = models.ForeignKey(Zone, models.CASCADE, related_name="states")
    park = models.ForeignKey(Park, models.PROTECT, related_name="+")
    area_sq_km = ExactField(verbose_name="规划面积", scale=4, null=True)

    class Meta(State.Meta):
        verbose_name = verbose_name_plural = "片区旧值"
