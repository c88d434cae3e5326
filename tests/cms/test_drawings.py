"""The drawings say what they may: areas to scale, every zone numbered, nothing outside."""

import re
from dataclasses import dataclass
from decimal import Decimal

import pytest

from cms.drawings import draw_plan, draw_section


@dataclass(frozen=True)
class Zone:
    name: str
    area_sq_km: Decimal | None


def zones(*areas: str | None) -> list[Zone]:
    return [Zone(f"片区{n}", Decimal(a) if a else None) for n, a in enumerate(areas)]


def land_areas(shapes) -> list[float]:
    """Shoelace areas of the hatched plots."""
    found = []
    for shape in shapes:
        if shape.kind == "land":
            points = [tuple(map(int, p)) for p in re.findall(r"(-?\d+) (-?\d+)", shape.path)]
            pairs = zip(points, [*points[1:], points[0]], strict=True)
            found.append(abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairs)) / 2)
    return sorted(found)


def test_plots_are_to_scale():
    small, large = land_areas(draw_plan(zones("2", "4")).shapes)
    assert 1.9 < large / small < 2.1


def test_only_known_areas_are_called_to_scale():
    assert draw_plan(zones("4.8", "3.36", "2.5")).to_scale
    for areas in ((), ("4.8",), ("4.8", None), ("9", "0.1")):
        assert not draw_plan(zones(*areas)).to_scale


def test_each_of_several_zones_is_numbered_in_order():
    assert [mark.number for mark in draw_plan(zones("4.8", "3.36", "2.5")).marks] == [1, 2, 3]
    assert draw_plan(zones("4.8")).marks == ()


@pytest.mark.parametrize(
    "areas", [(), (None,), ("1", None), ("0.0001", "9000"), ("1",) * 12, ("0", "1")]
)
def test_any_zones_can_be_drawn_inside_the_frame(areas):
    plan, section = draw_plan(zones(*areas)), draw_section(zones(*areas))
    assert len(land_areas(plan.shapes)) == max(1, len(areas))
    for shape in plan.shapes:
        if shape.kind in {"land", "top", "left", "right"}:
            for x, y in re.findall(r"(-?\d+) (-?\d+)", shape.path):
                assert -5 <= int(x) <= plan.width + 5
                assert -5 <= int(y) <= plan.height
    assert section.shapes


def test_a_zone_always_looks_the_same():
    assert draw_plan(zones("1", "2")) == draw_plan(zones("1", "2"))
    assert draw_plan(zones("1")) != draw_plan([Zone("别处", Decimal(1))])
