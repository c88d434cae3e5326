"""The site's two drawings, made from a park's zones: a bird's-eye plan and a long section.

Areas are to scale, buildings are not: they are placed by a hash of the zone's name, so that a zone
always looks the same. Hatched is land, solid is built, dotted is planned. No borders are drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import sin
from typing import Protocol
from zlib import crc32

PLAN_LONG, PLAN_DEEP, ROAD = 100.0, 62.0, 4.0
SCALE_X, SCALE_Y, LEFT, TOP = 4.0, 2.2, 262.0, 70.0
SMALLEST_SHARE = 0.12
SECTION_WIDTH, GROUND = 1200, 150


class Zone(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def area_sq_km(self) -> Decimal | None: ...


@dataclass(frozen=True)
class Shape:
    """kind is a class of site.css: land, top, left, right, rib, planned, tree, brook …"""

    kind: str
    path: str


@dataclass(frozen=True)
class Mark:
    number: int
    x: int
    y: int


@dataclass(frozen=True)
class Drawing:
    width: int
    height: int
    shapes: tuple[Shape, ...]
    marks: tuple[Mark, ...]
    to_scale: bool = False


@dataclass(frozen=True)
class _Unnamed:
    name: str = "园区"
    area_sq_km: Decimal | None = None


@dataclass(frozen=True)
class _Rect:
    u: float
    v: float
    long: float
    deep: float


def draw_plan(zones: Sequence[Zone]) -> Drawing:
    """The zones seen from above at an angle, each numbered in the order given."""
    zones = zones or (_Unnamed(),)
    plots = _share(_shares(zones), _Rect(0, 0, PLAN_LONG, PLAN_DEEP))
    shapes = [Shape("brook", path) for path in _brook()]
    ordered = sorted(zip(zones, plots, strict=True), key=lambda pair: pair[1].u + pair[1].v)
    for zone, plot in ordered:
        shapes += _zone_shapes(zone.name, plot)
    marks = tuple(
        Mark(number, *_project(plot.u + plot.long / 2, plot.v + plot.deep / 2, 21))
        for number, plot in enumerate(plots, 1)
    )
    to_scale = len(zones) > 1 and _to_scale(zones)
    return Drawing(680, 470, tuple(shapes), marks if len(marks) > 1 else (), to_scale)


def draw_section(zones: Sequence[Zone]) -> Drawing:
    """A cut along the park: halls, silos and towers on hatched ground, the brook between zones."""
    zones = zones or (_Unnamed(),)
    shapes: list[Shape] = []
    marks: list[Mark] = []
    x = 0.0
    for number, (zone, share) in enumerate(zip(zones, _shares(zones), strict=True), 1):
        end = x + share * SECTION_WIDTH
        left, right = int(x + (30 if number > 1 else 0)), int(end - (26 if end < 1199 else 0))
        land = f"M{left} {GROUND}H{right}l-9 20H{left + 9 if number > 1 else left}z"
        shapes += [Shape("land", land), Shape("ground", f"M{left} {GROUND}H{right}")]
        shapes += _skyline(zone.name, left + 14, right - 14)
        if number < len(zones):
            shapes.append(Shape("brook", f"M{right + 5} {GROUND + 8}q11 5 23 0t23 0"))
        marks.append(Mark(number, left, GROUND))
        x = end
    return Drawing(SECTION_WIDTH, GROUND + 22, tuple(shapes), tuple(marks))


def _shares(zones: Sequence[Zone]) -> list[float]:
    """Each zone's part of the whole; unknown areas count as the mean of the known ones."""
    known = [float(zone.area_sq_km) for zone in zones if zone.area_sq_km]
    mean = sum(known) / len(known) if known else 1.0
    areas = [float(zone.area_sq_km) if zone.area_sq_km else mean for zone in zones]
    # A very small zone stays large enough to be seen and numbered.
    areas = [max(area, SMALLEST_SHARE * sum(areas)) for area in areas]
    return [area / sum(areas) for area in areas]


def _to_scale(zones: Sequence[Zone]) -> bool:
    """Whether the plots may be called to scale: no area unknown, none too small to draw."""
    areas = [float(zone.area_sq_km or 0) for zone in zones]
    return min(areas) > 0 and min(areas) >= SMALLEST_SHARE * sum(areas)


def _share(shares: Sequence[float], rect: _Rect) -> list[_Rect]:
    """Cut the longer side, first zone first, with a road between."""
    if len(shares) == 1:
        return [rect]
    part = shares[0] / sum(shares)
    if rect.long >= rect.deep:
        cut = (rect.long - ROAD) * part
        first = _Rect(rect.u, rect.v, cut, rect.deep)
        rest = _Rect(rect.u + cut + ROAD, rect.v, rect.long - cut - ROAD, rect.deep)
    else:
        cut = (rect.deep - ROAD) * part
        first = _Rect(rect.u, rect.v, rect.long, cut)
        rest = _Rect(rect.u, rect.v + cut + ROAD, rect.long, rect.deep - cut - ROAD)
    return [first, *_share(shares[1:], rest)]


def _project(u: float, v: float, height: float = 0) -> tuple[int, int]:
    return (
        round(LEFT + (u - v) * SCALE_X),
        round(TOP + (u + v) * SCALE_Y - height * SCALE_X * 0.9),
    )


def _polygon(points: Iterable[tuple[float, float, float]]) -> str:
    return "M" + "L".join("{} {}".format(*_project(*point)) for point in points) + "z"


