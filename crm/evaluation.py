"""亩均评价, computed: what each company makes of its land, as a score, a rank and a grade.

No queries: rules and numbers in, outcomes out. Everything is reckoned in fractions, so that neither
the order of the companies nor a rounding on the way decides a grade; what is printed is rounded
once, measure by measure, and a score is the sum of what is printed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum
from fractions import Fraction
from typing import Any

from django.db import models

from crm.exact import WAN

WHOLE = Decimal(100)


class Quantity(models.TextChoices):
    """What is known of a company in a year; measures are one of these over another."""

    LAND = "land", "用地面积"
    TAX = "tax", "税收"
    VALUE_ADDED = "value_added", "工业增加值"
    REVENUE = "revenue", "营业收入"
    ENERGY = "energy", "综合能耗"
    EMISSIONS = "emissions", "主要污染物排放量"
    STAFF = "staff", "从业人员"
    RESEARCH = "research", "研发经费"


@dataclass(frozen=True)
class Told:
    """In which unit a quantity is shown, how many of what is kept one unit is, which office knows
    it."""

    unit: str
    office: str
    factor: Decimal = Decimal(1)


TOLD: Mapping[str, Told] = {
    Quantity.LAND: Told("亩", "自然资源局"),
    Quantity.TAX: Told("万元", "税务局", WAN),
    Quantity.VALUE_ADDED: Told("万元", "统计局", WAN),
    Quantity.REVENUE: Told("万元", "统计局", WAN),
    Quantity.ENERGY: Told("吨标煤", "经信局"),
    Quantity.EMISSIONS: Told("吨", "生态环境局"),
    Quantity.STAFF: Told("人", "人社局"),
    Quantity.RESEARCH: Told("万元", "统计局", WAN),
}


# May lie below 0: refunds exceed what was paid, costs what was made.
SIGNED = (Quantity.TAX, Quantity.VALUE_ADDED)


def unit_of(numerator: str, denominator: str) -> str:
    """万元/亩; a share of money in money is in per cent."""
    above, below = TOLD[numerator].unit, TOLD[denominator].unit
    return "%" if above == below else f"{above}/{below}"


class Method(models.TextChoices):
    BASE = "base", "基准值法"
    RANGE = "range", "极差法"


class GradeRule(models.TextChoices):
    RANK = "rank", "按位次"
    SCORE = "score", "按得分"


class Grade(models.TextChoices):
    """档次, best first."""

    A = "A", "A"
    B = "B", "B"
    C = "C", "C"
    D = "D", "D"


class Effect(Enum):
    """What befalls one company besides its numbers."""

    EXEMPT = "exempt"
    ONE_LOWER = "one_lower"
    AT_BEST_C = "at_best_c"
    AT_BEST_D = "at_best_d"


@dataclass(frozen=True)
class Measure:
    """One quantity over another, in `unit`. base, low, high: as the scheme states them, None = as
    the companies that are evaluated have them."""

    name: str
    numerator: str
    denominator: str
    weight: Decimal
    is_lower_better: bool = False
    base: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None

    @property
    def unit(self) -> str:
        return unit_of(self.numerator, self.denominator)


@dataclass(frozen=True)
class Rules:
    """A year's rules of one population. floor, cap: the least and the most a measure may earn, in
    per cent of its weight. lines: of A, B and C: the share of the ranking that ends there in per
    cent (20, 80, 95), or the least score (90, 75, 60)."""

    measures: tuple[Measure, ...]
    lines: tuple[Decimal, Decimal, Decimal]
    method: str = Method.BASE
    grade_rule: str = GradeRule.RANK
    floor: Decimal = Decimal(0)
    cap: Decimal = Decimal(150)

    def __post_init__(self) -> None:
        if sum((one.weight for one in self.measures), Decimal(0)) != WHOLE:
            raise ValueError("the weights of a scheme add to 100")


@dataclass(frozen=True)
class Entrant:
    """One company: `known` in the units of `TOLD`, what is unknown is absent or None."""

    key: Any
    known: Mapping[str, Decimal | None]
    effects: tuple[Effect, ...] = ()

    @property
    def is_exempt(self) -> bool:
        return Effect.EXEMPT in self.effects


@dataclass(frozen=True)
class Part:
    """What one measure gave: the company's value, what it was held against, and the points."""

    measure: Measure
    value: Decimal
    against: str
    points: Decimal


@dataclass(frozen=True)
class Outcome:
    """missing: quantities that are unknown; uncountable: those that are 0 or less where a measure
    divides by them. With either there is no score. merit: the grade before any downgrade."""

    key: Any
    is_exempt: bool = False
    missing: tuple[str, ...] = ()
    uncountable: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    score: Decimal | None = None
    rank: int | None = None
    merit: str = ""
    grade: str = ""


# A company that is evaluated, and its value of each measure.
Counted = tuple[Entrant, list[Fraction]]


def evaluate(rules: Rules, entrants: Iterable[Entrant]) -> dict[Any, Outcome]:
    """The outcome of every company, by its key.

    Exempt companies, and those of which a measure cannot be told, are neither ranked nor part of an
    average: who is not evaluated changes nobody's grade.
    """
    found: dict[Any, Outcome] = {}
    counted: dict[Any, Counted] = {}
    for one in entrants:
        missing, uncountable = _lacks(rules, one)
        if one.is_exempt or missing or uncountable:
            found[one.key] = Outcome(one.key, one.is_exempt, missing, uncountable)
        else:
            counted[one.key] = one, [_value(measure, one.known) for measure in rules.measures]
    scales = [
        _scale(rules, measure, at, list(counted.values()))
        for at, measure in enumerate(rules.measures)
    ]
    parts = {
        key: tuple(
            Part(scale.measure, _shown(value), scale.against, scale.points(value))
            for scale, value in zip(scales, values, strict=True)
        )
        for key, (_, values) in counted.items()
    }
    scores = {key: sum((part.points for part in some), Decimal(0)) for key, some in parts.items()}
    ranks = _ranks(scores)
    for key, (entrant, _) in counted.items():
        merit = _grade(rules, scores[key], ranks[key], len(scores))
        grade = _lowered(merit, entrant.effects)
        found[key] = Outcome(
            key, parts=parts[key], score=scores[key], rank=ranks[key], merit=merit, grade=grade
        )
    return found


