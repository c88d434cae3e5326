"""规上: a company enters, leaves and enters again; never twice at a time."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm import clock, ledgers
from crm.actions import merges, withdrawals
from crm.actions.companies import spells
from crm.dates import When
from crm.errors import Refused
from crm.models import AuditEntry
from crm.models.companies.scale_thresholds import ScaleThreshold
from crm.models.companies.spells import AboveScaleSpell
from crm.spreadsheets.commit import import_file
from tests import make

pytestmark = pytest.mark.django_db
LEDGER = ledgers.get("above-scale")
THRESHOLDS = ledgers.get("scale-thresholds")
TODAY = date(2023, 9, 1)


@pytest.fixture(autouse=True)
def september(db):
    with clock.playing(TODAY):
        yield


@pytest.fixture
def company(db):
    return make.company("绿溪佳禧印染有限公司")


def in_force(day):
    return AboveScaleSpell.objects.standing().in_force_on(day).count()


def test_a_company_counts_from_its_entry_until_it_left(company, statistician):
    made = make.spell(company, date(2023, 3, 10))
    spells.leave(made, by=statistician, left=date(2023, 6, 20), exit_reason="stopped")
    days = [date(2023, 3, 9), date(2023, 3, 10), date(2023, 6, 19), date(2023, 6, 20)]
    assert [in_force(day) for day in days] == [0, 1, 1, 0]


def test_a_month_and_a_year_stay_what_they_are(company):
    made = make.spell(company, When.month(2019, 5), left=When.year(2021))
    assert (made.entered.text, made.left.text) == ("2019年5月", "2021年")
    assert [in_force(date(2019, 5, 30)), in_force(date(2019, 5, 31))] == [0, 1]
    # It may have stayed until the last day of the year.
    assert [in_force(date(2021, 12, 30)), in_force(date(2021, 12, 31))] == [1, 0]


def test_nobody_enters_who_is_in(company):
    make.spell(company, date(2020, 1, 1))
    with pytest.raises(Refused, match="仍在库") as refused:
        make.spell(company, date(2023, 1, 1))
    assert (refused.value.code, set(refused.value.fields)) == ("overlap", {"entered"})
    assert make.spell(make.company(), date(2023, 1, 1)).pk


@pytest.mark.parametrize(
    ("entered", "left", "fits"),
    [
        (date(2019, 1, 1), date(2020, 1, 1), True),
        (date(2019, 1, 1), date(2020, 1, 2), False),
        (date(2021, 12, 31), None, True),
        (date(2021, 12, 30), None, False),
        (date(2020, 6, 1), date(2020, 7, 1), False),
        (When.month(2021, 12), None, True),
    ],
)
def test_two_stays_share_no_day(company, entered, left, fits):
    make.spell(company, date(2020, 1, 1), left=date(2021, 12, 31))
    if fits:
        assert make.spell(company, entered, left=left).pk
        return
    with pytest.raises(Refused, match="重叠"):
        make.spell(company, entered, left=left)


def test_a_second_stay_is_told_from_the_first(company, statistician):
    first = make.spell(company, When.month(2015, 2), left=When.month(2018, 12))
    second = make.spell(company, When.month(2021, 3))
    told = {row.pk: row.is_reentry for row in LEDGER.rows(statistician)}
    assert told == {first.pk: False, second.pk: True}
    assert (first.is_reentry, second.is_reentry) == (False, True)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"entered": date(2023, 9, 2)}, "entered"),
        ({"left": When.day(date(2023, 9, 2)), "exit_reason": "below"}, "left"),
        ({"left": When.day(date(2022, 2, 28)), "exit_reason": "below"}, "left"),
        ({"left": When.day(date(2023, 8, 1))}, "exit_reason"),
        ({"exit_reason": "below"}, "left"),
        ({"exit_document": "统计〔2023〕1号"}, "left"),
        ({"revenue": Decimal(-1)}, "revenue"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(company, statistician, values, field):
    facts = {"entered": date(2022, 3, 1)} | values
    with pytest.raises(Refused) as refused:
        spells.enter(company, by=statistician, **facts)
    assert field in refused.value.fields
    assert not AboveScaleSpell.objects.exists()


def test_only_who_keeps_the_registers_lets_companies_in(company, officer, park_user, leader):
    made = make.spell(company, date(2020, 1, 1))
    for user in (officer, park_user, leader):
        with pytest.raises(Refused) as refused:
            spells.enter(make.company(), by=user, entered=date(2022, 3, 1))
        assert refused.value.code == "not_allowed"
        with pytest.raises(Refused):
            spells.leave(made, by=user, left=TODAY, exit_reason="below")
        assert made in AboveScaleSpell.objects.visible_to(user)


def test_leaving_replaces_the_stay_and_keeps_what_it_said(company, statistician):
    made = make.spell(company, When.month(2020, 5), revenue=Decimal(25_000_000), note="省级园区")
    left = spells.leave(
        made,
        by=statistician,
        left=When.month(2023, 5),
        exit_reason="below",
        document="退 5 号",
    )
    assert (left.replaces, left.entered, left.revenue) == (made, made.entered, made.revenue)
    assert left.note == "省级园区"
    assert list(AboveScaleSpell.objects.standing()) == [left]
    assert AuditEntry.objects.get(object_id=left.pk, verb="leave")
    with pytest.raises(Refused):
        spells.leave(made, by=statistician, left=TODAY, exit_reason="below")
    with pytest.raises(Refused, match="已于"):
        spells.leave(left, by=statistician, left=TODAY, exit_reason="below")


def test_a_correction_needs_its_reason_and_may_not_run_into_another_stay(company, statistician):
    make.spell(company, date(2015, 1, 1), left=date(2018, 12, 31))
    later = make.spell(company, date(2021, 1, 1))
    with pytest.raises(Refused, match="原因"):
        spells.correct_spell(later, {"mode": "yearly"}, by=statistician, reason=" ")
    with pytest.raises(Refused, match="重叠"):
        spells.correct_spell(
            later, {"entered_on": date(2018, 1, 1)}, by=statistician, reason="按名录"
        )
    fixed = spells.correct_spell(
        later, {"entered_on": date(2019, 1, 1)}, by=statistician, reason="按名录"
    )
    assert fixed.entered == When.day(date(2019, 1, 1))


def test_a_stay_entered_by_mistake_is_withdrawn_and_makes_way(company, statistician):
    made = make.spell(company, date(2020, 1, 1))
    withdrawals.void(made, by=statistician, reason="登记错了企业")
    assert in_force(TODAY) == 0
    assert make.spell(company, date(2021, 1, 1)).is_reentry is False


# The basis


def test_the_threshold_is_that_of_the_year_of_entry(company):
    assert ScaleThreshold.objects.amount_of(2010) is None
    assert ScaleThreshold.objects.amount_of(2011) == Decimal(20_000_000)
    THRESHOLDS.register({"since_year": 2023, "amount": Decimal(50_000_000)}, by=make.maker())
    made = [
        make.spell(make.company(), date(year, 5, 1), revenue=Decimal(30_000_000))
        for year in (2022, 2023)
    ]
    assert [row.margin for row in made] == [Decimal(10_000_000), Decimal(-20_000_000)]
    assert [LEDGER.column("margin").value(row) for row in made] == [
        "高出 1,000万元", "低于 2,000万元",
    ]  # fmt: skip
    assert make.spell(company, date(2022, 5, 1)).margin is None


def test_a_year_has_one_threshold(db):
    with pytest.raises(Refused, match="已登记"):
        THRESHOLDS.import_new({"since_year": 2011, "amount": Decimal(1)}, by=make.maker())


# Files


HEAD = "企业名称,入库时间,入库方式,主营业务收入（万元）,退库时间,退库原因\n"


def brought(text, by):
    return import_file((HEAD + text).encode(), "规上名单.csv", LEDGER, by=by)


def test_a_list_brings_stays_and_the_next_one_their_ends(company, statistician):
    first = brought("绿溪佳禧印染有限公司,2020年5月,年度审批,2500,,\n", statistician)
    assert (first.counts["new"], first.refused) == (1, [])
    again = brought("绿溪佳禧印染有限公司,2020年5月,年度入库,2500,,\n", statistician)
    assert again.counts["same"] == 1
    left = brought("绿溪佳禧印染有限公司,2020年5月,年度入库,2500,2023年5月,规下\n", statistician)
    assert left.counts["changed"] == 1
    row = AboveScaleSpell.objects.standing().get()
    assert (row.left.text, row.exit_reason, row.mode) == ("2023年5月", "below", "yearly")
    assert row.revenue == Decimal(25_000_000)
    assert AuditEntry.objects.filter(verb="leave").count() == 1


def test_a_list_lets_nobody_in_twice(company, statistician):
    make.spell(company, date(2020, 5, 1))
    plan = brought("绿溪佳禧印染有限公司,2022年5月,,,,\n", statistician)
    assert plan.counts["new"] == 0
    assert "重叠" in plan.refused[0].reason


# Merged companies


def test_a_merge_brings_the_stays_of_both_and_is_undone(company, statistician):
    other = make.company()
    make.spell(company, date(2015, 1, 1), left=date(2018, 12, 31))
    make.spell(other, date(2021, 1, 1))
    done = merges.merge(other, company, by=statistician)
    standing = AboveScaleSpell.objects.standing()
    assert standing.filter(company=company).count() == standing.count() == 2
    assert in_force(TODAY) == 1
    merges.undo(done, by=statistician)
    assert standing.filter(company=company).count() == 1
    assert standing.filter(company=other).count() == 1


def test_two_stays_of_one_time_are_no_merges_to_decide(company, statistician):
    other = make.company()
    make.spell(company, date(2015, 1, 1))
    make.spell(other, date(2021, 1, 1))
    with pytest.raises(Refused, match="不能并存"):
        merges.merge(other, company, by=statistician)
    assert in_force(TODAY) == 2


def test_one_stay_told_of_both_companies_is_one(company, statistician):
    other = make.company()
    for one in (company, other):
        make.spell(one, When.month(2021, 1), mode="yearly")
    merges.merge(other, company, by=statistician)
    assert in_force(TODAY) == 1


# The desk


def signed_in(client, user):
    client.force_login(user, backend="crm.signin.Backend")
    return client


def test_a_company_is_let_in_and_out_from_its_page(client, company, statistician, officer):
    desk = signed_in(client, statistician)
    page = desk.get(f"/desk/companies/{company.pk}/").content.decode()
    assert f"/desk/above-scale/new/?company={company.pk}" in page
    made = make.spell(company, When.month(2022, 5))
    page = desk.get(f"/desk/companies/{company.pk}/").content.decode()
    assert "登记入库" not in page
    tab = desk.get(f"/desk/companies/{company.pk}/?tab=above-scale").content.decode()
    assert f"/desk/above-scale/?company={company.pk}" in tab
    address = f"/desk/above-scale/{made.pk}/leave/"
    assert address in desk.get(f"/desk/above-scale/{made.pk}/").content.decode()
    wrong = desk.post(address, {"left": "2021-01", "exit_reason": "below"})
    assert wrong.status_code == 400
    assert "早于入库时间" in wrong.content.decode()
    assert desk.post(address, {"left": "2023-05", "exit_reason": ""}).status_code == 400
    done = desk.post(address, {"left": "2023-05", "exit_reason": "below", "document": "退 5 号"})
    row = AboveScaleSpell.objects.standing().get()
    assert done.url == f"/desk/above-scale/{row.pk}/"
    assert (row.left.text, row.exit_document) == ("2023年5月", "退 5 号")
    assert desk.get(address).status_code == 302
    reader = signed_in(client, officer)
    assert "登记入库" not in reader.get(f"/desk/companies/{company.pk}/").content.decode()
    assert reader.get(f"/desk/above-scale/{row.pk}/leave/").status_code in (403, 404)


def test_the_page_of_withdrawing_says_what_follows(client, company, statistician):
    made = make.spell(company, When.month(2022, 5))
    page = signed_in(client, statistician).get(f"/desk/above-scale/{made.pk}/void/")
    text = page.content.decode()
    assert page.status_code == 200
    assert "不再算规上" in text
    assert f'href="/desk/companies/{company.pk}/"' in text


# Whatever happens


DAYS = st.dates(date(2018, 1, 1), TODAY)
WHENS = DAYS.map(When.day) | DAYS.map(lambda day: When.month(day.year, day.month)) | DAYS.map(
    lambda day: When.year(day.year)
)  # fmt: skip
DEEDS = st.lists(
    st.tuples(st.sampled_from(["enter", "leave", "correct", "void"]), WHENS, WHENS),
    min_size=1, max_size=12,
)  # fmt: skip


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(deeds=DEEDS)
def test_no_company_is_ever_in_twice(deeds):
    with transaction.atomic():
        company, by = make.company(), make.maker()
        for deed, first, second in deeds:
            rows = list(AboveScaleSpell.objects.standing().order_by("pk"))
            row = rows[first.start.day % len(rows)] if rows else None
            try:
                if deed == "enter":
                    make.spell(company, first, left=second if second.start.day % 2 else None)
                elif deed == "leave" and row:
                    spells.leave(row, by=by, left=first, exit_reason="below")
                elif deed == "correct" and row:
                    values = {"entered_on": first.start, "entered_until": first.end}
                    spells.correct_spell(row, values, by=by, reason="核对")
                elif row:
                    withdrawals.void(row, by=by, reason="登记错了")
            except Refused:
                continue
        standing = AboveScaleSpell.objects.standing()
        edges = {date(2018, 1, 1), TODAY}
        for row in standing:
            edges |= {row.effective_on, row.left_until or TODAY}
        for day in edges | {edge - timedelta(1) for edge in edges}:
            assert standing.in_force_on(day).count() <= 1, day
        transaction.set_rollback(True)
