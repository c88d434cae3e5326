"""亩均评价 computed: what always holds of scores, ranks and grades, whoever is evaluated."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.evaluation import (
    Effect,
    Entrant,
    Grade,
    Measure,
    Quantity,
    Rules,
    evaluate,
    last_place,
)

EXAMPLES = settings(max_examples=25, deadline=None)
LINES = (Decimal(20), Decimal(80), Decimal(95))
MEASURES = (
    Measure("亩均税收", "tax", "land", Decimal(30)),
    Measure("亩均增加值", "value_added", "land", Decimal(20)),
    Measure("单位能耗", "energy", "value_added", Decimal(20), is_lower_better=True),
    Measure("单位排放", "emissions", "value_added", Decimal(10), is_lower_better=True),
    Measure("劳动生产率", "value_added", "staff", Decimal(10)),
    Measure("研发投入强度", "research", "revenue", Decimal(10)),
)
RULES = Rules(MEASURES, LINES)
RANGE = replace(RULES, method="range", cap=Decimal(100))
BASES = replace(RULES, measures=tuple(replace(one, base=Decimal(3)) for one in MEASURES))
SCORED = replace(RULES, grade_rule="score", lines=(Decimal(90), Decimal(75), Decimal(60)))
SCHEMES = [RULES, RANGE, BASES, SCORED]

amounts = st.decimals(0, 1000, places=2, allow_nan=False)
positive = st.decimals(Decimal("0.01"), 1000, places=2, allow_nan=False)
SIGNED = st.decimals(-500, 1000, places=2, allow_nan=False)
known = st.fixed_dictionaries(
    {
        Quantity.LAND: positive,
        Quantity.TAX: SIGNED,
        Quantity.VALUE_ADDED: positive,
        Quantity.REVENUE: positive,
        Quantity.ENERGY: amounts,
        Quantity.EMISSIONS: amounts,
        Quantity.STAFF: positive,
        Quantity.RESEARCH: amounts,
    }
)
populations = st.lists(known, min_size=1, max_size=7).map(
    lambda some: [Entrant(number, one) for number, one in enumerate(some)]
)
schemes = st.sampled_from(SCHEMES)


def with_known(entrant, **values):
    return replace(entrant, known={**entrant.known, **values})


def two(**values):
    """A plain company of 10 mu, and another one."""
    plain = {
        "land": 10, "tax": 100, "value_added": 200, "revenue": 1000, "energy": 100,
        "emissions": 2, "staff": 50, "research": 20,
    }  # fmt: skip
    told = [plain | values, plain]
    return [
        Entrant(n, {k: None if v is None else Decimal(v) for k, v in one.items()})
        for n, one in enumerate(told)
    ]


@EXAMPLES
@given(populations, schemes, st.sampled_from(["tax", "research"]), positive)
def test_more_of_what_is_better_never_lowers_a_score(some, rules, name, more):
    before = evaluate(rules, some)[0].score
    some[0] = with_known(some[0], **{name: some[0].known[name] + more})
    assert evaluate(rules, some)[0].score >= before


@EXAMPLES
@given(populations, schemes, st.sampled_from(["energy", "emissions"]), positive)
def test_more_of_what_is_worse_never_raises_it(some, rules, name, more):
    before = evaluate(rules, some)[0].score
    some[0] = with_known(some[0], **{name: some[0].known[name] + more})
    assert evaluate(rules, some)[0].score <= before


def test_both_move_a_score_where_no_cap_is_in_the_way():
    scores = {
        name: evaluate(BASES, two(**values))[0].score
        for name, values in {
            "as it is": {"research": 20},
            "more research": {"research": 30},
            "less research": {"research": 10},
        }.items()
    }
    assert scores["less research"] < scores["as it is"] < scores["more research"]
    thrifty, plain = (evaluate(RULES, two(energy=energy))[0].score for energy in (80, 100))
    assert thrifty > plain


@EXAMPLES
@given(st.data(), populations, schemes)
def test_the_order_of_the_companies_does_not_matter_and_it_comes_out_the_same_again(
    data, some, rules
):
    other = data.draw(st.permutations(some))
    assert evaluate(rules, other) == evaluate(rules, some) == evaluate(rules, list(some))


@EXAMPLES
@given(populations, schemes, known)
def test_an_exempt_company_changes_nobodys_result(some, rules, more):
    exempt = Entrant("exempt", more, (Effect.EXEMPT,))
    with_it = evaluate(rules, [exempt, *some])
    apart = with_it.pop("exempt")
    assert (apart.is_exempt, apart.score, apart.rank, apart.grade) == (True, None, None, "")
    assert with_it == evaluate(rules, some)


@EXAMPLES
@given(populations, schemes, known, st.sampled_from(Quantity.values))
def test_what_is_unknown_is_never_ranked_and_changes_nobodys_result(some, rules, more, name):
    with_it = evaluate(rules, [*some, Entrant("unknown", more | {name: None})])
    apart = with_it.pop("unknown")
    assert (apart.score, apart.rank, apart.grade, apart.missing) == (None, None, "", (name,))
    assert with_it == evaluate(rules, some)


@EXAMPLES
@given(populations, schemes)
def test_equal_scores_have_one_rank_and_one_grade_and_a_better_one_no_worse(some, rules):
    found = sorted(evaluate(rules, some).values(), key=lambda one: -one.score)
    for better, worse in pairwise(found):
        assert better.rank <= worse.rank
        assert better.grade <= worse.grade
        if better.score == worse.score:
            assert (better.rank, better.grade) == (worse.rank, worse.grade)


@EXAMPLES
@given(populations, schemes)
def test_a_score_is_the_sum_of_its_printed_parts_and_none_exceeds_its_cap(some, rules):
    for one in evaluate(rules, some).values():
        assert one.score == sum(part.points for part in one.parts)
        for part in one.parts:
            most = part.measure.weight * rules.cap / 100
            assert part.measure.weight * rules.floor / 100 <= part.points <= most


@given(st.integers(0, 400), st.lists(st.integers(0, 10_000), min_size=3, max_size=3))
@EXAMPLES
def test_the_sizes_of_the_grades_add_up(count, lines):
    places = [last_place(Decimal(line) / 100, count) for line in sorted(lines)]
    sizes = [after - before for before, after in zip([0, *places], [*places, count], strict=True)]
    assert min(sizes) >= 0
    assert sum(sizes) == count


@pytest.mark.parametrize(
    ("count", "sizes"), [(1, [0, 1, 0, 0]), (20, [4, 12, 3, 1]), (30, [6, 18, 5, 1])]
)
def test_the_grades_are_cut_from_the_ranking(count, sizes):
    one = Measure("亩均税收", "tax", "land", Decimal(100), base=Decimal(1000))
    known = {"land": Decimal(1)}
    some = [Entrant(number, known | {"tax": Decimal(number)}) for number in range(1, count + 1)]
    found = evaluate(Rules((one,), LINES), some)
    grades = [outcome.grade for outcome in found.values()]
    assert [grades.count(grade) for grade in Grade.values] == sizes
    assert found[count].rank == 1


@pytest.mark.parametrize(("tax", "grade"), [("9", "A"), ("8.99", "B"), ("7.5", "B"), ("5", "D")])
def test_by_score_a_line_is_reached_by_its_very_score(tax, grade):
    one = Measure("亩均税收", "tax", "land", Decimal(100), base=Decimal(10))
    some = [Entrant(0, {"land": Decimal(1), "tax": Decimal(tax)})]
    assert evaluate(replace(SCORED, measures=(one,)), some)[0].grade == grade


def test_scores_that_tie_at_a_line_all_come_above_it():
    one = Measure("亩均税收", "tax", "land", Decimal(100), base=Decimal(10))
    some = [Entrant(n, {"land": Decimal(1), "tax": Decimal(9)}) for n in range(9)]
    some.append(Entrant("best", {"land": Decimal(1), "tax": Decimal(10)}))
    found = evaluate(Rules((one,), LINES), some)
    assert found["best"].grade == "A"
    assert {found[n].rank for n in range(9)} == {2}
    assert {found[n].grade for n in range(9)} == {"A"}


@pytest.mark.parametrize(
    ("effects", "grade"),
    [
        ((), "A"),
        ((Effect.ONE_LOWER,), "B"),
        ((Effect.ONE_LOWER, Effect.ONE_LOWER), "C"),
        ((Effect.AT_BEST_C,), "C"),
        ((Effect.AT_BEST_D, Effect.ONE_LOWER), "D"),
        ((Effect.ONE_LOWER,) * 4, "D"),
    ],
)
def test_a_downgrade_lowers_one_grade_and_nobody_elses(effects, grade):
    one = Measure("亩均税收", "tax", "land", Decimal(100))
    some = [Entrant(n, {"land": Decimal(1), "tax": Decimal(10 - n)}) for n in range(5)]
    before = evaluate(Rules((one,), LINES), some)
    some[0] = replace(some[0], effects=effects)
    after = evaluate(Rules((one,), LINES), some)
    assert (after[0].merit, after[0].grade) == ("A", grade)
    assert {k: v for k, v in after.items() if k} == {k: v for k, v in before.items() if k}


def test_the_parts_say_what_was_held_against_what():
    found = evaluate(RULES, two(tax=300, energy=50))
    tax, value_added, energy, *_ = found[0].parts
    # 30 over an average of 20, half more than it, which is the cap.
    assert (tax.value, tax.against, tax.points) == (Decimal("30"), "基准 20", Decimal("45.00"))
    assert (value_added.measure.unit, value_added.points) == ("万元/亩", Decimal("20.00"))
    # 75 over 200 on average, 0.25 here.
    assert (energy.against, energy.points) == ("基准 0.375", Decimal("30.00"))
    assert found[0].parts[-1].measure.unit == "%"
    assert found[0].parts[-1].value == 2


def test_between_the_least_and_the_most_it_counts_where_one_stands():
    some = [
        *two(tax=300),
        Entrant("middle", two(tax=150)[0].known),
    ]
    found = evaluate(RANGE, some)
    assert [found[key].parts[0].points for key in (0, "middle", 1)] == [
        Decimal("30.00"), Decimal("7.50"), Decimal("0.00"),
    ]  # fmt: skip
    assert found[0].parts[0].against == "10 至 30"


def test_alone_or_with_all_alike_one_stands_at_the_best():
    assert evaluate(RANGE, two()[:1])[0].score == 100
    assert [one.score for one in evaluate(RANGE, two()).values()] == [100, 100]


def test_an_unknown_is_no_zero_and_a_zero_no_unknown():
    assert evaluate(RULES, two(research=None))[0].score is None
    zero = evaluate(RULES, two(research=0))[0]
    assert zero.parts[-1].points == 0
    assert zero.score is not None


@pytest.mark.parametrize("name", ["land", "value_added", "revenue", "staff"])
def test_what_is_divided_by_must_be_more_than_nothing(name):
    found = evaluate(RULES, two(**{name: 0}))[0]
    assert (found.score, found.missing, found.uncountable) == (None, (), (name,))


def test_who_burns_nothing_has_the_most_of_it():
    assert evaluate(RULES, two(energy=0))[0].parts[2].points == Decimal("30.00")


def test_where_nobody_has_any_nobody_lags_behind_but_below_nothing_earns_nothing():
    one = replace(RULES, measures=(Measure("亩均税收", "tax", "land", Decimal(100)),))
    some = [Entrant(tax, {"land": Decimal(1), "tax": Decimal(tax)}) for tax in (0, -5)]
    assert evaluate(one, some[:1])[0].score == 100
    assert {key: told.score for key, told in evaluate(one, some).items()} == {0: 100, -5: 0}


def test_weights_that_do_not_add_to_100_make_no_rules():
    with pytest.raises(ValueError, match="100"):
        Rules(MEASURES[:-1], LINES)


def test_points_are_rounded_once_and_half_up():
    one = Measure("亩均税收", "tax", "land", Decimal(100), base=Decimal(3))
    for tax, points in (("1", "11.11"), ("1.00035", "11.12"), ("-1", "0.00")):
        some = [Entrant(0, {"land": Decimal(3), "tax": Decimal(tax)})]
        assert evaluate(Rules((one,), LINES), some)[0].score == Decimal(points)