def _line(points: Iterable[tuple[float, float, float]]) -> str:
    return "M" + "L".join("{} {}".format(*_project(*point)) for point in points)


def _flat(rect: _Rect, height: float = 0) -> str:
    far_u, far_v = rect.u + rect.long, rect.v + rect.deep
    return _polygon(
        [
            (rect.u, rect.v, height),
            (far_u, rect.v, height),
            (far_u, far_v, height),
            (rect.u, far_v, height),
        ]
    )


def _zone_shapes(name: str, plot: _Rect) -> list[Shape]:
    shapes = [Shape("land", _flat(plot))]
    columns = max(2, round(plot.long / 12))
    rows = max(2, round(plot.deep / 10))
    wide, deep = plot.long / columns, plot.deep / rows
    cells = sorted(
        ((i, j) for i in range(columns) for j in range(rows)), key=lambda cell: (sum(cell), cell)
    )
    for i, j in cells:
        cell = _Rect(plot.u + i * wide + 1.6, plot.v + j * deep + 1.6, wide - 3.2, deep - 3.2)
        shapes += _cell_shapes(crc32(f"{name}:{i}:{j}".encode()), cell)
    return shapes


def _cell_shapes(dice: int, cell: _Rect) -> list[Shape]:
    roll = dice % 100
    if roll < 52:
        return _box(cell, 2.2 + dice // 100 % 4 * 0.7, ribs=4 + dice % 3)
    if roll < 62:
        small = _Rect(cell.u + cell.long * 0.3, cell.v + cell.deep * 0.2, 4.2, 4.2)
        return _box(small, 8 + dice // 100 % 3 * 2, ribs=0)
    if roll < 82:
        return [Shape("planned", _flat(cell))]
    return [
        Shape("tree", _tree(cell.u + cell.long * across, cell.v + cell.deep * down))
        for across, down in ((0.2, 0.25), (0.55, 0.5), (0.85, 0.3), (0.4, 0.85))
    ]


def _box(rect: _Rect, height: float, ribs: int) -> list[Shape]:
    far_u, far_v = rect.u + rect.long, rect.v + rect.deep
    front = [(rect.u, far_v, 0), (far_u, far_v, 0), (far_u, far_v, height), (rect.u, far_v, height)]
    side = [(far_u, rect.v, 0), (far_u, far_v, 0), (far_u, far_v, height), (far_u, rect.v, height)]
    lines = [
        _line([(at, rect.v, height), (at, far_v, height)])
        for at in (rect.u + rect.long * n / ribs for n in range(1, ribs))
    ]
    return [
        Shape("left", _polygon(front)),
        Shape("right", _polygon(side)),
        Shape("top", _flat(rect, height)),
        *([Shape("rib", "".join(lines))] if lines else []),
    ]


def _tree(u: float, v: float) -> str:
    x, y = _project(u, v)
    return f"M{x} {y}v-7a5 5 0 1 1 .1 0"


def _brook() -> list[str]:
    """Three strokes of water along the near edge."""
    strokes = []
    for line, (start, end) in enumerate(((-6, 108), (4, 92), (30, 108))):
        points = [
            (float(u), PLAN_DEEP + 6.5 + line * 2.6 + sin(u / 7 + line / 3) * 1.7, 0.0)
            for u in range(start, end, 3)
        ]
        strokes.append(_line(points))
    return strokes


def _skyline(name: str, left: int, right: int) -> list[Shape]:
    shapes: list[Shape] = []
    x, number = left, 0
    while x < right - 30:
        dice = crc32(f"{name}|{number}".encode())
        width, drawn = _elevation(dice, x, right - x)
        shapes += drawn
        x += width + 9 + dice // 11 % 16
        number += 1
    return shapes


def _elevation(dice: int, x: int, room: int) -> tuple[int, list[Shape]]:
    """One building, its dotted outline, or trees, on the ground line; and its width."""
    roll, high = dice % 100, 32 + dice // 13 % 26
    width = min(64 + dice // 7 % 70, room)
    top = GROUND - high
    if roll < 30:  # saw-tooth roof
        teeth = max(2, width // 24)
        step = width / teeth
        roof = "".join(f"l0 -14l{step:.1f} 14" for _ in range(teeth))
        return width, [Shape("solid", f"M{x} {GROUND}V{top}{roof}V{GROUND}z")]
    if roll < 50:  # low hall
        half = f"{width / 2:.1f}"
        return width, [Shape("solid", f"M{x} {GROUND}V{top}l{half} -10l{half} 10V{GROUND}z")]
    if roll < 62:  # silos
        count = min(4, (room + 4) // 20)
        silos = "".join(
            f"M{x + n * 20} {GROUND}V{top - 16}a8 8 0 0 1 16 0V{GROUND}z" for n in range(count)
        )
        return count * 20 - 4, [Shape("solid", silos)]
    if roll < 72:  # tower
        roof = GROUND - 76 - dice // 17 % 40
        floors = "".join(f"M{x + 6} {y}h18" for y in range(roof + 12, GROUND - 8, 12))
        tower = Shape("solid", f"M{x} {GROUND}V{roof}h30V{GROUND}z")
        return 30, [tower, Shape("window", floors)]
    if roll < 86:
        return width, [Shape("planned", f"M{x} {GROUND}V{top - 6}h{width}V{GROUND}")]
    count = min(4, room // 17)
    trees = [
        Shape("tree", f"M{x + n * 17 + 8} {GROUND}v-{14 + n * 5 % 7}a8 8 0 1 1 .1 0")
        for n in range(count)
    ]
    return count * 17, trees
