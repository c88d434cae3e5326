"""Money is exact on every database, and what would make it inexact is refused."""

from decimal import Decimal

import pytest
from django.core.exceptions import FieldError, ValidationError
from django.db import connection
from django.db.models import Avg, F, Sum
from hypothesis import given
from hypothesis import strategies as st

from crm import exact
from crm.models import Industry

money = st.decimals(
    min_value=Decimal("-90000000000000"), max_value=Decimal("90000000000000"), places=2
)


def _with_target(*amounts: Decimal | None) -> None:
    Industry.objects.bulk_create(
        Industry(name=f"产业{at}", cluster_target=amount) for at, amount in enumerate(amounts)
    )


@pytest.mark.django_db
def test_an_amount_a_float_would_bend_reads_back_as_it_was_written():
    _with_target(Decimal("12345678901234.56"))
    assert Industry.objects.get().cluster_target == Decimal("12345678901234.56")


@pytest.mark.django_db
def test_the_sum_of_many_amounts_is_exact_and_unknown_is_not_zero():
    amounts = [Decimal(n).scaleb(-2) for n in range(10**12, 10**12 + 2000)]
    _with_target(*amounts, None)
    assert Industry.objects.aggregate(t=Sum("cluster_target"))["t"] == sum(amounts)
    nothing = Industry.objects.filter(cluster_target=None)
    assert nothing.aggregate(t=Sum("cluster_target"))["t"] is None


@pytest.mark.django_db
def test_sums_and_differences_of_two_amounts_keep_their_scale():
    _with_target(Decimal("10.25"))
    row = Industry.objects.annotate(
        double=F("cluster_target") + F("cluster_target"),
        nothing=F("cluster_target") - F("cluster_target"),
    ).get()
    assert (row.double, row.nothing) == (Decimal("20.50"), Decimal("0.00"))


@pytest.mark.django_db
def test_averages_and_products_in_sql_are_refused():
    _with_target(Decimal("10"), Decimal("11"))
    with pytest.raises(FieldError):
        Industry.objects.aggregate(a=Avg("cluster_target"))
    with pytest.raises(FieldError):
        list(Industry.objects.annotate(x=F("cluster_target") * F("cluster_target")))


@pytest.mark.django_db
def test_the_column_holds_whole_numbers_of_the_smallest_unit():
    _with_target(Decimal("1.05"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT cluster_target FROM crm_industry")
        assert cursor.fetchone() == (105,)


@pytest.mark.django_db
def test_filters_compare_amounts_not_scaled_integers():
    _with_target(Decimal("99.99"), Decimal("100"), Decimal("100.01"))
    assert Industry.objects.filter(cluster_target__gte=Decimal("100")).count() == 2
    assert list(
        Industry.objects.filter(cluster_target=100).values_list("cluster_target", flat=True)
    ) == [Decimal("100.00")]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (0.1, "浮点"),
        ("1.005", "2 位小数"),
        ("NaN", "不是数字"),
        ("Infinity", "不是数字"),
        ("一千", "不是数字"),
        ("1e400", "太大"),
        (Decimal("1e18"), "太大"),
    ],
)
def test_what_would_lose_money_is_refused(value, reason):
    with pytest.raises(ValidationError, match=reason):
        exact.money_field().to_python(value)


@given(money)
def test_any_amount_survives_the_way_to_the_database_and_back(amount):
    field = exact.money_field()
    stored = field.get_prep_value(amount)
    assert isinstance(stored, int)
    assert field.from_db_value(stored, None, None) == amount


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (None, "待补"),
        (Decimal("0"), "0元"),
        (Decimal("800"), "800元"),
        (Decimal("35000000"), "3,500万元"),
        (Decimal("120000000"), "1.2亿元"),
        (Decimal("28450000000"), "284.5亿元"),
    ],
)
def test_amounts_are_written_as_people_say_them(amount, text):
    assert exact.money_text(amount) == text


def test_numbers_are_printed_half_up_and_never_scientific():
    assert exact.rounded(Decimal("18.665"), 2) == "18.67"
    assert exact.rounded(Decimal("-0.004"), 2) == "0.00"
    assert exact.trimmed(Decimal("1E+8")) == "100000000"
    assert exact.floored(Decimal("57"), 10) == 50


def test_the_scales_are_classes_of_their_own_and_migrate_as_one_field():
    two, four = exact.ExactField(scale=2), exact.ExactField(scale=4)
    assert type(two) is not type(four)
    assert four.deconstruct()[1:] == ("crm.exact.ExactField", [], {"scale": 4})
    with pytest.raises(TypeError):
        exact.ExactField()
