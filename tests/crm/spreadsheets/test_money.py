"""Amounts as real files write them: read exactly, or refused with what to do."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.spreadsheets.cells import Broken, Unreadable
from crm.spreadsheets.money import Money, money_kept, read_money, read_unit

READ = [
    # cell, unit column, default of heading or mapping → yuan
    ("1.2亿", None, None, "120000000.00"),
    ("1.2亿元", None, None, "120000000.00"),
    ("１２００万元", None, None, "12000000.00"),
    ("1,200", None, "万元", "12000000.00"),
    ("1，200.5", None, "万元", "12005000.00"),
    (" 1 200万元 ", None, None, "12000000.00"),
    (120, "亿元", None, "12000000000.00"),
    ("7.62", "亿元", None, "762000000.00"),
    (7.62, "亿元", None, "762000000.00"),
    (0.1 + 0.2, None, "万元", "3000.00"),
    ("1.2e9", None, "元", "1200000000.00"),
    ("1.2E+4", None, "万元", "120000000.00"),
    (1.2e9, None, "元", "1200000000.00"),
    ("1亿2000万元", None, None, "120000000.00"),
    ("3亿5000万", None, None, "350000000.00"),
    ("3亿5千万元", None, None, "350000000.00"),
    ("¥800", None, None, "800.00"),
    ("800元", None, "万元", "800.00"),
    ("人民币500万元", None, None, "5000000.00"),
    ("500万元人民币", None, None, "5000000.00"),
    ("5000(万元)", None, None, "50000000.00"),
    ("1.2亿", "亿元", None, "120000000.00"),
    (0, None, "万元", "0.00"),
    ("0.01", None, "元", "0.01"),
]


@pytest.mark.parametrize(("cell", "unit", "default", "yuan"), READ)
def test_an_amount_with_its_unit_is_exact_yuan(cell, unit, default, yuan):
    assert read_money(cell, unit=unit, default=default) == Money(Decimal(yuan))
    assert str(read_money(cell, unit=unit, default=default).amount) == yuan


@pytest.mark.parametrize(
    "cell", [None, "", "  ", "　", "-", "—", "——", "/", "／", "无", "待定", "N/A", "－"]
)
def test_a_blank_amount_is_unknown_and_not_zero(cell):
    assert read_money(cell, default="万元") == Money(None)


@pytest.mark.parametrize(
    ("cell", "unit", "default", "currency", "amount"),
    [
        ("100", "亿欧元", None, "EUR", "10000000000"),
        ("300万美元", None, None, "USD", "3000000"),
        ("300万美元", None, "万元", "USD", "3000000"),
        (150, None, "百万美元", "USD", "150000000"),
        ("$2,500", None, None, "USD", "2500"),
        ("2.5 million USD", None, None, "USD", "2500000"),
        ("1.5亿港币", None, None, "HKD", "150000000"),
    ],
)
def test_foreign_money_keeps_its_currency_and_its_yuan_are_unknown(
    cell, unit, default, currency, amount
):
    money = read_money(cell, unit=unit, default=default)
    assert money == Money(None, currency, Decimal(amount))


@pytest.mark.parametrize(
    ("cell", "unit", "default", "reason"),
    [
        ("(5)", None, "万元", "负数"),
        ("（5）万元", None, None, "负数"),
        ("-5", None, "万元", "负数"),
        (-5, None, "万元", "负数"),
        ("约2亿", None, None, "约数"),
        ("2亿左右", None, None, "约数"),
        ("近3亿", None, None, "约数"),
        ("50余亿元", None, None, "约数"),
        ("1200+", None, "万元", "约数"),
        ("≥3亿", None, None, "约数"),
        ("2-3亿", None, None, "区间"),
        ("2亿至3亿元", None, None, "区间"),
        ("120", None, None, "没有单位"),
        (120, None, None, "没有单位"),
        ("120", "吨", None, "单位“吨”不认识"),
        ("1.2亿", "万元", None, "不一致"),
        ("1.2亿", None, "万美元", "币种不清楚"),
        ("三亿元", None, None, "看不懂"),
        ("1,20", None, "万元", "看不懂"),
        ("1.200,50", None, "元", "看不懂"),
        ("5亿元（含土地）", None, None, "看不懂"),
        ("50%", None, "万元", "看不懂"),
        ("1亿20000万", None, None, "看不懂"),
        ("$5欧元", None, None, "两种货币"),
        (1 / 3, None, "元", "不足一分"),
        ("0.001", None, "元", "不足一分"),
        ("1e99", None, "元", "太大"),
        ("9" * 40, None, "元", "太大"),
        ("99999999999", None, "亿元", "太大"),
        (float("nan"), None, "万元", "不是数字"),
        (float("inf"), None, "万元", "不是数字"),
        (True, None, "万元", "不是金额"),
        (Broken("单元格是公式错误 #REF!，请修正后再导入。"), None, "万元", "#REF!"),
    ],
)
def test_what_is_not_certain_is_refused_and_quoted(cell, unit, default, reason):
    with pytest.raises(Unreadable, match=reason) as refusal:
        read_money(cell, unit=unit, default=default)
    assert refusal.value.reason.endswith("。")


@pytest.mark.parametrize(
    "word", ["万元", "亿元", "（万元）", "单位：万元", "亿", "百万美元", "人民币万元"]
)
def test_units_are_recognised_in_every_dress(word):
    assert read_unit(word) is not None


@pytest.mark.parametrize("word", ["", "亩", "平方米", "地点", "美元欧元", "万 万"])
def test_other_words_are_no_units_of_money(word):
    assert read_unit(word) is None


_AMOUNTS = st.decimals(min_value=0, max_value=Decimal("9999999999999999"), places=2)


@settings(deadline=None)
@given(_AMOUNTS, st.sampled_from([("元", 0), ("万元", 4), ("亿元", 8), ("百万元", 6)]))
def test_yuan_written_in_any_unit_read_back_to_the_cent(amount, unit):
    word, power = unit
    text = f"{amount.scaleb(-power):f}"
    assert read_money(text, unit=word).amount == amount
    assert read_money(f"{text}{word}").amount == amount


@settings(deadline=None)
@given(_AMOUNTS, st.sampled_from(["CNY", "USD", "EUR", "JPY"]))
def test_an_amount_kept_as_text_reads_back_equal(amount, currency):
    money = Money(amount) if currency == "CNY" else Money(None, currency, amount)
    assert read_money(money_kept(money)) == money


@settings(deadline=None)
@given(_AMOUNTS)
def test_an_amount_that_passed_through_a_float_cell_of_15_digits_is_not_changed(amount):
    if len(str(amount).replace(".", "").strip("0")) <= 15:
        assert read_money(float(amount), unit="元").amount == amount
