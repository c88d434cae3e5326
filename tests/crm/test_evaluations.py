"""亩均评价: rules are data by year, results are frozen, appeals ruled on; who sees any of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from crm import access, clock, ledgers
from crm.access import Action
from crm.actions import withdrawals
from crm.actions.companies import evaluation_inputs, evaluation_schemes, evaluations
from crm.errors import Refused
from crm.models import AuditEntry
from crm.models.companies.evaluation_inputs import EvaluationInput, EvaluationMark
from crm.models.companies.evaluation_schemes import EvaluationMeasure, EvaluationScheme
from crm.models.companies.evaluation_trials import differences, trial
from crm.models.companies.evaluations import AppealState, Evaluation, EvaluationAppeal
from crm.spreadsheets.commit import import_file
from tests import make

pytestmark = pytest.mark.django_db
TODAY = date(2023, 9, 1)
SCHEMES, MEASURES = ledgers.get("evaluation-schemes"), ledgers.get("evaluation-measures")
INPUTS, APPEALS = ledgers.get("evaluation-inputs"), ledgers.get("evaluation-appeals")
ON = {"on": date(2023, 6, 16)}


@pytest.fixture(autouse=True)
def september(db):
    with clock.playing(TODAY):
        yield


@pytest.fixture
def three(db):
    """Companies that pay 30, 20 and 10 万元 on 10 亩."""
    found = [make.company(f"绿溪{name}有限公司") for name in "甲乙丙"]
    for company, wan in zip(found, (30, 20, 10), strict=True):
        make.evaluation_input(company, tax=wan * 10_000)
    return found


@pytest.fixture
def scheme(db):
    return make.evaluation_scheme()


def standing():
    return {one.company.name[2]: one for one in Evaluation.objects.standing()}


def told():
    return {name: (one.rank, one.grade) for name, one in standing().items()}


def mark(company, effect, ground="safety", **values):
    return evaluation_inputs.record_mark(
        company, 2022, by=make.maker(), ground=ground, effect=effect, **values
    )


# Rules


def test_weights_never_exceed_100_and_only_100_is_computed(statistician):
    scheme = make.evaluation_scheme(weights=[("tax", "land", "70")])
    with pytest.raises(Refused, match="最多还能填 30") as refused:
        make_measure(scheme, "revenue", "30.01")
    assert set(refused.value.fields) == {"weight"}
    with pytest.raises(Refused, match="合计 70，应为 100"):
        evaluations.publish(scheme, by=statistician, **ON)
    with pytest.raises(Refused, match="合计 70"):
        evaluations.try_out(scheme, by=statistician)
    measure = make_measure(scheme, "revenue", "30")
    assert evaluations.try_out(scheme_now(), by=statistician).outcomes == {}
    with pytest.raises(Refused, match="最多还能填 30"):
        MEASURES.change(measure, {"weight": Decimal(31)}, by=statistician)
    measure.refresh_from_db()
    assert measure.weight == 30


def scheme_now():
    return EvaluationScheme.objects.latest("pk")


def make_measure(scheme, numerator, weight, **values):
    facts = {
        "scheme": scheme, "name": "亩均", "numerator": numerator, "denominator": "land",
        "weight": Decimal(weight),
    }  # fmt: skip
    return MEASURES.register(facts | values, by=make.maker())


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"floor": Decimal(-1)}, "floor"),
        ({"cap": Decimal(99)}, "cap"),
        ({"line_b": Decimal(20)}, "line_b"),
        ({"line_c": Decimal(101)}, "line_c"),
        ({"grade_rule": "score"}, "line_b"),
        ({"counted_on": date(2021, 12, 31)}, "counted_on"),
        ({"year": "二零"}, "year"),
    ],
)
def test_rules_that_cannot_be_are_refused_at_their_field(values, field):
    with pytest.raises(Refused) as refused:
        make.evaluation_scheme(**values)
    assert field in refused.value.fields
    assert not EvaluationScheme.objects.exists()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"denominator": "revenue"}, "denominator"),
        ({"base": Decimal(0)}, "base"),
        ({"low": Decimal(2), "high": Decimal(2)}, "high"),
        ({"numerator": "value_added", "direction": "lower"}, "direction"),
        ({"weight": Decimal(0)}, "weight"),
    ],
)
def test_a_measure_that_cannot_be_is_refused_at_its_field(values, field):
    scheme = make.evaluation_scheme(weights=())
    facts = {"scheme": scheme, "name": "比", "numerator": "revenue", "denominator": "land",
             "weight": Decimal(10)}  # fmt: skip
    with pytest.raises(Refused) as refused:
        MEASURES.register(facts | values, by=make.maker())
    assert field in refused.value.fields
    assert not EvaluationMeasure.objects.exists()


def test_last_years_rules_are_copied_in_one_step_and_are_their_own(scheme, statistician):
    copy = evaluation_schemes.copy_scheme(scheme, by=statistician, year=2023)
    assert (copy.name, copy.line_c, copy.weight) == ("2023年规下", Decimal(95), Decimal(100))
    MEASURES.change(copy.measures.get(), {"weight": Decimal(60)}, by=statistician)
    assert scheme.measures.get().weight == 100
    with pytest.raises(Refused, match="已经登记"):
        evaluation_schemes.copy_scheme(scheme, by=statistician, year=2023)


def test_published_rules_are_not_changed_but_made_anew_with_a_reason(three, scheme, statistician):
    with pytest.raises(Refused, match="直接修改"):
        evaluation_schemes.new_edition(scheme, by=statistician, reason="权重不妥")
    evaluations.publish(scheme, by=statistician, **ON)
    measure = scheme.measures.get()
    for ledger, row, values in (
        (SCHEMES, scheme, {"cap": Decimal(120)}),
        (MEASURES, measure, {"weight": Decimal(50)}),
    ):
        with pytest.raises(Refused, match="另立新版") as refused:
            ledger.change(row, values, by=statistician)
        assert set(refused.value.fields) == set(values)
    with pytest.raises(Refused, match="另立新版"):
        make_measure(scheme, "revenue", "1")
    with pytest.raises(Refused, match="原因"):
        evaluation_schemes.new_edition(scheme, by=statistician, reason=" ")
    second = evaluation_schemes.new_edition(scheme, by=statistician, reason="权重不妥")
    assert (second.name, second.why, second.weight) == ("2022年规下第2版", "权重不妥", 100)
    SCHEMES.change(second, {"line_a": Decimal(70)}, by=statistician)
    with pytest.raises(Refused, match="更新的一版"):
        evaluations.publish(scheme, by=statistician, **ON)
    with pytest.raises(Refused, match="原因"):
        evaluations.publish(second, by=statistician, **ON)
    evaluations.publish(second, by=statistician, reason="按新版", **ON)
    assert told() == {"甲": (1, "A"), "乙": (2, "A"), "丙": (3, "C")}
    assert {one.scheme for one in standing().values()} == {second}


# Inputs


def test_land_is_what_is_registered_and_rented_less_what_is_let():
    row = make.evaluation_input(
        make.company(), land_registered_mu="60.5", land_rented_mu=4, land_let_mu="10.25"
    )
    assert row.land == Decimal("54.25")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"land_registered_mu": 5, "land_let_mu": 5}, "land_let_mu"),
        ({"land_registered_mu": -1}, "land_registered_mu"),
        ({"energy": -1}, "energy"),
        ({"year": 2024}, "year"),
        ({"year": 22}, "year"),
    ],
)
def test_numbers_that_cannot_be_are_refused_at_their_field(values, field):
    with pytest.raises(Refused) as refused:
        make.evaluation_input(make.company(), **values)
    assert field in refused.value.fields
    assert not EvaluationInput.objects.exists()


def test_a_year_is_told_once_and_corrected_with_a_reason(three, statistician):
    row = EvaluationInput.objects.get(company=three[0])
    with pytest.raises(Refused, match="已经登记"):
        make.evaluation_input(three[0])
    with pytest.raises(Refused, match="原因"):
        evaluation_inputs.correct_inputs(row, {"tax": 1}, by=statistician, reason="")
    new = evaluation_inputs.correct_inputs(row, {"tax": 1}, by=statistician, reason="抄错")
    assert EvaluationInput.objects.standing().get(company=three[0]) == new
    assert EvaluationInput.objects.get(pk=row.pk).tax == 300_000


def test_numbers_come_from_a_table_and_an_empty_cell_stays_unknown(three, statistician):
    make.company("绿溪丁有限公司")
    table = (
        "单位名称,评价年度,登记面积（亩）,承租面积（亩）,租出面积（亩）,实缴税金（万元）,能耗（吨标煤）\n"
        "绿溪甲有限公司,2022,10,0,0,31,\n绿溪丁有限公司,2022,10,0,0,,0\n"
    )
    plan = import_file(table.encode(), "a.csv", INPUTS, by=statistician)
    assert (plan.counts["new"], plan.counts["changed"]) == (1, 1)
    first = EvaluationInput.objects.standing().get(company=three[0])
    assert (first.tax, first.replaces.tax) == (310_000, 300_000)
    new = EvaluationInput.objects.standing().get(company__name="绿溪丁有限公司")
    assert (new.tax, new.energy) == (None, 0)


# Populations


def test_who_is_above_scale_is_told_by_its_stays_on_the_day_of_the_scheme():
    inside, left, later, silent = (make.company() for _ in range(4))
    make.spell(inside, date(2020, 1, 1))
    make.spell(left, date(2020, 1, 1), left=date(2022, 6, 1))
    make.spell(later, date(2023, 2, 1))
    make.spell(silent, date(2020, 1, 1))
    for company in (inside, left, later):
        make.evaluation_input(company, tax=1)
    above = make.evaluation_scheme(population="above")
    below = make.evaluation_scheme()
    assert set(trial(above).candidates) == {inside.pk, silent.pk}
    assert set(trial(below).candidates) == {left.pk, later.pk}
    assert trial(above).outcomes[silent.pk].missing == ("land", "tax")
    SCHEMES.change(above, {"counted_on": date(2023, 3, 1)}, by=make.maker())
    above.refresh_from_db()
    assert set(trial(above).candidates) == {inside.pk, silent.pk, later.pk}


def test_a_new_company_is_exempt_for_as_long_as_the_scheme_says(three):
    scheme = make.evaluation_scheme(new_years=2)
    row = EvaluationInput.objects.get(company=three[0])
    for day, is_exempt in ((date(2020, 12, 31), False), (date(2021, 1, 1), True)):
        row = evaluation_inputs.correct_inputs(
            row, {"started_on": day, "started_until": day}, by=make.maker(), reason="核实"
        )
        assert trial(scheme).outcomes[three[0].pk].is_exempt is is_exempt
    assert "未满 2 年" in trial(scheme).candidates[three[0].pk].remark


def test_what_is_unknown_is_listed_with_whom_to_ask(three, scheme):
    lacking = make.company("绿溪丁有限公司")
    make.evaluation_input(lacking, land_rented_mu=None)
    now = trial(scheme)
    assert now.candidates[lacking.pk].lacking(now.outcomes[lacking.pk]) == {
        "自然资源局": ["租入用地"], "税务局": ["实缴税收"],
    }  # fmt: skip


# Results


def test_results_are_frozen_with_their_rules_and_numbers(three, scheme, statistician):
    mark(three[0], "one_lower", note="亡人事故")
    rows = evaluations.publish(scheme, by=statistician, document="公布 1 号", **ON)
    assert len(rows) == 3
    assert told() == {"甲": (1, "B"), "乙": (2, "B"), "丙": (3, "C")}
    first = standing()["甲"]
    assert (first.merit, first.remark) == ("A", "降一档（安全生产：亡人事故）")
    assert first.inputs.tax == 300_000
    assert first.parts == [{
        "name": "tax/land", "unit": "万元/亩", "value": "3", "against": "基准 2",
        "weight": "100", "points": "150.00",
    }]  # fmt: skip
    with pytest.raises(TypeError, match="insert-only"):
        first.save()
    evaluation_inputs.correct_inputs(first.inputs, {"tax": 1}, by=statistician, reason="税务更正")
    assert told()["甲"] == (1, "B")
    assert standing()["甲"].inputs.tax == 300_000


def test_recomputing_gives_the_same_until_a_number_changes_and_then_says_where(
    three, scheme, statistician
):
    evaluations.publish(scheme, by=statistician, **ON)
    published = list(Evaluation.objects.standing())
    assert differences(trial(scheme), published) == []
    evaluation_inputs.correct_inputs(
        EvaluationInput.objects.get(company=three[2]), {"tax": 250_000}, by=statistician,
        reason="漏计",
    )  # fmt: skip
    make.evaluation_input(make.company("绿溪丁有限公司"))  # 税收待补: still no result
    found = {one.company.name[2]: one for one in differences(trial(scheme), published)}
    assert set(found) == {"甲", "乙", "丙"}
    assert (found["丙"].published.rank, found["丙"].outcome.rank) == (3, 2)
    with pytest.raises(Refused, match="原因"):
        evaluations.publish(scheme, by=statistician, **ON)
    evaluations.publish(scheme, by=statistician, reason="税收漏计", **ON)
    assert differences(trial(scheme), Evaluation.objects.standing()) == []
    assert standing()["丙"].replaces in published
    with pytest.raises(Refused, match="完全一致"):
        evaluations.publish(scheme, by=statistician, reason="再来", **ON)


def test_exempt_companies_are_published_without_a_score_and_unknown_ones_not_at_all(
    three, scheme, statistician
):
    mark(three[0], "exempt", ground="utility")
    row = EvaluationInput.objects.get(company=three[1])
    evaluation_inputs.correct_inputs(row, {"tax": None}, by=statistician, reason="未核实")
    evaluations.publish(scheme, by=statistician, **ON)
    found = standing()
    assert set(found) == {"甲", "丙"}
    assert (found["甲"].is_exempt, found["甲"].score, found["甲"].verdict) == (True, None, "免评")
    assert (found["丙"].rank, found["丙"].grade) == (1, "B")


@pytest.mark.parametrize("day", [date(2023, 9, 2), date(2021, 12, 31)])
def test_nothing_is_published_in_the_future_or_before_its_year(day, three, scheme, statistician):
    with pytest.raises(Refused) as refused:
        evaluations.publish(scheme, by=statistician, on=day)
    assert set(refused.value.fields) == {"on"}
    assert not Evaluation.objects.exists()


def test_a_withdrawn_result_may_be_published_again(three, scheme, statistician):
    evaluations.publish(scheme, by=statistician, **ON)
    withdrawals.void(standing()["甲"], by=statistician, reason="发错")
    assert set(told()) == {"乙", "丙"}
    assert len(evaluations.publish(scheme, by=statistician, **ON)) == 1
    assert told()["甲"] == (1, "A")


# Appeals


def appeal(company, **values):
    facts = {"company": company, "year": "2022", "appealed_on": date(2023, 6, 20),
             "content": "漏了退库税收"}  # fmt: skip
    return APPEALS.register(facts | values, by=make.maker())


def test_an_upheld_appeal_corrects_the_numbers_and_publishes_that_company_anew(
    three, scheme, statistician
):
    evaluations.publish(scheme, by=statistician, **ON)
    before = standing()
    case = appeal(three[2])
    ruled = evaluations.uphold_appeal(
        case, by=statistician, on=date(2023, 6, 28), ruling="税票属实",
        values={"tax": Decimal(250_000), "land_let_mu": Decimal(0)},
    )  # fmt: skip
    after = standing()
    assert (after["丙"].rank, after["丙"].grade, after["丙"].replaces) == (2, "B", before["丙"])
    assert (after["甲"], after["乙"]) == (before["甲"], before["乙"])
    assert after["丙"].inputs.tax == 250_000
    assert (ruled.state, ruled.result) == (AppealState.UPHELD, after["丙"])
    entry = AuditEntry.objects.get(object_id=after["丙"].inputs.pk, verb="correct_inputs")
    assert entry.reason == "税票属实"
    with pytest.raises(Refused, match="已裁定"):
        evaluations.reject_appeal(case, by=statistician, on=TODAY, ruling="再议")
    with pytest.raises(Refused, match="不能再改"):
        APPEALS.change(ruled, {"content": "改"}, by=statistician)


def test_a_rejected_appeal_changes_nothing_and_says_why(three, scheme, statistician):
    evaluations.publish(scheme, by=statistician, **ON)
    before, case = standing(), appeal(three[2])
    for values, field in (({"ruling": " "}, "ruling"), ({"on": date(2023, 6, 19)}, "on")):
        said = {"on": date(2023, 6, 28), "ruling": "无依据"} | values
        with pytest.raises(Refused) as refused:
            evaluations.reject_appeal(case, by=statistician, **said)
        assert set(refused.value.fields) == {field}
    ruled = evaluations.reject_appeal(case, by=statistician, on=TODAY, ruling="无依据")
    assert (ruled.state, ruled.ruling) == (AppealState.REJECTED, "无依据")
    assert standing() == before


def test_nothing_is_upheld_without_a_number_to_correct(three, scheme, statistician):
    evaluations.publish(scheme, by=statistician, **ON)
    for values, ruling, why in (
        ({"tax": Decimal(100_000)}, "属实", "至少一个"),
        ({"tax": Decimal(1)}, " ", "原因"),
    ):
        with pytest.raises(Refused, match=why):
            evaluations.uphold_appeal(
                appeal_once(three[2]), by=statistician, on=TODAY, ruling=ruling, values=values
            )
    assert EvaluationAppeal.objects.get().state == AppealState.OPEN
    assert EvaluationInput.objects.count() == 3


def appeal_once(company):
    return EvaluationAppeal.objects.filter(company=company).first() or appeal(company)


# Who may

SEES_ALL = {"statistician", "leader", "teamlead"}


def test_each_role_sees_as_much_as_is_its_to_see_and_only_the_statistician_writes(anyone, park):
    here = make.company("绿溪甲有限公司", park=park)
    there = make.company("绿溪乙有限公司", park=make.park())
    nowhere = make.company("绿溪丙有限公司")
    for company in (here, there, nowhere):
        make.evaluation_input(company, tax=1)
        mark(company, "one_lower")
        appeal(company)
    scheme = make.evaluation_scheme()
    evaluations.publish(scheme, by=make.maker(), **ON)
    expected = {here, there, nowhere} if anyone.role in SEES_ALL else set()
    expected = {here} if anyone.role == "park" else expected
    for model in (EvaluationInput, EvaluationMark, Evaluation, EvaluationAppeal):
        seen = {row.company for row in model.objects.visible_to(anyone)}
        assert seen == expected, model
    rules = EvaluationScheme.objects.visible_to(anyone).exists()
    assert rules == (anyone.role in SEES_ALL | {"park"})
    if anyone.role == "statistician":
        return
    row = EvaluationInput.objects.get(company=here)
    for act in (
        lambda: evaluations.publish(scheme, by=anyone, **ON),
        lambda: evaluations.try_out(scheme, by=anyone),
        lambda: evaluation_inputs.record_inputs(here, 2021, by=anyone),
        lambda: evaluation_inputs.correct_inputs(row, {"tax": 2}, by=anyone, reason="改"),
        lambda: evaluation_inputs.record_mark(here, 2021, by=anyone, ground="tax", effect="exempt"),
        lambda: evaluation_schemes.copy_scheme(scheme, by=anyone, year=2023),
        lambda: evaluations.reject_appeal(
            EvaluationAppeal.objects.get(company=here), by=anyone, on=TODAY, ruling="否"
        ),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.code in ("not_allowed", "not_found")
    assert access.can(anyone, Action.EXPORT, Evaluation) == (anyone.role == "leader")