def _lacks(rules: Rules, one: Entrant) -> tuple[tuple[str, ...], tuple[str, ...]]:
    wanted = {name for each in rules.measures for name in (each.numerator, each.denominator)}
    below = {each.denominator for each in rules.measures}
    missing = tuple(name for name in Quantity.values if name in wanted and _of(one, name) is None)
    uncountable = tuple(
        name
        for name in Quantity.values
        if name in below and (held := _of(one, name)) is not None and held <= 0
    )
    return missing, uncountable


def _of(one: Entrant, name: str) -> Decimal | None:
    return one.known.get(name)


def _value(measure: Measure, known: Mapping[str, Decimal | None]) -> Fraction:
    above, below = known[measure.numerator], known[measure.denominator]
    assert above is not None
    assert below is not None
    return _ratio(measure, Fraction(above), Fraction(below))


def _ratio(measure: Measure, above: Fraction, below: Fraction) -> Fraction:
    return above / below * (100 if measure.unit == "%" else 1)


def _shown(value: Fraction, places: int = 4) -> Decimal:
    """Half up, away from zero, as `crm.exact.rounded` does."""
    unit = 10**places
    whole, rest = divmod(abs(value.numerator) * unit, value.denominator)
    number = Decimal(whole + (2 * rest >= value.denominator)).scaleb(-places)
    return -number if value < 0 and number else number


@dataclass(frozen=True)
class _Scale:
    """How a value of one measure becomes points."""

    measure: Measure
    low: Fraction
    high: Fraction
    base: Fraction | None
    floor: Fraction
    cap: Fraction

    @property
    def against(self) -> str:
        if self.base is not None:
            return f"基准 {_plain(self.base)}"
        return f"{_plain(self.low)} 至 {_plain(self.high)}"

    def points(self, value: Fraction) -> Decimal:
        ratio = self._of_base(value) if self.base is not None else self._of_range(value)
        kept = min(max(ratio, self.floor), self.cap)
        return _shown(Fraction(self.measure.weight) * kept, 2)

    def _of_base(self, value: Fraction) -> Fraction:
        """Its ratio to the base. Of a base of 0 or less there is none: what is not below 0 earns
        the weight. Where less is better, nothing at all is best."""
        assert self.base is not None
        if self.measure.is_lower_better:
            return self.base / value if value > 0 else self.cap
        if self.base > 0:
            return value / self.base
        return Fraction(1) if value >= 0 else self.floor

    def _of_range(self, value: Fraction) -> Fraction:
        """Where it stands between the worst and the best; alone, or with all alike, it is best."""
        if self.high <= self.low:
            return Fraction(1)
        gained = self.high - value if self.measure.is_lower_better else value - self.low
        return gained / (self.high - self.low)


def _plain(value: Fraction) -> str:
    return f"{_shown(value).normalize():f}"


def _scale(rules: Rules, measure: Measure, at: int, counted: Sequence[Counted]) -> _Scale:
    values = [some[at] for _, some in counted]
    low = min(values, default=Fraction(0)) if measure.low is None else Fraction(measure.low)
    high = max(values, default=Fraction(0)) if measure.high is None else Fraction(measure.high)
    base = None
    if rules.method == Method.BASE:
        base = _average(measure, counted) if measure.base is None else Fraction(measure.base)
    floor, cap = Fraction(rules.floor) / 100, Fraction(rules.cap) / 100
    return _Scale(measure, low, high, base, floor, cap)


def _average(measure: Measure, counted: Sequence[Counted]) -> Fraction:
    """Of all together: the sum of what is above over the sum of what is below."""
    above = sum((Fraction(one.known[measure.numerator] or 0) for one, _ in counted), Fraction(0))
    below = sum((Fraction(one.known[measure.denominator] or 0) for one, _ in counted), Fraction(0))
    return _ratio(measure, above, below) if below else Fraction(0)


def _ranks(scores: Mapping[Any, Decimal]) -> dict[Any, int]:
    """1 for the best; companies of one score share the better place."""
    first: dict[Decimal, int] = {}
    for place, score in enumerate(sorted(scores.values(), reverse=True), 1):
        first.setdefault(score, place)
    return {key: first[score] for key, score in scores.items()}


def _grade(rules: Rules, score: Decimal, rank: int, count: int) -> str:
    for grade, line in zip(Grade.values, rules.lines, strict=False):
        if rules.grade_rule == GradeRule.SCORE:
            if score >= line:
                return str(grade)
        elif rank <= last_place(line, count):
            return str(grade)
    return str(Grade.D)


def last_place(line: Decimal, count: int) -> int:
    """The last place above a line of the ranking, which is a share of all in per cent; half up."""
    return int((line * count / WHOLE).quantize(Decimal(1), ROUND_HALF_UP))


def _lowered(merit: str, effects: Iterable[Effect]) -> str:
    at = Grade.values.index(merit)
    at += sum(effect is Effect.ONE_LOWER for effect in effects)
    if Effect.AT_BEST_C in effects:
        at = max(at, Grade.values.index(Grade.C))
    if Effect.AT_BEST_D in effects:
        at = max(at, Grade.values.index(Grade.D))
    return str(Grade.values[min(at, len(Grade.values) - 1)])
